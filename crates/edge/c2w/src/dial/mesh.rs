//! The mesh: which web bridges are wanted, and one link to each. A reconciler: told what is wanted, it makes it so.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::Router;
use convoke_trust::{Bundle, Identity};
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};

use super::{
    link::KeptLink,
    status::{Board, LinkStatus},
};
use crate::{
    expiry::Announcements,
    fault::DownReason,
    hello::Caller,
    limits::{MAX_LINKS, MAX_NODE_NAME},
    role::Role,
    tls::LinkTls,
    url::C2wUrl,
};

/// What a process needs to dial web bridges.
#[derive(Debug)]
pub struct Dialler {
    /// What the process is.
    pub role: Role,
    /// The node's name, for the web bridge's log. Other characters than visible ASCII are shown as `-`.
    pub node: String,
    /// The certificate chain and key that it shows.
    pub identity: Identity,
    /// The web bridges, or the CAs above them, that it trusts.
    pub bundle: Bundle,
    /// What it serves over every link. Requests carry a [`crate::FromWebBridge`].
    pub router: Router,
}

/// What all links of a set share.
pub(crate) struct Shared {
    pub tls: Arc<LinkTls>,
    pub caller: Caller,
    pub router: Router,
    pub board: Board,
    pub announcements: Announcements,
}

/// One link to each web bridge that is wanted.
pub struct LinkSet {
    shared: Arc<Shared>,
    links: Mutex<BTreeMap<C2wUrl, Running>>,
}

struct Running {
    stop: watch::Sender<Option<DownReason>>,
    redial: Arc<Notify>,
    task: JoinHandle<()>,
}

impl LinkSet {
    /// A set that wants no web bridge yet.
    pub fn new(dialler: Dialler) -> Self {
        let caller = Caller { role: dialler.role, node: node_name(&dialler.node) };
        let tls = Arc::new(LinkTls::new(dialler.identity, dialler.bundle));
        let (board, announcements) = (Board::new(), Announcements::default());
        let shared = Arc::new(Shared { tls, caller, router: dialler.router, board, announcements });
        Self { shared, links: Mutex::new(BTreeMap::new()) }
    }

    /// Makes these the wanted web bridges: dials those that are new, drops at once those that are gone (their running
    /// requests have [`crate::limits::STOP_GRACE`] to end), leaves the others alone. Must be called inside a tokio runtime.
    ///
    /// Of more than [`MAX_LINKS`], the first are taken.
    pub fn set_wanted(&self, wanted: Vec<C2wUrl>) {
        let mut list: Vec<C2wUrl> = Vec::new();
        for url in wanted {
            if !list.contains(&url) {
                list.push(url);
            }
        }
        if list.len() > MAX_LINKS {
            tracing::warn!(target: "C2WSupervisor", "{} web bridges are wanted; the first {MAX_LINKS} are taken", list.len());
            list.truncate(MAX_LINKS);
        }
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        let added: Vec<C2wUrl> = list.iter().filter(|url| !links.contains_key(url)).cloned().collect();
        let removed: Vec<C2wUrl> = links.keys().filter(|url| !list.contains(url)).cloned().collect();
        if added.is_empty() && removed.is_empty() {
            return;
        }
        tracing::info!(target: "C2WSupervisor", "getWebBridges - totalCount={}", list.len());
        if !added.is_empty() {
            tracing::info!(target: "C2WSupervisor", "getWebBridges - added={}", added.len());
        }
        if !removed.is_empty() {
            tracing::info!(target: "C2WSupervisor", "getWebBridges - removed={}", removed.len());
        }
        for url in removed {
            if let Some(running) = links.remove(&url) {
                self.shared.board.remove(&url);
                running.stop.send_replace(Some(DownReason::Removed));
            }
        }
        for url in added {
            self.shared.board.add(&url);
            links.insert(url.clone(), self.start(url));
        }
    }

    /// Dials every link that is down now, whatever its wait.
    pub fn redial(&self) {
        for running in self.links.lock().unwrap_or_else(PoisonError::into_inner).values() {
            running.redial.notify_waiters();
        }
    }

    /// What each link is doing, in the order in which they were wanted first.
    pub fn status(&self) -> Vec<LinkStatus> {
        self.shared.board.snapshot()
    }

    /// The same, with changes.
    pub fn watch(&self) -> watch::Receiver<Vec<LinkStatus>> {
        self.shared.board.watch()
    }

    /// Ends all links: running requests have [`crate::limits::STOP_GRACE`] to end.
    pub async fn stop(&self) {
        let links = std::mem::take(&mut *self.links.lock().unwrap_or_else(PoisonError::into_inner));
        for running in links.values() {
            running.stop.send_replace(Some(DownReason::Stopping));
        }
        for (url, running) in links {
            // A link's task fails only by a panic, which has been reported by then.
            let _ = running.task.await;
            self.shared.board.remove(&url);
        }
    }

    fn start(&self, url: C2wUrl) -> Running {
        let (stop, stopped) = watch::channel(None);
        let redial = Arc::new(Notify::new());
        let link =
            KeptLink { shared: Arc::clone(&self.shared), url, stop: stopped, redial: Arc::clone(&redial) };
        Running { stop, redial, task: tokio::spawn(link.run()) }
    }
}

impl Drop for LinkSet {
    /// Without a [`LinkSet::stop`] before, the links end at once.
    fn drop(&mut self) {
        for running in self.links.get_mut().unwrap_or_else(PoisonError::into_inner).values() {
            running.task.abort();
        }
    }
}

fn node_name(name: &str) -> String {
    let shown: String =
        name.chars().take(MAX_NODE_NAME).map(|c| if c.is_ascii_graphic() { c } else { '-' }).collect();
    if shown.is_empty() { "-".to_owned() } else { shown }
}
