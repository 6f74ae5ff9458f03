//! `GET /meetings/{id}/history`: every change of a meeting and every answer to it, newest first.

use axum::{
    Json,
    extract::{Path, RawQuery, State},
};
use convoke_callbridge_api::form::Form;
use convoke_http::Refusal;
use convoke_model::Uuid;
use convoke_scheduler_api::history::{DEFAULT_ENTRIES, History, HistoryEntry, MAX_ENTRIES, Operation, Scope};
use convoke_store::{DbFault, answers, answers::LoggedAnswer, meetings, meetings::Change};
use convoke_web_api::{FieldFault, Problem};

use super::find_to_change;
use crate::{
    caller::Caller,
    handlers::answers::list::{outcome, partstat},
    meeting::{history::Deed, listing::instant_ms},
    openapi::ReadRefusals,
    state::{Shared, database},
};

/// Shows who changed what of a meeting and who answered what, when and from where: to its organizer and to operators.
#[utoipa::path(get, path = "/api/v1/scheduler/meetings/{id}/history", tag = "meetings",
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("cursor" = Option<String>, Query, description = "What `next` of a former answer said, for older ones"),
        ("maxEntries" = Option<u32>, Query, description = "1 to 200; 50 when absent")),
    responses(
        (status = 200, description = "The changes and answers, newest first", body = History),
        (status = 403, description = "The caller is not the organizer", body = Problem,
            content_type = "application/problem+json"),
        ReadRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn history(
    State(state): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<History>, Refusal> {
    let (before, most) = page(query.as_deref().unwrap_or_default())?;
    let id = find_to_change(&state, &caller, &id, "see the history of").await?.row.id;
    let one_more = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
    let cursor = before.clone();
    let found = state.store.read(move |tx| {
        let changes = meetings::history(tx, id, before.revision, one_more)?;
        Ok::<_, DbFault>((changes, answers::logged(tx, id, None, before.answer.as_deref(), one_more)?))
    });
    let (changes, answers) = found.await.map_err(database)?;
    Ok(Json(merged(changes, answers, cursor, most)))
}

/// What the history goes on after: changes before this revision, and answers before this one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cursor {
    revision: i64,
    answer: Option<String>,
}

/// Changes and answers, the newest first, at most `most`.
fn merged(changes: Vec<Change>, answers: Vec<LoggedAnswer>, mut after: Cursor, most: usize) -> History {
    let (mut changes, mut answers) = (changes.into_iter().peekable(), answers.into_iter().peekable());
    let mut entries = Vec::new();
    while entries.len() < most {
        let is_answer = match (changes.peek(), answers.peek()) {
            (None, None) => break,
            (Some(_), None) => false,
            (None, Some(_)) => true,
            (Some(change), Some(answer)) => answer.said.answered_at >= change.changed_at,
        };
        if is_answer {
            if let Some(answer) = answers.next() {
                after.answer = Some(answer.id.to_string());
                entries.push(answered(answer));
            }
        } else if let Some(change) = changes.next() {
            after.revision = change.revision;
            entries.push(entry(change));
        }
    }
    let is_cut = changes.peek().is_some() || answers.peek().is_some();
    let text = |after: Cursor| match after.answer {
        Some(answer) => format!("{}.{answer}", after.revision),
        None => after.revision.to_string(),
    };
    History { entries, next: is_cut.then(|| text(after)) }
}

/// A change as the history shows it.
pub(crate) fn entry(change: Change) -> HistoryEntry {
    let (op, deed) = Deed::noted(&change.change, change.revision);
    HistoryEntry {
        revision: Some(change.revision),
        at: instant_ms(change.changed_at),
        by: change.changed_by,
        on_behalf_of: deed.as_ref().and_then(|deed| deed.on_behalf_of.clone()),
        via: Some(change.via).filter(|via| !via.is_empty()),
        address: change.address,
        op,
        scope: deed.as_ref().map(|deed| deed.scope).unwrap_or_default(),
        recurrence: deed.as_ref().and_then(|deed| deed.recurrence.clone()),
        sequence: deed.as_ref().map(|deed| deed.sequence),
        notified: deed.as_ref().map(|deed| deed.notified),
        fields: deed.map(|deed| deed.fields).unwrap_or_default(),
        email: None,
        partstat: None,
        outcome: None,
    }
}

fn answered(answer: LoggedAnswer) -> HistoryEntry {
    let said = answer.said;
    let scope = match (said.recurrence.is_empty(), said.following) {
        (true, _) => Scope::All,
        (false, true) => Scope::Following,
        (false, false) => Scope::One,
    };
    HistoryEntry {
        revision: None,
        at: instant_ms(said.answered_at),
        by: answer.entered_by.unwrap_or_else(|| said.person.clone()),
        on_behalf_of: answer.on_behalf_of,
        via: Some(said.source),
        address: answer.address,
        op: Operation::Answered,
        scope,
        recurrence: Some(said.recurrence).filter(|recurrence| !recurrence.is_empty()),
        fields: Vec::new(),
        sequence: Some(said.sequence),
        notified: None,
        email: Some(said.person),
        partstat: partstat(&said.partstat),
        outcome: outcome(&answer.outcome),
    }
}

/// Behind what, and how many.
fn page(query: &str) -> Result<(Cursor, usize), Problem> {
    let form =
        Form::parse(query.as_bytes()).map_err(|_| Problem::bad_request("There are too many parameters."))?;
    let mut faults = Vec::new();
    let before = form.get("cursor").map_or(Some(Cursor { revision: i64::MAX, answer: None }), cursor);
    if before.is_none() {
        faults.push(FieldFault::new("cursor", "invalid", "It is what `next` of a former answer said."));
    }
    let most = match form.get("maxEntries").map(str::parse::<usize>) {
        None => DEFAULT_ENTRIES,
        Some(Ok(most)) if (1..=MAX_ENTRIES).contains(&most) => most,
        Some(_) => {
            let reason = format!("It is a whole number from 1 to {MAX_ENTRIES}.");
            faults.push(FieldFault::new("maxEntries", "outOfRange", reason));
            DEFAULT_ENTRIES
        }
    };
    match before {
        Some(before) if faults.is_empty() => Ok((before, most)),
        _ => Err(Problem::bad_parameters(faults)),
    }
}

fn cursor(text: &str) -> Option<Cursor> {
    let (revision, answer) = match text.split_once('.') {
        Some((revision, answer)) => (revision, Some(answer.parse::<Uuid>().ok()?.to_string())),
        None => (text, None),
    };
    let revision = revision.parse().ok().filter(|revision| *revision > 0)?;
    Some(Cursor { revision, answer })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_named_by_the_last_revision_and_answer_and_holds_1_to_200() {
        let from = |revision, answer: Option<&str>| Cursor { revision, answer: answer.map(str::to_owned) };
        assert_eq!(page("").unwrap(), (from(i64::MAX, None), 50));
        assert_eq!(page("cursor=7&maxEntries=200").unwrap(), (from(7, None), 200));
        let answer = "0190a0b0-0000-7000-8000-000000000001";
        assert_eq!(page(&format!("cursor=7.{answer}")).unwrap(), (from(7, Some(answer)), 50));
        assert!(page("cursor=7.x").is_err());
        let faults = page("cursor=x&maxEntries=201").unwrap_err();
        assert_eq!(faults.code, "badParameter");
        assert_eq!(
            faults.detail,
            "cursor: It is what `next` of a former answer said. maxEntries: It is a whole number from 1 to 200."
        );
        assert!(page("cursor=0").is_err() && page("maxEntries=0").is_err());
    }
}
