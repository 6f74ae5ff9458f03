//! An answer on its way to the browser. It leaves its link soon, however slowly the browser reads: a link has few places, and
//! one browser that takes nothing must not hold them.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{body::Body, response::Response};
use bytes::{Bytes, BytesMut};
use http_body::{Body as HttpBody, Frame};
use http_body_util::BodyExt;
use tokio::{sync::mpsc, time::timeout};

use crate::limits::{MAX_KEPT_ANSWER, MAX_WAITING_FRAMES};

/// The part broke its answer off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BrokenAnswer;

/// The same answer with a body that needs the link no more, or, where it is large, only while the browser takes of it: after
/// `patience` without that the rest is given up.
pub(crate) async fn off_the_link(response: Response, patience: Duration) -> Result<Response, BrokenAnswer> {
    let (parts, mut body) = response.into_parts();
    let (mut begin, mut bytes) = (VecDeque::new(), 0);
    while bytes <= MAX_KEPT_ANSWER {
        match data(&mut body).await {
            None => return Ok(Response::from_parts(parts, whole(begin))),
            Some(Ok(frame)) => {
                bytes += frame.len();
                begin.push_back(frame);
            }
            Some(Err(_)) => return Err(BrokenAnswer),
        }
    }
    let (sender, rest) = mpsc::channel(MAX_WAITING_FRAMES);
    let ended = Arc::new(AtomicBool::new(false));
    tokio::spawn(pass_on(body, sender, Arc::clone(&ended), patience));
    Ok(Response::from_parts(parts, Body::new(Passed { begin, rest, ended })))
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

/// One body of all pieces; nearly always there is one at most.
fn whole(mut pieces: VecDeque<Bytes>) -> Body {
    if pieces.len() <= 1 {
        return pieces.pop_front().map_or_else(Body::empty, Body::from);
    }
    let mut all = BytesMut::with_capacity(pieces.iter().map(Bytes::len).sum());
    pieces.iter().for_each(|piece| all.extend_from_slice(piece));
    Body::from(all.freeze())
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
    rest: mpsc::Receiver<Bytes>,
    /// Whether the part's body came to its end; without that the browser must see it as broken off.
    ended: Arc<AtomicBool>,
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
        match std::task::ready!(self.rest.poll_recv(context)) {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None if self.ended.load(Ordering::Acquire) => Poll::Ready(None),
            None => Poll::Ready(Some(Err(axum::Error::new("the answer was broken off")))),
        }
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
        let answer = off_the_link(Response::new(body), Duration::MAX).await.unwrap();
        assert!(held.upgrade().is_none());
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes().len(), 4 * PIECE);
    }

    #[tokio::test]
    async fn a_large_answer_comes_whole_to_who_reads_it() {
        let (body, _) = body(100);
        let answer = off_the_link(Response::new(body), Duration::from_secs(30)).await.unwrap();
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes().len(), 100 * PIECE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_large_answer_that_nobody_reads_is_given_up_and_told_as_broken_off() {
        let (body, held) = body(100);
        let answer = off_the_link(Response::new(body), Duration::from_secs(30)).await.unwrap();
        tokio::time::sleep(Duration::from_secs(29)).await;
        assert!(held.upgrade().is_some());
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(held.upgrade().is_none());
        assert!(answer.into_body().collect().await.is_err());
    }

    #[tokio::test]
    async fn an_answer_that_is_dropped_leaves_its_link() {
        let (body, held) = body(100);
        drop(off_the_link(Response::new(body), Duration::MAX).await.unwrap());
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
            off_the_link(Response::new(Body::from_stream(broken)), Duration::MAX).await.unwrap_err(),
            BrokenAnswer
        );
    }
}
