//! A request's body on its way to a part: small ones are kept so that they can be sent again, large ones stream.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header::CONTENT_LENGTH};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;

use super::refuse::Failure;
use crate::limits::{MAX_BODY_BYTES, MAX_KEPT_BODY};

/// Set when a streaming body turned out larger than allowed.
#[derive(Debug, Clone, Default)]
pub(crate) struct TooLarge(Arc<AtomicBool>);

impl TooLarge {
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// A body that is ready to be sent.
#[derive(Debug)]
pub(crate) struct Upload {
    kept: Kept,
    too_large: TooLarge,
}

#[derive(Debug)]
enum Kept {
    /// All of it: it can be sent any number of times.
    Whole(Bytes),
    /// It streams, and can be sent once.
    Once(Option<Body>),
}

impl Upload {
    /// Of a request without a body.
    pub(crate) fn none() -> Self {
        Self { kept: Kept::Whole(Bytes::new()), too_large: TooLarge::default() }
    }

    /// Reads as much as is kept. The rest streams when it is sent.
    pub(crate) async fn read(headers: &HeaderMap, mut body: Body) -> Result<Self, Failure> {
        let announced =
            headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|bytes| bytes > MAX_BODY_BYTES as u64) {
            return Err(Failure::BodyTooLarge);
        }
        let too_large = TooLarge::default();
        let mut begin = BytesMut::new();
        while begin.len() <= MAX_KEPT_BODY {
            match body.frame().await {
                None => return Ok(Self { kept: Kept::Whole(begin.freeze()), too_large }),
                Some(Ok(frame)) => begin.extend_from_slice(&frame.into_data().unwrap_or_default()),
                Some(Err(_)) => return Err(Failure::BodyBroken),
            }
        }
        let left = MAX_BODY_BYTES.checked_sub(begin.len()).ok_or(Failure::BodyTooLarge)?;
        let rest = Rest { begin: Some(begin.freeze()), body, left, too_large: too_large.clone() };
        Ok(Self { kept: Kept::Once(Some(Body::new(rest))), too_large })
    }

    /// A mark that is set when the body turns out too large while it is sent.
    pub(crate) fn too_large(&self) -> TooLarge {
        self.too_large.clone()
    }

    /// Whether it can be sent again after it may have been read.
    pub(crate) fn is_kept(&self) -> bool {
        matches!(self.kept, Kept::Whole(_))
    }

    /// The body for one more attempt; `None` when it is used up.
    pub(crate) fn body(&mut self) -> Option<Body> {
        match &mut self.kept {
            Kept::Whole(bytes) if bytes.is_empty() => Some(Body::empty()),
            Kept::Whole(bytes) => Some(Body::from(bytes.clone())),
            Kept::Once(body) => body.take(),
        }
    }

    /// Takes back a body that was not sent.
    pub(crate) fn put_back(&mut self, unsent: Body) {
        if let Kept::Once(body) = &mut self.kept {
            *body = Some(unsent);
        }
    }
}

/// What was read, then what still comes, up to the limit.
struct Rest {
    begin: Option<Bytes>,
    body: Body,
    left: usize,
    too_large: TooLarge,
}

impl HttpBody for Rest {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(begin) = self.begin.take() {
            return Poll::Ready(Some(Ok(Frame::data(begin))));
        }
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            match self.left.checked_sub(data.len()) {
                Some(left) => self.left = left,
                None => {
                    self.too_large.0.store(true, Ordering::Release);
                    return Poll::Ready(Some(Err(axum::Error::new("the body is too large"))));
                }
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.begin.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(size: usize, piece: usize) -> Result<Upload, Failure> {
        let bytes = Bytes::from(vec![1; size]);
        let pieces: Vec<Result<Bytes, axum::Error>> =
            bytes.chunks(piece).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
        Upload::read(&HeaderMap::new(), Body::from_stream(futures_util::stream::iter(pieces))).await
    }

    async fn size(body: Body) -> Option<usize> {
        Some(body.collect().await.ok()?.to_bytes().len())
    }

    #[tokio::test]
    async fn a_small_body_can_be_sent_again_and_a_large_one_once() {
        let mut small = read(MAX_KEPT_BODY, 1000).await.unwrap();
        assert!(small.is_kept());
        for _ in 0..2 {
            assert_eq!(size(small.body().unwrap()).await, Some(MAX_KEPT_BODY));
        }
        let mut large = read(MAX_BODY_BYTES, 50_000).await.unwrap();
        assert!(!large.is_kept());
        let body = large.body().unwrap();
        assert!(large.body().is_none());
        large.put_back(body);
        assert_eq!(size(large.body().unwrap()).await, Some(MAX_BODY_BYTES));
        assert!(!large.too_large().is_set());
    }

    #[tokio::test]
    async fn a_body_that_is_announced_as_too_large_is_not_read() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_LENGTH, (MAX_BODY_BYTES + 1).into());
        let endless = Body::from_stream(futures_util::stream::pending::<Result<Bytes, axum::Error>>());
        assert_eq!(Upload::read(&headers, endless).await.unwrap_err(), Failure::BodyTooLarge);
    }

    #[tokio::test]
    async fn a_body_beyond_the_limit_is_broken_off() {
        let mut upload = read(MAX_BODY_BYTES + 1, 50_000).await.unwrap();
        assert_eq!(size(upload.body().unwrap()).await, None);
        assert!(upload.too_large().is_set());
        assert_eq!(read(MAX_BODY_BYTES + 1, MAX_BODY_BYTES + 1).await.unwrap_err(), Failure::BodyTooLarge);
    }
}
