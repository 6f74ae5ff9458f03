//! The life of one wanted link: dial, serve, wait, dial again; told in the seed's log lines.

use std::sync::Arc;

use convoke_trust::Certificate;
use jiff::Timestamp;
use tokio::{
    sync::{Notify, watch},
    time::{Instant, interval, sleep},
};

use super::{
    attempt::{Opened, open},
    backoff::{Backoff, chance},
    mesh::Shared,
    serve::serve,
    status::LinkState,
};
use crate::{fault::DownReason, limits, repeats::Repeats, url::C2wUrl};

pub(crate) struct KeptLink {
    pub shared: Arc<Shared>,
    pub url: C2wUrl,
    /// `Some`: end, for this reason.
    pub stop: watch::Receiver<Option<DownReason>>,
    pub redial: Arc<Notify>,
}

impl KeptLink {
    /// Keeps the link up until it is told to end.
    pub(crate) async fn run(mut self) {
        let mut repeats = Repeats::default();
        let mut backoff = Backoff::default();
        while self.stop.borrow().is_none() {
            let reason = match self.dial(&repeats).await {
                Err(reason) => reason,
                Ok(opened) => {
                    let (reason, was_up) = self.serve(opened, &mut repeats).await;
                    if was_up {
                        backoff = Backoff::default();
                    }
                    reason
                }
            };
            self.tell_down(&reason, &mut repeats);
            if reason.failure().is_none() {
                break;
            }
            let wait = backoff.next(&reason, chance());
            self.shared.board.state(&self.url, LinkState::Down { reason });
            tokio::select! {
                () = sleep(wait) => {}
                () = self.redial.notified() => {}
                _ = self.stop.wait_for(Option::is_some) => {}
            }
        }
    }

    async fn dial(&mut self, repeats: &Repeats) -> Result<Opened, DownReason> {
        let url = &self.url;
        if repeats.tells_attempt(Instant::now()) {
            tracing::info!(target: "C2WService", "Connecting to webBridge={url}");
        } else {
            tracing::debug!(target: "C2WService", "Connecting to webBridge={url}");
        }
        self.shared.announce("this node", self.shared.tls.own_certificate());
        let opened = tokio::select! {
            opened = open(url, &self.shared.tls, &self.shared.caller) => opened?,
            stop = self.stop.wait_for(Option::is_some) => {
                return Err(stop.ok().and_then(|stop| stop.clone()).unwrap_or(DownReason::Stopping));
            }
        };
        tracing::info!(target: "C2WService", "Received guid {} from webbridge {url}", opened.guid);
        self.shared.board.named(url, opened.guid);
        Ok(opened)
    }

    /// Serves the link; gives why it ended, and whether it was up.
    async fn serve(&mut self, mut opened: Opened, repeats: &mut Repeats) -> (DownReason, bool) {
        let (url, shared) = (self.url.clone(), Arc::clone(&self.shared));
        let certificate = opened.certificate.take();
        let mut was_up = false;
        let up = || {
            was_up = true;
            repeats.clear();
            shared.board.state(&url, LinkState::Up);
            tracing::info!(target: "C2WSupervisor", "C2W connection for webbridge {url} UP");
        };
        let router = shared.router.clone();
        let reason = tokio::select! {
            reason = serve(opened, router, &mut self.stop, up) => reason,
            never = watch_expiry(&shared, &url, certificate.as_ref()) => match never {},
        };
        (reason, was_up)
    }

    fn tell_down(&self, reason: &DownReason, repeats: &mut Repeats) {
        let url = &self.url;
        if reason.failure().is_none() {
            tracing::info!(target: "C2WSupervisor", "C2W connection for webbridge {url} DOWN: {reason}");
        } else if let Some(words) = repeats.line(&reason.to_string(), Instant::now()) {
            tracing::warn!(target: "C2WSupervisor", "C2W connection for webbridge {url} DOWN: {words}");
        }
    }
}

/// Looks at both certificates for as long as a link lives.
async fn watch_expiry(
    shared: &Shared,
    url: &C2wUrl,
    certificate: Option<&Certificate>,
) -> std::convert::Infallible {
    let mut look = interval(limits::EXPIRY_LOOK);
    loop {
        look.tick().await;
        if let Some(certificate) = certificate {
            shared.announce(&format!("webbridge {url}"), certificate);
        }
        shared.announce("this node", shared.tls.own_certificate());
    }
}

impl Shared {
    fn announce(&self, whose: &str, certificate: &Certificate) {
        if let Some(words) = self.announcements.due(whose, certificate, Timestamp::now()) {
            tracing::warn!(target: "C2WSupervisor", "{words}");
        }
    }
}
