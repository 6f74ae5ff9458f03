//! From the start of the scheduler's process to three links that are up, with a request answered over each; against what the
//! modelled product's log shows.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use convoke_testkit::process::Process;
use nix::sys::signal::Signal;

use crate::{
    bench::Bench,
    filled::Filled,
    process::Usage,
    rounds::median,
    table::{Goal, Line},
};

/// What the modelled product's log shows for the same, in milliseconds.
const MODEL: f64 = 8_609.0;
/// Web bridges.
const NODES: usize = 3;
/// What must be answered over each link.
const PATH: &str = "/api/v1/scheduler/openapi.json";
/// Time for the memory to settle.
const SETTLE: Duration = Duration::from_secs(3);

/// Measures.
pub async fn run(bench: &Bench) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::new();
    for (meetings, name, goal) in [(10, "empty", 50.0), (1_000_000, "1 million meetings", 100.0)] {
        let filled = Filled::prepare(bench, meetings, NODES).await?;
        let parts = Parts::start(bench, &filled).await?;
        let mut spans = Vec::new();
        for _ in 0..bench.rounds() * 3 {
            spans.push(parts.time(bench, &filled).await?.as_secs_f64() * 1e3);
        }
        let figure = format!("scheduler's start to {NODES} links that answer, {name}");
        let line = Line::absolute(figure, "ms", median(spans), Goal::AtMost(goal));
        lines.push(line.beside("the model's log", MODEL, "ms"));
        if meetings == 10 {
            lines.extend(parts.memory(bench, &filled).await?);
        }
    }
    Ok(lines)
}

/// Everything but the scheduler.
struct Parts {
    call_bridge: Process,
    web_bridges: Vec<Process>,
}

impl Parts {
    async fn start(bench: &Bench, filled: &Filled) -> anyhow::Result<Self> {
        let call_bridge = role(bench, filled, "callbridge", 0);
        let web_bridges = (0..NODES).map(|node| role(bench, filled, "webbridge", node)).collect();
        let parts = Self { call_bridge, web_bridges };
        let api = filled.system.admin_api(&filled.people);
        let begun = Instant::now();
        while let Err(fault) = api.read("system/status").await {
            ensure!(begun.elapsed() < Duration::from_secs(20), "the call bridge does not answer: {fault:#}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        for node in &filled.system.layout.nodes {
            api.create("webBridges", &[("url", &node.c2w_url())]).await?;
        }
        Ok(parts)
    }

    /// Starts a scheduler, waits until it answers over each link, and kills it.
    async fn time(&self, bench: &Bench, filled: &Filled) -> anyhow::Result<Duration> {
        for node in 0..NODES {
            until(filled, node, 503).await?;
        }
        let begun = Instant::now();
        let mut scheduler = role(bench, filled, "scheduler", 0);
        for node in 0..NODES {
            until(filled, node, 200).await?;
        }
        let took = begun.elapsed();
        scheduler.signal(Signal::SIGKILL);
        scheduler.wait(Duration::from_secs(5)).context("the scheduler outlived SIGKILL")?;
        Ok(took)
    }

    async fn memory(&self, bench: &Bench, filled: &Filled) -> anyhow::Result<Vec<Line>> {
        let scheduler = role(bench, filled, "scheduler", 0);
        for node in 0..NODES {
            until(filled, node, 200).await?;
        }
        tokio::time::sleep(SETTLE).await;
        let mib = |pids: &[u32]| anyhow::Ok(Usage::of_all(pids)?.rss_kib / 1024.0);
        let alone = mib(&[scheduler.pid()])?;
        let node = mib(&[scheduler.pid(), self.call_bridge.pid(), self.web_bridges[0].pid()])?;
        Ok(vec![
            Line::absolute("memory, idle: scheduler", "MiB", alone, Goal::AtMost(20.0)),
            Line::absolute(
                "memory, idle: web bridge, call bridge and scheduler",
                "MiB",
                node,
                Goal::AtMost(100.0),
            ),
        ])
    }
}

fn role(bench: &Bench, filled: &Filled, role: &str, node: usize) -> Process {
    let layout = &filled.system.layout;
    let config = layout.settings_file(&layout.nodes[node]);
    Process::start(Command::new(&bench.convoke).args([role, "--config"]).arg(config))
}

/// Asks a web bridge until its answer has this status.
async fn until(filled: &Filled, node: usize, status: u16) -> anyhow::Result<()> {
    let url = format!("{}{PATH}", filled.system.layout.nodes[node].web_app());
    let begun = Instant::now();
    loop {
        let request = http::Request::get(&url).body(bytes::Bytes::new())?;
        let answer = filled.system.client.send(request).await;
        if answer.as_ref().is_ok_and(|answer| answer.status() == status) {
            return Ok(());
        }
        ensure!(begun.elapsed() < Duration::from_secs(20), "{url} does not answer {status}: {answer:?}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
