//! One request over one link, and what became of it when no answer came.

use std::{fmt, sync::Arc};

use axum::body::Body;
use http::{Request, Response};
use http_body::Body as _;

use super::{
    body::{AnswerBody, upload},
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
        /// The request's body, when it is whole still.
        body: Option<Body>,
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
        let (parts, body) = request.into_parts();
        let Some(running) = self.0.load.begin(MOST_REQUESTS) else {
            return Err(SendError::NotSent { body: Some(body) });
        };
        let is_whole = body.is_end_stream();
        let mut sender = self.0.sender.clone();
        let (answer, stream) = match sender.send_request(Request::from_parts(parts, ()), is_whole) {
            Ok(sent) => sent,
            // It fails so before anything is sent: the link takes no more requests.
            Err(_) => return Err(SendError::NotSent { body: Some(body) }),
        };
        // One that waits for an answer must not keep a link that closes open.
        drop(sender);
        if !is_whole {
            upload(body, stream);
        }
        match answer.await {
            Ok(answer) => Ok(AnswerBody::wrap(answer, running)),
            Err(error) => Err(classify(&error)),
        }
    }
}

/// What an error of HTTP/2 says about the request (RFC 9113 8.7).
fn classify(error: &h2::Error) -> SendError {
    let reason = error.reason();
    let refused = error.is_reset() && reason == Some(h2::Reason::REFUSED_STREAM);
    // An orderly GOAWAY fails only requests above the last one that the other side has taken.
    let left_out = error.is_go_away() && error.is_remote() && reason == Some(h2::Reason::NO_ERROR);
    if refused || left_out {
        SendError::NotSent { body: None }
    } else if error.is_reset() {
        SendError::BrokenOff { words: error.to_string() }
    } else {
        SendError::Lost
    }
}
