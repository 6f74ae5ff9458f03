//! `GET /meetings?fromTime=&untilTime=&maxMeetings=`: the instances of a time, recurrences unrolled.

use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use convoke_callbridge_api::{form::Form, loopback::Organizer};
use convoke_callbridge_client::UserAsked;
use convoke_http::Refusal;
use convoke_meeting::{draft::MAX_LENGTH_DAYS, series::unscheduled::UNSCHEDULED_START};
use convoke_scheduler_api::{
    PREFIX,
    instance::{DEFAULT_INSTANCES, DEFAULT_WINDOW_DAYS, Instance, MAX_INSTANCES, MAX_WINDOW_DAYS},
    request::MeetingRequest,
};
use convoke_store::{DbFault, Tx, lists, lists::ListedRow};
use convoke_web_api::{FieldFault, Problem};
use http::{HeaderName, HeaderValue, header};
use jiff::{SignedDuration, Timestamp, ToSpan, tz::Offset};

use super::{NOT_A_DELEGATE, acts_for};
use crate::{
    caller::{Caller, user_key},
    meeting::{
        listing::{Cursor, List, View},
        place,
    },
    openapi::ListRefusals,
    state::{Shared, database},
};

const NEXT_CURSOR: HeaderName = HeaderName::from_static("x-next-cursor");
/// Meetings that an operator's list looks at, at most.
const MAX_LISTED: i64 = 10_000;
/// How long one occurrence may last, with room for what a change of clocks adds.
const LONGEST_MS: i64 = (MAX_LENGTH_DAYS + 1) * 24 * 3_600 * 1_000;

/// Lists the caller's instances (everybody's for an operator) that overlap the time, by start.
#[utoipa::path(get, path = "/api/v1/scheduler/meetings", tag = "meetings",
    params(
        ("fromTime" = Option<String>, Query, description = "A UTC instant such as 2026-12-01T00:00:00Z; now when absent"),
        ("untilTime" = Option<String>, Query, description = "A UTC instant, at most 366 days later; 31 days later when absent"),
        ("unscheduled" = Option<bool>, Query, description = "true for those without a fixed time, in place of a time"),
        ("maxMeetings" = Option<u32>, Query, description = "1 to 1000; 100 when absent"),
        ("organizer" = Option<String>, Query, description = "Only the meetings that this user (user@domain) organizes: oneself, somebody for whom one may act, for an operator anybody"),
        ("cursor" = Option<String>, Query, description = "What X-Next-Cursor of a former answer said, with the same times")),
    responses(
        (status = 200, description = "The instances; where there are more of them, X-Next-Cursor says what cursor asks for the next ones",
            body = [Instance], headers(("X-Next-Cursor" = String), ("Link" = String))),
        (status = 403, description = "The caller may not act for that organizer", body = Problem, content_type = "application/problem+json"),
        ListRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn list(
    State(state): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let window = Window::parse(query.as_deref().unwrap_or_default(), state.clock.now())?;
    let organizer = organizer(&state, &caller, query.as_deref().unwrap_or_default()).await?;
    let keys = match &organizer {
        // Nobody has the second one.
        Some((id, _)) => Some([user_key(id), String::new()]),
        None => caller.keys(),
    };
    // What starts before the last page's last instance was on it, or before it.
    let start = window.after.as_ref().map_or(window.from, |after| after.start.max(window.from));
    let (from, until) = (start.as_millisecond(), window.until.as_millisecond());
    // One more tells whether there are more; those that begin before a page can be as many as one shows at most.
    let looked_at = window.most + 1 + window.after.as_ref().map_or(0, |_| MAX_INSTANCES);
    let is_user = organizer.as_ref().map_or(keys.is_some(), |(id, _)| caller.is_user(id));
    let view = View {
        is_user,
        is_organizers: organizer.is_some(),
        from: start,
        until: window.until,
        most: looked_at,
        is_unscheduled: window.is_unscheduled,
    };
    let Window { most, after, until: last, from: first, is_unscheduled } = window;
    // Everybody's meetings are many, a person's few.
    let is_little = keys.is_some();
    let write = move |tx: &mut Tx<'_>| {
        let mut list = List::default();
        let mut add = |row: ListedRow<'_>| {
            if let Err(fault) = list.add(&view, &row) {
                tracing::error!(target: "MeetingService", "meeting {} can't be listed: {fault}", row.meeting);
            }
        };
        match &keys {
            Some(keys) => lists::list_of(tx, keys, from, until, LONGEST_MS, &mut add)?,
            None => lists::list_all(tx, from, until, MAX_LISTED, &mut add)?,
        }
        Ok(list.finish(most, after.as_ref()))
    };
    let written =
        if is_little { state.store.read_little(write).await } else { state.store.read(write).await };
    let (json, next) = written.map_err(|fault: DbFault| database(fault))?;
    let mut response = ([(header::CONTENT_TYPE, "application/json")], json).into_response();
    if let Some(next) = next {
        let cursor = next.text();
        let of: String = organizer.iter().flat_map(|(_, jid)| ["&organizer=", jid]).collect();
        let when = match is_unscheduled {
            true => "unscheduled=true".to_owned(),
            false => format!("fromTime={first}&untilTime={last}"),
        };
        let link = format!("<{PREFIX}/meetings?{when}&maxMeetings={most}{of}&cursor={cursor}>; rel=\"next\"");
        for (name, value) in [(NEXT_CURSOR, cursor), (header::LINK, link)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
    }
    Ok(response)
}

/// Whose meetings alone are asked for, if anybody's: the id, and the name as an address has it.
async fn organizer(
    state: &Shared,
    caller: &Caller,
    query: &str,
) -> Result<Option<(String, String)>, Problem> {
    let form =
        Form::parse(query.as_bytes()).map_err(|_| Problem::bad_request("There are too many parameters."))?;
    let Some(name) = form.get("organizer").map(str::trim).filter(|name| !name.is_empty()) else {
        return Ok(None);
    };
    let found = place::organizer_of(state, UserAsked::Jid(name), &MeetingRequest::default()).await?;
    let found = match found {
        Some(found) if matches!(caller, Caller::Operator(_)) => Some(found),
        Some(found) => acts_for(state, caller, &found.user.id).await?.then_some(found),
        None => None,
    };
    let of = |found: Organizer| {
        let jid = form_urlencoded::byte_serialize(found.user.jid.as_bytes()).collect();
        (found.user.id, jid)
    };
    found.map(|found| Some(of(found))).ok_or_else(|| match caller {
        Caller::Operator(_) => Problem::bad_parameters(vec![FieldFault::new(
            "organizer",
            "notFound",
            "There is no such user; expected user@domain.",
        )]),
        Caller::User(_) => Problem::forbidden(NOT_A_DELEGATE),
    })
}

/// What a list is to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
    pub(super) most: usize,
    /// Whether those without a fixed time are asked for.
    is_unscheduled: bool,
    /// What was shown before.
    after: Option<Cursor>,
}

impl Window {
    fn parse(query: &str, now: Timestamp) -> Result<Self, Problem> {
        Self::parse_up_to(query, now, (DEFAULT_INSTANCES, MAX_INSTANCES))
    }

    /// The same with so many by default, and so many at most.
    pub(super) fn parse_up_to(
        query: &str,
        now: Timestamp,
        (usual_most, largest_most): (usize, usize),
    ) -> Result<Self, Problem> {
        let form = Form::parse(query.as_bytes())
            .map_err(|_| Problem::bad_request("There are too many parameters."))?;
        let mut faults = Vec::new();
        let given = instant(&form, "fromTime", &mut faults);
        let unscheduled = is_unscheduled(&form, &mut faults);
        let from = unscheduled.or(given).unwrap_or(now);
        let usual = from.saturating_add(SignedDuration::from_hours(24 * DEFAULT_WINDOW_DAYS)).unwrap_or(from);
        let until = instant(&form, "untilTime", &mut faults).unwrap_or(usual);
        let longest = SignedDuration::from_hours(24 * MAX_WINDOW_DAYS);
        if faults.is_empty() && until <= from {
            faults.push(FieldFault::new("untilTime", "endBeforeStart", "It has to be later than fromTime."));
        } else if until.duration_since(from) > longest {
            let reason = format!("It is at most {MAX_WINDOW_DAYS} days later than fromTime.");
            faults.push(FieldFault::new("untilTime", "tooLong", reason));
        }
        let most = match form.get("maxMeetings").map(|text| text.trim().parse::<usize>()) {
            None => usual_most,
            Some(Ok(most)) if (1..=largest_most).contains(&most) => most,
            Some(_) => {
                let reason = format!("It is a whole number from 1 to {largest_most}.");
                faults.push(FieldFault::new("maxMeetings", "outOfRange", reason));
                usual_most
            }
        };
        let after = form.get("cursor").map(Cursor::parse);
        if after == Some(None) {
            let reason = "It is what X-Next-Cursor of a former answer said.";
            faults.push(FieldFault::new("cursor", "invalid", reason));
        }
        let after = after.flatten();
        if faults.is_empty() {
            Ok(Self { from, until, most, is_unscheduled: unscheduled.is_some(), after })
        } else {
            Err(Problem::bad_parameters(faults))
        }
    }
}

/// From when on those without a fixed time lie, if they are asked for.
fn is_unscheduled(form: &Form, faults: &mut Vec<FieldFault>) -> Option<Timestamp> {
    match form.get("unscheduled").map(str::trim) {
        None | Some("" | "false") => None,
        Some("true") => {
            for name in ["fromTime", "untilTime"].into_iter().filter(|name| form.get(name).is_some()) {
                let reason = "It does not go with unscheduled=true: those meetings have no time.";
                faults.push(FieldFault::new(name, "conflict", reason));
            }
            // A day covers every zone.
            let start = UNSCHEDULED_START.checked_sub(1.day()).unwrap_or(UNSCHEDULED_START);
            Some(Offset::UTC.to_timestamp(start).unwrap_or(Timestamp::MAX))
        }
        Some(_) => {
            faults.push(FieldFault::new("unscheduled", "invalid", "It is true or false."));
            None
        }
    }
}

fn instant(form: &Form, name: &str, faults: &mut Vec<FieldFault>) -> Option<Timestamp> {
    let text = form.get(name).map(str::trim).filter(|text| !text.is_empty())?;
    // In a query string that was not escaped, the plus of an offset arrives as a blank.
    match text.replace(' ', "+").parse() {
        Ok(instant) => Some(instant),
        Err(_) => {
            let reason = "It is a UTC instant such as 2026-12-01T00:00:00Z.";
            faults.push(FieldFault::new(name, "invalid", reason));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<Window, Vec<(String, String)>> {
        let now = "2026-11-22T00:00:00Z".parse().unwrap();
        Window::parse(query, now).map_err(|p| p.errors.into_iter().map(|f| (f.field, f.code)).collect())
    }

    #[test]
    fn what_is_left_out_is_the_next_31_days() {
        let window = parse("").unwrap();
        assert_eq!(window.until.to_string(), "2026-12-23T00:00:00Z");
        assert_eq!(window.most, DEFAULT_INSTANCES);
    }

    #[test]
    fn offsets_are_understood_escaped_or_not() {
        let expected = "2026-12-01T00:00:00Z".parse::<Timestamp>().unwrap();
        for text in ["2026-12-01T00:00:00Z", "2026-12-01T09:00:00%2B09:00", "2026-12-01T09:00:00+09:00"] {
            assert_eq!(parse(&format!("fromTime={text}")).unwrap().from, expected, "{text}");
        }
    }

    #[test]
    fn all_faults_are_told_and_limits_hold_at_their_edge() {
        let faults = parse("fromTime=yesterday&maxMeetings=0&cursor=x").unwrap_err();
        let told: Vec<String> = faults.iter().map(|(field, code)| format!("{field} {code}")).collect();
        assert_eq!(told, ["fromTime invalid", "maxMeetings outOfRange", "cursor invalid"]);
        let window = |until: &str| parse(&format!("fromTime=2026-01-01T00:00:00Z&untilTime={until}"));
        assert!(window("2027-01-02T00:00:00Z").is_ok());
        assert_eq!(window("2027-01-02T00:00:01Z").unwrap_err(), [("untilTime".into(), "tooLong".into())]);
        assert_eq!(
            window("2026-01-01T00:00:00Z").unwrap_err(),
            [("untilTime".into(), "endBeforeStart".into())]
        );
        assert!(parse("maxMeetings=1000").is_ok() && parse("maxMeetings=1001").is_err());
    }
}
