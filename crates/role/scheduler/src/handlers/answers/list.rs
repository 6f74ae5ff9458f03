//! `GET /meetings/{id}/answers`.

use std::collections::HashMap;

use axum::{
    Json,
    extract::{Path, State},
};
use convoke_http::Refusal;
use convoke_meeting::{answers::counts, plan::Plan};
use convoke_scheduler_api::answer::{
    AnswerLogged, AnswerOutcome, AnswerShown, AnswerSource, Answers, MAX_LOGGED, MAX_PROPOSALS, PartStat,
    Proposal, ProposalState, RefusedReply,
};
use convoke_store::{
    DbFault, answers,
    answers::{AnswerRow, LoggedAnswer},
    proposals,
    proposals::ProposalRow,
    refused_replies,
    refused_replies::RefusedRow,
};
use convoke_web_api::Problem;

use crate::{
    caller::{Access, Caller},
    handlers::meetings::{change::plan, find},
    meeting::{
        answers::{Known, shown_partstat, shown_source},
        body::Body,
        listing::instant_ms,
        refused::Reply,
    },
    openapi::ReadRefusals,
    state::{Shared, database},
};

/// Shows what people said of a meeting: everything to its organizer and to operators, to an attendee their own.
#[utoipa::path(get, path = "/api/v1/scheduler/meetings/{id}/answers", tag = "answers",
    params(("id" = String, Path, description = "The meeting's id (a GUID)")),
    responses((status = 200, description = "The answers", body = Answers), ReadRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn list(
    State(state): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Answers>, Refusal> {
    let found = find(&state, &caller, &id).await?;
    let id = found.row.id;
    let is_full = found.access == Access::Full;
    // Others see their own, and nothing who has no address; those of everybody else would take their place in what is read.
    let person = (!is_full).then(|| caller.address().unwrap_or_default());
    let only = person.clone();
    let read = state.store.read(move |tx| {
        let answers = answers::of_meeting(tx, id)?;
        let log = answers::logged(tx, id, only.as_deref(), None, most(MAX_LOGGED))?;
        let proposals = proposals::of_meeting(tx, id, only.as_deref(), most(MAX_PROPOSALS))?;
        let refused = refused_replies::of_meeting(tx, id, most(MAX_PROPOSALS))?;
        Ok::<_, DbFault>((answers, log, proposals, refused))
    });
    let (answers, log, proposals, refused) = read.await.map_err(database)?;
    let plan = plan(&found)?;
    let is_shown = |row: &AnswerRow| person.as_ref().is_none_or(|person| row.person == *person);
    let names = Names::of(&found.body);
    let answers = answers.into_iter().filter(is_shown);
    Ok(Json(Answers {
        answers: answers.filter_map(|row| shown(row, &names, &plan)).collect(),
        log: log.iter().filter_map(|answer| logged(answer, is_full)).collect(),
        proposals: proposals.into_iter().filter_map(|row| proposal(row, &names)).collect(),
        refused: refused.into_iter().filter(|_| is_full).filter_map(refused_reply).collect(),
    }))
}

fn most(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

/// People's addresses as they are spelt, and their names.
struct Names(HashMap<String, (String, String)>);

impl Names {
    fn of(body: &Body) -> Self {
        let people = body
            .everybody()
            .into_iter()
            .map(|attendee| (attendee.email.to_lowercase(), (attendee.email.clone(), attendee.name.clone())));
        Self(people.collect())
    }

    fn of_person(&self, person: &str) -> (String, String) {
        self.0.get(person).cloned().unwrap_or_else(|| (person.to_owned(), String::new()))
    }
}

fn range(following: bool) -> Option<String> {
    following.then(|| "THISANDFUTURE".to_owned())
}

fn named(recurrence: String) -> Option<String> {
    Some(recurrence).filter(|recurrence| !recurrence.is_empty())
}

fn source(word: &str) -> AnswerSource {
    shown_source(word).unwrap_or(AnswerSource::Web)
}

fn shown(row: AnswerRow, names: &Names, plan: &Plan) -> Option<AnswerShown> {
    let known = Known::of(row)?;
    let (email, name) = names.of_person(&known.row.person);
    Some(AnswerShown {
        email,
        name,
        partstat: shown_partstat(known.partstat()),
        counts: counts(plan, std::borrow::Borrow::borrow(&known)),
        recurrence: named(known.row.recurrence),
        range: range(known.row.following),
        comment: known.row.comment,
        answered_at: instant_ms(known.row.answered_at),
        source: source(&known.row.source),
    })
}

/// Which word the log has for what became of an answer.
pub(crate) fn outcome(word: &str) -> Option<AnswerOutcome> {
    match word {
        "taken" => Some(AnswerOutcome::Taken),
        "older" => Some(AnswerOutcome::Older),
        "outOfDate" => Some(AnswerOutcome::OutOfDate),
        "late" => Some(AnswerOutcome::Late),
        _ => None,
    }
}

/// The answer that a word of the database is.
pub(crate) fn partstat(word: &str) -> Option<PartStat> {
    convoke_meeting::answers::PartStat::of_word(word).map(shown_partstat)
}

/// An answer as the log shows it; from which address it came where all may be seen.
pub(crate) fn logged(answer: &LoggedAnswer, is_full: bool) -> Option<AnswerLogged> {
    let said = &answer.said;
    Some(AnswerLogged {
        at: instant_ms(said.answered_at),
        email: said.person.clone(),
        partstat: partstat(&said.partstat)?,
        recurrence: named(said.recurrence.clone()),
        range: range(said.following),
        comment: said.comment.clone(),
        source: source(&said.source),
        outcome: outcome(&answer.outcome)?,
        entered_by: answer.entered_by.clone(),
        address: answer.address.clone().filter(|_| is_full),
    })
}

fn proposal(row: ProposalRow, names: &Names) -> Option<Proposal> {
    let (email, name) = names.of_person(&row.person);
    Some(Proposal {
        id: row.id.to_string(),
        email,
        name,
        recurrence: named(row.recurrence),
        dt_start: row.start,
        dt_end: row.end,
        time_zone: row.zone,
        comment: row.comment,
        source: source(&row.source),
        state: match row.state.as_str() {
            "open" => ProposalState::Open,
            "accepted" => ProposalState::Accepted,
            "declined" => ProposalState::Declined,
            "superseded" => ProposalState::Superseded,
            _ => return None,
        },
        received_at: instant_ms(row.received_at),
        settled_at: row.settled_at.map(instant_ms),
        settled_by: row.settled_by,
    })
}

fn refused_reply(row: RefusedRow) -> Option<RefusedReply> {
    let said: Reply = serde_json::from_str(&row.said).ok()?;
    Some(RefusedReply {
        id: row.id.to_string(),
        claimed: row.claimed,
        sender: row.sender,
        reason: row.reason,
        partstat: partstat(&said.partstat)?,
        recurrence: named(said.recurrence),
        range: range(said.following),
        comment: said.comment,
        received_at: instant_ms(row.received_at),
        settled_at: row.settled_at.map(instant_ms),
        settled_by: row.settled_by,
    })
}

/// What there is no such thing of.
pub(super) fn missing(what: &str) -> Problem {
    Problem::not_found(format!("The meeting has no such {what}."))
}
