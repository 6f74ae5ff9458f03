//! The same router over HTTP/1.1 and mutual TLS 1.3, as nginx's upstream: with the HTTP stack of Convoke's own listeners, so
//! that what differs is the edge.

use std::{net::SocketAddr, process::Command, sync::Arc};

use anyhow::Context as _;
use clap::Args;
use convoke_http::{Transport, bind};
use convoke_testkit::{ca::Ca, own_address, process::Process};
use rustls::{RootCertStore, ServerConfig, crypto::aws_lc_rs, server::WebPkiClientVerifier, version::TLS13};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};

use super::{Papers, router, serve};
use crate::bench::Bench;

/// The loopback host that it listens on.
const HOST: u8 = 60;
const LISTENING: &str = "listening on ";

/// How it is started.
#[derive(Debug, Clone, Args)]
pub struct Upstream {
    /// Where it listens.
    #[arg(long)]
    listen: SocketAddr,
    #[command(flatten)]
    papers: Papers,
}

impl Upstream {
    /// Serves until the process ends.
    pub fn run(self) -> anyhow::Result<()> {
        let (identity, _) = self.papers.read()?;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(&self.papers.trust)?)?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let clients =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build()?;
        let chain = identity.chain().iter().map(|certificate| certificate.der().clone()).collect();
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13])?
            .with_client_cert_verifier(clients)
            .with_single_cert(chain, identity.key().der().clone_key())?;
        serve(async {
            let bound = bind(self.listen).await?;
            println!("{LISTENING}{}", bound.address());
            bound.serve(Transport::Tls(Arc::new(config)), router(), std::future::pending()).await;
            Ok(())
        })
    }
}

/// A running one.
pub struct Started {
    /// The process.
    pub process: Process,
    /// Where it listens.
    pub address: SocketAddr,
    /// What nginx shows it.
    pub client: Papers,
}

/// Starts one and waits until it listens.
pub fn start(bench: &Bench, ca: &Ca) -> anyhow::Result<Started> {
    let host = own_address(HOST).to_string();
    let papers = Papers::issue(bench, ca, "upstream", &["upstream.test", &host])?;
    let mut command = Command::new(&bench.own);
    command.args(["upstream", "--listen", &format!("{host}:0")]).args(papers.arguments());
    let process = Process::start(&mut command);
    let line = process.wait_for_line(LISTENING);
    let address = line.strip_prefix(LISTENING).context("the upstream told no address")?.parse()?;
    Ok(Started { process, address, client: Papers::issue(bench, ca, "edge", &["edge.test"])? })
}
