//! One connection: its requests, its idle time, its end. Apart from the accept loop because it lives in a task of its own.

use std::{
    any::Any,
    convert::Infallible,
    net::SocketAddr,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use axum::{body::Body, response::IntoResponse};
use bytes::Bytes;
use futures_util::FutureExt;
use http::{Method, Request, Response, StatusCode};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulConnection},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
    time::{Instant, sleep_until, timeout},
};
use tower::{Service, ServiceExt};

use crate::{
    lasting::{self, Lent},
    limits, unread,
};

/// Who is at the other end of the connection; each request carries it as an extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub SocketAddr);

/// Which HTTP version a connection speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    Http1,
    Http2,
    /// Plain HTTP: the client's first bytes tell.
    ByFirstBytes,
}

/// What answers requests: an axum router, or any service of the same form.
pub trait Answers:
    Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

impl<S> Answers for S where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send>
        + Clone
        + Send
        + 'static
{
}

/// Serves `io` until it ends, is idle for too long, or `stop` turns true.
///
/// The connection is boxed and nothing else of it lives in the task: a browser that holds an event stream costs what is
/// here for as long as it stays.
pub(crate) async fn serve<I>(
    io: I,
    version: Version,
    peer: SocketAddr,
    answers: impl Answers,
    stop: watch::Receiver<bool>,
) where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Arc::new(Activity::new(version));
    let counted = Arc::clone(&activity);
    // Boxed as well: hyper keeps room for one in each connection, also while none runs.
    let answer =
        move |request| Box::pin(answer(answers.clone(), request, ClientAddress(peer), Busy::new(&counted)));
    match version {
        Version::Http1 => {
            let lent = Lent::new(io);
            serve_http1(lent.clone(), answer, &activity, peer, stop).await;
            if let Some((io, lasts)) = lent.taken()
                && let Err(error) = lasting::write(io, lasts).await
            {
                tracing::debug!(%peer, %error, "connection ended");
            }
        }
        Version::Http2 => {
            let service = service_fn(move |request| answer(request).map(Ok::<_, Infallible>));
            let connection = Box::pin(http2_builder().serve_connection(TokioIo::new(io), service));
            drive(connection, &activity, peer, stop).await;
        }
        Version::ByFirstBytes => {
            let service = service_fn(move |request| answer(request).map(Ok::<_, Infallible>));
            let connection = auto_builder().serve_connection(TokioIo::new(io), service).into_owned();
            drive(Box::pin(connection), &activity, peer, stop).await;
        }
    }
}

/// Until the connection ends, or an answer that lasts takes it.
async fn serve_http1<I, A>(
    lent: Lent<I, BusyBody>,
    answer: impl Fn(Request<Incoming>) -> A + Send + 'static,
    activity: &Activity,
    peer: SocketAddr,
    stop: watch::Receiver<bool>,
) where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    A: Future<Output = Response<BusyBody>> + Send + 'static,
{
    let taker = lent.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        // Chunks, which an answer that lasts is written in, came with HTTP/1.1.
        let may_last = request.method() == Method::GET && request.version() == http::Version::HTTP_11;
        let (answered, taker) = (answer(request), taker.clone());
        async move {
            let answer = answered.await;
            if may_last { taker.pass(answer) } else { Ok(answer) }
        }
    });
    let connection = Box::pin(http1_builder().serve_connection(TokioIo::new(lent), service));
    drive(connection, activity, peer, stop).await;
}

async fn drive<C>(
    mut connection: Pin<Box<C>>,
    activity: &Activity,
    peer: SocketAddr,
    mut stop: watch::Receiver<bool>,
) where
    C: GracefulConnection<Error: std::fmt::Display>,
{
    loop {
        tokio::select! {
            result = connection.as_mut() => {
                if let Err(error) = result {
                    tracing::debug!(%peer, %error, "connection ended");
                }
                return;
            }
            _ = stop.wait_for(|&stop| stop) => break,
            () = sleep_until(activity.idle_deadline()) => {
                if activity.idle_deadline() <= Instant::now() {
                    break;
                }
            }
        }
    }
    connection.as_mut().graceful_shutdown();
    // Running requests end within the time that a stop has; the accept loop cuts what is left.
    let _ = timeout(limits::STOP_GRACE, connection).await;
}

/// Without hyper's own timer, which would be set anew for each request: [`Activity`] closes a connection whose request does
/// not come in time.
fn http1_builder() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.header_read_timeout(None).max_buf_size(limits::MAX_HEADER_BYTES).max_headers(limits::MAX_HEADERS);
    builder
}

fn http2_builder() -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_header_list_size(limits::MAX_HEADER_BYTES as u32)
        .max_concurrent_streams(limits::MAX_STREAMS)
        .initial_stream_window_size(limits::STREAM_WINDOW)
        .initial_connection_window_size(limits::CONNECTION_WINDOW)
        .max_send_buf_size(limits::SEND_BUFFER)
        .keep_alive_interval(limits::KEEP_ALIVE_IDLE)
        .keep_alive_timeout(limits::HEADER_READ_TIMEOUT);
    builder
}

fn auto_builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .header_read_timeout(None)
        .max_buf_size(limits::MAX_HEADER_BYTES)
        .max_headers(limits::MAX_HEADERS);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(limits::MAX_HEADER_BYTES as u32)
        .max_concurrent_streams(limits::MAX_STREAMS)
        .initial_stream_window_size(limits::STREAM_WINDOW)
        .initial_connection_window_size(limits::CONNECTION_WINDOW)
        .max_send_buf_size(limits::SEND_BUFFER)
        .keep_alive_interval(limits::KEEP_ALIVE_IDLE)
        .keep_alive_timeout(limits::HEADER_READ_TIMEOUT);
    builder
}

async fn answer(
    answers: impl Answers,
    mut request: Request<Incoming>,
    peer: ClientAddress,
    busy: Busy,
) -> Response<BusyBody> {
    request.extensions_mut().insert(peer);
    let (request, rest) = unread::watch(request);
    let answered = AssertUnwindSafe(answers.oneshot(request)).catch_unwind().await;
    let response = match answered {
        Ok(Ok(response)) => response,
        Err(panic) => after_panic(panic.as_ref()),
    };
    if let Some(rest) = rest {
        rest.discard().await;
    }
    response.map(|body| BusyBody { body, busy: busy.answering() })
}

/// A panic is our bug; it ends one request and not the connection.
fn after_panic(panic: &(dyn Any + Send)) -> Response<Body> {
    let text = panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!("a request handler panicked: {}", text.unwrap_or("(no text)"));
    (StatusCode::INTERNAL_SERVER_ERROR, "internal error\n").into_response()
}

/// Counts the running requests of a connection, and since when there is none, or none of which anything is read.
struct Activity {
    running: AtomicUsize,
    /// Those of the running ones whose answer has begun.
    answering: AtomicUsize,
    quiet_until: Mutex<Instant>,
    /// HTTP/2 lets a client take nothing of an answer for as long as it likes while its connection is alive. With HTTP/1.1 the
    /// system sees what is not read, and ends the connection ([`limits::UNREAD`]).
    may_be_left_unread: bool,
}

impl Activity {
    fn new(version: Version) -> Self {
        let first = Instant::now() + limits::HEADER_READ_TIMEOUT;
        Self {
            running: AtomicUsize::new(0),
            answering: AtomicUsize::new(0),
            quiet_until: Mutex::new(first),
            may_be_left_unread: version == Version::Http2,
        }
    }

    /// When nothing will have happened for too long, as things stand now.
    fn idle_deadline(&self) -> Instant {
        let (running, answering) =
            (self.running.load(Ordering::Acquire), self.answering.load(Ordering::Acquire));
        if running > answering || (running > 0 && !self.may_be_left_unread) {
            return Instant::now() + limits::KEEP_ALIVE_IDLE;
        }
        *self.quiet_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a request came, was answered, or was read of.
    fn note(&self) {
        let until = Instant::now() + limits::KEEP_ALIVE_IDLE;
        *self.quiet_until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

/// One running request, until its answer's body is done or dropped.
struct Busy {
    activity: Arc<Activity>,
    is_answering: bool,
}

impl Busy {
    fn new(activity: &Arc<Activity>) -> Self {
        activity.running.fetch_add(1, Ordering::AcqRel);
        Self { activity: Arc::clone(activity), is_answering: false }
    }

    /// Its answer begins.
    fn answering(mut self) -> Self {
        self.activity.note();
        self.activity.answering.fetch_add(1, Ordering::AcqRel);
        self.is_answering = true;
        self
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.activity.note();
        self.activity.running.fetch_sub(1, Ordering::AcqRel);
        if self.is_answering {
            self.activity.answering.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

struct BusyBody {
    body: Body,
    busy: Busy,
}

impl HttpBody for BusyBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if frame.is_ready() && self.busy.activity.may_be_left_unread {
            self.busy.activity.note();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
