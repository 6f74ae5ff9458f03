//! Queues that are bounded by bytes, each for itself and those of an account together: a hundred short messages may wait where ten long
//! ones may, and an account with many connections has no more than its share of memory.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use tokio::sync::{Notify, mpsc};

/// What a message weighs beyond its bytes: the queue's own memory for it.
const OVERHEAD: usize = 128;

/// What all queues of an account hold.
#[derive(Debug)]
pub(crate) struct Share {
    waiting: AtomicUsize,
    limit: usize,
    room: Notify,
}

/// The shares of the accounts that have queues.
#[derive(Debug, Default)]
pub(crate) struct Shares(Mutex<HashMap<String, Weak<Share>>>);

#[derive(Debug)]
struct Weight {
    waiting: AtomicUsize,
    limit: usize,
    room: Notify,
    share: Arc<Share>,
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

impl Shares {
    /// The share of an account.
    pub(crate) fn of(&self, account: &str, limit: usize) -> Arc<Share> {
        let mut shares = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = shares.get(account).and_then(Weak::upgrade) {
            return share;
        }
        shares.retain(|_, share| share.strong_count() > 0);
        let share = Arc::new(Share { waiting: AtomicUsize::new(0), limit, room: Notify::new() });
        shares.insert(account.to_owned(), Arc::downgrade(&share));
        share
    }
}

/// A queue of its own limit, within a share.
pub(crate) fn queue(limit: usize, share: &Arc<Share>) -> (Sender, Receiver) {
    let share = Arc::clone(share);
    let weight = Arc::new(Weight { waiting: AtomicUsize::new(0), limit, room: Notify::new(), share });
    // Bounded by the weight.
    let (to, from) = mpsc::unbounded_channel();
    (Sender { weight: weight.clone(), to }, Receiver { weight, from })
}

impl Weight {
    /// Whether one more message may wait. An empty queue takes one whatever others hold, so that none stands still for a client that
    /// does not read.
    fn has_room(&self) -> bool {
        let own = self.waiting.load(Ordering::Acquire);
        own == 0 || (own < self.limit && self.share.waiting.load(Ordering::Acquire) < self.share.limit)
    }

    fn add(&self, bytes: usize) {
        self.waiting.fetch_add(bytes, Ordering::AcqRel);
        self.share.waiting.fetch_add(bytes, Ordering::AcqRel);
    }

    fn take(&self, bytes: usize) {
        self.waiting.fetch_sub(bytes, Ordering::AcqRel);
        self.share.waiting.fetch_sub(bytes, Ordering::AcqRel);
        self.room.notify_one();
        self.share.room.notify_waiters();
    }
}

impl Drop for Weight {
    fn drop(&mut self) {
        // What nobody has taken out.
        let left = *self.waiting.get_mut();
        self.share.waiting.fetch_sub(left, Ordering::AcqRel);
        self.share.room.notify_waiters();
    }
}

impl Sender {
    /// Puts a message in once there is room; one that is larger than the limit waits until the queue is empty.
    pub(crate) async fn send(&mut self, bytes: Bytes) -> Result<(), Closed> {
        loop {
            // Asked for before looking, so that room made in between is noticed.
            let (room, shared) = (self.weight.room.notified(), self.weight.share.room.notified());
            if self.to.is_closed() {
                return Err(Closed);
            }
            if self.weight.has_room() {
                break;
            }
            tokio::select! {
                () = room => {}
                () = shared => {}
                () = self.to.closed() => return Err(Closed),
            }
        }
        self.weight.add(bytes.len() + OVERHEAD);
        self.to.send(bytes).map_err(|_| Closed)
    }
}

impl Receiver {
    pub(crate) async fn recv(&mut self) -> Option<Bytes> {
        let bytes = self.from.recv().await?;
        self.weight.take(bytes.len() + OVERHEAD);
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn waits(sender: &mut Sender) -> bool {
        let sent = sender.send(Bytes::from_static(b"x"));
        tokio::time::timeout(Duration::from_millis(20), sent).await.is_err()
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_over_the_limit_waits_for_room_and_for_nothing_once_nobody_reads() {
        let shares = Shares::default();
        let (mut sender, mut receiver) = queue(1000, &shares.of("admin", 10_000));
        sender.send(Bytes::from(vec![1; 900])).await.unwrap();
        assert!(waits(&mut sender).await, "over the limit");
        let (sent, got) = tokio::join!(sender.send(Bytes::from_static(b"x")), receiver.recv());
        assert_eq!((sent, got.unwrap().len()), (Ok(()), 900));
        assert_eq!(receiver.recv().await.unwrap(), "x");
        drop(receiver);
        assert_eq!(sender.send(Bytes::new()).await, Err(Closed));
    }

    #[tokio::test(start_paused = true)]
    async fn queues_of_an_account_share_its_limit_and_none_of_them_stands_still() {
        let shares = Shares::default();
        let of_admin = || queue(1000, &shares.of("admin", 1500));
        let ((mut one, mut one_out), (mut other, other_out)) = (of_admin(), of_admin());
        let (mut third, mut third_out) = of_admin();
        for sender in [&mut one, &mut other] {
            sender.send(Bytes::from(vec![1; 700])).await.unwrap();
        }
        assert!(waits(&mut one).await, "the account has its share");
        let (mut bobs, _bobs_out) = queue(1000, &shares.of("bob", 1500));
        assert!(!waits(&mut bobs).await && !waits(&mut bobs).await, "another account has its own");
        assert!(!waits(&mut third).await, "an empty queue takes a message all the same");
        assert!(third_out.recv().await.is_some());
        drop((other, other_out));
        assert!(!waits(&mut one).await, "what a closed queue held is free again");
        assert!(one_out.recv().await.is_some() && one_out.recv().await.is_some());
        drop((one, one_out, third, third_out));
        shares.of("carol", 1);
        assert_eq!(shares.0.lock().unwrap().len(), 2, "who is gone is forgotten");
    }
}
