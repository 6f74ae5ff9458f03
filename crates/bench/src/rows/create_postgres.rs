//! The same on PostgreSQL, with 16 clients; against pgbench with the same transaction on the same server.

use crate::{
    bench::Bench,
    filled::Filled,
    peers::pgbench::PgBench,
    rounds::{Compared, in_turns},
    rows::create::{load, script},
    table::{Goal, Line},
    wrk::Outcome,
};

/// Meetings that are there before.
const MEETINGS: u64 = 10_000;
const PEOPLE: u64 = 500;
const CLIENTS: usize = 16;

/// Measures.
pub async fn run(bench: &Bench) -> anyhow::Result<Vec<Line>> {
    let server = convoke_testkit::postgres::Postgres::start();
    let database = server.database("convoke");
    let mut filled = Filled::prepare_postgres(bench, MEETINGS, &database, 1).await?;
    filled.start().await?;
    let url = filled.scheduler_api()?;
    let script = script(&filled.people(PEOPLE, 0).await?);
    let pgbench = PgBench::new(bench, &server, &filled).await?;
    let span = bench.span();
    load(bench, &url, &script, CLIENTS, span).await?;
    let rounds = in_turns(
        bench.rounds(),
        async || load(bench, &url, &script, CLIENTS, span).await,
        async || pgbench.run(CLIENTS, span).await,
    )
    .await?;
    let compared = Compared::of(&rounds, Outcome::rate, |rate| *rate);
    Ok(vec![Line::ratio("PostgreSQL, 16 clients", "/s", "pgbench", &compared, Goal::AtLeast(0.7))])
}
