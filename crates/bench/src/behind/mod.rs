//! What answers behind the edge: one router, served over a link to a web bridge, or over mutual TLS to nginx. Each is a
//! process of its own, so that the edge's processor time is the edge's.

pub mod part;
pub mod upstream;

use std::{path::PathBuf, time::Duration};

use anyhow::Context as _;
use axum::{
    Router,
    extract::Path,
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::get,
};
use bytes::Bytes;
use clap::Args;
use convoke_testkit::ca::{Ca, Request};
use convoke_trust::{Bundle, Identity};

use crate::bench::Bench;

/// The largest answer that is given.
const MOST: usize = 1 << 20;
/// How often an idle stream says that it lives, as a web bridge's does.
const PING: Duration = Duration::from_secs(15);
/// Threads that serve, as in a role.
const WORKERS: usize = 2;

/// The path of an answer of so many bytes.
pub fn path(size: usize) -> String {
    format!("/api/v1/scheduler/bytes/{size}")
}

/// Answers of any size, from memory.
fn router() -> Router {
    let all = Bytes::from(vec![b'x'; MOST]);
    let bytes = move |Path(size): Path<usize>| async move { all.slice(..size.min(MOST)) };
    Router::new().route("/api/v1/scheduler/bytes/{size}", get(bytes)).route("/api/events", get(events))
}

/// An event, and none after it: a web bridge has such a stream of its own, nginx asks for this one.
async fn events() -> Response {
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<Event, std::convert::Infallible>>(1);
    // Room for one was just made.
    let _ = sender.try_send(Ok(Event::default().event("status").data("{}")));
    let stream = futures_util::stream::unfold((sender, receiver), async |(sender, mut receiver)| {
        Some((receiver.recv().await?, (sender, receiver)))
    });
    Sse::new(stream).keep_alive(KeepAlive::new().interval(PING).text("ping")).into_response()
}

/// What a process behind the edge shows and trusts.
#[derive(Debug, Clone, Args)]
pub struct Papers {
    /// The certificate chain that it shows (PEM).
    #[arg(long)]
    pub certificate: PathBuf,
    /// Its key (PEM).
    #[arg(long)]
    pub key: PathBuf,
    /// The CA that it trusts (PEM).
    #[arg(long)]
    pub trust: PathBuf,
}

impl Papers {
    /// Issues a certificate for these names into a new folder.
    pub fn issue(bench: &Bench, ca: &Ca, name: &str, names: &[&str]) -> anyhow::Result<Self> {
        let folder = bench.folder(name)?;
        let (key, certificate) = ca.issue_into(&folder, name, &Request::new(name, names));
        let trust = folder.join("ca.crt");
        std::fs::write(&trust, ca.pem())?;
        Ok(Self { certificate, key, trust })
    }

    /// The same as arguments of a process.
    pub fn arguments(&self) -> Vec<std::ffi::OsString> {
        let named = [("--certificate", &self.certificate), ("--key", &self.key), ("--trust", &self.trust)];
        named.into_iter().flat_map(|(name, file)| [name.into(), file.into()]).collect()
    }

    /// Reads them.
    pub fn read(&self) -> anyhow::Result<(Identity, Bundle)> {
        let read = |file: &PathBuf| std::fs::read(file).with_context(|| format!("{}", file.display()));
        let identity = Identity::parse(&read(&self.certificate)?, &read(&self.key)?);
        let bundle = Bundle::parse(&read(&self.trust)?);
        let fault = |faults: String| anyhow::anyhow!("the papers are not in order: {faults}");
        Ok((
            identity.map_err(|faults| fault(format!("{faults:?}")))?,
            bundle.map_err(|faults| fault(format!("{faults:?}")))?,
        ))
    }
}

fn serve<F: Future<Output = anyhow::Result<()>>>(serving: F) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()?;
    runtime.block_on(serving)
}
