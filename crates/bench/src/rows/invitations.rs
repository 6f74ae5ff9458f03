//! One meeting, 3,000 people, one mail each with text, HTML and calendar, to a server that takes all: against Postfix, which
//! relays as many of the same mails, and against smtp-source, which does nothing but send them.
//!
//! Convoke's time runs from the request that schedules the meeting until the sink has every mail and every row says so;
//! a peer's from its start until the sink has every mail.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use convoke::dev::system::System;
use convoke_testkit::free_port;
use http::Method;
use serde_json::{Value, json};

use crate::{
    bench::Bench,
    peers::postfix::{self, Relay, Sink},
    process::Usage,
    rounds::{Compared, in_turns},
    system::{Plan, Running},
    table::{Goal, Line},
};

const PEOPLE: usize = 3_000;
/// The mail to the organizer comes on top.
const MAILS: usize = PEOPLE + 1;
/// Connections, as many as smtp-source has.
const CONNECTIONS: usize = 16;
/// How long one round may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Measures.
pub async fn run(bench: &Bench) -> anyhow::Result<Vec<Line>> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port(Ipv4Addr::LOCALHOST.into())));
    let running = Plan::SMALL.start_filled(bench, async |system, _| settings(system, address)).await?;
    let token = running.sign_in(0, 0).await?;
    let mail = sample(bench, &running, &token, address).await?;
    let sink = Sink::start(address, None)?;
    let relay = Relay::start(bench, address)?;
    let ours = async || invite(&running, &token, &sink).await;
    let relayed = async || timed(&sink, &mail, relay.address()).await;
    let sent = async || timed(&sink, &mail, sink.address()).await;
    // Once each, so that all are warm.
    ours().await?;
    relayed().await?;
    sent().await?;
    let against_postfix = in_turns(bench.rounds(), ours, relayed).await?;
    let against_source = in_turns(bench.rounds(), ours, sent).await?;
    let scheduler = running.processes(0, "scheduler")?;
    let memory = Usage::of(*scheduler.first().context("the scheduler runs")?)?.rss_kib / 1024.0;
    let rate = |rounds: &[(f64, f64)]| Compared::of(rounds, |ours| *ours, |peer| *peer);
    Ok(vec![
        Line::ratio("3,000 people", "/s", "Postfix", &rate(&against_postfix), Goal::AtLeast(5.0)),
        Line::ratio("3,000 people", "/s", "smtp-source", &rate(&against_source), Goal::AtLeast(0.25)),
        Line::absolute("scheduler's memory after all rounds", "MiB", memory, Goal::AtMost(64.0)),
    ])
}

/// The node's settings with the sink as its mail server.
fn settings(system: &System, sink: SocketAddr) -> anyhow::Result<()> {
    let file = system.layout.settings_file(system.layout.nodes.first().context("a node")?);
    let text = fs::read_to_string(&file)?;
    let text = text.replace("[scheduler.limits]", &format!("[scheduler.limits]\nattendees = {PEOPLE}"));
    let (before, _) = text.split_once("[scheduler.email]").context("[scheduler.email] comes last")?;
    let (host, port) = (sink.ip(), sink.port());
    let email = format!(
        "[scheduler.email]\nserver = \"{host}\"\nport = {port}\n\
         from = \"meetings@example.test\"\nconnections = {CONNECTIONS}\n"
    );
    fs::write(&file, format!("{before}{email}"))?;
    Ok(())
}

/// A mail of a meeting with as many people as are measured, for the peers to send: Convoke's own bytes.
async fn sample(
    bench: &Bench,
    running: &Running,
    token: &str,
    address: SocketAddr,
) -> anyhow::Result<PathBuf> {
    let folder = bench.folder("mails")?;
    let sink = Sink::start(address, Some(&folder.join("mail.")))?;
    schedule(running, token).await?;
    sink.until(MAILS).await?;
    let kept = fs::read_dir(&folder)?.next().context("the sink kept no mail")??.path();
    let text = fs::read_to_string(kept)?.replace("\r\n", "\n");
    // smtp-sink writes lines of its own before the mail's first one.
    let from = text.find("\nFrom: ").context("the mail has no From")? + 1;
    let file = folder.join("sample");
    fs::write(&file, text.get(from..).unwrap_or_default())?;
    Ok(file)
}

/// Mails a second that a peer sends to `to`, from where they come to the sink.
async fn timed(sink: &Sink, mail: &Path, to: SocketAddr) -> anyhow::Result<f64> {
    let (begun, before) = (Instant::now(), sink.taken());
    let (sent, taken) = tokio::join!(postfix::source(to, mail, MAILS), sink.until(before + MAILS));
    sent.and(taken)?;
    Ok(rate(begun.elapsed()))
}

/// Mails a second that Convoke sends.
async fn invite(running: &Running, token: &str, sink: &Sink) -> anyhow::Result<f64> {
    let (begun, before) = (Instant::now(), sink.taken());
    let meeting = schedule(running, token).await?;
    sink.until(before + MAILS).await?;
    // It asks only now: asking takes time, which then counts as Convoke's.
    while !all_sent(running, token, &meeting).await? {
        ensure!(begun.elapsed() < PATIENCE, "some mails are not said to be sent");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    ensure!(sink.taken() == before + MAILS, "a mail was sent twice");
    Ok(rate(begun.elapsed()))
}

fn rate(elapsed: Duration) -> f64 {
    MAILS as f64 / elapsed.as_secs_f64()
}

async fn schedule(running: &Running, token: &str) -> anyhow::Result<String> {
    let attendees: Vec<Value> = (0..PEOPLE)
        .map(|number| json!({"email": format!("person{number}@example.test"), "name": format!("Person {number}")}))
        .collect();
    let request = json!({
        "summary": "All hands",
        "description": "What we did, and what comes next. Bring questions.",
        "dtStart": "2027-03-02T10:00:00", "dtEnd": "2027-03-02T11:00:00", "timeZone": "Europe/Berlin",
        "rrule": "FREQ=MONTHLY;BYDAY=1TU;COUNT=12",
        "coSpaceTemplate": running.objects.template, "attendees": attendees,
    });
    let url = format!("{}/api/v1/scheduler/meetings", running.web(0));
    let made = running.call(Method::POST, &url, token, Some(&request)).await?;
    let answer: Value = serde_json::from_slice(made.body())?;
    ensure!(made.status() == 201, "the meeting was answered {}: {answer}", made.status());
    Ok(format!("{url}/{}", answer["id"].as_str().context("no id")?))
}

async fn all_sent(running: &Running, token: &str, meeting: &str) -> anyhow::Result<bool> {
    let answer = running.call(Method::GET, meeting, token, None).await?;
    let shown: Value = serde_json::from_slice(answer.body())?;
    let attendees = shown["attendees"].as_array().context("no attendees")?;
    Ok(attendees.iter().all(|attendee| attendee["mail"]["state"] == "sent"))
}
