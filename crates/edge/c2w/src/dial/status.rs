//! What each link is doing, for the API's status page and whoever waits for a change.

use convoke_model::Uuid;
use jiff::Timestamp;
use tokio::sync::watch;

use crate::{
    fault::{DownReason, Failure},
    url::C2wUrl,
};

/// What a link is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// It is being dialled and has not failed yet.
    Connecting,
    /// The web bridge can send requests over it.
    Up,
    /// It is not up, and is dialled again.
    Down {
        /// Why, as of the last attempt.
        reason: DownReason,
    },
}

impl std::fmt::Display for LinkState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Connecting => f.write_str("connecting"),
            Self::Up => f.write_str("up"),
            Self::Down { reason } => write!(f, "{reason}"),
        }
    }
}

/// One wanted web bridge and the link to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkStatus {
    /// Where it listens.
    pub url: C2wUrl,
    /// How it named itself, at the last connection.
    pub guid: Option<Uuid>,
    /// What the link is doing.
    pub state: LinkState,
    /// Since when.
    pub since: Timestamp,
}

impl LinkStatus {
    /// Which failure the Call Bridge's API shows; `None` while connecting and while up.
    pub fn failure(&self) -> Option<Failure> {
        match &self.state {
            LinkState::Down { reason } => reason.failure(),
            _ => None,
        }
    }

    /// Whether it is up.
    pub fn is_up(&self) -> bool {
        self.state == LinkState::Up
    }
}

/// The board that all links of a set write their state on.
#[derive(Debug, Clone)]
pub(crate) struct Board(watch::Sender<Vec<LinkStatus>>);

impl Board {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(Vec::new()))
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Vec<LinkStatus>> {
        self.0.subscribe()
    }

    pub(crate) fn snapshot(&self) -> Vec<LinkStatus> {
        self.0.borrow().clone()
    }

    pub(crate) fn add(&self, url: &C2wUrl) {
        let status = LinkStatus {
            url: url.clone(),
            guid: None,
            state: LinkState::Connecting,
            since: Timestamp::now(),
        };
        self.0.send_modify(|links| links.push(status));
    }

    pub(crate) fn remove(&self, url: &C2wUrl) {
        self.0.send_modify(|links| links.retain(|link| link.url != *url));
    }

    pub(crate) fn named(&self, url: &C2wUrl, guid: Uuid) {
        self.change(url, |link| link.guid.replace(guid) != Some(guid));
    }

    /// Sets the state; `since` changes only with the kind of state.
    pub(crate) fn state(&self, url: &C2wUrl, state: LinkState) {
        self.change(url, |link| {
            if link.state == state {
                return false;
            }
            if std::mem::discriminant(&link.state) != std::mem::discriminant(&state) {
                link.since = Timestamp::now();
            }
            link.state = state;
            true
        });
    }

    fn change(&self, url: &C2wUrl, apply: impl FnOnce(&mut LinkStatus) -> bool) {
        self.0.send_if_modified(|links| match links.iter_mut().find(|link| link.url == *url) {
            Some(link) => apply(link),
            None => false,
        });
    }
}
