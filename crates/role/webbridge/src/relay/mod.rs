//! A browser's request, carried to a part over a link, and its answer back.

mod answer;
mod attempts;
mod headers;
mod refuse;
mod upload;

use axum::response::{IntoResponse, Response};
use convoke_c2w::Role;
use convoke_http::ClientAddress;
use http::Request;
use tokio::time::timeout;

use self::{
    attempts::attempt,
    headers::{Head, clean_answer},
    refuse::Failure,
    upload::Upload,
};
use crate::{limits::BODY_TIMEOUT, state::Bridge};

/// Sends `request` to a part of `role`, and gives its answer or says why there is none.
pub(crate) async fn relay(
    bridge: &Bridge,
    role: Role,
    request: Request<axum::body::Body>,
    client: ClientAddress,
) -> Response {
    match carry(bridge, role, request, client).await {
        Ok(response) => clean_answer(response),
        Err(failure) => failure.refusal(role).into_response(),
    }
}

async fn carry(
    bridge: &Bridge,
    role: Role,
    request: Request<axum::body::Body>,
    client: ClientAddress,
) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let head = Head::new(role, &parts, client);
    let upload = timeout(BODY_TIMEOUT, Upload::read(&parts.headers, body)).await;
    let upload = upload.unwrap_or(Err(Failure::BodyTooSlow))?;
    let too_large = upload.too_large();
    match timeout(bridge.answer_timeout, attempt(&bridge.links, role, &head, upload)).await {
        Ok(Err(_)) if too_large.is_set() => Err(Failure::BodyTooLarge),
        Ok(result) => result,
        Err(_) => Err(Failure::TimedOut(bridge.answer_timeout)),
    }
}
