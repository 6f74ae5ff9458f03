//! Browsers that hold an event stream and do nothing else: a process of its own, because so many descriptors are no more
//! than a process may have.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use convoke_testkit::process::Process;
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    sync::{Semaphore, mpsc},
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{bench::Bench, client};

/// How many connect at the same time.
const AT_ONCE: usize = 64;
/// Browsers from one source address, so that its ports do not run short.
const A_SOURCE: usize = 5_000;
/// How long one may take to hear its first event.
const PATIENCE: Duration = Duration::from_secs(60);
const HOLDING: &str = "holding ";
const LOST: &str = "lost ";

/// How they are started.
#[derive(Debug, Clone, Args)]
pub struct Browsers {
    /// The server.
    #[arg(long)]
    server: SocketAddr,
    /// The CA that signed its certificate (PEM).
    #[arg(long)]
    trust: PathBuf,
    /// How many.
    #[arg(long)]
    count: usize,
}

impl Browsers {
    /// Holds the streams until the process ends; says when all are held, and each that ends.
    pub fn run(self) -> anyhow::Result<()> {
        let tls = client::trusting(&std::fs::read_to_string(&self.trust)?)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(async {
            let places = Arc::new(Semaphore::new(AT_ONCE));
            let (held, mut holding) = mpsc::unbounded_channel();
            for number in 0..self.count {
                let place = Arc::clone(&places).acquire_owned().await?;
                let (tls, held, server) = (Arc::clone(&tls), held.clone(), self.server);
                tokio::spawn(async move {
                    let opened = timeout(PATIENCE, open(tls, server, number)).await;
                    drop(place);
                    let ended = match opened {
                        Ok(Ok(stream)) => {
                            let _ = held.send(());
                            drop(held);
                            listen(stream).await
                        }
                        Ok(Err(fault)) => format!("{fault:#}"),
                        Err(_) => format!("no event within {PATIENCE:?}"),
                    };
                    println!("{LOST}{number}: {ended}");
                });
            }
            drop(held);
            let mut count = 0;
            while holding.recv().await.is_some() {
                count += 1;
            }
            println!("{HOLDING}{count}");
            std::future::pending::<()>().await;
            Ok(())
        })
    }
}

/// Connects and reads the first event.
async fn open(
    tls: Arc<ClientConfig>,
    server: SocketAddr,
    number: usize,
) -> anyhow::Result<TlsStream<TcpStream>> {
    let socket = TcpSocket::new_v4()?;
    let source = u8::try_from(number / A_SOURCE)?.checked_add(1).context("too many browsers")?;
    socket.bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 200, 0, source)), 0))?;
    let stream = socket.connect(server).await?;
    let name = ServerName::IpAddress(server.ip().into());
    let mut stream = TlsConnector::from(tls).connect(name, stream).await?;
    let request = format!("GET /api/events HTTP/1.1\r\nHost: {server}\r\nAccept: text/event-stream\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut read = Vec::with_capacity(1024);
    while !holds(&read, b"data:") {
        ensure!(stream.read_buf(&mut read).await? > 0, "closed before the first event");
        if !read.starts_with(b"HTTP/1.1 200") && read.len() > 12 {
            bail!("answered {}", String::from_utf8_lossy(&read[..read.len().min(200)]));
        }
    }
    Ok(stream)
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Reads until the stream ends; says how.
async fn listen(mut stream: TlsStream<TcpStream>) -> String {
    let mut buffer = [0; 64];
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) => return "ended".to_owned(),
            Ok(_) => {}
            Err(error) => return error.to_string(),
        }
    }
}

/// A process of browsers that all hold a stream.
#[derive(Debug)]
pub struct Held {
    process: Process,
    count: usize,
}

impl Held {
    /// Starts so many and waits until each has heard its first event.
    pub async fn start(
        bench: &Bench,
        server: SocketAddr,
        trust: &Path,
        count: usize,
    ) -> anyhow::Result<Self> {
        let mut command = Command::new(&bench.own);
        command
            .args(["browsers", "--server", &server.to_string(), "--count", &count.to_string(), "--trust"])
            .arg(trust);
        let held = Self { process: Process::start(&mut command), count };
        // Some hundred handshakes a second on a bad day.
        let patience = Duration::from_secs(60 + count as u64 / 100);
        let begun = std::time::Instant::now();
        while !held.process.lines().iter().any(|line| line.starts_with(HOLDING)) {
            held.check()?;
            ensure!(begun.elapsed() < patience, "{count} browsers were not held within {patience:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        held.check()?;
        Ok(held)
    }

    /// An error when one of them has lost its stream.
    pub fn check(&self) -> anyhow::Result<()> {
        let lines = self.process.lines();
        let lost: Vec<&String> = lines.iter().filter(|line| line.starts_with(LOST)).collect();
        let first = lost.first().map(|line| line.as_str()).unwrap_or_default();
        ensure!(lost.is_empty(), "{} of {} browsers were not held: {first}", lost.len(), self.count);
        Ok(())
    }
}
