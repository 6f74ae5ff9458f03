//! A queue that is bounded by bytes: a hundred short messages may wait where ten long ones may.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use tokio::sync::{Notify, mpsc};

/// What a message weighs beyond its bytes: the queue's own memory for it.
const OVERHEAD: usize = 128;

#[derive(Debug)]
struct Weight {
    waiting: AtomicUsize,
    limit: usize,
    room: Notify,
}

/// The end that puts in.
#[derive(Debug)]
pub(crate) struct Sender {
    weight: Arc<Weight>,
    to: mpsc::UnboundedSender<Bytes>,
}

/// The end that takes out.
#[derive(Debug)]
pub(crate) struct Receiver {
    weight: Arc<Weight>,
    from: mpsc::UnboundedReceiver<Bytes>,
}

/// Nobody takes out any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Closed;

pub(crate) fn queue(limit: usize) -> (Sender, Receiver) {
    let weight = Arc::new(Weight { waiting: AtomicUsize::new(0), limit, room: Notify::new() });
    // Bounded by the weight.
    let (to, from) = mpsc::unbounded_channel();
    (Sender { weight: weight.clone(), to }, Receiver { weight, from })
}

impl Sender {
    /// Puts a message in once there is room; one that is larger than the limit waits until the queue is empty.
    pub(crate) async fn send(&mut self, bytes: Bytes) -> Result<(), Closed> {
        loop {
            // Asked for before looking, so that room made in between is noticed.
            let room = self.weight.room.notified();
            if self.to.is_closed() {
                return Err(Closed);
            }
            if self.weight.waiting.load(Ordering::Acquire) < self.weight.limit {
                break;
            }
            tokio::select! {
                () = room => {}
                () = self.to.closed() => return Err(Closed),
            }
        }
        self.weight.waiting.fetch_add(bytes.len() + OVERHEAD, Ordering::AcqRel);
        self.to.send(bytes).map_err(|_| Closed)
    }
}

impl Receiver {
    pub(crate) async fn recv(&mut self) -> Option<Bytes> {
        let bytes = self.from.recv().await?;
        self.weight.waiting.fetch_sub(bytes.len() + OVERHEAD, Ordering::AcqRel);
        self.weight.room.notify_one();
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn what_is_over_the_limit_waits_for_room_and_for_nothing_once_nobody_reads() {
        let (mut sender, mut receiver) = queue(1000);
        sender.send(Bytes::from(vec![1; 900])).await.unwrap();
        let waits =
            tokio::time::timeout(Duration::from_millis(20), sender.send(Bytes::from_static(b"x"))).await;
        assert!(waits.is_err(), "over the limit");
        let (sent, got) = tokio::join!(sender.send(Bytes::from_static(b"x")), receiver.recv());
        assert_eq!((sent, got.unwrap().len()), (Ok(()), 900));
        assert_eq!(receiver.recv().await.unwrap(), "x");
        drop(receiver);
        assert_eq!(sender.send(Bytes::new()).await, Err(Closed));
    }
}
