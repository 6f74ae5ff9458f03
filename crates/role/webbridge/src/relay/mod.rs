//! A browser's request, carried to a part over a link, and its answer back.

mod answer;
mod attempts;
mod headers;
mod refuse;
mod upload;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use convoke_c2w::Role;
use http::{HeaderMap, Request};
use http_body::Body as _;
use tokio::time::timeout;

use self::{
    attempts::attempt,
    headers::{Head, clean_answer},
    refuse::Failure,
    upload::Upload,
};
use crate::{limits::BODY_TIMEOUT, state::Bridge};

/// Sends `request` to a part of `role`, and gives its answer or says why there is none.
pub(crate) async fn relay(bridge: &Bridge, role: Role, request: Request<Body>) -> Response {
    let answer = carry(bridge, role, request).await;
    clean_answer(answer.unwrap_or_else(|failure| failure.refusal(role).into_response()))
}

async fn carry(bridge: &Bridge, role: Role, request: Request<Body>) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let upload = if body.is_end_stream() { Upload::none() } else { received(&parts.headers, body).await? };
    let head = Head::new(role, parts);
    let too_large = upload.too_large();
    match timeout(bridge.answer_timeout, attempt(&bridge.links, role, &head, upload)).await {
        Ok(Err(_)) if too_large.is_set() => Err(Failure::BodyTooLarge),
        Ok(result) => result,
        Err(_) => Err(Failure::TimedOut(bridge.answer_timeout)),
    }
}

/// The fields that go to a call bridge.
#[cfg(feature = "fuzz")]
pub(crate) fn carried_headers(request: http::request::Parts) -> HeaderMap {
    Head::new(Role::CallBridge, request).headers
}

/// The part of a body that is kept, unless it comes too slowly.
async fn received(headers: &HeaderMap, body: Body) -> Result<Upload, Failure> {
    timeout(BODY_TIMEOUT, Upload::read(headers, body)).await.unwrap_or(Err(Failure::BodyTooSlow))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use bytes::Bytes;
    use futures_util::{StreamExt, stream};

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let begin = stream::iter([Ok::<_, axum::Error>(Bytes::from_static(b"{user"))]);
        let half = Body::from_stream(begin.chain(stream::pending()));
        let begun = tokio::time::Instant::now();
        assert_eq!(received(&HeaderMap::new(), half).await.err(), Some(Failure::BodyTooSlow));
        assert_eq!(begun.elapsed(), BODY_TIMEOUT);
    }
}
