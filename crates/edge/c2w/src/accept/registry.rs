//! The links that are up, by role, and which of them takes the next request.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use h2::client::SendRequest;
use jiff::Timestamp;
use tokio::sync::watch;

use super::{
    load::Load,
    send::{Link, MOST_REQUESTS},
};
use crate::{hello::Caller, role::Role};

/// Which link it is, within this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LinkId(u64);

/// How many links are up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LinkCounts {
    /// Links of call bridges.
    pub call_bridges: usize,
    /// Links of schedulers.
    pub schedulers: usize,
}

impl LinkCounts {
    /// The number of links of `role`.
    pub fn of(&self, role: Role) -> usize {
        match role {
            Role::CallBridge => self.call_bridges,
            Role::Scheduler => self.schedulers,
        }
    }
}

/// A link as a status page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkInfo {
    /// What the other end is.
    pub role: Role,
    /// How it names its node.
    pub node: String,
    /// Where it comes from.
    pub address: SocketAddr,
    /// Since when the link is up.
    pub since: Timestamp,
    /// How many requests it carries.
    pub running: usize,
}

pub(crate) struct Entry {
    pub id: LinkId,
    pub caller: Caller,
    pub address: SocketAddr,
    pub since: Timestamp,
    pub sender: SendRequest<Bytes>,
    pub load: Arc<Load>,
}

impl Entry {
    pub(super) fn info(&self) -> LinkInfo {
        LinkInfo {
            role: self.caller.role,
            node: self.caller.node.clone(),
            address: self.address,
            since: self.since,
            running: self.load.running(),
        }
    }
}

/// The links of a web bridge. Cheap to clone; all clones are one registry.
#[derive(Clone, Default)]
pub struct LinkRegistry(Arc<Inner>);

#[derive(Default)]
struct Inner {
    links: Mutex<Vec<Arc<Entry>>>,
    next_id: AtomicU64,
    turn: AtomicUsize,
    counts: watch::Sender<LinkCounts>,
}

impl LinkRegistry {
    /// A registry without links.
    pub fn new() -> Self {
        Self::default()
    }

    /// The link of `role` that carries the fewest requests, in turn among equals; not one of `exclude`, and none that is
    /// full. `None`: there is none.
    pub fn pick(&self, role: Role, exclude: &[LinkId]) -> Option<Link> {
        let links = self.0.links.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = self.0.turn.fetch_add(1, Ordering::Relaxed);
        let count = links.len().max(1);
        (0..links.len())
            .map(|offset| &links[(turn + offset) % count])
            .filter(|link| link.caller.role == role && !exclude.contains(&link.id))
            .map(|link| (link.load.running(), link))
            .filter(|(running, _)| *running < MOST_REQUESTS)
            .min_by_key(|(running, _)| *running)
            .map(|(_, link)| Link(Arc::clone(link)))
    }

    /// All links that are up.
    pub fn links(&self) -> Vec<LinkInfo> {
        let links = self.0.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.iter().map(|link| link.info()).collect()
    }

    /// How many links are up.
    pub fn counts(&self) -> LinkCounts {
        *self.0.counts.borrow()
    }

    /// The same, with changes.
    pub fn watch_counts(&self) -> watch::Receiver<LinkCounts> {
        self.0.counts.subscribe()
    }

    pub(super) fn new_id(&self) -> LinkId {
        LinkId(self.0.next_id.fetch_add(1, Ordering::Relaxed))
    }

    pub(super) fn add(&self, entry: Entry) {
        let mut links = self.0.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.push(Arc::new(entry));
        self.count(&links);
    }

    /// Takes a link out; those who picked it before may still send over it while it lives.
    pub(super) fn remove(&self, id: LinkId) {
        let mut links = self.0.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.retain(|link| link.id != id);
        self.count(&links);
    }

    fn count(&self, links: &[Arc<Entry>]) {
        let of = |role| links.iter().filter(|link| link.caller.role == role).count();
        let counts = LinkCounts { call_bridges: of(Role::CallBridge), schedulers: of(Role::Scheduler) };
        self.0.counts.send_if_modified(|now| std::mem::replace(now, counts) != counts);
    }
}
