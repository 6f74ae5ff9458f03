//! A bare axum application over TLS: what the framework alone can do, for rows that measure what Convoke adds.

use std::{net::SocketAddr, process::Command, sync::Arc};

use anyhow::Context as _;
use axum::{Router, routing::get};
use clap::Args;
use convoke_testkit::{ca::Ca, own_address, process::Process};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::{behind::Papers, bench::Bench};

/// The loopback host that it listens on.
const HOST: u8 = 61;
const LISTENING: &str = "listening on ";
/// Threads that serve, as in a role.
const WORKERS: usize = 2;

/// How it is started.
#[derive(Debug, Clone, Args)]
pub struct Hello {
    /// Where it listens.
    #[arg(long)]
    listen: SocketAddr,
    #[command(flatten)]
    papers: Papers,
}

impl Hello {
    /// Serves until the process ends.
    pub fn run(self) -> anyhow::Result<()> {
        let (identity, _) = self.papers.read()?;
        let chain = identity.chain().iter().map(|certificate| certificate.der().clone()).collect();
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(chain, identity.key().der().clone_key())?;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let router = Router::new().route("/", get(|| async { "hello" }));
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()?;
        runtime.block_on(async {
            let listener = TcpListener::bind(self.listen).await?;
            println!("{LISTENING}{}", listener.local_addr()?);
            loop {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                let (acceptor, service) = (acceptor.clone(), TowerToHyperService::new(router.clone()));
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let builder = auto::Builder::new(TokioExecutor::new());
                    // A client that goes away ends its connection with an error; nobody is to be told.
                    drop(builder.serve_connection(TokioIo::new(stream), service).await);
                });
            }
        })
    }
}

/// A running one.
pub struct Started {
    /// Ends with this value.
    pub process: Process,
    /// `https://host:port/`.
    pub url: String,
}

/// Starts one and waits until it listens.
pub fn start(bench: &Bench, ca: &Ca) -> anyhow::Result<Started> {
    let host = own_address(HOST).to_string();
    let papers = Papers::issue(bench, ca, "hello", &[&host])?;
    let mut command = Command::new(&bench.own);
    command.args(["hello", "--listen", &format!("{host}:0")]).args(papers.arguments());
    let process = Process::start(&mut command);
    let line = process.wait_for_line(LISTENING);
    let address = line.strip_prefix(LISTENING).context("it told no address")?.to_owned();
    Ok(Started { process, url: format!("https://{address}/") })
}
