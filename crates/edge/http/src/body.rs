//! The limits of request bodies, in size and in time, whoever reads them: extractors and streams alike.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Request},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use convoke_web_api::Problem;
use http::header::CONTENT_LENGTH;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::Limited;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::{Refusal, limits::BODY_TIMEOUT};

/// Limits the bodies of all requests of `router` to `most` bytes, and to [`BODY_TIMEOUT`] from the head on.
///
/// A request that announces more is answered 413 at once; one that sends more than it announced ends with an error of its
/// body, which axum's extractors turn into 413. One whose body takes too long is answered 408.
pub fn limit_body(router: Router, most: usize) -> Router {
    router
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(move |request, next| limited(request, next, most)))
}

async fn limited(request: Request, next: Next, most: usize) -> Response {
    let announced =
        request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > most as u64) {
        return Refusal(Problem::new(413, "Too large", format!("A request body has at most {most} bytes.")))
            .into_response();
    }
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let too_slow = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&too_slow);
    let response = next.run(request.map(|body| Body::new(Limited::new(Timely::new(body, told), most)))).await;
    if too_slow.load(Ordering::Acquire) {
        let seconds = BODY_TIMEOUT.as_secs();
        let words = format!("A request body arrives within {seconds} seconds.");
        return Refusal(Problem::new(408, "Too slow", words)).into_response();
    }
    response
}

/// A body that ends with an error when it is not whole in time.
struct Timely {
    body: Body,
    until: Instant,
    /// Made when the body is waited for, which most never are.
    waiting: Option<Pin<Box<Sleep>>>,
    too_slow: Arc<AtomicBool>,
}

impl Timely {
    fn new(body: Body, too_slow: Arc<AtomicBool>) -> Self {
        Self { body, until: Instant::now() + BODY_TIMEOUT, waiting: None, too_slow }
    }
}

impl HttpBody for Timely {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if frame.is_ready() {
            return frame;
        }
        let until = self.until;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep_until(until)));
        std::task::ready!(waiting.as_mut().poll(context));
        self.too_slow.store(true, Ordering::Release);
        Poll::Ready(Some(Err(axum::Error::new("the body takes too long"))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::post;
    use http::StatusCode;
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

    #[tokio::test(start_paused = true)]
    async fn a_body_that_comes_byte_by_byte_is_not_waited_for_without_end() {
        let byte_a_second = futures_util::stream::unfold((), |()| async {
            tokio::time::sleep(std::time::Duration::from_secs(4)).await;
            Some((Ok::<_, axum::Error>(Bytes::from_static(b"x")), ()))
        });
        let begun = Instant::now();
        let answered = status(Body::from_stream(byte_a_second), None).await;
        assert_eq!((answered, begun.elapsed()), (StatusCode::REQUEST_TIMEOUT, BODY_TIMEOUT));
    }
}
