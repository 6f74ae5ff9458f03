//! Rules from text to instants: five rules, 500 instances each, in a zone whose clock changes.
//!
//! Each pass reads the rule's text; start and zone are ready on every side. All sides must tell the same instants first.

use std::hint::black_box;

use anyhow::{Context as _, ensure};
use convoke_meeting::{Rule, Series, Zone, series::SeriesParts};
use jiff::{ToSpan, civil::date};

use crate::{
    bench::Bench,
    peers::{Expanded, libical::Libical, rrule::CrateRrule},
    rounds::{Compared, in_turns},
    table::{Goal, Line},
};

/// Instances of each rule.
const INSTANCES: usize = 500;
/// Where all begin.
pub const ZONE: &str = "America/New_York";
/// When all begin, on that zone's clock.
pub const START: &str = "20260105T090000";
/// What people schedule, a name and a rule. The last year that any reaches is 2088: the crate rrule knows the clocks up to 2100.
const RULES: [(&str, &str); 5] = [
    ("daily", "FREQ=DAILY;COUNT=500"),
    ("three days a week", "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=500"),
    ("second Tuesday", "FREQ=MONTHLY;BYDAY=2TU;COUNT=500"),
    ("last workday", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=500"),
    ("yearly", "FREQ=YEARLY;BYMONTH=3,6,9,11;BYDAY=2SU,-1FR;COUNT=500"),
];

/// Measures.
pub async fn run(bench: &Bench) -> anyhow::Result<Vec<Line>> {
    let zone = Zone::named(ZONE)?;
    let crate_rrule = CrateRrule::starting(START, ZONE)?;
    let libical = Libical::new(bench).await?;
    let span = bench.span() / 8;
    let most = INSTANCES.to_string();
    let (mut against_crate, mut against_libical) = (Vec::new(), Vec::new());
    for (name, rule) in RULES {
        same_instants(&zone, &crate_rrule, &libical, rule).await.with_context(|| rule.to_owned())?;
        let ours = || Expanded::during(span, || expand(&zone, rule, keep));
        let theirs = || Expanded::during(span, || crate_rrule.expand(rule, INSTANCES, keep));
        against_crate.push((name, in_turns(bench.rounds(), async || ours(), async || theirs()).await?));
        let arguments = ["speed", ZONE, START, rule, most.as_str()];
        let theirs = async || libical.passes(&arguments, span).await;
        against_libical.push((name, in_turns(bench.rounds(), async || ours(), theirs).await?));
    }
    let mut lines = vec![
        means("crate rrule", &against_crate, Goal::AtLeast(10.0)),
        means("libical", &against_libical, Goal::None),
    ];
    lines.extend(against_crate.iter().map(|(name, rounds)| {
        let compared = Compared::of(rounds, instances, instances);
        Line::ratio(format!("{INSTANCES} instances, {name}"), "/s", "crate rrule", &compared, Goal::None)
    }));
    Ok(lines)
}

type Rounds = Vec<(Expanded, Expanded)>;

fn instances(expanded: &Expanded) -> f64 {
    expanded.rate() * INSTANCES as f64
}

/// One line of the five rules' geometric means, round by round.
fn means(peer: &str, rules: &[(&str, Rounds)], goal: Goal) -> Line {
    let rounds = rules.first().map_or(0, |(_, rounds)| rounds.len());
    let mean = |side: &dyn Fn(&(Expanded, Expanded)) -> f64, round: usize| {
        let sum: f64 = rules.iter().map(|(_, rounds)| side(&rounds[round]).ln()).sum();
        (sum / rules.len() as f64).exp()
    };
    let pairs: Vec<(f64, f64)> = (0..rounds)
        .map(|round| (mean(&|pair| instances(&pair.0), round), mean(&|pair| instances(&pair.1), round)))
        .collect();
    let compared = Compared::of(&pairs, |ours| *ours, |peer| *peer);
    let figure = format!("{INSTANCES} instances of five rules, geometric mean");
    Line::ratio(figure, "/s", peer, &compared, goal)
}

/// The series of a rule in this row and in `window`: half an hour each.
pub fn series(zone: &Zone, rule: &str) -> anyhow::Result<Series> {
    let rule = Rule::parse(rule).map_err(|faults| anyhow::anyhow!("{rule}: {faults:?}"))?;
    let start = date(2026, 1, 5).at(9, 0, 0, 0);
    let parts = SeriesParts {
        start,
        end: start + 30.minutes(),
        zone: zone.clone(),
        all_day: false,
        rule: Some(rule),
        rdates: Vec::new(),
        exdates: Vec::new(),
    };
    Series::new(parts).context("no series")
}

/// Ours from text to instants. The peers leave the start out where it is off the rule, and so does this.
fn expand(zone: &Zone, rule: &str, mut each: impl FnMut(i64)) -> anyhow::Result<()> {
    let series = series(zone, rule)?;
    series.moments().take(INSTANCES).for_each(|moment| each(moment.start));
    Ok(())
}

/// Takes what was computed, so that the compiler does not leave it out.
pub fn keep(instant: i64) {
    black_box(instant);
}

async fn same_instants(
    zone: &Zone,
    crate_rrule: &CrateRrule,
    libical: &Libical,
    rule: &str,
) -> anyhow::Result<()> {
    let (mut ours, mut crates) = (Vec::new(), Vec::new());
    expand(zone, rule, |instant| ours.push(instant))?;
    crate_rrule.expand(rule, INSTANCES, |instant| crates.push(instant))?;
    let theirs = libical.instants(&["list", ZONE, START, rule, &INSTANCES.to_string()]).await?;
    ensure!(ours.len() == INSTANCES, "{} instances", ours.len());
    ensure!(same(&ours, &crates), "not what the crate rrule tells");
    ensure!(same(&ours, &theirs), "not what libical tells");
    Ok(())
}

/// Whether both tell the same; the start itself, which we always count, may be off the rule and missing on the other side.
fn same(ours: &[i64], theirs: &[i64]) -> bool {
    ours == theirs || ours[1..] == theirs[..INSTANCES - 1]
}
