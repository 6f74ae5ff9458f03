//! One request over one link, and what became of it when no answer came.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;

use super::{
    load::Running,
    registry::{Entry, LinkId, LinkInfo},
};
use crate::limits::{MAX_STREAMS, RESERVED_STREAMS};

/// Most requests that run at once on one link; the rest of its streams belong to heartbeats.
pub(crate) const MOST_REQUESTS: usize = (MAX_STREAMS - RESERVED_STREAMS) as usize;

/// A link that was picked to carry a request.
#[derive(Clone)]
pub struct Link(pub(super) Arc<Entry>);

/// Why there is no answer.
#[derive(Debug)]
pub enum SendError {
    /// The other side never saw the request, so that it may be sent again, whatever its method.
    NotSent {
        /// The request, when it is whole still.
        request: Option<Box<Request<Body>>>,
    },
    /// The link died after the request was sent: whether it was acted upon is not known.
    Lost,
    /// The link lives, but this request was broken off: its own body failed, or the other side gave it up.
    BrokenOff {
        /// The reason.
        words: String,
    },
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent { .. } => f.write_str("the link could not take the request"),
            Self::Lost => f.write_str("the link died before the answer"),
            Self::BrokenOff { words } => write!(f, "the request was broken off: {words}"),
        }
    }
}

impl std::error::Error for SendError {}

impl Link {
    /// Which link it is, for [`super::LinkRegistry::pick`]'s exclusions.
    pub fn id(&self) -> LinkId {
        self.0.id
    }

    /// Who is at its other end.
    pub fn info(&self) -> LinkInfo {
        self.0.info()
    }

    /// Sends a request, and gives the answer once its head has come. The body streams; until it is read to its end or
    /// dropped, the request counts as running on this link.
    ///
    /// There is no time limit here: the caller has one, and dropping the future resets the request alone.
    pub async fn send(&self, request: Request<Body>) -> Result<Response<Body>, SendError> {
        let Some(running) = self.0.load.begin(MOST_REQUESTS) else {
            return Err(SendError::NotSent { request: Some(Box::new(request)) });
        };
        let mut sender = self.0.sender.clone();
        match sender.try_send_request(request).await {
            Ok(response) => Ok(response.map(|body| Body::new(CountedBody { body, _running: running }))),
            Err(mut error) => match error.take_message() {
                Some(request) => Err(SendError::NotSent { request: Some(Box::new(request)) }),
                None => Err(classify(error.error())),
            },
        }
    }
}

/// What an error of HTTP/2 says about the request (RFC 9113 8.7).
fn classify(error: &hyper::Error) -> SendError {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(current) = source {
        if let Some(h2) = current.downcast_ref::<h2::Error>() {
            return classify_h2(h2);
        }
        source = current.source();
    }
    SendError::Lost
}

fn classify_h2(error: &h2::Error) -> SendError {
    let reason = error.reason();
    let refused = error.is_reset() && reason == Some(h2::Reason::REFUSED_STREAM);
    // An orderly GOAWAY fails only requests above the last one that the other side has taken.
    let left_out = error.is_go_away() && error.is_remote() && reason == Some(h2::Reason::NO_ERROR);
    if refused || left_out {
        SendError::NotSent { request: None }
    } else if error.is_reset() {
        SendError::BrokenOff { words: error.to_string() }
    } else {
        SendError::Lost
    }
}

/// An answer's body that counts as running until it is done.
struct CountedBody {
    body: Incoming,
    _running: Running,
}

impl HttpBody for CountedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
