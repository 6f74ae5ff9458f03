//! An answer on its way to the browser. It leaves its link soon, however slowly the browser reads: a link has few places, and
//! one browser that takes nothing must not hold them.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{body::Body, response::Response};
use bytes::{Bytes, BytesMut};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::{sync::mpsc, time::timeout};

use crate::limits::{MAX_FRAME, MAX_KEPT_ANSWER, MAX_KEPT_ANSWERS, MAX_WAITING_FRAMES};

/// The part broke its answer off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BrokenAnswer;

/// Bytes of answers that are kept off their links: each answer has its limit, and all of them together have one.
#[derive(Debug)]
pub(crate) struct Budget(AtomicUsize);

/// What all answers of this process may take.
pub(crate) static KEPT: Budget = Budget(AtomicUsize::new(MAX_KEPT_ANSWERS));

/// What one answer has of it, given back when dropped.
#[derive(Debug)]
struct Share {
    budget: &'static Budget,
    bytes: usize,
}

impl Share {
    /// Takes more; `false` when there is not so much left.
    fn take(&mut self, bytes: usize) -> bool {
        let left = |left: usize| left.checked_sub(bytes);
        let is_taken = self.budget.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_ok();
        self.bytes += if is_taken { bytes } else { 0 };
        is_taken
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.0.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

/// The same answer with a body that needs the link no more, or, where it is large or nothing is left of `budget`, only while the
/// browser takes of it: after `patience` without that the rest is given up.
pub(crate) async fn off_the_link(
    response: Response,
    patience: Duration,
    budget: &'static Budget,
) -> Result<Response, BrokenAnswer> {
    let (parts, mut body) = response.into_parts();
    let (mut begin, mut share) = (VecDeque::new(), Share { budget, bytes: 0 });
    let mut bytes = 0;
    while bytes <= MAX_KEPT_ANSWER {
        let next = if body.is_end_stream() { None } else { data(&mut body).await };
        match next {
            None => {
                let passed = Passed { begin: joined(begin), rest: None, _share: share };
                return Ok(Response::from_parts(parts, Body::new(passed)));
            }
            Some(Ok(frame)) => {
                bytes += frame.len();
                let is_taken = share.take(frame.len());
                begin.push_back(frame);
                if !is_taken {
                    break;
                }
            }
            Some(Err(_)) => return Err(BrokenAnswer),
        }
    }
    let waiting = if share.take(MAX_WAITING_FRAMES * MAX_FRAME) { MAX_WAITING_FRAMES } else { 1 };
    let (sender, receiver) = mpsc::channel(waiting);
    let ended = Arc::new(AtomicBool::new(false));
    tokio::spawn(pass_on(body, sender, Arc::clone(&ended), patience));
    let passed = Passed { begin, rest: Some((receiver, ended)), _share: share };
    Ok(Response::from_parts(parts, Body::new(passed)))
}

/// The next bytes; trailers are passed over, since no part sends any.
async fn data(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    loop {
        match body.frame().await? {
            Ok(frame) => {
                if let Ok(data) = frame.into_data() {
                    return Some(Ok(data));
                }
            }
            Err(error) => return Some(Err(error)),
        }
    }
}

/// All pieces as one; nearly always there is one at most.
fn joined(pieces: VecDeque<Bytes>) -> VecDeque<Bytes> {
    if pieces.len() <= 1 {
        return pieces;
    }
    let mut all = BytesMut::with_capacity(pieces.iter().map(Bytes::len).sum());
    pieces.iter().for_each(|piece| all.extend_from_slice(piece));
    VecDeque::from([all.freeze()])
}

async fn pass_on(mut body: Body, sender: mpsc::Sender<Bytes>, ended: Arc<AtomicBool>, patience: Duration) {
    loop {
        let next = tokio::select! {
            next = data(&mut body) => next,
            () = sender.closed() => return,
        };
        match next {
            None => return ended.store(true, Ordering::Release),
            Some(Err(_)) => return,
            Some(Ok(bytes)) => match timeout(patience, sender.send(bytes)).await {
                Ok(Ok(())) => {}
                _ => return,
            },
        }
    }
}

/// What was read, then what is passed on.
struct Passed {
    begin: VecDeque<Bytes>,
    /// What still comes, and whether the part's body came to its end: without that the browser must see it as broken off.
    rest: Option<(mpsc::Receiver<Bytes>, Arc<AtomicBool>)>,
    _share: Share,
}

impl HttpBody for Passed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(bytes) = self.begin.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        let Some((rest, ended)) = &mut self.rest else { return Poll::Ready(None) };
        match std::task::ready!(rest.poll_recv(context)) {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None if ended.load(Ordering::Acquire) => Poll::Ready(None),
            None => Poll::Ready(Some(Err(axum::Error::new("the answer was broken off")))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.begin.is_empty() && self.rest.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        if self.rest.is_some() {
            return SizeHint::default();
        }
        SizeHint::with_exact(self.begin.iter().map(|piece| piece.len() as u64).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    const PIECE: usize = 16 * 1024;

    /// A body of so many pieces, and whether it is still held by somebody.
    fn body(pieces: usize) -> (Body, std::sync::Weak<()>) {
        let held = Arc::new(());
        let watch = Arc::downgrade(&held);
        let stream = futures_util::stream::unfold((0, held), move |(count, held)| async move {
            (count < pieces).then(|| (Ok::<_, Infallible>(Bytes::from(vec![b'x'; PIECE])), (count + 1, held)))
        });
        (Body::from_stream(stream), watch)
    }

    #[tokio::test]
    async fn a_small_answer_is_off_its_link_before_it_is_read() {
        let (body, held) = body(4);
        let answer = off_the_link(Response::new(body), Duration::MAX, &KEPT).await.unwrap();
        assert!(held.upgrade().is_none());
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes().len(), 4 * PIECE);
    }

    #[tokio::test]
    async fn what_all_answers_keep_is_bounded_and_the_others_stay_on_their_links() {
        static SMALL: Budget = Budget(AtomicUsize::new(5 * PIECE));
        let off = async || {
            let (body, held) = body(2);
            (off_the_link(Response::new(body), Duration::MAX, &SMALL).await.unwrap(), held)
        };
        let kept = [off().await, off().await];
        assert!(kept.iter().all(|(_, held)| held.upgrade().is_none()));
        // For the third there is no room: it is read whole all the same, piece by piece.
        let (third, held) = off().await;
        assert!(held.upgrade().is_some());
        assert_eq!(third.into_body().collect().await.unwrap().to_bytes().len(), 2 * PIECE);
        drop(kept);
        assert_eq!(SMALL.0.load(Ordering::Relaxed), 5 * PIECE);
        let (_answer, held) = off().await;
        assert!(held.upgrade().is_none());
    }

    #[tokio::test]
    async fn a_large_answer_comes_whole_to_who_reads_it() {
        let (body, _) = body(100);
        let answer = off_the_link(Response::new(body), Duration::from_secs(30), &KEPT).await.unwrap();
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes().len(), 100 * PIECE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_large_answer_that_nobody_reads_is_given_up_and_told_as_broken_off() {
        let (body, held) = body(100);
        let answer = off_the_link(Response::new(body), Duration::from_secs(30), &KEPT).await.unwrap();
        tokio::time::sleep(Duration::from_secs(29)).await;
        assert!(held.upgrade().is_some());
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(held.upgrade().is_none());
        assert!(answer.into_body().collect().await.is_err());
    }

    #[tokio::test]
    async fn an_answer_that_is_dropped_leaves_its_link() {
        let (body, held) = body(100);
        drop(off_the_link(Response::new(body), Duration::MAX, &KEPT).await.unwrap());
        tokio::time::timeout(Duration::from_secs(10), async {
            while held.upgrade().is_some() {
                tokio::task::yield_now().await;
            }
        })
        .await
        .unwrap();
    }

    #[tokio::test]
    async fn an_answer_that_breaks_early_is_told() {
        let broken =
            futures_util::stream::iter([Ok(Bytes::from_static(b"x")), Err(axum::Error::new("gone"))]);
        assert_eq!(
            off_the_link(Response::new(Body::from_stream(broken)), Duration::MAX, &KEPT).await.unwrap_err(),
            BrokenAnswer
        );
    }
}
