//! Scheduling a meeting over HTTPS: one meeting with three attendees in an existing space, durable, a million meetings in the
//! database; against SQLite in a loop that commits the same rows into the same file.
//!
//! Convoke writes four rows for people and four mails, for the organizer is told too; so does the loop. No mail is sent.

use std::{fmt::Write as _, time::Duration};

use crate::{
    bench::Bench,
    filled::{Filled, Person},
    peers::raw_sqlite::{RawSqlite, Wrote},
    rounds::{Compared, in_turns, median},
    table::{Goal, Line},
    wrk::{Load, Outcome},
};

const MEETINGS: u64 = 1_000_000;
/// People who schedule.
const PEOPLE: u64 = 1_000;
/// Meetings of one raw commit, where p99 is compared: what one group of Convoke's may hold.
const BATCH: u32 = 64;

/// Measures.
pub async fn run(bench: &Bench) -> anyhow::Result<Vec<Line>> {
    let mut filled = Filled::prepare(bench, MEETINGS, 1).await?;
    filled.start().await?;
    let url = filled.scheduler_api()?;
    let script = script(&filled.people(PEOPLE, 0).await?);
    let mut raw = RawSqlite::open(&filled.database(), MEETINGS / 10)?;
    let (rounds, span) = (bench.rounds(), bench.span());
    load(bench, &url, &script, 64, span).await?;
    raw.run(Duration::from_secs(1), 1)?;
    let mut measure = async |clients: usize, batch: u32| {
        in_turns(
            rounds,
            async || load(bench, &url, &script, clients, span).await,
            async || tokio::task::block_in_place(|| raw.run(span, batch)),
        )
        .await
    };
    let many = measure(64, 1).await?;
    let one = measure(1, 1).await?;
    let batches = measure(64, BATCH).await?;
    let rate = |rounds: &[(Outcome, Wrote)]| Compared::of(rounds, Outcome::rate, |raw| raw.rate);
    let batch_p99 = Compared::of(&batches, |ours| ours.p99, |raw| raw.p99);
    let p50 = median(one.iter().map(|(ours, _)| ours.p50));
    Ok(vec![
        Line::ratio("SQLite, 64 clients", "/s", "raw commits", &rate(&many), Goal::AtLeast(1.5)),
        Line::ratio("SQLite, 1 client", "/s", "raw commits", &rate(&one), Goal::AtLeast(0.8)),
        Line::ratio("SQLite, 64 clients: p99", "ms", "raw batches of 64", &batch_p99, Goal::AtMost(1.0)),
        Line::absolute("SQLite, 1 client: p50", "ms", p50, Goal::None),
    ])
}

/// So many clients who schedule.
pub async fn load(
    bench: &Bench,
    url: &str,
    script: &str,
    clients: usize,
    span: Duration,
) -> anyhow::Result<Outcome> {
    Load::get(url, clients, span).script(script).run(bench).await
}

/// Requests that differ in organizer, space, attendees and time; bodies are written while it runs.
pub fn script(people: &[Person]) -> String {
    let mut script = String::from("local people = {\n");
    for person in people {
        // Writing to a String does not fail.
        let _ =
            writeln!(script, "{{\"{}\", \"{}\", \"{}\"}},", person.authorization, person.space, person.name);
    }
    script.push_str(
        r#"}
init = function(args)
  math.randomseed(tonumber(tostring(people):match("0x(%x+)"), 16) % 1000003)
end
local form = '{"summary":"Design review","description":"Notes and agenda are in the usual place.","dtStart":"2027-%02d-%02dT%02d:00:00","dtEnd":"2027-%02d-%02dT%02d:30:00","timeZone":"Asia/Seoul","coSpace":"%s","attendees":[{"email":"%s@example.test","name":"Seoyeon Kim","role":"InternalAccessMeth"},{"email":"%s@example.test","name":"Lukas Schmidt","role":"InternalAccessMeth"},{"email":"%s@example.test","name":"Emma Brown","role":"ExternalAccessMeth"}]}'
request = function()
  local at = math.random(#people - 3)
  local who = people[at]
  local month, day, hour = math.random(12), math.random(28), 8 + math.random(9)
  local body = string.format(form, month, day, hour, month, day, hour, who[2], people[at + 1][3], people[at + 2][3], people[at + 3][3])
  return wrk.format("POST", "/api/v1/scheduler/meetings", {["Host"] = wrk.headers["Host"], ["Authorization"] = who[1], ["Content-Type"] = "application/json"}, body)
end
"#,
    );
    script
}
