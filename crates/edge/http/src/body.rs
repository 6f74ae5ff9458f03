//! The limit of request bodies, whoever reads them: extractors and streams alike.

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Request},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header::CONTENT_LENGTH};
use http_body_util::Limited;

/// Limits the bodies of all requests of `router` to `most` bytes.
///
/// A request that announces more is answered 413 at once; one that sends more than it announced ends with an error of its
/// body, which axum's extractors turn into 413.
pub fn limit_body(router: Router, most: usize) -> Router {
    router
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(move |request, next| limited(request, next, most)))
}

async fn limited(request: Request, next: Next, most: usize) -> Response {
    let announced =
        request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > most as u64) {
        return (StatusCode::PAYLOAD_TOO_LARGE, format!("a request body has at most {most} bytes\n"))
            .into_response();
    }
    next.run(request.map(|body| Body::new(Limited::new(body, most)))).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::post;
    use tower::ServiceExt;

    fn router() -> Router {
        limit_body(
            Router::new().route("/", post(|body: bytes::Bytes| async move { body.len().to_string() })),
            10,
        )
    }

    async fn status(body: Body, announced: Option<&str>) -> StatusCode {
        let mut request = Request::post("/");
        if let Some(length) = announced {
            request = request.header(CONTENT_LENGTH, length);
        }
        router().oneshot(request.body(body).unwrap()).await.unwrap().status()
    }

    #[tokio::test]
    async fn a_body_within_the_limit_is_read() {
        assert_eq!(status(Body::from("0123456789"), None).await, StatusCode::OK);
    }

    #[tokio::test]
    async fn a_longer_body_is_answered_413_announced_or_not() {
        assert_eq!(status(Body::empty(), Some("11")).await, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(status(Body::from("0123456789a"), None).await, StatusCode::PAYLOAD_TOO_LARGE);
    }
}
