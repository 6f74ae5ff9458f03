//! The accept loop for links.

use std::{
    collections::HashMap,
    future::Future,
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use convoke_model::Uuid;
use convoke_trust::{Bundle, Certificate, Identity};
use jiff::Timestamp;
use tokio::{
    net::TcpStream,
    sync::{Semaphore, watch},
    task::JoinSet,
    time::{Instant, interval, sleep, timeout},
};

use super::{
    bind::C2wListener,
    handshake::handshake,
    link::keep,
    newcomers::{Newcomer, Newcomers},
    registry::LinkRegistry,
};
use crate::{expiry::Announcements, fault::DownReason, limits, repeats::Repeats, tls::LinkTls};

/// After an error of `accept` (no descriptor left), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a web bridge shows to diallers, and whom it trusts.
#[derive(Debug, Clone)]
pub struct ListenerSettings {
    /// How it names itself.
    pub guid: Uuid,
    /// The certificate chain and key that it shows.
    pub identity: Identity,
    /// The call bridges and schedulers, or the CAs above them, that it trusts.
    pub bundle: Bundle,
}

struct Shared {
    guid: Uuid,
    tls: Arc<LinkTls>,
    registry: LinkRegistry,
    announcements: Announcements,
    /// Places of links.
    places: Semaphore,
    /// What was said about refused diallers, by address.
    refusals: Mutex<HashMap<IpAddr, Repeats>>,
}

impl C2wListener {
    /// Takes links into `registry` until `stop` resolves, then ends them: running requests have
    /// [`limits::STOP_GRACE`] to end.
    pub async fn serve(
        self,
        settings: ListenerSettings,
        registry: LinkRegistry,
        stop: impl Future<Output = ()> + Send + 'static,
    ) {
        let tls = Arc::new(LinkTls::new(settings.identity, settings.bundle));
        let (announcements, refusals) = (Announcements::default(), Mutex::default());
        let places = Semaphore::new(limits::MAX_LINKS);
        let shared = Arc::new(Shared { guid: settings.guid, tls, registry, announcements, places, refusals });
        let (newcomers, mut crowd) = (Newcomers::default(), Repeats::default());
        let (stopping, stopped) = watch::channel(false);
        let mut links = JoinSet::new();
        let mut expiry = interval(limits::EXPIRY_LOOK);
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                () = stop.as_mut() => break,
                Some(_) = links.join_next(), if !links.is_empty() => {}
                _ = expiry.tick() => shared.announce("this web bridge", shared.tls.own_certificate()),
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, address)) => match newcomers.begin(address.ip()) {
                        Some(newcomer) => {
                            links.spawn(Arc::clone(&shared).hold(stream, address, newcomer, stopped.clone()));
                        }
                        None => tell_crowd(&mut crowd, address),
                    },
                    Err(error) => {
                        tracing::warn!(target: "C2WListener", %error, "can't accept links");
                        sleep(ACCEPT_PAUSE).await;
                    }
                },
            }
        }
        drop(self.listener);
        stopping.send_replace(true);
        let ended = async { while links.join_next().await.is_some() {} };
        if timeout(limits::STOP_GRACE + Duration::from_secs(1), ended).await.is_err() {
            links.shutdown().await;
        }
    }
}

/// Says, at most once a minute, that connections are turned away before they have shown a certificate.
fn tell_crowd(crowd: &mut Repeats, address: SocketAddr) {
    if let Some(words) = crowd.line("too many connections that show no certificate", Instant::now()) {
        tracing::warn!(target: "C2WListener", "C2W connection from {address} refused: {words}");
    }
}

impl Shared {
    /// One connection, from its handshake to the link's end.
    async fn hold(
        self: Arc<Self>,
        stream: TcpStream,
        address: SocketAddr,
        newcomer: Newcomer,
        mut stop: watch::Receiver<bool>,
    ) {
        // Without it a heartbeat can wait 40 ms for an acknowledgement; fails only on a closed socket.
        let _ = stream.set_nodelay(true);
        let shaken = tokio::select! {
            shaken = timeout(limits::HANDSHAKE_TIMEOUT, handshake(stream, &self.tls, self.guid)) => shaken,
            _ = stop.wait_for(|&stop| stop) => return,
        };
        let arrived = match shaken.unwrap_or(Err(DownReason::TimedOut { step: "waiting for the handshake" }))
        {
            Ok(arrived) => arrived,
            Err(reason) => return self.tell_refused(&reason, address),
        };
        drop(newcomer);
        let Ok(_place) = self.places.try_acquire() else {
            return self.tell_refused(&DownReason::TooManyLinks, address);
        };
        let caller = arrived.caller.clone();
        if let Some(certificate) = &arrived.certificate {
            self.announce(&format!("{} {}", caller.role, caller.node), certificate);
        }
        let reason = keep(arrived, address, &self.registry, &mut stop).await;
        let (role, node) = (caller.role, caller.node);
        tracing::info!(target: "C2WListener", "C2W connection from {role} {node} ({address}) DOWN: {reason}");
    }

    /// Says why a dialler was not let in; a dialler that tries again and again is told of once a minute.
    fn tell_refused(&self, reason: &DownReason, address: SocketAddr) {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        if refusals.len() >= limits::MAX_LINKS {
            refusals.clear();
        }
        let repeats = refusals.entry(address.ip()).or_default();
        if let Some(words) = repeats.line(&reason.to_string(), Instant::now()) {
            tracing::warn!(target: "C2WListener", "C2W connection from {address} refused: {words}");
        }
    }

    fn announce(&self, whose: &str, certificate: &Certificate) {
        if let Some(words) = self.announcements.due(whose, certificate, Timestamp::now()) {
            tracing::warn!(target: "C2WListener", "{words}");
        }
    }
}
