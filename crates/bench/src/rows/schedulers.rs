//! One, two and three schedulers side by side on one PostgreSQL, the same number of clients spread over them.
//!
//! All of it runs on the machine that the peers of other rows had to themselves, so more schedulers have no more processor time
//! than one: what the row shows is what they cost each other.

use std::time::Duration;

use futures_util::future::try_join_all;

use crate::{
    bench::Bench,
    filled::Filled,
    rounds::{Compared, median},
    rows::{create, list},
    table::{Goal, Line},
    wrk::{Load, Outcome},
};

/// Meetings that are there before.
const MEETINGS: u64 = 10_000;
const PEOPLE: u64 = 500;
/// Clients of all schedulers together; each scheduler count divides them.
const CLIENTS: usize = 24;
const MOST: usize = 3;

/// Measures.
pub async fn run(bench: &Bench) -> anyhow::Result<Vec<Line>> {
    let server = convoke_testkit::postgres::Postgres::start();
    let database = server.database("convoke");
    let mut filled = Filled::prepare_postgres(bench, MEETINGS, &database, MOST).await?;
    filled.start_all().await?;
    let urls = filled.scheduler_apis();
    let scripts = [
        ("scheduling", create::script(&filled.people(PEOPLE, 0).await?)),
        ("a week's list", list::script(&filled.people(PEOPLE, 1).await?)),
    ];
    let mut lines = Vec::new();
    for (what, script) in &scripts {
        spread(bench, &urls, script, bench.span()).await?;
        let mut rounds = Vec::new();
        for _ in 0..bench.rounds() {
            let mut round = Vec::new();
            for count in 1..=MOST {
                let urls = urls.get(..count).unwrap_or(&urls);
                round.push(spread(bench, urls, script, bench.span()).await?);
            }
            rounds.push((round.clone(), round));
        }
        for at in 1..MOST {
            let compared = Compared::of(&rounds, |round| round[at].rate, |round| round[0].rate);
            let figure = format!("{what}, {} schedulers", at + 1);
            lines.push(Line::ratio(figure, "/s", "1 scheduler", &compared, Goal::None));
        }
        for at in 0..MOST {
            let p99 = median(rounds.iter().map(|(round, _)| round[at].p99));
            lines.push(Line::absolute(format!("{what}, {}: p99", at + 1), "ms", p99, Goal::None));
        }
    }
    Ok(lines)
}

/// What all clients together had.
#[derive(Debug, Clone, Copy)]
struct Together {
    rate: f64,
    /// The worst of the schedulers'.
    p99: f64,
}

async fn spread(bench: &Bench, urls: &[String], script: &str, span: Duration) -> anyhow::Result<Together> {
    let each = CLIENTS / urls.len();
    let loads: Vec<Load> = urls.iter().map(|url| Load::get(url, each, span).script(script)).collect();
    let outcomes: Vec<Outcome> = try_join_all(loads.iter().map(|load| load.run(bench))).await?;
    Ok(Together {
        rate: outcomes.iter().map(Outcome::rate).sum(),
        p99: outcomes.iter().map(|outcome| outcome.p99).fold(0.0, f64::max),
    })
}
