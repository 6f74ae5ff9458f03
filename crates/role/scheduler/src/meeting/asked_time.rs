//! When a meeting is asked to take place: at a time, now, or whenever people like.

use convoke_meeting::{Draft, Series, Zone, draft};
use convoke_scheduler_api::request::MeetingRequest;
use convoke_web_api::{FieldFault, Problem};
use jiff::{SignedDuration, Timestamp};

use super::{body::local, check::sentence};

/// How long a meeting takes that starts now, where nothing is said.
const USUAL_LENGTH: SignedDuration = SignedDuration::from_hours(1);

/// Puts the present minute in place of `startNow`.
pub(crate) fn begin_now(request: &mut MeetingRequest, now: Timestamp) -> Result<(), Problem> {
    if !std::mem::take(&mut request.start_now) {
        return Ok(());
    }
    let fault =
        |field: &str, code: &str, reason: &str| Problem::invalid(vec![FieldFault::new(field, code, reason)]);
    if request.unscheduled || request.dt_start.is_some() {
        let field = if request.unscheduled { "unscheduled" } else { "dtStart" };
        return Err(fault(field, "conflict", "A meeting that starts now has this start; leave it out."));
    }
    if request.is_full_day_meeting {
        return Err(fault(
            "isFullDayMeeting",
            "conflict",
            "A meeting that takes whole days can't start now.",
        ));
    }
    // Without a zone the request is refused for that.
    let Some(zone) = request.time_zone.as_deref().and_then(|zone| Zone::named(zone.trim()).ok()) else {
        return Ok(());
    };
    let start = zone.time_zone().to_datetime(now);
    let start = start.with().second(0).subsec_nanosecond(0).build().unwrap_or(start);
    request.dt_start = Some(local(start, false));
    if request.dt_end.is_none() {
        request.dt_end = start.checked_add(USUAL_LENGTH).ok().map(|end| local(end, false));
    }
    Ok(())
}

/// A request that names no time, as there is none.
fn unscheduled(request: &MeetingRequest, faults: &mut Vec<FieldFault>) -> Option<Series> {
    let named = [
        ("dtStart", request.dt_start.is_some()),
        ("dtEnd", request.dt_end.is_some()),
        ("rrule", request.rrule.as_deref().is_some_and(|rule| !rule.trim().is_empty())),
        ("rdate", !request.rdate.is_empty()),
        ("exdate", !request.exdate.is_empty()),
        ("isFullDayMeeting", request.is_full_day_meeting),
    ];
    for (field, _) in named.iter().filter(|(_, is_named)| *is_named) {
        let reason =
            "A meeting without a fixed time has none of this; leave it out, or leave out unscheduled.";
        faults.push(FieldFault::new(*field, "conflict", reason));
    }
    match request.time_zone.as_deref().map(str::trim).filter(|zone| !zone.is_empty()).map(Zone::named) {
        None => Some(Series::unscheduled(Zone::utc())),
        Some(Ok(zone)) => Some(Series::unscheduled(zone)),
        Some(Err(unknown)) => {
            faults.push(FieldFault::new("timeZone", "unknownTimeZone", sentence(&unknown.to_string())));
            None
        }
    }
}

/// When the meeting takes place; a series has at most `most` occurrences.
pub(super) fn time(request: &MeetingRequest, most: u64, faults: &mut Vec<FieldFault>) -> Option<Series> {
    if request.unscheduled {
        return unscheduled(request, faults);
    }
    let draft = Draft {
        dt_start: request.dt_start.as_deref(),
        dt_end: request.dt_end.as_deref(),
        time_zone: request.time_zone.as_deref(),
        // An empty rule is what a form sends for "does not repeat".
        rrule: request.rrule.as_deref().map(str::trim).filter(|rule| !rule.is_empty()),
        rdate: &request.rdate,
        exdate: &request.exdate,
        is_full_day_meeting: request.is_full_day_meeting,
    };
    match draft::check_within(&draft, most) {
        Ok(series) => Some(series),
        Err(findings) => {
            faults
                .extend(findings.into_iter().map(|f| FieldFault::new(f.field, f.code, sentence(&f.reason))));
            None
        }
    }
}
