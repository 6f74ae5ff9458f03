//! A web bridge and diallers, ready to be linked.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, body::Body, routing::get};
use convoke_c2w::{
    C2wListener, C2wUrl, Dialler, LinkCounts, LinkRegistry, LinkSet, LinkStatus, ListenerSettings, Role,
    SendError,
};
use convoke_model::Uuid;
use convoke_trust::{Bundle, Identity};
use http::{Request, Response};
use http_body_util::BodyExt;
use tokio::{sync::oneshot, task::JoinHandle, time::timeout};

pub const GUID: &str = "b6859515-3ea3-4bdc-9dce-a8b3033e62d7";

/// The accepting side.
pub struct Bridge {
    pub address: SocketAddr,
    pub registry: LinkRegistry,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Bridge {
    pub async fn start(identity: Identity, bundle: Bundle) -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), identity, bundle).await
    }

    pub async fn start_at(address: SocketAddr, identity: Identity, bundle: Bundle) -> Self {
        let listener = C2wListener::bind(address).await.unwrap();
        let (address, registry) = (listener.address(), LinkRegistry::new());
        let settings = ListenerSettings { guid: GUID.parse::<Uuid>().unwrap(), identity, bundle };
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = listener.serve(settings, registry.clone(), async move {
            let _ = stopped.await;
        });
        Self { address, registry, stop: Some(stop), task: tokio::spawn(serving) }
    }

    pub fn url(&self) -> C2wUrl {
        url(self.address)
    }

    pub async fn stop(mut self) {
        let _ = self.stop.take().unwrap().send(());
        timeout(Duration::from_secs(5), self.task).await.expect("stops within 5 s").unwrap();
    }

    pub async fn until_counts(&self, wanted: LinkCounts) {
        let mut counts = self.registry.watch_counts();
        let reached = counts.wait_for(|&counts| counts == wanted);
        timeout(Duration::from_secs(20), reached).await.expect("links in time").unwrap();
    }

    pub async fn get(&self, role: Role, path: &str) -> Result<Response<Body>, SendError> {
        let link = self.registry.pick(role, &[]).expect("a link");
        link.send(Request::get(format!("http://c2w{path}")).body(Body::empty()).unwrap()).await
    }
}

pub fn url(address: SocketAddr) -> C2wUrl {
    C2wUrl::new(&address.ip().to_string(), address.port()).unwrap()
}

pub fn counts(call_bridges: usize, schedulers: usize) -> LinkCounts {
    LinkCounts { call_bridges, schedulers }
}

pub fn dialler(role: Role, identity: Identity, bundle: Bundle, router: Router) -> LinkSet {
    LinkSet::new(Dialler { role, node: "node1".into(), identity, bundle, router })
}

pub fn ping() -> Router {
    Router::new().route("/ping", get(|| async { "pong" }))
}

pub async fn until(set: &LinkSet, reached: impl FnMut(&Vec<LinkStatus>) -> bool) -> Vec<LinkStatus> {
    let mut watch = set.watch();
    timeout(Duration::from_secs(20), watch.wait_for(reached)).await.expect("state in time").unwrap().clone()
}

pub async fn until_up(set: &LinkSet, count: usize) {
    until(set, |links| links.iter().filter(|link| link.is_up()).count() == count).await;
}

pub async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}
