//! `/users/{jid}/handover`: all meetings of somebody who leaves become somebody else's. What is asked for here is kept as rows, and
//! carried out by [`crate::jobs::hand_over`].

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use convoke_callbridge_client::UserAsked;
use convoke_http::Refusal;
use convoke_model::{MeetingId, UserId};
use convoke_runtime::random;
use convoke_scheduler_api::{
    leaver::{LeaverHandover, LeaverRequest, MAX_HANDED_OVER, MAX_LOOKED_AT, MAX_STAYING, Standing, Staying},
    request::MeetingRequest,
};
use convoke_store::{
    DbFault, Tx, delegates,
    handovers::{self, HandoverRow, MeetingOf, Organizers},
};
use convoke_web_api::{FieldFault, Problem};
use http::StatusCode;

use super::{
    json,
    meetings::{
        handover::no_such_user,
        replayed,
        wishes::{NOTIFIED, notified},
    },
};
use crate::{
    asked::Asked,
    caller::{Caller, user_key},
    jobs::hand_over,
    meeting::{
        listing::{Headed, instant_ms},
        place,
    },
    named,
    openapi::{BodyRefusals, ReadRefusals},
    state::{Shared, database},
};

/// How long it is known what became of a hand-over after it has finished.
pub(crate) const HANDOVERS_HOLD_MS: i64 = 90 * 24 * 3_600 * 1_000;
/// Meetings that are looked at in one statement for the id of an organizer who is no longer in the directory.
const LOOKED_AT_AT_ONCE: i64 = 10_000;

/// What the leaver was in a meeting: its organizer, or one of its co-organizers.
pub(crate) const ORGANIZER: &str = "organizer";
/// See [`ORGANIZER`].
pub(crate) const CO_ORGANIZER: &str = "coOrganizer";

/// Hands all meetings of a user who leaves to another one, as far as they lie ahead or run, and takes the leaver out of the
/// co-organizers of others' meetings and out of all delegates. It goes on by itself, meeting by meeting; GET tells how far it is, and
/// what stays as it was for which reason. Asking again takes what is left. For operators.
#[utoipa::path(post, path = "/api/v1/scheduler/users/{jid}/handover", tag = "people", request_body = LeaverRequest,
    params(
        ("jid" = String, Path, description = "The user who leaves (user@domain), also when they are no longer in the directory; or their id (a GUID)"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 200, description = "What would be done (dryRun)", body = LeaverHandover),
        (status = 202, description = "It is under way", body = LeaverHandover),
        (status = 403, description = "The caller is no operator", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such user, and nobody of that name has meetings ahead", body = Problem, content_type = "application/problem+json"),
        BodyRefusals),
    security(("basic" = [])))]
pub(crate) async fn hand_over(
    State(state): State<Shared>,
    Path(leaver): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    operator(&asked.caller)?;
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let request: LeaverRequest = json(&asked.body)?;
    let notify = request.notify.clone().unwrap_or_else(|| "affected".to_owned());
    if notified(&notify).is_none() {
        let reason = format!("It is one of {NOTIFIED}.");
        return Err(Problem::invalid(vec![FieldFault::new("notify", "invalid", reason)]).into());
    }
    let former = leaver_of(&state, leaver.trim()).await?;
    let organizer = UserAsked::Jid(request.organizer.trim());
    let organizer = place::organizer_of(&state, organizer, &MeetingRequest::default()).await?;
    let organizer = organizer.ok_or_else(no_such_user)?.user;
    if organizer.id == former {
        let reason = "This is the user who leaves; name another one.";
        return Err(Problem::invalid(vec![FieldFault::new("organizer", "isLeaver", reason)]).into());
    }
    let now = state.now_ms();
    let row = HandoverRow {
        id: random::guid_at(now),
        former,
        former_jid: leaver.trim().to_lowercase(),
        organizer_jid: organizer.jid,
        notify,
        stays: request.stays,
        asked_by: asked.whence.by.clone(),
        address: asked.whence.address.clone(),
        created_at: now,
        finished_at: None,
    };
    if request.dry_run {
        return Ok(Json(looked_at(&state, &row).await?).into_response());
    }
    tracing::info!(target: "MeetingService", "{} hands the meetings of {} over to {}", row.asked_by, row.former_jid, row.organizer_jid);
    let written = named::write(&state, &asked, StatusCode::ACCEPTED, move |tx| {
        let is_under_way =
            handovers::last_of(tx, &row.former_jid)?.is_some_and(|last| last.finished_at.is_none());
        if is_under_way {
            let words = "The meetings of this user are being handed over; GET tells how far it is.";
            return Err(Problem::new(409, "Conflict", words).coded("underWay").into());
        }
        let meetings = meetings(tx, &row)?;
        delegates::forget(tx, &row.former)?;
        handovers::insert(tx, &row, &meetings)?;
        Ok(shown(&row, &count(&meetings), Vec::new()))
    });
    let response = written.await?;
    state.handovers.notify_one();
    Ok(response)
}

/// How far the last hand-over of a user's meetings is, and what stays as it was; for operators.
#[utoipa::path(get, path = "/api/v1/scheduler/users/{jid}/handover", tag = "people",
    params(("jid" = String, Path, description = "The user who leaves, as POST named them")),
    responses(
        (status = 200, description = "How it stands", body = LeaverHandover),
        (status = 403, description = "The caller is no operator", body = Problem, content_type = "application/problem+json"),
        ReadRefusals),
    security(("basic" = [])))]
pub(crate) async fn progress(
    State(state): State<Shared>,
    caller: Caller,
    Path(leaver): Path<String>,
) -> Result<Json<LeaverHandover>, Refusal> {
    operator(&caller)?;
    let leaver = leaver.trim().to_lowercase();
    let read = state.store.read(move |tx| {
        let Some(row) = handovers::last_of(tx, &leaver)? else { return Ok(None) };
        let (counts, refused) =
            (handovers::counts(tx, row.id)?, handovers::refused(tx, row.id, MAX_STAYING)?);
        let staying = |refused: handovers::Refused| staying(&refused.of, refused.code, refused.reason);
        Ok::<_, DbFault>(Some(shown(&row, &counts, refused.into_iter().map(staying).collect())))
    });
    let found = read.await.map_err(database)?;
    let nothing =
        || Problem::not_found("The meetings of this user were not handed over in the last 90 days.");
    Ok(Json(found.ok_or_else(nothing)?))
}

fn operator(caller: &Caller) -> Result<(), Problem> {
    match caller {
        Caller::Operator(_) => Ok(()),
        Caller::User(_) => Err(Problem::forbidden("Only operators hand over all meetings of a user.")),
    }
}

/// The id of the user who leaves. Mostly the directory has forgotten them by then; their meetings have not.
async fn leaver_of(state: &Shared, name: &str) -> Result<String, Problem> {
    if let Ok(id) = name.parse::<UserId>() {
        return Ok(id.to_string());
    }
    let known = place::organizer_of(state, UserAsked::Jid(name), &MeetingRequest::default()).await?;
    if let Some(known) = known {
        return Ok(known.user.id);
    }
    let (now, name) = (state.now_ms(), name.to_lowercase());
    let words = serde_json::Value::from(name.as_str()).to_string();
    let is_theirs =
        |listing: &str| Headed::of(listing).is_some_and(|headed| headed.organizer.to_lowercase() == name);
    let mut after = Some(String::new());
    while let Some(from) = after {
        let words = words.clone();
        let read = state
            .store
            .read(move |tx| handovers::organizers_with(tx, &words, now, (&from, LOOKED_AT_AT_ONCE)));
        let organizers: Organizers = read.await.map_err(|fault: DbFault| database(fault))?;
        if let Some((id, _)) = organizers.found.into_iter().find(|(_, listing)| is_theirs(listing)) {
            return Ok(id);
        }
        after = organizers.next;
    }
    Err(Problem::not_found("There is no such user, and no meeting ahead of anybody of that name."))
}

/// The meetings that a hand-over is about.
fn meetings(tx: &mut Tx<'_>, row: &HandoverRow) -> Result<Vec<MeetingOf>, named::WriteFault> {
    let most = i64::try_from(MAX_HANDED_OVER).unwrap_or(i64::MAX);
    named_of(handovers::ahead_of(tx, &user_key(&row.former), row.created_at, most + 1)?)
}

/// The meetings that were found, by their ids and what lists show of them, one more than there may be at most.
fn named_of(found: Vec<(MeetingId, String)>) -> Result<Vec<MeetingOf>, named::WriteFault> {
    if found.len() > MAX_HANDED_OVER {
        let words = format!("A hand-over is of at most {MAX_HANDED_OVER} meetings; these are more.");
        return Err(Problem::new(409, "Too many", words).coded("tooManyMeetings").into());
    }
    let of = |(meeting, listing): (MeetingId, String)| {
        let headed = Headed::of(&listing);
        let is_co_organizer = headed.as_ref().is_some_and(|headed| headed.is_co_organizers);
        MeetingOf {
            meeting,
            summary: headed.map(|headed| headed.summary).unwrap_or_default(),
            was: if is_co_organizer { CO_ORGANIZER } else { ORGANIZER }.to_owned(),
        }
    };
    Ok(found.into_iter().map(of).collect())
}

/// What a hand-over would do; the first meetings are tried without being changed.
async fn looked_at(state: &Shared, row: &HandoverRow) -> Result<LeaverHandover, Problem> {
    let asked = row.clone();
    let read = state.store.read(move |tx| meetings(tx, &asked)).await;
    let meetings = read.map_err(|fault| match fault {
        named::WriteFault::Refused(problem) => *problem,
        named::WriteFault::Database(fault) => database(fault),
    })?;
    let mut stay = Vec::new();
    let some = meetings.iter().filter(|of| of.was == ORGANIZER).take(MAX_LOOKED_AT);
    let looked_at = some.clone().count();
    for of in some {
        if let Err(problem) = hand_over::one(state, row, of, true).await {
            if problem.status >= 500 {
                return Err(problem);
            }
            stay.push(staying(of, problem.code, problem.detail));
        }
    }
    let shown = shown(row, &count(&meetings), stay);
    Ok(LeaverHandover { id: None, looked_at: Some(looked_at), ..shown })
}

fn staying(of: &MeetingOf, code: String, reason: String) -> Staying {
    Staying { meeting: of.meeting.to_string(), summary: of.summary.clone(), code, reason }
}

/// These meetings, none of which was handed over yet, as [`handovers::counts`] counts them.
fn count(meetings: &[MeetingOf]) -> Vec<(String, String, i64)> {
    let number = |was: &str| {
        let number = meetings.iter().filter(|of| of.was == was).count();
        (was.to_owned(), "waiting".to_owned(), i64::try_from(number).unwrap_or(i64::MAX))
    };
    vec![number(ORGANIZER), number(CO_ORGANIZER)]
}

fn shown(row: &HandoverRow, counts: &[(String, String, i64)], staying: Vec<Staying>) -> LeaverHandover {
    let standing = |was: &str| {
        let mut standing = Standing::default();
        for (_, state, count) in counts.iter().filter(|(of, ..)| of == was) {
            standing.total += count;
            match state.as_str() {
                "waiting" => standing.waiting += count,
                "done" => standing.done += count,
                _ => standing.staying += count,
            }
        }
        standing
    };
    LeaverHandover {
        id: Some(row.id.to_string()),
        former: row.former_jid.clone(),
        organizer: row.organizer_jid.clone(),
        is_finished: row.finished_at.is_some(),
        meetings: standing(ORGANIZER),
        co_organized: standing(CO_ORGANIZER),
        staying,
        looked_at: None,
        created_at: instant_ms(row.created_at),
        finished_at: row.finished_at.map(instant_ms),
    }
}

#[cfg(test)]
mod tests {
    use convoke_model::Uuid;

    use super::*;

    #[test]
    fn a_hand_over_of_as_many_meetings_as_there_may_be_is_taken_and_one_more_is_refused() {
        let found = |count: usize| -> Vec<(MeetingId, String)> {
            let numbers = (0..count).map(|number| MeetingId(Uuid::from_u128(number as u128)));
            numbers.map(|id| (id, String::new())).collect()
        };
        let taken = named_of(found(MAX_HANDED_OVER)).ok().unwrap();
        assert_eq!((taken.len(), taken[0].was.as_str()), (MAX_HANDED_OVER, ORGANIZER));
        let refused = named_of(found(MAX_HANDED_OVER + 1)).err().unwrap();
        let named::WriteFault::Refused(problem) = refused else { panic!("it is refused") };
        assert_eq!((problem.status, problem.code.as_str()), (409, "tooManyMeetings"));
    }
}
