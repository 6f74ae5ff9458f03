//! `/meetings`.

pub(crate) mod cancel;
pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod replace;

use convoke_callbridge_api::loopback::Organizer;
use convoke_callbridge_client::UserAsked;
use convoke_model::MeetingId;
use convoke_scheduler_api::{meeting::Meeting, request::MeetingRequest};
use convoke_store::{
    DbFault, meetings,
    meetings::{MeetingRow, Revision},
    outbox,
};
use convoke_web_api::{FieldFault, Problem};

use crate::{
    caller::{Access, Caller},
    meeting::{body::Body, place, shown},
    state::{Shared, database},
};

/// A meeting as it is kept, and what the caller may do with it.
struct Found {
    row: MeetingRow,
    body: Body,
    access: Access,
}

/// A change could not be kept, or perhaps it was.
struct KeepFault {
    problem: Problem,
    /// The database was lost within the commit.
    may_be_kept: bool,
}

impl From<Problem> for KeepFault {
    fn from(problem: Problem) -> Self {
        Self { problem, may_be_kept: false }
    }
}

impl From<DbFault> for KeepFault {
    fn from(fault: DbFault) -> Self {
        let may_be_kept = matches!(fault, DbFault::Unknown(_));
        let problem = match fault {
            DbFault::Duplicate(_) => Problem::new(
                409,
                "Conflict",
                "Somebody else changed this meeting at the same time; look at it again.",
            ),
            other => database(other),
        };
        Self { problem, may_be_kept }
    }
}

impl KeepFault {
    /// The space that was made for the change has been given up since, and nothing was written.
    fn took_too_long() -> Self {
        let words =
            "Making the space took too long, and it was given up again; nothing was changed. Try again.";
        Problem::not_connected("callBridge", words).into()
    }

    /// Removes the space that was made for the change, and answers why it failed. Of a change that may have been kept the
    /// space stays: the intent tells later whether it was.
    async fn unmaking(self, state: &Shared, made: Option<MeetingId>) -> Problem {
        if let Some(made) = made.filter(|_| !self.may_be_kept) {
            place::unmake_space(state, made).await;
        }
        self.problem
    }
}

fn missing() -> Problem {
    Problem::not_found("There is no such meeting among yours.")
}

/// Finds a meeting that the caller may know of.
async fn find(state: &Shared, caller: &Caller, id: &str) -> Result<Found, Problem> {
    let id: MeetingId = id.parse().map_err(|_| missing())?;
    // A revision stays as it was written, whatever becomes of the meeting meanwhile.
    let found = state.store.read_little(move |tx| {
        let Some(row) = meetings::find(tx, id)? else { return Ok(None) };
        let revision = meetings::revision(tx, id, row.revision)?;
        Ok::<_, DbFault>(revision.map(|revision| (row, revision)))
    });
    let (row, revision) = found.await.map_err(database)?.ok_or_else(missing)?;
    let body = parsed(&revision)?;
    let access = caller.access(&body).ok_or_else(missing)?;
    Ok(Found { row, body, access })
}

fn parsed(revision: &Revision) -> Result<Body, Problem> {
    serde_json::from_str(&revision.body).map_err(|fault| {
        tracing::error!(target: "MeetingService", "a meeting that is kept can't be read: {fault}");
        Problem::internal()
    })
}

/// A meeting as the caller is shown it, with what became of its mails.
async fn show(state: &Shared, caller: &Caller, found: &Found) -> Result<Meeting, Problem> {
    let id = found.row.id;
    let outcomes = match found.access {
        Access::Full => state.store.read(move |tx| outbox::outcomes(tx, id)).await,
        Access::Attendee(_) => Ok(Vec::new()),
    };
    let outcomes = outcomes.map_err(|fault: DbFault| database(fault))?;
    Ok(shown::meeting(&found.row, &found.body, &outcomes, caller, &found.access))
}

/// Whose meeting it is to be, the caller's own or of the user whom an operator names, with the place that is asked for.
async fn organizer(state: &Shared, caller: &Caller, request: &MeetingRequest) -> Result<Organizer, Problem> {
    let fault = |code: &str, reason: &str| Problem::invalid(vec![FieldFault::new("organizer", code, reason)]);
    let named = request.organizer.as_deref().map(str::trim).filter(|name| !name.is_empty());
    match (caller, named) {
        (Caller::User(claims), Some(name)) if !name.eq_ignore_ascii_case(&claims.jid) => {
            Err(fault("forbidden", "A meeting of yours has you as its organizer."))
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
