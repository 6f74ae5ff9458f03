//! HTTP/2 served over an open link, until it ends: the dialler is the server here.

use std::{any::Any, convert::Infallible, panic::AssertUnwindSafe, pin::pin, sync::Arc};

use axum::{Router, body::Body, response::IntoResponse};
use convoke_model::Uuid;
use futures_util::FutureExt;
use http::{Method, Request, Response, StatusCode};
use hyper::{body::Incoming, server::conn::http2::Builder, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{
    sync::{Notify, watch},
    time::{sleep_until, timeout},
};
use tower::ServiceExt;

use super::attempt::Opened;
use crate::{
    fault::DownReason,
    hello::HEARTBEAT_PATH,
    limits,
    ws_io::{LinkPulse, WsIo},
};

/// Which web bridge a request came through; each request over a link carries it as an extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FromWebBridge(pub Uuid);

/// Serves `router` until the link ends, and says why it did. `up` is called at the first heartbeat.
pub(crate) async fn serve(
    mut opened: Opened,
    router: Router,
    stop: &mut watch::Receiver<Option<DownReason>>,
    mut up: impl FnMut(),
) -> DownReason {
    let (pulse, beaten) = (LinkPulse::new(), Arc::new(Notify::new()));
    let (beats, from) = (Arc::clone(&beaten), FromWebBridge(opened.guid));
    let on_link = pulse.clone();
    let service = service_fn(move |request| {
        // Counted until its head is there: what then streams is written in pieces that are large enough by themselves.
        let counted = on_link.request();
        let answered = answer(router.clone(), request, from, Arc::clone(&beats));
        async move {
            let answered = answered.await;
            drop(counted);
            answered
        }
    });
    opened.socket.get_mut().get_mut().0.begin();
    let io = TokioIo::new(WsIo::new(opened.socket, pulse.clone()));
    let mut connection = pin!(builder().serve_connection(io, service));
    let mut is_up = false;
    let reason = loop {
        let quiet_at = pulse.instant(pulse.last_read() + limits::DIALLER_QUIET);
        tokio::select! {
            // The connection first: what has arrived while this process was held up counts as read.
            biased;
            result = connection.as_mut() => return ended(result),
            () = beaten.notified(), if !is_up => {
                is_up = true;
                up();
            }
            reason = stop.wait_for(Option::is_some) => {
                break reason.ok().and_then(|reason| reason.clone()).unwrap_or(DownReason::Stopping);
            }
            () = sleep_until(quiet_at) => {
                if pulse.now() >= pulse.last_read() + limits::DIALLER_QUIET {
                    pulse.cut();
                    return DownReason::NoHeartbeat;
                }
            }
        }
    };
    connection.as_mut().graceful_shutdown();
    let _ = timeout(limits::STOP_GRACE, connection).await;
    pulse.cut();
    reason
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits::MAX_STREAMS)
        .initial_stream_window_size(limits::STREAM_WINDOW)
        .initial_connection_window_size(limits::CONNECTION_WINDOW)
        .max_send_buf_size(limits::SEND_BUFFER)
        .max_header_list_size(limits::MAX_HEADER_BYTES)
        // Browsers that give up reset their requests; many at once are no attack from a web bridge that we trust.
        .max_pending_accept_reset_streams(limits::MAX_STREAMS as usize);
    builder
}

async fn answer(
    router: Router,
    mut request: Request<Incoming>,
    from: FromWebBridge,
    beats: Arc<Notify>,
) -> Result<Response<Body>, Infallible> {
    if request.method() == Method::HEAD && request.uri().path() == HEARTBEAT_PATH {
        beats.notify_one();
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    request.extensions_mut().insert(from);
    match AssertUnwindSafe(router.oneshot(request.map(Body::new))).catch_unwind().await {
        Ok(answered) => answered,
        Err(panic) => Ok(after_panic(panic.as_ref())),
    }
}

/// A panic is our bug; it ends one request and not the link.
fn after_panic(panic: &(dyn Any + Send)) -> Response<Body> {
    let text = panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!("a request handler panicked: {}", text.unwrap_or("(no text)"));
    (StatusCode::INTERNAL_SERVER_ERROR, "internal error\n").into_response()
}

fn ended(result: Result<(), hyper::Error>) -> DownReason {
    match result {
        Ok(()) => DownReason::ClosedByPeer,
        Err(error) => DownReason::Broken { words: root_words(&error) },
    }
}

/// The innermost cause: the outer ones only say that HTTP/2 failed.
fn root_words(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
