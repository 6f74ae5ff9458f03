//! *My meetings this week*: a random person's list of a random week, over HTTPS, from 10,000 and from a million meetings;
//! against a bare axum application that says hello.

use std::{fmt::Write as _, time::Duration};

use anyhow::{Context as _, ensure};
use jiff::{Timestamp, ToSpan as _};

use crate::{
    bench::Bench,
    filled::{Filled, Person},
    peers::hello,
    process::Usage,
    rounds::{Compared, median},
    system::processes_of,
    table::{Goal, Line},
    wrk::{Load, Outcome},
};

/// People who ask; more than a cache of a few hundred would hold.
const PEOPLE: u64 = 2_000;
const SMALL: u64 = 10_000;
const LARGE: u64 = 1_000_000;
const CLIENTS: usize = 64;

/// What wrk told, and the server's processor time for each request in µs.
type Measured = (Outcome, f64);
/// Ten thousand meetings, a million, bare axum.
type Round = (Measured, Measured, Measured);

/// Measures.
pub async fn run(bench: &Bench) -> anyhow::Result<Vec<Line>> {
    let (small, large) = (Side::start(bench, SMALL).await?, Side::start(bench, LARGE).await?);
    let hello = hello::start(bench, &large.filled.system.ca)?;
    let span = bench.span();
    // Both have answered a while before anything counts.
    small.measure(bench, span).await?;
    large.measure(bench, span).await?;
    let mut rounds: Vec<Round> = Vec::new();
    for _ in 0..bench.rounds() {
        let load = Load::get(&hello.url, CLIENTS, span);
        let bare = measured(&[hello.process.pid()], load.run(bench)).await?;
        rounds.push((small.measure(bench, span).await?, large.measure(bench, span).await?, bare));
    }
    let compare = |ours: fn(&Round) -> f64, peer: fn(&Round) -> f64| {
        let pairs: Vec<(f64, f64)> = rounds.iter().map(|round| (ours(round), peer(round))).collect();
        Compared::of(&pairs, |ours| *ours, |peer| *peer)
    };
    let p99 = |of: fn(&Round) -> f64| median(rounds.iter().map(of));
    let bytes = median(rounds.iter().map(|(_, large, _)| large.0.bytes / large.0.requests));
    let memory = large.memory()?;
    Ok(vec![
        Line::ratio(
            "a week's list, 1 million meetings, 64 clients",
            "/s",
            "bare axum",
            &compare(|r| r.1.0.rate(), |r| r.2.0.rate()),
            Goal::AtLeast(0.40),
        ),
        Line::ratio(
            "a week's list, 10,000 meetings, 64 clients",
            "/s",
            "bare axum",
            &compare(|r| r.0.0.rate(), |r| r.2.0.rate()),
            Goal::None,
        ),
        Line::ratio(
            "10,000 meetings to 1 million: requests",
            "/s",
            "1 million",
            &compare(|r| r.0.0.rate(), |r| r.1.0.rate()),
            Goal::AtMost(1.3),
        ),
        Line::absolute("a week's list, 1 million: p99", "ms", p99(|r| r.1.0.p99), Goal::AtMost(5.0)).beside(
            "bare axum",
            p99(|r| r.2.0.p99),
            "ms",
        ),
        Line::ratio(
            "a week's list, 1 million: processor time of the scheduler",
            "µs each",
            "bare axum",
            &compare(|r| r.1.1, |r| r.2.1),
            Goal::None,
        ),
        Line::ratio(
            "a week's list, 10,000: processor time of the scheduler",
            "µs each",
            "bare axum",
            &compare(|r| r.0.1, |r| r.2.1),
            Goal::None,
        ),
        Line::absolute("an answer with its head", "bytes", bytes, Goal::None),
        Line::absolute("scheduler's memory after it, 1 million", "MiB", memory, Goal::AtMost(64.0)),
    ])
}

struct Side {
    filled: Filled,
    url: String,
    script: String,
}

impl Side {
    async fn start(bench: &Bench, meetings: u64) -> anyhow::Result<Self> {
        let mut filled = Filled::prepare(bench, meetings, 1).await?;
        filled.start().await?;
        let url = filled.scheduler_api()?;
        let people = filled.people(PEOPLE, 1).await?;
        check(&filled, &url, &people).await?;
        Ok(Self { script: script(&people), filled, url })
    }

    async fn measure(&self, bench: &Bench, span: Duration) -> anyhow::Result<Measured> {
        let load = Load::get(&self.url, CLIENTS, span).script(self.script.clone());
        measured(&self.scheduler()?, load.run(bench)).await
    }

    fn scheduler(&self) -> anyhow::Result<Vec<u32>> {
        let layout = &self.filled.system.layout;
        processes_of(&layout.settings_file(&layout.nodes[0]), "scheduler")
    }

    /// MiB of the scheduler's process.
    fn memory(&self) -> anyhow::Result<f64> {
        let pids = self.scheduler()?;
        Ok(Usage::of_all(&pids)?.rss_kib / 1024.0)
    }
}

async fn measured(
    server: &[u32],
    load: impl Future<Output = anyhow::Result<Outcome>>,
) -> anyhow::Result<Measured> {
    let before = Usage::of_all(server)?;
    let outcome = load.await?;
    let each = Usage::of_all(server)?.cpu_since(&before) * 1e6 / outcome.requests;
    Ok((outcome, each))
}

/// Lists that are measured hold meetings: most of them at least.
async fn check(filled: &Filled, url: &str, people: &[Person]) -> anyhow::Result<()> {
    let mut meetings = 0;
    for (number, person) in people.iter().take(50).enumerate() {
        let request = http::Request::get(format!("{url}{}", path(number)))
            .header("authorization", &person.authorization)
            .body(bytes::Bytes::new())?;
        let answer = filled.system.client.send(request).await?;
        ensure!(answer.status() == 200, "a list was answered {}", answer.status());
        let list: serde_json::Value = serde_json::from_slice(answer.body())?;
        meetings += list.as_array().context("a list is an array")?.len();
    }
    ensure!(meetings >= 50, "50 lists hold {meetings} meetings: the data are not as they should be");
    Ok(())
}

/// The path of some week of the two years that the data cover.
fn path(number: usize) -> String {
    let weeks = i64::try_from(number * 7_919 % 100).unwrap_or_default() - 50;
    let from = Timestamp::now().as_second() / 86_400 * 86_400 + weeks * 7 * 86_400;
    let from = Timestamp::from_second(from).unwrap_or_default();
    let until = from.saturating_add((7 * 24).hours()).unwrap_or(from);
    format!("/api/v1/scheduler/meetings?fromTime={from}&untilTime={until}&maxMeetings=100")
}

/// Requests are written once; each is drawn at random.
pub fn script(people: &[Person]) -> String {
    let mut script = String::from("local list = {\n");
    for (number, person) in people.iter().enumerate() {
        // Writing to a String does not fail.
        let _ = writeln!(script, "{{\"{}\", \"{}\"}},", path(number), person.authorization);
    }
    script.push_str(
        r#"}
local requests = {}
init = function(args)
  math.randomseed(tonumber(tostring(requests):match("0x(%x+)"), 16) % 1000003)
  for i, r in ipairs(list) do requests[i] = wrk.format("GET", r[1], {["Host"] = wrk.headers["Host"], ["Authorization"] = r[2]}) end
end
request = function() return requests[math.random(#requests)] end
"#,
    );
    script
}
