//! New TLS connections a second: each carries one small request and is closed. No session is resumed (wrk does not), the
//! keys are of one kind (ECDSA P-256), and the client chooses version and suite, so both sides have the same.

use super::files::{measured, serving_files};
use crate::{
    bench::Bench,
    bridge::Bridge,
    rounds::{Compared, in_turns},
    table::{Goal, Line},
    wrk::Load,
};

const CLIENTS: usize = 64;
const PATH: &str = "/favicon.svg";

/// Measures.
pub async fn run(bench: &Bench) -> anyhow::Result<Vec<Line>> {
    let bridge = Bridge::start(bench)?;
    let nginx = serving_files(bench, &bridge).await?;
    let load =
        |url: String| Load::get(format!("{url}{PATH}"), CLIENTS, bench.span()).header("Connection", "close");
    let rounds = in_turns(
        bench.rounds(),
        async || measured(load(bridge.url()), bench, bridge.pid()).await,
        async || measured(load(nginx.url()), bench, nginx.pid()).await,
    )
    .await?;
    let rate = Compared::of(&rounds, |o| o.0.rate(), |p| p.0.rate());
    let cpu = Compared::of(&rounds, |o| o.1, |p| p.1);
    let figure = format!("new TLS connections, {CLIENTS} clients");
    Ok(vec![
        Line::ratio(&figure, "/s", "nginx", &rate, Goal::AtLeast(1.1)),
        Line::ratio(format!("{figure}: processor time"), "µs each", "nginx", &cpu, Goal::None),
    ])
}
