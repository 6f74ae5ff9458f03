//! Bodies that are answered before they were read, such as one that is announced as too large. With HTTP/1.1 the connection
//! closes then, and a client that is still writing would meet that instead of the answer: so the rest is read and thrown away.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Version, header::EXPECT};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};

use crate::limits::{DISCARD_TIMEOUT, MAX_DISCARDED};

/// What nobody read of a request's body.
pub(crate) struct Rest {
    body: oneshot::Receiver<Incoming>,
    until: Instant,
}

impl Rest {
    /// Reads it, up to [`MAX_DISCARDED`] and [`DISCARD_TIMEOUT`] after the head. One that still has a reader is left to it.
    pub(crate) async fn discard(mut self) {
        let Ok(mut body) = self.body.try_recv() else { return };
        let mut left = MAX_DISCARDED;
        while let Ok(Some(Ok(frame))) = timeout_at(self.until, body.frame()).await {
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            match left.checked_sub(bytes) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    }
}

/// The request for its handler, and the rest of its body for afterwards.
pub(crate) fn watch(request: Request<Incoming>) -> (Request<Body>, Option<Rest>) {
    // Most requests have no body, and an empty one needs no box.
    if request.body().is_end_stream() {
        return (request.map(|_| Body::empty()), None);
    }
    // HTTP/2 ends one stream without ending others. Who waits to be told to go on has sent nothing yet.
    if request.version() > Version::HTTP_11 || request.headers().contains_key(EXPECT) {
        return (request.map(Body::new), None);
    }
    let (unread, body) = oneshot::channel();
    let rest = Rest { body, until: Instant::now() + DISCARD_TIMEOUT };
    (request.map(|body| Body::new(Watched { body: Some(body), unread: Some(unread) })), Some(rest))
}

/// Hands on what is left of a body when its reader drops it.
struct Watched {
    body: Option<Incoming>,
    unread: Option<oneshot::Sender<Incoming>>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, HttpBody::size_hint)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let (Some(body), Some(unread)) = (self.body.take(), self.unread.take())
            && !body.is_end_stream()
        {
            // Not taken when the connection is gone already.
            let _ = unread.send(body);
        }
    }
}
