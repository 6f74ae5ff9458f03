//! `/meetings`.

mod attendees;
pub(crate) mod cancel;
pub(super) mod change;
pub(crate) mod co_organizers;
pub(crate) mod create;
pub(crate) mod deliveries;
pub(crate) mod handover;
pub(crate) mod history;
pub(crate) mod keep;
pub(crate) mod list;
pub(crate) mod occurrences;
pub(crate) mod patch;
mod preview;
pub(crate) mod read;
pub(crate) mod replace;
pub(crate) mod restore;
pub(crate) mod wishes;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use convoke_callbridge_api::loopback::Organizer;
use convoke_callbridge_client::UserAsked;
use convoke_model::MeetingId;
use convoke_scheduler_api::{PREFIX, meeting::Meeting, request::MeetingRequest};
use convoke_store::{
    DbFault, answers, idempotency,
    idempotency::Shown,
    meetings,
    meetings::{MeetingRow, Revision},
    outbox,
};
use convoke_web_api::{FieldFault, Problem, problem::Current};
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::{
    asked::{self, Asked, Expected, NAMES_HOLD_MS},
    caller::{Access, Caller},
    meeting::{
        answers::Answers,
        body::Body,
        history::Deed,
        listing::instant_ms,
        place,
        shown::{self, Beside, etag},
    },
    state::{Shared, State, database},
};

const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// A meeting as it is kept, and what the caller may do with it.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) row: MeetingRow,
    pub(crate) body: Body,
    pub(crate) access: Access,
}

pub(super) fn missing() -> Problem {
    Problem::not_found("There is no such meeting among yours.")
}

/// Finds a meeting that the caller may know of.
pub(crate) async fn find(state: &Shared, caller: &Caller, id: &str) -> Result<Found, Problem> {
    let id: MeetingId = id.parse().map_err(|_| missing())?;
    // A revision stays as it was written, whatever becomes of the meeting meanwhile.
    let asking = caller.clone();
    let found = state.store.read_little(move |tx| {
        let Some(row) = meetings::find(tx, id)? else { return Ok(None) };
        let revision = meetings::revision(tx, id, row.revision)?;
        let is_delegate = asking.may_act_for(tx, &row.organizer)?;
        Ok::<_, DbFault>(revision.map(|revision| (row, revision, is_delegate)))
    });
    let (row, revision, is_delegate) = found.await.map_err(database)?.ok_or_else(missing)?;
    let body = parsed(&revision)?;
    let access = caller.access(&body, is_delegate).ok_or_else(missing)?;
    Ok(Found { row, body, access })
}

/// Finds a meeting that the caller may change, `what` being the words for it.
pub(super) async fn find_to_change(
    state: &Shared,
    caller: &Caller,
    id: &str,
    what: &str,
) -> Result<Found, Problem> {
    let found = find(state, caller, id).await?;
    if found.access != Access::Full {
        return Err(Problem::forbidden(format!(
            "Only the organizer, a co-organizer or a delegate can {what} this meeting."
        )));
    }
    Ok(found)
}

/// Refuses a change of a meeting that is not, or is not said to be, as the caller saw it.
async fn check_expected(state: &Shared, asked: &Asked, found: &Found) -> Result<(), Problem> {
    match asked.expects(&etag(&found.row)) {
        Expected::Met => Ok(()),
        Expected::Missed => Err(meanwhile(state, found).await),
        Expected::Unsaid => Err(Problem::new(
            428,
            "Precondition required",
            "Send If-Match with the ETag that this meeting was shown with, so that nobody's change is lost; * stands for \
             whatever is there.",
        )),
    }
}

/// Who changed it meanwhile, and when.
async fn meanwhile(state: &Shared, found: &Found) -> Problem {
    let (id, revision) = (found.row.id, found.row.revision);
    let last = state.store.read_little(move |tx| meetings::revision(tx, id, revision)).await;
    let last: Result<Option<Revision>, DbFault> = last;
    let current = last.ok().flatten().map(|last| {
        Box::new(Current {
            etag: etag(&found.row),
            changed_by: last.changed_by,
            changed_at: instant_ms(last.changed_at),
        })
    });
    Problem { current, ..keep::changed_meanwhile() }
}

/// What was answered to a request of this name before: the same again.
pub(crate) async fn replayed(state: &State, asked: &Asked) -> Result<Option<Response>, Problem> {
    let Some(named) = asked.name() else { return Ok(None) };
    let since = state.now_ms() - NAMES_HOLD_MS;
    let asking = asked.caller.clone();
    let found = state.store.read_little(move |tx| {
        let Some(answered) = idempotency::answered(tx, &named.caller, &named.key, since)? else {
            return Ok(None);
        };
        let Shown::Meeting(meeting, number) = answered.shown else {
            return Ok(Some((answered.request == named.request, answered, None)));
        };
        let row = meetings::find(tx, meeting)?;
        let revision = meetings::revision(tx, meeting, number)?;
        let now = match &row {
            Some(row) => meetings::revision(tx, meeting, row.revision)?,
            None => None,
        };
        let is_delegate = row.as_ref().map_or(Ok(false), |row| asking.may_act_for(tx, &row.organizer))?;
        let shown = row.zip(revision).map(|(row, revision)| Again { row, revision, now, is_delegate });
        Ok::<_, DbFault>(Some((answered.request == named.request, answered, shown)))
    });
    let Some((is_same, answered, shown)) = found.await.map_err(database)? else { return Ok(None) };
    if !is_same {
        return Err(Problem::new(
            422,
            "Name used before",
            "This Idempotency-Key was used for another request in the last 24 hours; give each request one of its own.",
        )
        .coded("idempotencyKeyReused"));
    }
    let status = u16::try_from(answered.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.unwrap_or(StatusCode::OK);
    let mut response = match answered.shown {
        Shown::Text(text) if text.is_empty() => status.into_response(),
        Shown::Text(text) => (status, [(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Shown::Meeting(_, number) => {
            let shown = shown.ok_or_else(Problem::internal)?;
            answer_again(state, asked, (status, number), shown).await?
        }
    };
    response.headers_mut().insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
    Ok(Some(response))
}

/// A meeting that was answered before.
struct Again {
    row: MeetingRow,
    revision: Revision,
    /// What it says now.
    now: Option<Revision>,
    /// Whether the caller may act for its organizer of now.
    is_delegate: bool,
}

/// The meeting as it was answered at the revision of this number, if the caller still may see it.
async fn answer_again(
    state: &State,
    asked: &Asked,
    (status, number): (StatusCode, i64),
    Again { mut row, revision, now, is_delegate }: Again,
) -> Result<Response, Problem> {
    let body = parsed(&revision)?;
    let now = parsed(&now.ok_or_else(Problem::internal)?)?;
    // What the caller may see is judged by what holds now: a name is no key to a meeting that is somebody else's since.
    let access = match asked.caller.access(&now, is_delegate).ok_or_else(missing)? {
        Access::Full => asked.caller.access(&body, is_delegate).unwrap_or(Access::Full),
        less => less,
    };
    let (_, deed) = Deed::noted(&revision.change, number);
    row.revision = number;
    row.sequence = body.sequence;
    row.is_cancelled = deed.is_some_and(|deed| deed.is_cancelled);
    row.updated_at = revision.changed_at;
    let found = Found { row, body, access };
    let (is_next, id) = (number == 1 && found.row.follows.is_some(), found.row.id);
    let mut response = answer(status, show(state, &asked.caller, &found).await?);
    if is_next {
        change::locate(&mut response, id);
    }
    Ok(response)
}

/// Answers a change that could not be kept: when the same request came twice at once, as the other one was.
pub(super) async fn instead(state: &Shared, asked: &Asked, problem: Problem) -> Result<Response, Problem> {
    replayed(state, asked).await?.ok_or(problem)
}

/// Answers a change that asks for what is there already. Its name is taken all the same: the same request again is to change nothing
/// either, whatever is there by then.
async fn unchanged(state: &Shared, asked: &Asked, found: &Found) -> Result<Response, Problem> {
    if let Some(named) = asked.name() {
        let (shown, now) = ((found.row.id, found.row.revision), state.now_ms());
        let noted = state.store.write_rows(move |tx| asked::note(tx, Some(&named), 200, shown, now)).await;
        if let Err(fault) = noted {
            return instead(state, asked, database(fault)).await;
        }
    }
    Ok(answer(StatusCode::OK, show(state, &asked.caller, found).await?))
}

/// The meeting, with its entity tag; one that was made just now with its address.
pub(super) fn answer(status: StatusCode, meeting: Meeting) -> Response {
    let (tag, id) = (HeaderValue::from_str(&meeting.etag), meeting.id.clone());
    let mut response = (status, Json(meeting)).into_response();
    if let Ok(tag) = tag {
        response.headers_mut().insert(header::ETAG, tag);
    }
    if status == StatusCode::CREATED
        && let Ok(location) = HeaderValue::from_str(&format!("{PREFIX}/meetings/{id}"))
    {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

fn parsed(revision: &Revision) -> Result<Body, Problem> {
    serde_json::from_str(&revision.body).map_err(|fault| {
        tracing::error!(target: "MeetingService", "a meeting that is kept can't be read: {fault}");
        Problem::internal()
    })
}

/// A meeting as the caller is shown it, with what became of its mails and what people answered.
pub(super) async fn show(state: &State, caller: &Caller, found: &Found) -> Result<Meeting, Problem> {
    let (id, is_full) = (found.row.id, found.access == Access::Full);
    let read = state.store.read(move |tx| {
        let outcomes = if is_full { outbox::outcomes(tx, id)? } else { Vec::new() };
        let answers = Answers::of(answers::of_meeting(tx, id)?);
        Ok::<_, DbFault>(Beside { outcomes, answers })
    });
    let beside = read.await.map_err(database)?;
    Ok(shown::meeting(&found.row, &found.body, &beside, caller, &found.access))
}

/// Whose meeting it is to be, the caller's own or of the user whom an operator or a delegate names, with the place that is asked for.
pub(super) async fn organizer(
    state: &Shared,
    caller: &Caller,
    request: &MeetingRequest,
) -> Result<Organizer, Problem> {
    let fault = |code: &str, reason: &str| Problem::invalid(vec![FieldFault::new("organizer", code, reason)]);
    let named = request.organizer.as_deref().map(str::trim).filter(|name| !name.is_empty());
    match (caller, named) {
        (Caller::User(claims), Some(name)) if !name.eq_ignore_ascii_case(&claims.jid) => {
            let found = place::organizer_of(state, UserAsked::Jid(name), request).await?;
            let found = match found {
                Some(found) => acts_for(state, caller, &found.user.id).await?.then_some(found),
                None => None,
            };
            // Whether there is such a user is nothing that everybody has to know.
            found.ok_or_else(|| fault("forbidden", NOT_A_DELEGATE))
        }
        (Caller::User(claims), _) => {
            let found = place::organizer_of(state, UserAsked::Id(&claims.sub), request).await?;
            found.ok_or_else(|| Problem::unauthorized("This user is no longer in the directory."))
        }
        (Caller::Operator(_), None) => Err(fault("required", "Say whose meeting it is: user@domain.")),
        (Caller::Operator(_), Some(name)) => {
            let found = place::organizer_of(state, UserAsked::Jid(name), request).await?;
            found.ok_or_else(|| fault("notFound", "There is no such user; expected user@domain."))
        }
    }
}

const NOT_A_DELEGATE: &str =
    "You may act for yourself and for those who made you their delegate; this is nobody of them.";

/// Whether a caller is this user or may act for them.
async fn acts_for(state: &Shared, caller: &Caller, user: &str) -> Result<bool, Problem> {
    if caller.is_user(user) {
        return Ok(true);
    }
    let (asking, user) = (caller.clone(), user.to_owned());
    let read = state.store.read_little(move |tx| asking.may_act_for(tx, &user));
    read.await.map_err(|fault: DbFault| database(fault))
}
