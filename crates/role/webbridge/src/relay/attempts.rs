//! One request tried on one link after another, as often as that is safe.

use axum::{body::Body, response::Response};
use convoke_c2w::{LinkRegistry, Role, SendError};
use convoke_web_api::relay::UNDONE;
use http::Request;
use tokio::time::Instant;

use super::{
    answer::{BrokenAnswer, KEPT, off_the_link},
    headers::Head,
    refuse::Failure,
    upload::Upload,
};
use crate::limits::{MAX_ATTEMPTS, READ_PATIENCE, RETRY_WITHIN};

/// Sends the request over the link that is least busy; over another one when that dies and sending it twice is safe: the
/// first link never passed it on, or the method is idempotent and the body is kept. So too when a part says that it could
/// do nothing, and says so soon: others may reach what it can't. What the last one said is the answer.
pub(crate) async fn attempt(
    links: &LinkRegistry,
    role: Role,
    head: &Head,
    mut upload: Upload,
) -> Result<Response, Failure> {
    let mut tried = Vec::new();
    let (mut undone, mut broken, begun) = (None, false, Instant::now());
    while tried.len() < MAX_ATTEMPTS {
        if undone.is_some() && begun.elapsed() >= RETRY_WITHIN {
            break;
        }
        let Some(link) = links.pick(role, &tried) else { break };
        let Some(body) = upload.body() else { return Err(Failure::Lost) };
        tried.push(link.id());
        match link.send(request(head, body)).await {
            Ok(response) => match off_the_link(response, READ_PATIENCE, &KEPT).await {
                Ok(response) if upload.is_kept() && response.headers().contains_key(UNDONE) => {
                    undone = Some(response);
                }
                Ok(response) => return Ok(response),
                Err(BrokenAnswer) if head.is_idempotent() && upload.is_kept() => broken = true,
                Err(BrokenAnswer) => return Err(Failure::Lost),
            },
            Err(SendError::NotSent { body: Some(unsent) }) => upload.put_back(unsent),
            Err(SendError::NotSent { body: None }) => {}
            Err(SendError::Lost) if head.is_idempotent() && upload.is_kept() => {}
            Err(SendError::Lost) => return Err(Failure::Lost),
            Err(SendError::BrokenOff { words }) => {
                tracing::debug!(part = role.name(), words, "a relayed request was broken off");
                return Err(Failure::BrokenOff);
            }
        }
    }
    if let Some(response) = undone {
        return Ok(response);
    }
    if broken {
        return Err(Failure::BrokenOff);
    }
    // Links that were tried and are there still were full, or are closing.
    let busy = links.counts().of(role) > 0;
    Err(if busy { Failure::Busy } else { Failure::NotConnected })
}

fn request(head: &Head, body: Body) -> Request<Body> {
    let mut request = Request::new(body);
    *request.method_mut() = head.method.clone();
    *request.uri_mut() = head.uri.clone();
    *request.headers_mut() = head.headers.clone();
    request
}
