//! A web bridge that was killed comes back: how long after it listens every link is up, after outages of several lengths.

use std::time::{Duration, Instant};

use convoke_c2w::{C2wUrl, Dialler, LinkSet, LinkStatus, Role};
use tokio::time::{sleep, timeout};

use crate::{
    behind::Papers,
    bench::Bench,
    bridge::Bridge,
    rounds::median,
    table::{Goal, Line},
};

/// Outages, and how often each is tried.
const OUTAGES: [(Duration, usize); 4] = [
    (Duration::from_millis(200), 8),
    (Duration::from_secs(3), 5),
    (Duration::from_secs(15), 3),
    (Duration::from_secs(45), 1),
];
/// Diallers of each role.
const EACH: usize = 3;
/// How long anything that is bound to come may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often the web bridge's log is looked at.
const LOOK: Duration = Duration::from_millis(1);

/// Measures.
pub async fn run(bench: &Bench) -> anyhow::Result<Vec<Line>> {
    let mut bridge = Bridge::start(bench)?;
    let diallers = diallers(bench, &bridge)?;
    until(&diallers, LinkStatus::is_up).await?;
    let mut lines = Vec::new();
    for (outage, times) in OUTAGES {
        let times = if bench.quick { 1 } else { times };
        let mut slowest = Vec::new();
        for _ in 0..times {
            slowest.push(back_after(&mut bridge, &diallers, outage).await?.as_secs_f64() * 1e3);
        }
        let figure = format!(
            "all {} links up after {outage:?} down, since it listens, worst of {times}",
            diallers.len()
        );
        let worst = slowest.iter().copied().fold(0.0, f64::max);
        let middle = format!("its median {:.0} ms", median(slowest));
        let mut line = Line::absolute(figure, "ms", worst, Goal::AtMost(300.0));
        line.ours = format!("{}, {middle}", line.ours);
        lines.push(line);
    }
    Ok(lines)
}

fn diallers(bench: &Bench, bridge: &Bridge) -> anyhow::Result<Vec<LinkSet>> {
    let (identity, bundle) = Papers::issue(bench, &bridge.system.ca, "dialler", &["dialler.test"])?.read()?;
    let url: C2wUrl = bridge.c2w_url().parse().map_err(|_| anyhow::anyhow!("no C2W address"))?;
    let roles = [Role::CallBridge, Role::Scheduler].into_iter().flat_map(|role| [role; EACH]);
    Ok(roles
        .map(|role| {
            let (identity, bundle) = (identity.clone(), bundle.clone());
            let dialler =
                Dialler { role, node: "bench".into(), identity, bundle, router: axum::Router::new() };
            let links = LinkSet::new(dialler);
            links.set_wanted(vec![url.clone()]);
            links
        })
        .collect())
}

/// Waits until every link of every dialler is so.
async fn until(diallers: &[LinkSet], so: impl Fn(&LinkStatus) -> bool) -> anyhow::Result<()> {
    for links in diallers {
        let mut watch = links.watch();
        timeout(PATIENCE, watch.wait_for(|all| all.iter().all(&so))).await??;
    }
    Ok(())
}

/// Kills the web bridge, keeps it down, starts it: from its listening to the last link.
async fn back_after(bridge: &mut Bridge, diallers: &[LinkSet], outage: Duration) -> anyhow::Result<Duration> {
    bridge.kill()?;
    until(diallers, |link| !link.is_up()).await?;
    sleep(outage).await;
    bridge.start_again();
    while !bridge.says_that_it_listens() {
        sleep(LOOK).await;
    }
    let listens = Instant::now();
    until(diallers, LinkStatus::is_up).await?;
    Ok(listens.elapsed())
}
