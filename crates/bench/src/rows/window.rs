//! One week of a series that began five years before: what a list asks of every series in it.
//!
//! The series is ready on both sides; a pass finds the week's instants. libical jumps by `icalrecur_iterator_set_start`, which it
//! refuses for rules with a COUNT; ours with a COUNT is held against ours without.

use std::{hint::black_box, ops::ControlFlow, time::Duration};

use anyhow::{Context as _, ensure};
use convoke_meeting::{Series, Zone};
use jiff::Timestamp;

use super::recurrence::{START, ZONE, keep, series};
use crate::{
    bench::Bench,
    peers::{Expanded, libical::Libical},
    rounds::{Compared, in_turns},
    table::{Goal, Line},
};

/// A name and a rule each.
const RULES: [(&str, &str); 4] = [
    ("daily", "FREQ=DAILY"),
    ("weekly", "FREQ=WEEKLY"),
    ("monthly", "FREQ=MONTHLY"),
    ("yearly", "FREQ=YEARLY"),
];
/// Local bounds of the week, for libical. Every rule has an instant in it.
const WEEK: (&str, &str) = ("20310105T000000", "20310112T000000");
/// The same as instants: New York is five hours behind UTC then.
const WEEK_IN_UTC: (&str, &str) = ("2031-01-05T05:00:00Z", "2031-01-12T05:00:00Z");

/// Measures.
pub async fn run(bench: &Bench) -> anyhow::Result<Vec<Line>> {
    let zone = Zone::named(ZONE)?;
    let libical = Libical::new(bench).await?;
    let span = bench.span() / 8;
    let week: (Timestamp, Timestamp) = (WEEK_IN_UTC.0.parse()?, WEEK_IN_UTC.1.parse()?);
    let mut lines = Vec::new();
    for (name, rule) in RULES {
        let series = series(&zone, rule)?;
        let theirs = libical.instants(&["within", ZONE, START, rule, WEEK.0, WEEK.1]).await?;
        let mut ours = Vec::new();
        look(&series, week, |instant| ours.push(instant));
        ensure!(!ours.is_empty() && ours == theirs, "{rule}: {ours:?}, libical tells {theirs:?}");
        let arguments = ["window", ZONE, START, rule, WEEK.0, WEEK.1];
        let theirs = async || libical.passes(&arguments, span).await;
        let rounds = in_turns(bench.rounds(), async || looks(&series, week, span), theirs).await?;
        let compared = Compared::of(&rounds, Expanded::rate, Expanded::rate);
        let figure = format!("a week five years after the start, {name}");
        lines.push(Line::ratio(figure, "/s", "libical", &compared, Goal::AtLeast(40.0)));
    }
    lines.push(counted(bench, &zone, week, span).await?);
    Ok(lines)
}

/// With a COUNT that reaches beyond the week.
async fn counted(
    bench: &Bench,
    zone: &Zone,
    week: (Timestamp, Timestamp),
    span: Duration,
) -> anyhow::Result<Line> {
    let endless = series(zone, "FREQ=MONTHLY;BYDAY=2MO")?;
    let counted = series(zone, "FREQ=MONTHLY;BYDAY=2MO;COUNT=1000")?;
    // As meetings keep it: counted once, when they are made.
    let last = counted.last();
    let counted = counted.bounded_by(last);
    let rounds =
        in_turns(bench.rounds(), async || looks(&counted, week, span), async || looks(&endless, week, span))
            .await
            .context("ours against ours")?;
    let time = |looks: &Expanded| 1e9 / looks.rate();
    let compared = Compared::of(&rounds, time, time);
    let figure = "the second Monday with COUNT=1000, counted before";
    Ok(Line::ratio(figure, "ns", "Convoke without", &compared, Goal::AtMost(1.2)))
}

fn look(series: &Series, (from, until): (Timestamp, Timestamp), mut each: impl FnMut(i64)) {
    series.moments_in(from.as_second(), until.as_second(), |moment| {
        each(moment.start);
        ControlFlow::Continue(())
    });
}

fn looks(series: &Series, week: (Timestamp, Timestamp), span: Duration) -> anyhow::Result<Expanded> {
    Expanded::during(span, || {
        look(black_box(series), black_box(week), keep);
        Ok(())
    })
}
