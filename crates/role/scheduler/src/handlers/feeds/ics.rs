//! `GET /feeds/ics/{secret}.ics`: the calendar itself, for programs that look at it again and again.

use std::{cmp::Reverse, collections::HashMap, sync::Arc};

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use convoke_callbridge_api::loopback::User;
use convoke_callbridge_client::{OrganizerAsked, UserAsked};
use convoke_http::Refusal;
use convoke_invite::{Entry, Snapshot, publish};
use convoke_meeting::draft::MAX_LENGTH_DAYS;
use convoke_model::MeetingId;
use convoke_scheduler_api::feed::{DAYS_AHEAD, DAYS_BACK, MAX_FEED_MEETINGS};
use convoke_store::{
    DbFault,
    answers::{self, AnswerRow},
    feeds, lists,
    meetings::MeetingRow,
};
use convoke_web_api::Problem;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::Timestamp;

use super::digest;
use crate::{
    caller::{address_key, user_key},
    meeting::{
        feed::{Reader, entry},
        preferred::Preferences,
    },
    openapi::FeedRefusals,
    state::{Shared, call_bridge, database},
};

const DAY_MS: i64 = 24 * 3_600 * 1_000;
/// Meetings that are read at once.
const READ_AT_ONCE: usize = 64;
/// About how large a calendar gets, in bytes; meetings that were made before those that it has room for are left out.
const MAX_FEED_BYTES: usize = 8 * 1024 * 1024;
/// What an event takes besides its name and text.
const USUAL_BYTES: usize = 1_000;
/// Calendars that a scheduler writes at the same time.
pub(crate) const FEEDS_AT_ONCE: usize = 2;
/// How long a program, and nobody between, may keep the answer without asking again.
const KEPT: HeaderValue = HeaderValue::from_static("private, max-age=300");

/// Shows a user's meetings, those that they organize or attend, as a calendar; no sign-in, the address is the key.
#[utoipa::path(get, path = "/api/v1/scheduler/feeds/ics/{file}", tag = "feeds",
    params(
        ("file" = String, Path, description = "The secret and .ics, as the address has it"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of a former answer")),
    responses(
        (status = 200, description = "The calendar", body = String, content_type = "text/calendar", headers(("ETag" = String))),
        (status = 304, description = "It is still as the ETag says"),
        FeedRefusals))]
pub(crate) async fn calendar(
    State(state): State<Shared>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    // Whatever is asked for is looked for in the same way.
    let wanted = digest(file.strip_suffix(".ics").unwrap_or_default());
    if let Err(seconds) = state.feed_rate.count(&wanted, state.now_ms()) {
        let words = "This calendar is asked for too often; every five minutes is enough.";
        let seconds = u32::try_from(seconds).unwrap_or(60);
        return Err(Problem::too_many(words).to_be_retried_in(seconds).into());
    }
    let found: Result<_, DbFault> = state.store.read_little(move |tx| feeds::find(tx, &wanted)).await;
    let feed = found.map_err(database)?.ok_or_else(missing)?;
    let asked = OrganizerAsked { user: UserAsked::Id(&feed.user), space: None, template: None };
    let user = state.call_bridge.organizer(&asked).await.map_err(call_bridge)?.ok_or_else(missing)?.user;
    let (now, name) = (state.clock.now(), feed.name);
    // Large calendars one after the other: programs ask all at the same minute.
    let _turn = state.feeds_at_once.acquire().await.map_err(|_| Problem::internal())?;
    let entries = entries(&state, user, now).await.map_err(database)?;
    let written = tokio::task::spawn_blocking(move || publish(&name, &entries));
    let text = written.await.map_err(|_| Problem::internal())?;
    let tag =
        HeaderValue::from_str(&format!("\"{}\"", &digest(&text)[..32])).map_err(|_| Problem::internal())?;
    let fields = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, KEPT)];
    if is_known(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, fields).into_response());
    }
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
    Ok((fields, [kind], text).into_response())
}

fn missing() -> Problem {
    Problem::not_found("There is no such calendar.")
}

/// What the calendar shows, in an order that does not depend on the database: the meetings that were made last, as far as there is
/// room.
async fn entries(state: &Shared, user: User, now: Timestamp) -> Result<Vec<Entry>, DbFault> {
    let keys = [user_key(&user.id), address_key(&user.email)];
    let address = user.email.to_lowercase();
    let now_ms = now.as_millisecond();
    let (from, until) = (now_ms - DAYS_BACK * DAY_MS, now_ms + DAYS_AHEAD * DAY_MS);
    let longest = (MAX_LENGTH_DAYS + 1) * DAY_MS;
    let read = state.store.read(move |tx| {
        let mut ids: Vec<MeetingId> = Vec::new();
        lists::list_of(tx, &keys, from, until, longest, &mut |row| {
            ids.extend(row.meeting.parse::<MeetingId>().ok())
        })?;
        // Ids sort by when they were made.
        ids.sort_unstable_by(|one, other| other.cmp(one));
        ids.dedup();
        ids.truncate(MAX_FEED_MEETINGS);
        Ok::<_, DbFault>((ids, Preferences::of_person(tx, &address, i64::MAX)?))
    });
    let (ids, preferences) = read.await?;
    let (user, preferences) = (Arc::new(user), Arc::new(preferences));
    let (mut entries, mut room) = (Vec::new(), MAX_FEED_BYTES);
    for some in ids.chunks(READ_AT_ONCE) {
        let (some, address) = (some.to_vec(), user.email.to_lowercase());
        let read = state.store.read(move |tx| {
            Ok::<_, DbFault>((feeds::meetings(tx, &some)?, answers::of_person_in(tx, &some, &address)?))
        });
        let (found, answers) = read.await?;
        let (user, preferences) = (user.clone(), preferences.clone());
        let made = tokio::task::spawn_blocking(move || {
            let reader = Reader { user: &user, preferences: &preferences, now };
            made(found, &answers, &reader, room)
        });
        let (made, left) = made.await.map_err(|fault| DbFault::Failed(fault.to_string()))?;
        entries.extend(made);
        room = left;
        if room == 0 {
            break;
        }
    }
    entries.reverse();
    Ok(entries)
}

/// The entries of these meetings, the one that was made last first, and how many bytes are left of `room`; none when the next one has
/// no room.
fn made(
    mut found: Vec<(MeetingRow, String)>,
    answers: &HashMap<MeetingId, Vec<AnswerRow>>,
    reader: &Reader<'_>,
    mut room: usize,
) -> (Vec<Entry>, usize) {
    found.sort_by_key(|(row, _)| Reverse(row.id));
    let mut entries = Vec::new();
    for (row, said) in &found {
        let answers = answers.get(&row.id).map_or(&[][..], Vec::as_slice);
        let Some(entry) = entry((row, said), answers, reader) else { continue };
        let Some(left) = room.checked_sub(length(&entry)) else { return (entries, 0) };
        room = left;
        entries.push(entry);
    }
    (entries, room)
}

/// About how many bytes an entry takes.
fn length(entry: &Entry) -> usize {
    let one = |meeting: &Snapshot| USUAL_BYTES + meeting.summary.len() + meeting.description.len();
    let exceptions = entry.meeting.exceptions.iter().map(|exception| one(&exception.meeting));
    one(&entry.meeting) + exceptions.sum::<usize>()
}

/// Whether the caller has the answer of this tag (RFC 9110 13.1.2); one that was made weak on the way is the same one.
fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let tag = tag.to_str().unwrap_or_default();
    let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_known_by_its_tag_alone_or_among_others() {
        let tag = HeaderValue::from_static("\"a\"");
        let known = |value: &'static str| {
            is_known(&HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(value))]), &tag)
        };
        assert!(known("\"a\"") && known("W/\"a\"") && known("\"b\", \"a\"") && known("*"));
        assert!(!known("\"b\"") && !known("a") && !is_known(&HeaderMap::new(), &tag));
    }
}
