//! A request through the edge: web bridge and link against nginx and a kept mutual-TLS connection, to the same router behind.
//!
//! Processor time is the edge's alone: the web bridge's process against nginx's master and workers. The process behind is
//! told beside it, because the link moves work there.

use std::collections::HashMap;

use anyhow::ensure;
use bytes::Bytes;
use http::Request;

use crate::{
    behind::{self, part, upstream},
    bench::Bench,
    bridge::Bridge,
    peers::nginx::{Nginx, adding},
    process::Usage,
    rounds::{Compared, in_turns},
    table::{Goal, Line},
    wrk::{Load, Outcome},
};

const KIB: usize = 1024;
/// Answers, in bytes, and how many clients ask for each.
const SIZES: [usize; 3] = [0, KIB, 64 * KIB];
const CLIENTS: [usize; 3] = [1, 64, 256];
/// Room for whole answers, so that nginx writes none to a file.
const BUFFERS: &str = "proxy_buffer_size 16k; proxy_buffers 16 16k; proxy_max_temp_file_size 0;";

/// Measures.
pub async fn run(bench: &Bench) -> anyhow::Result<Vec<Line>> {
    let bridge = Bridge::start(bench)?;
    let part = part::start(bench, &bridge).await?;
    let upstream = upstream::start(bench, &bridge.system.ca)?;
    let nginx = proxy(bench, &bridge, &upstream, BUFFERS).await?;
    let ours = Side { url: bridge.url(), edge: bridge.pid(), behind: part.pid() };
    let theirs = Side { url: nginx.url(), edge: nginx.pid(), behind: upstream.process.pid() };
    let mut lines = Vec::new();
    for size in SIZES {
        for side in [&ours, &theirs] {
            side.check(&bridge, size).await?;
        }
        for clients in CLIENTS {
            let rounds = in_turns(
                bench.rounds(),
                async || ours.measure(bench, size, clients).await,
                async || theirs.measure(bench, size, clients).await,
            )
            .await?;
            lines.extend(told(size, clients, &rounds));
        }
    }
    Ok(lines)
}

fn told(size: usize, clients: usize, rounds: &[(Measured, Measured)]) -> Vec<Line> {
    let goals: HashMap<&str, Goal> = match (size, clients) {
        (KIB, 64) => [("rate", Goal::AtLeast(1.3)), ("cpu", Goal::AtMost(0.65))].into(),
        (KIB, 1) => [("p50", Goal::AtMost(1.2))].into(),
        _ => HashMap::new(),
    };
    let goal = |name: &str| goals.get(name).copied().unwrap_or(Goal::None);
    let figure = format!("{size} bytes, {clients} client{}", if clients == 1 { "" } else { "s" });
    let compare = |of: fn(&Measured) -> f64| Compared::of(rounds, of, of);
    let line = |what: &str, unit: &str, of: fn(&Measured) -> f64, goal| {
        Line::ratio(format!("{figure}: {what}"), unit, "nginx", &compare(of), goal)
    };
    let mut lines = vec![line("requests", "/s", |m| m.outcome.rate(), goal("rate"))];
    if clients == 1 {
        lines.push(line("p50", "ms", |m| m.outcome.p50, goal("p50")));
    }
    lines.push(line("processor time of the edge", "µs each", |m| m.edge, goal("cpu")));
    lines.push(line("the same and of what is behind", "µs each", |m| m.edge + m.behind, Goal::None));
    lines
}

struct Side {
    url: String,
    edge: u32,
    behind: u32,
}

struct Measured {
    outcome: Outcome,
    /// Processor time in microseconds a request.
    edge: f64,
    behind: f64,
}

impl Side {
    async fn check(&self, bridge: &Bridge, size: usize) -> anyhow::Result<()> {
        let request = Request::get(format!("{}{}", self.url, behind::path(size))).body(Bytes::new())?;
        let answer = bridge.system.client.send(request).await?;
        ensure!(
            answer.status() == 200 && answer.body().len() == size,
            "{} answered {}",
            self.url,
            answer.status()
        );
        Ok(())
    }

    async fn measure(&self, bench: &Bench, size: usize, clients: usize) -> anyhow::Result<Measured> {
        let before = (Usage::of(self.edge)?, Usage::of(self.behind)?);
        let load = Load::get(format!("{}{}", self.url, behind::path(size)), clients, bench.span());
        let outcome = load.run(bench).await?;
        let each = |pid, before| anyhow::Ok(Usage::of(pid)?.cpu_since(before) * 1e6 / outcome.requests);
        Ok(Measured { outcome, edge: each(self.edge, &before.0)?, behind: each(self.behind, &before.1)? })
    }
}

/// nginx in front of the upstream: kept connections, these buffers, and the web bridge's own fields.
pub async fn proxy(
    bench: &Bench,
    bridge: &Bridge,
    upstream: &upstream::Started,
    buffers: &str,
) -> anyhow::Result<Nginx> {
    let request = Request::get(format!("{}/api/status", bridge.url())).body(Bytes::new())?;
    let fields = adding(bridge.system.client.send(request).await?.headers());
    let (address, papers) = (upstream.address, &upstream.client);
    let upstreams =
        format!("upstream behind {{ server {address}; keepalive 256; keepalive_requests 1000000000; }}");
    let server = format!(
        r#"{fields}
    location / {{
      proxy_pass https://behind;
      proxy_http_version 1.1;
      proxy_read_timeout 1h;
      proxy_set_header Connection "";
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Host $http_host;
      proxy_ssl_certificate {};
      proxy_ssl_certificate_key {};
      proxy_ssl_trusted_certificate {};
      proxy_ssl_verify on;
      proxy_ssl_name upstream.test;
      proxy_ssl_protocols TLSv1.3;
      {buffers}
    }}"#,
        papers.certificate.display(),
        papers.key.display(),
        papers.trust.display(),
    );
    Nginx::start(bench, &bridge.system.ca, &upstreams, &server)
}
