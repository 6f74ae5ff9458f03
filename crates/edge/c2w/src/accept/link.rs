//! The life of one link on the web bridge's side: HTTP/2's client, the watch over it, and its end.

use std::{
    future::poll_fn,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use h2::client::{Builder, Connection, ResponseFuture, SendRequest};
use http::{Method, Request, Uri};
use jiff::Timestamp;
use tokio::{
    sync::watch,
    time::{sleep_until, timeout},
};

use super::{
    handshake::{Arrived, Secured},
    load::Load,
    registry::{Entry, LinkRegistry},
};
use crate::{
    fault::DownReason,
    heartbeat::{Verdict, View},
    hello::{Caller, HEARTBEAT_URI},
    limits,
    ws_io::{LinkPulse, WsIo},
};

/// Keeps an arrived link in `registry` for as long as it lives; says why it ended.
pub(super) async fn keep(
    arrived: Arrived,
    address: SocketAddr,
    registry: &LinkRegistry,
    stop: &mut watch::Receiver<bool>,
) -> DownReason {
    let Arrived { mut socket, caller, .. } = arrived;
    socket.get_mut().get_mut().0.begin();
    let pulse = LinkPulse::new();
    let (sender, connection) = match builder().handshake(WsIo::new(socket, pulse.clone())).await {
        Ok(pair) => pair,
        Err(error) => return DownReason::Broken { words: error.to_string() },
    };
    let mut connection = Driven { connection: Box::pin(connection), is_done: false };
    let load = Load::new(pulse.clone());
    let id = registry.new_id();
    let entry = Entry {
        id,
        caller: caller.clone(),
        address,
        since: Timestamp::now(),
        sender: sender.clone(),
        load: Arc::clone(&load),
    };
    let mut watch = Watch::new(sender.clone(), pulse.clone(), load);
    let up = || {
        registry.add(entry);
        let Caller { role, node } = &caller;
        tracing::info!(target: "C2WListener", "C2W connection from {role} {node} ({address}) UP");
    };
    let reason = tokio::select! {
        biased;
        reason = connection.until_closing(sender) => reason,
        reason = watch.run(up) => reason,
        _ = stop.wait_for(|&stop| stop) => DownReason::Stopping,
    };
    registry.remove(id);
    drop(watch);
    if !matches!(reason, DownReason::NoHeartbeat) {
        // Requests that are under way may end, and the connection with the last of them.
        let _ = timeout(limits::STOP_GRACE, connection.until_done()).await;
    }
    pulse.cut();
    reason
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder
        .enable_push(false)
        .initial_max_send_streams(limits::MAX_STREAMS as usize)
        .initial_window_size(limits::STREAM_WINDOW)
        .initial_connection_window_size(limits::CONNECTION_WINDOW)
        .max_send_buffer_size(limits::SEND_BUFFER)
        .max_header_list_size(limits::MAX_HEADER_BYTES)
        // Requests that were given up are reset; their late frames must not end the link.
        .max_concurrent_reset_streams(limits::MAX_STREAMS as usize);
    builder
}

/// The connection, driven by the task that keeps the link: a request's own task hands frames to it and hears of its answer
/// from it, and no other task stands between.
struct Driven {
    connection: Pin<Box<Connection<WsIo<Secured>, Bytes>>>,
    is_done: bool,
}

impl Driven {
    /// Drives it until it takes no more requests: because it ended, or because the dialler said that it will.
    async fn until_closing(&mut self, mut sender: SendRequest<Bytes>) -> DownReason {
        poll_fn(|context| {
            if let Poll::Ready(result) = self.poll(context) {
                return Poll::Ready(reason(result));
            }
            // A GOAWAY that was just read fails whoever wants to send from now on.
            match sender.poll_ready(context) {
                Poll::Ready(Err(error)) => Poll::Ready(reason(Err(error))),
                _ => Poll::Pending,
            }
        })
        .await
    }

    /// Drives it to its end, which comes by itself when neither requests nor senders are left.
    async fn until_done(&mut self) {
        if !self.is_done {
            // Why it ends no longer matters.
            let _ = poll_fn(|context| self.poll(context)).await;
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), h2::Error>> {
        let polled = self.connection.as_mut().poll(context);
        self.is_done = polled.is_ready();
        polled
    }
}

fn reason(ended: Result<(), h2::Error>) -> DownReason {
    match ended {
        Err(error) if error.reason() != Some(h2::Reason::NO_ERROR) => {
            DownReason::Broken { words: error.to_string() }
        }
        _ => DownReason::ClosedByPeer,
    }
}

/// The watch over one link: sends heartbeats as [`View::judge`] says.
struct Watch {
    sender: SendRequest<Bytes>,
    pulse: LinkPulse,
    load: Arc<Load>,
    last_probe: Option<Duration>,
    held_up_until: Duration,
    /// The heartbeat that is under way. It must be kept: dropping it would reset it.
    probe: Option<ResponseFuture>,
}

impl Watch {
    fn new(sender: SendRequest<Bytes>, pulse: LinkPulse, load: Arc<Load>) -> Self {
        Self { sender, pulse, load, last_probe: None, held_up_until: Duration::ZERO, probe: None }
    }

    /// Watches until the link is dead. The first heartbeat is sent at once; `up` is called when it is answered.
    async fn run(&mut self, up: impl FnOnce()) -> DownReason {
        let mut up = Some(up);
        self.send_probe();
        loop {
            match self.view().judge() {
                Verdict::Dead => return DownReason::NoHeartbeat,
                Verdict::Probe => self.send_probe(),
                Verdict::Wait(due) => match self.wait(due).await {
                    Some(true) => up.take().into_iter().for_each(|up| up()),
                    Some(false) => {
                        return DownReason::NotUpgraded { words: "it does not answer heartbeats".into() };
                    }
                    None => {}
                },
            }
        }
    }

    fn view(&self) -> View {
        View {
            now: self.pulse.now(),
            last_read: self.pulse.last_read(),
            waiting_since: self.load.waiting_since(),
            last_probe: self.last_probe,
            held_up_until: self.held_up_until,
        }
    }

    fn send_probe(&mut self) {
        let mut request = Request::new(());
        *request.method_mut() = Method::HEAD;
        *request.uri_mut() = Uri::from_static(HEARTBEAT_URI);
        // A connection that takes no more requests says why itself.
        self.probe = self.sender.send_request(request, true).ok().map(|(answer, _)| answer);
        self.last_probe = Some(self.pulse.now());
    }

    /// Waits until `due`, or until there is reason to look sooner. `Some(true)`: a heartbeat was answered.
    async fn wait(&mut self, due: Duration) -> Option<bool> {
        let busy = self.load.waiting_since().is_some();
        self.load.set_watched(busy);
        // A busy link is looked at often instead of being told of each request: a wake-up for each costs latency.
        let due = if busy { due.min(self.pulse.now() + limits::BUSY_TICK) } else { due };
        let answered = tokio::select! {
            () = sleep_until(self.pulse.instant(due)) => None,
            () = self.load.changed.notified() => None,
            answered = answer_of(&mut self.probe) => Some(answered),
        };
        if answered.is_some() {
            self.probe = None;
        }
        let now = self.pulse.now();
        if now > due + limits::WAITING_QUIET {
            // This process was held up (a busy machine, a stop signal): its own delay says nothing about the peer.
            self.held_up_until = now;
        }
        answered
    }
}

async fn answer_of(probe: &mut Option<ResponseFuture>) -> bool {
    match probe {
        Some(probe) => probe.await.is_ok_and(|answer| answer.status().is_success()),
        None => std::future::pending().await,
    }
}
