//! Holds the zone data of this process against that which the database follows. Where clocks ahead show something else, the meetings
//! there are looked at, their instants put right, and those that move noted; when somebody asks, their people are told.
//!
//! One scheduler at a time does it, some meetings a transaction, and whoever comes after a crash goes on where it ended.

use std::{collections::BTreeMap, time::Duration};

use convoke_meeting::{
    zone_data,
    zone_rules::{self, ZoneRules},
};
use convoke_model::{MeetingId, Uuid};
use convoke_runtime::{Shutdown, random};
use convoke_scheduler_api::history::Operation;
use convoke_store::{DbFault, Tx, lease, lists, meetings, outbox, zones, zones::Ahead};
use convoke_web_api::Problem;
use jiff::Timestamp;

use crate::{
    asked::Whence,
    meeting::{
        body::{Attendee, Body, local},
        history::Deed,
        kept::{fit, revision, standing},
        mails, reminding,
    },
    state::Shared,
};

/// How long a process has been up before it looks: so that it answers its first requests before it reads all zones.
const AFTER_START: Duration = Duration::from_secs(2);
/// The name of the lease.
const LEASE: &str = "zones";
/// How long it holds; some meetings take far less.
const HOLD: Duration = Duration::from_secs(60);
/// When it is looked again, if another scheduler is at it or the database is away.
const AGAIN: Duration = Duration::from_secs(5);
/// When it is looked again at the latest: another scheduler may have ended in the middle.
const AT_LATEST: Duration = Duration::from_secs(60);
/// Meetings that are read at once.
const READ_AT_ONCE: i64 = 500;
/// Meetings that are put right, or whose people are told, in one transaction.
const WRITTEN_AT_ONCE: usize = 50;
/// Mails after which such a transaction ends; that of one meeting may be longer.
const MAILS_AT_ONCE: usize = 1_000;
/// How long after a change those meetings are looked at again that somebody with the former data may have written since, in
/// milliseconds: 30 days.
const REWRITTEN_FOR: i64 = 30 * 24 * 3_600 * 1_000;

/// What there was to do.
enum Looked {
    /// Everything is settled.
    Settled,
    /// Another scheduler is at it.
    Elsewhere,
}

/// Looks once, and again whenever somebody asks for people to be told, until the stop.
pub(crate) async fn run(state: Shared, shutdown: Shutdown) {
    tokio::select! {
        () = tokio::time::sleep(AFTER_START) => {}
        () = shutdown.asked() => return,
    }
    // Once a process: one that runs on with older data takes nothing back.
    let mut has_adopted = false;
    loop {
        let again = match settle(&state, &shutdown, &mut has_adopted).await {
            Ok(Looked::Settled) => AT_LATEST,
            Ok(Looked::Elsewhere) => AGAIN,
            Err(fault) => {
                tracing::warn!(target: "MeetingService", "zone data can't be compared yet: {fault}");
                AGAIN
            }
        };
        tokio::select! {
            () = state.zones.notified() => {}
            () = tokio::time::sleep(again) => {}
            () = shutdown.asked() => return,
        }
    }
}

async fn settle(state: &Shared, shutdown: &Shutdown, has_adopted: &mut bool) -> Result<Looked, DbFault> {
    let read = |tx: &mut Tx<'_>| {
        Ok::<_, DbFault>((zones::version(tx)?, zones::unsettled(tx)?, zones::changes(tx, 1)?.pop()))
    };
    let (followed, unsettled, latest) = state.store.read(read).await?;
    let version = zone_data::version();
    let is_followed = followed.as_deref() == Some(&version);
    *has_adopted |= is_followed && latest.filter(|change| is_rewritten(state, change)).is_none();
    if *has_adopted && !unsettled.iter().any(|change| change.to_version == version) {
        return Ok(Looked::Settled);
    }
    let holder = state.claim.clone();
    if !state.store.write(move |tx| lease::take(tx, LEASE, &holder, HOLD)).await? {
        return Ok(Looked::Elsewhere);
    }
    let done = settle_held(state, shutdown, has_adopted).await;
    let holder = state.claim.clone();
    state.store.write(move |tx| lease::release(tx, LEASE, &holder)).await?;
    done
}

async fn settle_held(state: &Shared, shutdown: &Shutdown, has_adopted: &mut bool) -> Result<Looked, DbFault> {
    let version = zone_data::version();
    if !*has_adopted {
        adopt(state).await?;
        let latest = state.store.read(|tx| zones::changes(tx, 1)).await?.pop();
        if let Some(change) = latest.filter(|change| is_rewritten(state, change)) {
            look_again(state, &change, shutdown).await?;
        }
        *has_adopted = true;
    }
    loop {
        let unsettled = state.store.read(zones::unsettled).await?;
        // What other data moves is settled by those who have it.
        let own = unsettled.iter().find(|change| change.to_version == version);
        let Some(change) = own.filter(|_| !shutdown.is_asked()) else { return Ok(Looked::Settled) };
        if change.is_looked_through {
            tell(state, change).await?;
        } else {
            look_at_some(state, change).await?;
        }
        let holder = state.claim.clone();
        if !state.store.write(move |tx| lease::take(tx, LEASE, &holder, HOLD)).await? {
            return Ok(Looked::Elsewhere);
        }
    }
}

/// Whether meetings that were looked at may have been written since by a scheduler with the former data.
fn is_rewritten(state: &Shared, change: &zones::Change) -> bool {
    let is_fresh = change.found_at > state.now_ms() - REWRITTEN_FOR;
    is_fresh && change.is_looked_through && change.to_version == zone_data::version()
}

/// Follows the data of this process; where it differs ahead from what was followed, a change is noted.
async fn adopt(state: &Shared) -> Result<(), DbFault> {
    let version = zone_data::version();
    let former = state.store.read(zones::data).await?;
    if former.as_ref().is_some_and(|former| former.version == version) {
        return Ok(());
    }
    let held = tokio::task::spawn_blocking(zone_rules::all);
    let held = held.await.map_err(|fault| DbFault::Failed(fault.to_string()))?;
    let rules: String = held.iter().map(|(name, rules)| format!("{name}\t{rules}\n")).collect();
    let data = zones::Data { version: version.clone(), rules };
    let (now, now_ms) = (state.clock.now(), state.now_ms());
    let change = former.as_ref().and_then(|former| {
        let rules = differing(&former.rules, &held, now);
        (!rules.is_empty()).then(|| zones::Change {
            id: random::guid_at(now_ms),
            found_at: now_ms,
            from_version: former.version.clone(),
            to_version: version.clone(),
            rules,
            looked_up_to: String::new(),
            is_looked_through: false,
            told_by: None,
        })
    });
    let count = change.as_ref().map_or(0, |change| change.rules.lines().count());
    let followed = former.map(|former| former.version);
    let before = followed.clone();
    state
        .store
        .write(move |tx| {
            // Another scheduler may have been quicker after this one's lease ended.
            if zones::version(tx)? != followed {
                return Ok(());
            }
            zones::follow(tx, &data, now_ms)?;
            change.as_ref().map_or(Ok(()), |change| zones::insert(tx, change))
        })
        .await?;
    match before {
        Some(before) => tracing::info!(target: "MeetingService",
            "zone data {version} holds in place of {before}; zones that differ ahead: {count}"),
        None => tracing::info!(target: "MeetingService", "zone data {version} holds"),
    }
    Ok(())
}

/// The former rules of the zones that differ from now on, as lines.
fn differing(former: &str, held: &[(String, ZoneRules)], now: Timestamp) -> String {
    let held: BTreeMap<&str, &ZoneRules> = held.iter().map(|(name, rules)| (name.as_str(), rules)).collect();
    let differs = |line: &&str| {
        parsed(line).is_some_and(|(name, was)| held.get(name).is_some_and(|is| is.differ(&was, now)))
    };
    former.lines().filter(differs).map(|line| format!("{line}\n")).collect()
}

fn parsed(line: &str) -> Option<(&str, ZoneRules)> {
    let (name, rules) = line.split_once('\t')?;
    Some((name, rules.parse().ok()?))
}

/// Looks at some meetings, and puts right those whose zone differs.
async fn look_at_some(state: &Shared, change: &zones::Change) -> Result<(), DbFault> {
    let (after, now_ms) = (change.looked_up_to.clone(), state.now_ms());
    let found = state.store.read(move |tx| zones::ahead(tx, &after, now_ms, READ_AT_ONCE)).await?;
    let is_last = (found.len() as i64) < READ_AT_ONCE;
    let up_to = found.last().map_or_else(|| change.looked_up_to.clone(), |last| last.meeting.to_string());
    put_all_right(state, change, &found, Noted::Moving).await?;
    let change = change.clone();
    state.store.write(move |tx| zones::go_on(tx, &change, &up_to, is_last)).await?;
    Ok(())
}

/// Puts right what another scheduler wrote since a change by the former data, with which it ran on: when all are on the new
/// data, each has been started after that.
async fn look_again(state: &Shared, change: &zones::Change, shutdown: &Shutdown) -> Result<(), DbFault> {
    let (mut after, since, now_ms) = (String::new(), change.found_at, state.now_ms());
    while !shutdown.is_asked() {
        let from = after.clone();
        let read = move |tx: &mut Tx<'_>| zones::rewritten(tx, &from, since, now_ms, READ_AT_ONCE);
        let found = state.store.read(read).await?;
        put_all_right(state, change, &found, Noted::Wrong).await?;
        match found.last() {
            Some(last) if found.len() as i64 == READ_AT_ONCE => after = last.meeting.to_string(),
            _ => break,
        }
    }
    Ok(())
}

/// Which meetings are noted as moved by a change.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Noted {
    /// All that move.
    Moving,
    /// Of those that move, the ones whose instants were those of the former data.
    Wrong,
}

async fn put_all_right(
    state: &Shared,
    change: &zones::Change,
    found: &[Ahead],
    noted: Noted,
) -> Result<(), DbFault> {
    let now = state.clock.now();
    let rules: BTreeMap<String, ZoneRules> =
        change.rules.lines().filter_map(parsed).map(|(name, rules)| (name.to_owned(), rules)).collect();
    // Most meetings are in other zones, and need not be read whole.
    let is_there = |ahead: &Ahead| {
        zone_of(&ahead.body).is_some_and(|zone| rules.contains_key(zone)).then_some(ahead.meeting)
    };
    let there: Vec<MeetingId> = found.iter().filter_map(is_there).collect();
    for some in there.chunks(WRITTEN_AT_ONCE) {
        let (some, rules, id) = (some.to_vec(), rules.clone(), change.id);
        state
            .store
            .write_rows(move |tx| {
                some.iter().try_for_each(|meeting| put_right(tx, (id, noted), *meeting, &rules, now))
            })
            .await?;
    }
    Ok(())
}

/// The zone that a body names, without reading all of it: what was written by another version is read whole.
fn zone_of(body: &str) -> Option<&str> {
    let rest = &body[body.find("\"time\":{")?..];
    let rest = &rest[rest.find("\"zone\":\"")? + "\"zone\":\"".len()..];
    rest.split_once('"').map(|(zone, _)| zone)
}

/// Gives the lists and reminders of a meeting the instants that hold now, and notes whether it moves.
fn put_right(
    tx: &mut Tx<'_>,
    (change, noted): (Uuid, Noted),
    id: MeetingId,
    rules: &BTreeMap<String, ZoneRules>,
    now: Timestamp,
) -> Result<(), DbFault> {
    let Some(former) = meetings::lock(tx, id)?.filter(|row| !row.is_cancelled) else { return Ok(()) };
    let Some(body) = read(tx, &former)? else { return Ok(()) };
    let Some((was, plan)) = rules.get(&body.time.zone).zip(body.plan(false)) else { return Ok(()) };
    let mut row = former.clone();
    // One that can't be read, such as of a zone that is gone, keeps nobody from the others.
    if fit(&mut row, &body).is_err() {
        tracing::error!(target: "MeetingService", "meeting {id} can't be looked at by new zone data");
        return Ok(());
    }
    let has_moved = row.first_start_at != former.first_start_at || row.last_end_at != former.last_end_at;
    if has_moved {
        lists::moved(tx, &row, &former, &standing(&body))?;
    }
    reminding::renew(tx, &meetings::MeetingRow { updated_at: now.as_millisecond(), ..row }, &body, true)?;
    match was.moved(&plan, now).filter(|_| has_moved || noted == Noted::Moving) {
        None => Ok(()),
        Some(moved) => zones::note(
            tx,
            change,
            &zones::Moved {
                meeting: id,
                occurrences: i64::try_from(moved.occurrences).unwrap_or(i64::MAX),
                recurrence: local(moved.first, body.time.all_day),
                was_at: moved.was.as_millisecond(),
                is_at: moved.is.as_millisecond(),
                told_at: None,
            },
        ),
    }
}

fn read(tx: &mut Tx<'_>, row: &meetings::MeetingRow) -> Result<Option<Body>, DbFault> {
    let revision = meetings::revision(tx, row.id, row.revision)?;
    Ok(revision.and_then(|revision| serde_json::from_str(&revision.body).ok()))
}

fn unreadable(problem: Problem) -> DbFault {
    DbFault::Failed(problem.detail)
}

/// Tells the people of some meetings that move.
async fn tell(state: &Shared, change: &zones::Change) -> Result<(), DbFault> {
    let (id, now_ms) = (change.id, state.now_ms());
    let by = change.told_by.clone().unwrap_or_default();
    let whence = Whence { by, on_behalf_of: None, via: "job", address: None };
    let told = state
        .store
        .write_rows(move |tx| {
            let some = zones::moved(tx, id, "", true, WRITTEN_AT_ONCE as i64)?;
            let mut count = 0;
            for moved in &some {
                count += tell_of(tx, moved.meeting, &whence, now_ms)?;
                zones::is_told(tx, id, moved.meeting, now_ms)?;
                if count >= MAILS_AT_ONCE {
                    break;
                }
            }
            Ok::<_, DbFault>(count)
        })
        .await?;
    if told > 0 {
        state.mails.notify_one();
        tracing::info!(target: "MeetingService", "{told} people are told of meetings that move by zone data {}", change.to_version);
    }
    Ok(())
}

/// Makes a revision that calendars take as newer, with a mail to everybody who is in something ahead; how many those are. Of a
/// meeting that is over or cancelled nobody is told.
fn tell_of(tx: &mut Tx<'_>, id: MeetingId, whence: &Whence, now_ms: i64) -> Result<usize, DbFault> {
    let Some(former) = meetings::lock(tx, id)? else { return Ok(0) };
    if former.is_cancelled || former.last_end_at.is_some_and(|end| end <= now_ms) {
        return Ok(0);
    }
    let Some(mut body) = read(tx, &former)? else { return Ok(0) };
    body.sequence += 1;
    let mut row =
        meetings::MeetingRow { revision: former.revision + 1, updated_at: now_ms, ..former.clone() };
    if fit(&mut row, &body).is_err() {
        tracing::error!(target: "MeetingService", "nobody is told of meeting {id}, which can't be read");
        return Ok(0);
    }
    let now = Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let copies = body.plan(false).map(|plan| plan.calendars(now));
    // Whoever was in a date that is over only has nothing that moves.
    let has_any = |attendee: &&Attendee| {
        copies.as_ref().is_none_or(|copies| copies.copy_for(&attendee.email.to_lowercase()).is_some())
    };
    let people = std::iter::once(body.organizer.email.clone());
    let attendees = body.everybody().into_iter().filter(has_any);
    let people = people.chain(attendees.map(|attendee| attendee.email.clone()));
    let mails: Vec<(String, &'static str)> = people.map(|address| (address, mails::CLOCKS)).collect();
    let count = mails.len();
    let deed = Deed { notified: count, sequence: body.sequence, ..Deed::of(Operation::ClocksChanged) };
    let revision = revision(&body, whence, &deed, now_ms).map_err(unreadable)?;
    let stands = standing(&body);
    if !meetings::update(tx, &row, &revision, &stands, (&former, &stands))? {
        return Err(DbFault::Duplicate("the meeting was changed by somebody else".into()));
    }
    outbox::insert(tx, &mails::rows(mails, id, row.revision, now_ms))?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_of_a_body_is_found_without_reading_it() {
        let body = r#"{"summary":"\"zone\":\"x\"","time":{"start":"a","end":"b","zone":"Asia/Seoul","all_day":false}}"#;
        assert_eq!(zone_of(body), Some("Asia/Seoul"));
        assert_eq!(zone_of("{}"), None);
    }
}
