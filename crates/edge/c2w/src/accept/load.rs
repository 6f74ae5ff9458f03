//! How many requests a link carries, and since when some wait. Apart because senders count and the watch looks.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::Notify;

use crate::ws_io::{LinkPulse, OnLink};

/// The requests that one link carries.
#[derive(Debug)]
pub(crate) struct Load {
    pulse: LinkPulse,
    count: Mutex<Count>,
    /// Told when a request comes while the watch sleeps for long.
    pub changed: Notify,
}

#[derive(Debug, Default)]
struct Count {
    running: usize,
    since: Option<Duration>,
    watched: bool,
}

impl Load {
    pub(crate) fn new(pulse: LinkPulse) -> Arc<Self> {
        Arc::new(Self { pulse, count: Mutex::default(), changed: Notify::new() })
    }

    pub(crate) fn running(&self) -> usize {
        self.count.lock().unwrap_or_else(PoisonError::into_inner).running
    }

    /// Since when requests wait without a break, as time since the link's begin.
    pub(crate) fn waiting_since(&self) -> Option<Duration> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner).since
    }

    /// Whether the watch looks often by itself, so that it need not be woken for a request.
    pub(crate) fn set_watched(&self, watched: bool) {
        self.count.lock().unwrap_or_else(PoisonError::into_inner).watched = watched;
    }

    /// Counts one request until the guard is dropped; `None` when `most` run already.
    pub(crate) fn begin(self: &Arc<Self>, most: usize) -> Option<Running> {
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        if count.running >= most {
            return None;
        }
        count.running += 1;
        if count.running == 1 {
            count.since = Some(self.pulse.now());
            if !count.watched {
                self.changed.notify_one();
            }
        }
        drop(count);
        Some(Running { load: Arc::clone(self), _on_link: self.pulse.request() })
    }
}

/// One request, from its sending to the end of its answer's body.
#[derive(Debug)]
pub(crate) struct Running {
    load: Arc<Load>,
    _on_link: OnLink,
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut count = self.load.count.lock().unwrap_or_else(PoisonError::into_inner);
        count.running = count.running.saturating_sub(1);
        if count.running == 0 {
            count.since = None;
        }
    }
}
