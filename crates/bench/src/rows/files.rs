//! The web app's files, compressed, from the web bridge and from nginx: the same bytes with the same header fields.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use http::{HeaderMap, Request, header};

use crate::{
    bench::Bench,
    bridge::Bridge,
    peers::nginx::{Nginx, adding},
    process::Usage,
    rounds::{Compared, in_turns},
    table::{Goal, Line},
    wrk::{Load, Outcome},
};

/// Browsers that ask at the same time.
const CLIENTS: usize = 64;
/// What both compress alike: Debian's nginx has no brotli.
const ENCODING: &str = "gzip";

/// Measures.
pub async fn run(bench: &Bench) -> anyhow::Result<Vec<Line>> {
    let bridge = Bridge::start(bench)?;
    let nginx = serving_files(bench, &bridge).await?;
    let asset = largest_script()?;
    let mut lines = Vec::new();
    for (name, path) in [("index", "/"), ("largest script", asset.as_str())] {
        let size = same_bytes(&bridge, &nginx, path).await?;
        let load = |url: String| {
            Load::get(format!("{url}{path}"), CLIENTS, bench.span()).header("Accept-Encoding", ENCODING)
        };
        let rounds = in_turns(
            bench.rounds(),
            async || measured(load(bridge.url()), bench, bridge.pid()).await,
            async || measured(load(nginx.url()), bench, nginx.pid()).await,
        )
        .await?;
        let rate = Compared::of(&rounds, |o| o.0.rate(), |p| p.0.rate());
        let figure = format!("{name} ({size} bytes), {CLIENTS} clients");
        lines.push(Line::ratio(&figure, "/s", "nginx", &rate, Goal::AtLeast(0.9)));
        let cpu = Compared::of(&rounds, |o| o.1, |p| p.1);
        lines.push(Line::ratio(format!("{figure}: processor time"), "µs each", "nginx", &cpu, Goal::None));
    }
    Ok(lines)
}

/// The outcome, and the processor time of `pid` and its children in microseconds a request.
pub async fn measured(load: Load, bench: &Bench, pid: u32) -> anyhow::Result<(Outcome, f64)> {
    let before = Usage::of(pid)?;
    let outcome = load.run(bench).await?;
    let used = Usage::of(pid)?.cpu_since(&before);
    Ok((outcome, used * 1e6 / outcome.requests))
}

/// An nginx with the web app's files and the header fields that the web bridge adds to them.
pub async fn serving_files(bench: &Bench, bridge: &Bridge) -> anyhow::Result<Nginx> {
    let (headers, _) = get(bridge, &bridge.url(), "/").await?;
    let root = dist();
    let server = format!(
        "root {};\n gzip_static on;\n {}\n location / {{ try_files $uri /index.html; }}",
        root.display(),
        adding(&headers)
    );
    Nginx::start(bench, &bridge.system.ca, "", &server)
}

fn dist() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/app/dist");
    root.canonicalize().unwrap_or(root)
}

fn largest_script() -> anyhow::Result<String> {
    let scripts =
        fs::read_dir(dist().join("assets")).context("the web app is not built: make web")?.flatten();
    let scripts = scripts.filter(|file| file.path().extension().is_some_and(|end| end == "js"));
    let largest = scripts.max_by_key(|file| file.metadata().map_or(0, |data| data.len()));
    let largest = largest.context("the web app has no script")?;
    Ok(format!("/assets/{}", largest.file_name().to_string_lossy()))
}

/// Whether both answer the same; how many bytes.
async fn same_bytes(bridge: &Bridge, nginx: &Nginx, path: &str) -> anyhow::Result<usize> {
    let (ours, theirs) =
        (get(bridge, &bridge.url(), path).await?.1, get(bridge, &nginx.url(), path).await?.1);
    ensure!(ours == theirs, "{path}: {} bytes from the web bridge, {} from nginx", ours.len(), theirs.len());
    Ok(ours.len())
}

async fn get(bridge: &Bridge, url: &str, path: &str) -> anyhow::Result<(HeaderMap, Bytes)> {
    let request =
        Request::get(format!("{url}{path}")).header(header::ACCEPT_ENCODING, ENCODING).body(Bytes::new())?;
    let answer = bridge.system.client.send(request).await?;
    ensure!(answer.status() == 200, "{url}{path} answered {}", answer.status());
    ensure!(
        answer.headers().get(header::CONTENT_ENCODING).is_some_and(|e| e == ENCODING),
        "{url}{path} is not compressed"
    );
    let (parts, body) = answer.into_parts();
    Ok((parts.headers, body))
}
