//! Browsers held by one web bridge, each with an idle event stream over TLS: how much memory one costs.
//!
//! Memory is looked at after the streams' first ping went out, because buffers that a write makes stay. nginx holds fewer
//! of them, each with a stream to an upstream over mutual TLS, since it has none of its own.

use std::time::Duration;

use crate::{
    behind::upstream,
    bench::Bench,
    bridge::Bridge,
    browsers::Held,
    process::Usage,
    rows::tunnel,
    table::{Goal, Line},
};

/// The web bridge's own limit.
const BROWSERS: usize = 15_000;
/// nginx needs two connections for each.
const BROWSERS_OF_NGINX: usize = 4_000;
/// The same for a look.
const QUICK: usize = 2_000;
/// As little as nginx takes, and each event passed on at once.
const BUFFERS: &str = "proxy_buffering off; proxy_buffer_size 4k;";
/// A stream says every 15 s that it lives.
const UNTIL_PINGED: Duration = Duration::from_secs(17);

/// Measures.
pub async fn run(bench: &Bench) -> anyhow::Result<Vec<Line>> {
    let count = if bench.quick { QUICK } else { BROWSERS };
    let bridge = Bridge::start(bench)?;
    let trust = bridge.system.layout.ca_file();
    let one = held(bench, &trust, bridge.address(), bridge.pid(), count).await?;
    let upstream = upstream::start(bench, &bridge.system.ca)?;
    let nginx = tunnel::proxy(bench, &bridge, &upstream, BUFFERS).await?;
    let of_nginx = if bench.quick { QUICK } else { BROWSERS_OF_NGINX };
    let peer = held(bench, &trust, nginx.address(), nginx.pid(), of_nginx).await?;
    let figure = format!("{count} browsers held, memory of each");
    let peer_name = format!("nginx ({of_nginx} browsers)");
    Ok(vec![
        Line::absolute(&figure, "KiB", one.each, Goal::AtMost(16.0)).beside(&peer_name, peer.each, "KiB"),
        Line::absolute("the process before", "MiB", one.before / 1024.0, Goal::None).beside(
            "nginx",
            peer.before / 1024.0,
            "MiB",
        ),
    ])
}

struct Memory {
    /// KiB of the process without browsers.
    before: f64,
    /// KiB that each browser adds.
    each: f64,
}

async fn held(
    bench: &Bench,
    trust: &std::path::Path,
    server: std::net::SocketAddr,
    pid: u32,
    count: usize,
) -> anyhow::Result<Memory> {
    let before = Usage::of(pid)?.rss_kib;
    let browsers = Held::start(bench, server, trust, count).await?;
    tokio::time::sleep(UNTIL_PINGED).await;
    browsers.check()?;
    let each = (Usage::of(pid)?.rss_kib - before) / count as f64;
    Ok(Memory { before, each })
}
