//! A mail server that accepts everything and keeps every mail as a file: for the demo and for tests.

mod mailbox;
mod session;

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use convoke_runtime::Shutdown;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
};

use mailbox::Mailbox;

/// Connections served at the same time.
pub const MAX_CONNECTIONS: usize = 100;
/// Largest mail, in bytes.
pub const MAX_MAIL_BYTES: usize = 26_214_400;
/// Most recipients of one mail (RFC 5321 4.5.3.1.8 wants at least so many).
pub const MAX_RECIPIENTS: usize = 100;
/// Longest command line, in bytes (RFC 5321 4.5.3.1.4 wants at least 512).
pub const MAX_LINE_BYTES: usize = 2048;
/// How long a client may be silent (RFC 5321 4.5.3.2.7).
pub const SILENCE: Duration = Duration::from_secs(300);

/// A mail server that has its port.
#[derive(Debug)]
pub struct MailCatcher {
    listener: TcpListener,
    mailbox: Arc<Mailbox>,
}

impl MailCatcher {
    /// Takes the port and the folder, which is made when it is missing.
    pub async fn bind(listen: SocketAddr, folder: &Path) -> anyhow::Result<Self> {
        let mailbox = Arc::new(Mailbox::open(PathBuf::from(folder))?);
        let listener =
            TcpListener::bind(listen).await.with_context(|| format!("can't listen on {listen}"))?;
        Ok(Self { listener, mailbox })
    }

    /// Where it listens.
    pub fn address(&self) -> anyhow::Result<SocketAddr> {
        Ok(self.listener.local_addr()?)
    }

    /// Serves until the stop; mails that are under way then are not kept.
    pub async fn serve(self, shutdown: Shutdown) {
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let mut sessions = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = self.accept(&places) => accepted,
                () = shutdown.asked() => return,
            };
            while sessions.try_join_next().is_some() {}
            let Ok((stream, place)) = accepted else {
                // No file for a connection right now: others will end.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let mailbox = self.mailbox.clone();
            sessions.spawn(async move {
                // A connection that breaks is the client's affair; it tries again.
                drop(session::serve(stream, &mailbox).await);
                drop(place);
            });
        }
    }

    async fn accept(&self, places: &Arc<Semaphore>) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
        let place = places.clone().acquire_owned().await.map_err(io::Error::other)?;
        Ok((self.listener.accept().await?.0, place))
    }
}

/// `convoke dev catch-mail`: serves until SIGTERM or SIGINT, after printing the address.
pub fn run(listen: SocketAddr, folder: &Path) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (shutdown, trigger) = Shutdown::new();
        trigger.on_signals()?;
        let catcher = MailCatcher::bind(listen, folder).await?;
        println!("catching mail on {} into {}", catcher.address()?, folder.display());
        catcher.serve(shutdown).await;
        Ok(())
    })
}
