//! A part dies while browsers ask for their meetings at a steady pace: failed requests, and the longest that one waited.
//!
//! Three nodes, two of them with a scheduler. Each browser knows two web bridges, as a name with two addresses would give
//! them, and asks the next one when a connection breaks or an answer takes longer than its patience; the request is a GET,
//! which may be sent again. A wait counts from the moment at which the request was due, not from when it could be sent.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, ensure};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::time::{Instant, sleep, sleep_until};

use crate::{
    bench::Bench,
    client::{self, Browser},
    system::{Plan, Running},
    table::{Goal, Line},
};

/// Connections, and how often each asks: 200 requests a second.
const BROWSERS: u32 = 8;
const EVERY: Duration = Duration::from_millis(40);
/// How long a browser waits for an answer of one web bridge: longer than a scheduler's failover may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same where the web bridge itself is stopped, which nobody but the browser can notice.
const SHORT_PATIENCE: Duration = Duration::from_millis(500);
/// Load before and after the fault.
const AROUND: Duration = Duration::from_secs(2);
/// How long a stopped process stays stopped.
const STOPPED: Duration = Duration::from_secs(3);
const PATH: &str = "/api/v1/scheduler/meetings";

/// Whom it hits, and how.
struct Fault {
    role: &'static str,
    node: usize,
    signal: Signal,
    patience: Duration,
    most: f64,
}

/// The node whose web bridge is asked first; it has no scheduler.
const FRONT: usize = 2;
const FAULTS: [Fault; 4] = [
    Fault { role: "scheduler", node: 0, signal: Signal::SIGKILL, patience: PATIENCE, most: 250.0 },
    Fault { role: "scheduler", node: 0, signal: Signal::SIGSTOP, patience: PATIENCE, most: 1000.0 },
    Fault { role: "webbridge", node: FRONT, signal: Signal::SIGKILL, patience: PATIENCE, most: 250.0 },
    Fault { role: "webbridge", node: FRONT, signal: Signal::SIGSTOP, patience: SHORT_PATIENCE, most: 1000.0 },
];

/// Measures.
pub async fn run(bench: &Bench) -> anyhow::Result<Vec<Line>> {
    let plan = Plan { nodes: 3, schedulers: 2, postgres: true, arguments: &[] };
    let mut running = plan.start(bench).await?;
    let authorization = running.sign_in(FRONT, 0).await?;
    let times = if bench.quick { 1 } else { bench.rounds() };
    let mut lines = Vec::new();
    for fault in &FAULTS {
        let (mut asked, mut failed, mut longest) = (0, Vec::new(), Duration::ZERO);
        for _ in 0..times {
            let seen = fault.watch(&mut running, &authorization).await?;
            asked += seen.asked;
            failed.extend(seen.failed);
            longest = longest.max(seen.longest);
        }
        if let Some(first) = failed.first() {
            eprintln!("  first of {} failures: {first}", failed.len());
        }
        let figure = format!("{} gets {} ({times} times)", fault.role, fault.signal);
        let count = Line::absolute(
            format!("{figure}: requests failed of {asked}"),
            "",
            failed.len() as f64,
            Goal::AtMost(0.0),
        );
        lines.push(count);
        let wait = Line::absolute(
            format!("{figure}: longest wait"),
            "ms",
            longest.as_secs_f64() * 1e3,
            Goal::AtMost(fault.most),
        );
        lines.push(wait);
    }
    Ok(lines)
}

/// What all browsers saw.
#[derive(Debug, Default)]
struct Seen {
    asked: usize,
    failed: Vec<String>,
    longest: Duration,
}

impl Fault {
    async fn watch(&self, running: &mut Running, authorization: &str) -> anyhow::Result<Seen> {
        let load = Load::start(running, authorization, self.patience)?;
        sleep(AROUND).await;
        let victim = *running.processes(self.node, self.role)?.first().context("the process is not there")?;
        let victim = Pid::from_raw(i32::try_from(victim)?);
        kill(victim, self.signal)?;
        if self.signal == Signal::SIGSTOP {
            sleep(STOPPED).await;
            kill(victim, Signal::SIGCONT)?;
        }
        sleep(AROUND).await;
        let seen = load.end().await?;
        running.system.until_ready().await?;
        ensure!(seen.asked > 100, "only {} requests were made", seen.asked);
        Ok(seen)
    }
}

/// Browsers at work.
struct Load {
    stop: Arc<AtomicBool>,
    seen: Arc<Mutex<Seen>>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Load {
    fn start(running: &Running, authorization: &str, patience: Duration) -> anyhow::Result<Self> {
        let tls = client::trusting(running.system.ca.pem())?;
        let at = |node: usize| {
            let node = &running.system.layout.nodes[node];
            SocketAddr::from((node.address, node.ports.web_app))
        };
        let (stop, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Seen::default())));
        let tasks = (0..BROWSERS).map(|number| {
            let browser = Browser::new(Arc::clone(&tls), vec![at(FRONT), at(1)], patience);
            let first = Instant::now() + EVERY * number / BROWSERS;
            tokio::spawn(ask(browser, first, authorization.to_owned(), Arc::clone(&stop), Arc::clone(&seen)))
        });
        Ok(Self { tasks: tasks.collect(), stop, seen })
    }

    async fn end(self) -> anyhow::Result<Seen> {
        self.stop.store(true, Ordering::Release);
        for task in self.tasks {
            task.await?;
        }
        Ok(std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

async fn ask(
    mut browser: Browser,
    first: Instant,
    authorization: String,
    stop: Arc<AtomicBool>,
    seen: Arc<Mutex<Seen>>,
) {
    let mut due = first;
    while !stop.load(Ordering::Acquire) {
        sleep_until(due).await;
        let answer = browser.get(PATH, &authorization).await;
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.asked += 1;
        seen.longest = seen.longest.max(due.elapsed());
        match answer {
            Ok(200) => {}
            Ok(status) => seen.failed.push(format!("answered {status}")),
            Err(fault) => seen.failed.push(format!("{fault:#}")),
        }
        due += EVERY;
    }
}
