//! Start, serve, stop.

use std::{future::Future, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use axum::Router;
use convoke_c2w::{C2wListener, LinkInfo, LinkRegistry, ListenerSettings};
use convoke_control_api::{Answer, Link, Links, Request, RoleStatus};
use convoke_http::{
    Bound, Check, SecurityHeaders, Transport, bind, ops_router, redirect_to_https, server_config,
};
use convoke_runtime::{Shutdown, control};
use prometheus_client::registry::Registry;
use tokio::{sync::watch, task::JoinSet, time::timeout};

use crate::{
    files::Files,
    front::front,
    limits::{ANSWER_TIMEOUT, LINK_STOP},
    metrics::Metrics,
    policy::security_headers,
    settings::WebBridgeSettings,
    state::Bridge,
};

/// Where a web bridge listens, once it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// For browsers, by HTTPS.
    pub https: Vec<SocketAddr>,
    /// For browsers, by HTTP, redirected.
    pub redirect: Option<SocketAddr>,
    /// For call bridges and schedulers.
    pub c2w: Vec<SocketAddr>,
    /// Health and metrics.
    pub ops: Option<SocketAddr>,
}

/// The web bridge could not start. It says everything that is in the way.
#[derive(Debug, thiserror::Error)]
#[error("the web bridge can't start: {}", faults.join("; "))]
pub struct StartError {
    /// Each fault in words.
    pub faults: Vec<String>,
}

/// Serves until `stop` resolves, then ends within 5 s. `ready` is called once every port is taken.
pub async fn run(
    settings: WebBridgeSettings,
    ready: impl FnOnce(Addresses),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), StartError> {
    run_with(settings, ANSWER_TIMEOUT, ready, stop).await
}

pub(crate) async fn run_with(
    settings: WebBridgeSettings,
    answer_timeout: Duration,
    ready: impl FnOnce(Addresses),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), StartError> {
    let start = Start::take(&settings).await?;
    let addresses = start.addresses();
    let (links, metrics) = (LinkRegistry::new(), Metrics::default());
    let (stopping, stopped) = watch::channel(false);
    let bridge = Bridge {
        links: links.clone(),
        files: Arc::new(Files::embedded()),
        metrics: metrics.clone(),
        stopping: stopped.clone(),
        answer_timeout,
    };
    let redirect_port = addresses.https.first().map_or(443, SocketAddr::port);
    let mut fronts = JoinSet::new();
    let app = front(bridge, start.headers);
    for bound in start.https {
        fronts.spawn(bound.serve(start.transport.clone(), app.clone(), until(&stopped)));
    }
    if let Some(bound) = start.redirect {
        fronts.spawn(bound.serve(Transport::Plain, redirect_to_https(redirect_port), until(&stopped)));
    }
    if let Some(bound) = start.ops {
        fronts.spawn(bound.serve(Transport::Plain, ops(&links, &metrics), until(&stopped)));
    }
    if let Some(path) = settings.control_socket.clone() {
        let listening = addresses.https.iter().chain(&addresses.c2w).chain(&addresses.redirect);
        let listening: Vec<String> = listening.map(SocketAddr::to_string).collect();
        fronts.spawn(answer_the_shell(path, links.clone(), listening, until(&stopped)));
    }
    let (links_stopping, links_stopped) = watch::channel(false);
    let mut backs = JoinSet::new();
    for listener in start.c2w {
        let settings = ListenerSettings {
            guid: settings.guid,
            identity: settings.c2w_identity.clone(),
            bundle: settings.c2w_bundle.clone(),
        };
        backs.spawn(listener.serve(settings, links.clone(), until(&links_stopped)));
    }
    backs.spawn(keep_link_figures(links, metrics, until(&links_stopped)));
    tracing::info!(
        target: "WebBridge",
        "Web bridge listening: https={:?} redirect={:?} c2w={:?}",
        addresses.https, addresses.redirect, addresses.c2w
    );
    ready(addresses);
    stop.await;
    // Browsers first: their requests still need the links.
    stopping.send_replace(true);
    while fronts.join_next().await.is_some() {}
    links_stopping.send_replace(true);
    let _ = timeout(LINK_STOP, async { while backs.join_next().await.is_some() {} }).await;
    Ok(())
}

/// Tells the shell of this server how the web bridge is, until the stop.
async fn answer_the_shell(
    path: PathBuf,
    links: LinkRegistry,
    listening: Vec<String>,
    stop: impl Future<Output = ()>,
) {
    let (shutdown, trigger) = Shutdown::new();
    let answer = move |asked: Request| {
        let mut found = links.links();
        // By name, so that two looks can be compared.
        found.sort_by_key(|link| (link.node.clone(), link.role.to_string()));
        let peer = |link: &LinkInfo| Link { peer: format!("{} of {}", link.role, link.node), fault: None };
        let peers = found.iter().map(peer).collect();
        let answer = match asked {
            Request::Status => Answer::Status(RoleStatus {
                listening: listening.clone(),
                links: Some(Links { peers }),
                ..RoleStatus::default()
            }),
            _ => Answer::Refused { reason: "the web bridge logs nothing in detail".to_owned() },
        };
        async move { answer }
    };
    tokio::join!(control::serve(path, shutdown, answer), async {
        stop.await;
        trigger.ask();
    });
}

/// Everything that can fail before serving.
struct Start {
    headers: SecurityHeaders,
    transport: Transport,
    https: Vec<Bound>,
    redirect: Option<Bound>,
    ops: Option<Bound>,
    c2w: Vec<C2wListener>,
}

impl Start {
    /// Takes every port and checks the rest; tells all faults together.
    async fn take(settings: &WebBridgeSettings) -> Result<Self, StartError> {
        let mut faults = Vec::new();
        let headers = note(security_headers(settings.frame_ancestors.as_deref()), &mut faults);
        let transport = note(
            server_config(&settings.https_identity, settings.https_only_tls_1_3).map(Transport::Tls),
            &mut faults,
        );
        let mut https = Vec::new();
        for &address in &settings.https_listen {
            https.extend(note(bind(address).await, &mut faults));
        }
        let mut c2w = Vec::new();
        for &address in &settings.c2w_listen {
            c2w.extend(note(C2wListener::bind(address).await, &mut faults));
        }
        let redirect = take_optional(settings.redirect_listen, &mut faults).await;
        let ops = take_optional(settings.ops_listen, &mut faults).await;
        match (headers, transport) {
            (Some(headers), Some(transport)) if faults.is_empty() => {
                Ok(Self { headers, transport, https, redirect, ops, c2w })
            }
            _ => Err(StartError { faults }),
        }
    }

    fn addresses(&self) -> Addresses {
        Addresses {
            https: self.https.iter().map(Bound::address).collect(),
            redirect: self.redirect.as_ref().map(Bound::address),
            c2w: self.c2w.iter().map(C2wListener::address).collect(),
            ops: self.ops.as_ref().map(Bound::address),
        }
    }
}

async fn take_optional(address: Option<SocketAddr>, faults: &mut Vec<String>) -> Option<Bound> {
    match address {
        Some(address) => note(bind(address).await, faults),
        None => None,
    }
}

fn note<T>(result: Result<T, impl ToString>, faults: &mut Vec<String>) -> Option<T> {
    result.map_err(|fault| faults.push(fault.to_string())).ok()
}

fn ops(links: &LinkRegistry, metrics: &Metrics) -> Router {
    let mut registry = Registry::default();
    metrics.register(&mut registry);
    let links = links.clone();
    // Scheduling is a choice of the deployment; without a call bridge nobody can even sign in.
    let checks = move || match links.counts().call_bridges {
        0 => vec![Check::missing("callBridge", "no call bridge is connected")],
        _ => vec![Check::ready("callBridge")],
    };
    ops_router(checks, Arc::new(registry))
}

async fn keep_link_figures(links: LinkRegistry, metrics: Metrics, stop: impl Future<Output = ()>) {
    let mut counts = links.watch_counts();
    let follow = async {
        loop {
            metrics.links(*counts.borrow_and_update());
            if counts.changed().await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = follow => {}
        () = stop => {}
    }
}

/// Resolves when the signal turns true.
fn until(signal: &watch::Receiver<bool>) -> impl Future<Output = ()> + Send + use<> {
    let mut signal = signal.clone();
    async move {
        // A sender that is gone means that the process is ending anyway.
        let _ = signal.wait_for(|&stop| stop).await;
    }
}
