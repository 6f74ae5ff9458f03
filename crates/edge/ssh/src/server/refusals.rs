//! Connections that find no place: told so, a few at a time, and logged once a minute, so that a crowd fills neither memory nor log.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use convoke_runtime::Shutdown;
use tokio::{io::AsyncWriteExt as _, net::TcpStream, sync::Semaphore};

use crate::limits::{MAX_REFUSING, REFUSALS_TOLD_EVERY, STOP_GRACE};

/// What clients show: it stands before the server's own line.
const TEXT: &[u8] = b"There are too many connections; try again later.\r\n";

/// What was refused.
#[derive(Debug)]
pub(super) struct Refusals {
    shutdown: Shutdown,
    telling: Arc<Semaphore>,
    /// Those since the last line of the log; none when the last minute had none.
    untold: Mutex<Option<Untold>>,
}

#[derive(Debug, Default)]
struct Untold {
    count: u64,
    last: Option<SocketAddr>,
}

impl Refusals {
    pub(super) fn new(shutdown: Shutdown) -> Self {
        Self { shutdown, telling: Arc::new(Semaphore::new(MAX_REFUSING)), untold: Mutex::default() }
    }

    /// Refuses a connection. Nobody waits for it.
    pub(super) fn refuse(self: &Arc<Self>, mut stream: TcpStream, from: SocketAddr) {
        self.note(from);
        let Ok(place) = Arc::clone(&self.telling).try_acquire_owned() else { return };
        tokio::spawn(async move {
            let told = async {
                stream.write_all(TEXT).await?;
                stream.shutdown().await
            };
            drop(tokio::time::timeout(STOP_GRACE, told).await);
            drop(place);
        });
    }

    /// The first is logged at once; how many follow, each minute, until one passes without any.
    fn note(self: &Arc<Self>, from: SocketAddr) {
        let mut untold = self.untold.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(untold) = untold.as_mut() {
            untold.count += 1;
            untold.last = Some(from);
            return;
        }
        *untold = Some(Untold::default());
        tracing::warn!("SSH: too many connections; one from {from} is refused");
        let refusals = Arc::clone(self);
        tokio::spawn(async move {
            while refusals.shutdown.sleep(REFUSALS_TOLD_EVERY).await && refusals.tell() {}
        });
    }

    /// Tells of the last minute; `false` when there is nothing to tell.
    fn tell(&self) -> bool {
        let mut untold = self.untold.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Untold { count, last: Some(last) }) = untold.take() else { return false };
        *untold = Some(Untold::default());
        tracing::warn!(
            "SSH: too many connections; {count} more were refused within a minute, the last from {last}"
        );
        true
    }
}

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncReadExt as _, net::TcpListener};
    use tracing_subscriber::{Layer, layer::SubscriberExt as _};

    use super::*;

    /// The messages of what is logged.
    #[derive(Clone, Default)]
    struct Said(Arc<Mutex<Vec<String>>>);

    impl<S: tracing::Subscriber> Layer<S> for Said {
        fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
            let mut message = String::new();
            event.record(&mut |field: &tracing::field::Field, value: &dyn std::fmt::Debug| {
                if field.name() == "message" {
                    message = format!("{value:?}");
                }
            });
            self.0.lock().unwrap().push(message);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_is_logged_at_once_and_the_others_are_counted() {
        let said = Said::default();
        let _logged = tracing::subscriber::set_default(tracing_subscriber::registry().with(said.clone()));
        let (shutdown, _trigger) = Shutdown::new();
        let refusals = Arc::new(Refusals::new(shutdown));
        let from = |port: u16| SocketAddr::from(([192, 0, 2, 1], port));
        let said = || said.0.lock().unwrap().clone();
        for port in 1..=1000 {
            refusals.note(from(port));
        }
        let first = "SSH: too many connections; one from 192.0.2.1:1 is refused";
        assert_eq!(said(), [first]);
        tokio::time::sleep(REFUSALS_TOLD_EVERY * 3).await;
        let rest =
            "SSH: too many connections; 999 more were refused within a minute, the last from 192.0.2.1:1000";
        assert_eq!(said(), [first, rest]);
        refusals.note(from(1));
        assert_eq!(said(), [first, rest, first], "after a quiet minute it is the first again");
    }

    #[tokio::test]
    async fn as_many_are_told_as_may_be_and_the_others_are_closed() {
        let (shutdown, _trigger) = Shutdown::new();
        let refusals = Arc::new(Refusals::new(shutdown));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let refused = async || {
            let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            let (stream, from) = listener.accept().await.unwrap();
            refusals.refuse(stream, from);
            let mut told = Vec::new();
            client.read_to_end(&mut told).await.unwrap();
            told
        };
        let held = Arc::clone(&refusals.telling).acquire_many_owned(MAX_REFUSING as u32).await;
        assert!(refused().await.is_empty());
        drop(held);
        assert_eq!(refused().await, TEXT);
    }
}
