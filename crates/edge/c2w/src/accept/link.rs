//! The life of one link on the web bridge's side: HTTP/2's client, the watch over it, and its end.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::body::Body;
use futures_util::{FutureExt, future::BoxFuture};
use http::{Method, Request, Uri};
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use jiff::Timestamp;
use tokio::{
    sync::watch,
    time::{sleep_until, timeout},
};

use super::{
    handshake::Arrived,
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
    let Arrived { socket, caller, .. } = arrived;
    let pulse = LinkPulse::new();
    let io = TokioIo::new(WsIo::new(socket, pulse.clone()));
    let (sender, connection) = match builder().handshake::<_, Body>(io).await {
        Ok(pair) => pair,
        Err(error) => return DownReason::Broken { words: error.to_string() },
    };
    let mut connection = Box::pin(connection);
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
    let mut watch = Watch::new(sender, pulse.clone(), load);
    let up = || {
        registry.add(entry);
        let Caller { role, node } = &caller;
        tracing::info!(target: "C2WListener", "C2W connection from {role} {node} ({address}) UP");
    };
    let reason = tokio::select! {
        biased;
        result = connection.as_mut() => match result {
            Ok(()) => DownReason::ClosedByPeer,
            Err(error) => DownReason::Broken { words: error.to_string() },
        },
        reason = watch.run(up) => reason,
        _ = stop.wait_for(|&stop| stop) => DownReason::Stopping,
    };
    registry.remove(id);
    // Its queue goes with it: a request that comes from now on is told so, and running ones go on by themselves.
    drop((watch, connection));
    finish(&reason, &pulse).await;
    pulse.cut();
    reason
}

/// Lets running requests and the closing handshake end, unless the link is dead.
async fn finish(reason: &DownReason, pulse: &LinkPulse) {
    if !matches!(reason, DownReason::NoHeartbeat) {
        let _ = timeout(limits::STOP_GRACE, pulse.closed()).await;
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .initial_max_send_streams(limits::MAX_STREAMS as usize)
        .initial_stream_window_size(limits::STREAM_WINDOW)
        .initial_connection_window_size(limits::CONNECTION_WINDOW)
        .max_send_buf_size(limits::SEND_BUFFER)
        .max_header_list_size(limits::MAX_HEADER_BYTES)
        // Requests that were given up are reset; their late frames must not end the link.
        .max_concurrent_reset_streams(limits::MAX_STREAMS as usize);
    builder
}

/// The watch over one link: sends heartbeats as [`View::judge`] says.
struct Watch {
    sender: SendRequest<Body>,
    pulse: LinkPulse,
    load: Arc<Load>,
    last_probe: Option<Duration>,
    held_up_until: Duration,
    /// The heartbeat that is under way. It must be kept: dropping it would reset it.
    probe: Option<BoxFuture<'static, bool>>,
}

impl Watch {
    fn new(sender: SendRequest<Body>, pulse: LinkPulse, load: Arc<Load>) -> Self {
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
        let mut request = Request::new(Body::empty());
        *request.method_mut() = Method::HEAD;
        *request.uri_mut() = Uri::from_static(HEARTBEAT_URI);
        let answered = self.sender.send_request(request);
        self.probe =
            Some(async move { answered.await.is_ok_and(|answer| answer.status().is_success()) }.boxed());
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

async fn answer_of(probe: &mut Option<BoxFuture<'static, bool>>) -> bool {
    match probe {
        Some(probe) => probe.await,
        None => std::future::pending().await,
    }
}
