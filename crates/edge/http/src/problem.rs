//! Refusals in JSON, as an axum answer.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use convoke_web_api::{Problem, problem::CONTENT_TYPE, relay::UNDONE};
use http::{HeaderValue, StatusCode, header};

/// Seconds after which a client may try again where nothing else is known, as when a part was away.
const RETRY_AFTER: u32 = 2;

/// A [`Problem`] that a handler can return as its error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub Problem);

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        if self.0.undone {
            response.headers_mut().insert(UNDONE, HeaderValue::from_static("1"));
        }
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            let seconds = self.0.retry_after.unwrap_or(RETRY_AFTER);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
