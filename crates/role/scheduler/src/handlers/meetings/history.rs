//! `GET /meetings/{id}/history`: every change of a meeting, newest first.

use axum::{
    Json,
    extract::{Path, RawQuery, State},
};
use convoke_callbridge_api::form::Form;
use convoke_http::Refusal;
use convoke_scheduler_api::history::{DEFAULT_ENTRIES, History, HistoryEntry, MAX_ENTRIES};
use convoke_store::{DbFault, meetings, meetings::Change};
use convoke_web_api::{FieldFault, Problem};

use super::find_to_change;
use crate::{
    caller::Caller,
    meeting::{history::Deed, listing::instant_ms},
    openapi::ReadRefusals,
    state::{Shared, database},
};

/// Shows who changed what of a meeting, when and from where: to its organizer and to operators.
#[utoipa::path(get, path = "/api/v1/scheduler/meetings/{id}/history", tag = "meetings",
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("cursor" = Option<String>, Query, description = "What `next` of a former answer said, for older changes"),
        ("maxEntries" = Option<u32>, Query, description = "1 to 200; 50 when absent")),
    responses(
        (status = 200, description = "The changes, newest first", body = History),
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
    let found = state.store.read(move |tx| meetings::history(tx, id, before, one_more)).await;
    let mut changes = found.map_err(|fault: DbFault| database(fault))?;
    let is_cut = changes.len() > most;
    changes.truncate(most);
    let next = changes.last().filter(|_| is_cut).map(|last| last.revision.to_string());
    Ok(Json(History { entries: changes.into_iter().map(entry).collect(), next }))
}

fn entry(change: Change) -> HistoryEntry {
    let (op, deed) = Deed::noted(&change.change, change.revision);
    HistoryEntry {
        revision: change.revision,
        at: instant_ms(change.changed_at),
        by: change.changed_by,
        via: Some(change.via).filter(|via| !via.is_empty()),
        address: change.address,
        op,
        scope: deed.as_ref().map(|deed| deed.scope).unwrap_or_default(),
        recurrence: deed.as_ref().and_then(|deed| deed.recurrence.clone()),
        sequence: deed.as_ref().map(|deed| deed.sequence),
        notified: deed.as_ref().map(|deed| deed.notified),
        fields: deed.map(|deed| deed.fields).unwrap_or_default(),
    }
}

/// Before which revision, and how many.
fn page(query: &str) -> Result<(i64, usize), Problem> {
    let form =
        Form::parse(query.as_bytes()).map_err(|_| Problem::bad_request("There are too many parameters."))?;
    let mut faults = Vec::new();
    let before = match form.get("cursor").map(str::parse::<i64>) {
        None => i64::MAX,
        Some(Ok(before)) if before > 0 => before,
        Some(_) => {
            faults.push(FieldFault::new("cursor", "invalid", "It is what `next` of a former answer said."));
            i64::MAX
        }
    };
    let most = match form.get("maxEntries").map(str::parse::<usize>) {
        None => DEFAULT_ENTRIES,
        Some(Ok(most)) if (1..=MAX_ENTRIES).contains(&most) => most,
        Some(_) => {
            let reason = format!("It is a whole number from 1 to {MAX_ENTRIES}.");
            faults.push(FieldFault::new("maxEntries", "outOfRange", reason));
            DEFAULT_ENTRIES
        }
    };
    if faults.is_empty() { Ok((before, most)) } else { Err(Problem::bad_parameters(faults)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_named_by_the_last_revision_and_holds_1_to_200() {
        assert_eq!(page("").unwrap(), (i64::MAX, 50));
        assert_eq!(page("cursor=7&maxEntries=200").unwrap(), (7, 200));
        let faults = page("cursor=x&maxEntries=201").unwrap_err();
        assert_eq!(faults.code, "badParameter");
        assert_eq!(
            faults.detail,
            "cursor: It is what `next` of a former answer said. maxEntries: It is a whole number from 1 to 200."
        );
        assert!(page("cursor=0").is_err() && page("maxEntries=0").is_err());
    }
}
