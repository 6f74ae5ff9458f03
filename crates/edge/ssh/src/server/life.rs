//! What a connection's parts know of each other: whether it is signed in, busy, moving, or to be cut.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use tokio::{sync::watch, time::Instant};

use crate::limits::{LOGIN_GRACE, MAX_CHANNELS, NO_CHANNEL, STALLED};

/// A connection's life.
#[derive(Debug)]
pub(super) struct Life {
    began: Instant,
    signed_in: AtomicBool,
    channels: AtomicUsize,
    moved: Mutex<Instant>,
    without_channel_since: Mutex<Instant>,
    leaves: watch::Sender<bool>,
    cut: watch::Sender<bool>,
}

/// Why a connection is ended by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    Login,
    Stalled,
    NoChannel,
}

impl Life {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            began: now,
            signed_in: AtomicBool::new(false),
            channels: AtomicUsize::new(0),
            moved: Mutex::new(now),
            without_channel_since: Mutex::new(now),
            leaves: watch::Sender::new(false),
            cut: watch::Sender::new(false),
        }
    }

    pub(super) fn moves(&self, now: Instant) {
        *self.moved.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    pub(super) fn signs_in(&self, now: Instant) {
        self.signed_in.store(true, Ordering::Release);
        *self.without_channel_since.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    pub(super) fn is_signed_in(&self) -> bool {
        self.signed_in.load(Ordering::Acquire)
    }

    /// Counts a channel; `false` when there are as many as there may be. Only the connection's own task counts up.
    pub(super) fn channel_opens(&self) -> bool {
        let may = self.channels.load(Ordering::Acquire) < MAX_CHANNELS;
        if may {
            self.channels.fetch_add(1, Ordering::AcqRel);
        }
        may
    }

    pub(super) fn channel_ends(&self, now: Instant) {
        *self.without_channel_since.lock().unwrap_or_else(PoisonError::into_inner) = now;
        self.channels.fetch_sub(1, Ordering::AcqRel);
    }

    pub(super) fn has_channels(&self) -> bool {
        self.channels.load(Ordering::Acquire) > 0
    }

    /// Why it is to end now, if it is.
    pub(super) fn over(&self, now: Instant) -> Option<Over> {
        let since =
            |then: &Mutex<Instant>| now.duration_since(*then.lock().unwrap_or_else(PoisonError::into_inner));
        if !self.is_signed_in() {
            return (now.duration_since(self.began) >= LOGIN_GRACE).then_some(Over::Login);
        }
        if since(&self.moved) >= STALLED {
            return Some(Over::Stalled);
        }
        (!self.has_channels() && since(&self.without_channel_since) >= NO_CHANNEL).then_some(Over::NoChannel)
    }

    /// It ends soon: its channels say goodbye, and nothing is read or written any more over SFTP.
    pub(super) fn leave(&self) {
        self.leaves.send_replace(true);
    }

    /// Ends when it is to end soon.
    pub(super) fn until_leaving(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut leaves = self.leaves.subscribe();
        async move { drop(leaves.wait_for(|leaves| *leaves).await) }
    }

    /// Ends everything that belongs to it: its stream gives an error, its channels end.
    pub(super) fn cut(&self) {
        self.cut.send_replace(true);
    }

    #[cfg(test)]
    pub(super) fn is_cut(&self) -> bool {
        *self.cut.borrow()
    }

    /// Ends when it is cut.
    pub(super) fn until_cut(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut cut = self.cut.subscribe();
        async move { drop(cut.wait_for(|cut| *cut).await) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_connection_ends_for_its_reasons_and_not_before() {
        let (now, little) = (Instant::now(), Duration::from_millis(1));
        let life = Life::new(now);
        assert_eq!(life.over(now + LOGIN_GRACE - little), None);
        assert_eq!(life.over(now + LOGIN_GRACE), Some(Over::Login));
        life.signs_in(now);
        assert_eq!(life.over(now + NO_CHANNEL - little), None);
        assert_eq!(life.over(now + NO_CHANNEL), Some(Over::NoChannel));
        assert!(life.channel_opens());
        assert_eq!(life.over(now + STALLED - little), None);
        assert_eq!(life.over(now + STALLED), Some(Over::Stalled));
        life.moves(now + STALLED);
        assert_eq!(life.over(now + STALLED), None);
        life.channel_ends(now + STALLED);
        assert_eq!(life.over(now + STALLED), None);
        assert_eq!(life.over(now + STALLED + NO_CHANNEL), Some(Over::NoChannel));
        for _ in 0..MAX_CHANNELS {
            assert!(life.channel_opens());
        }
        assert!(!life.channel_opens());
    }
}
