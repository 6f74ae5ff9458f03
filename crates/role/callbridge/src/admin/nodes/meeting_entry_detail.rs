//! `GET coSpaces/{id}/meetingEntryDetail`: how to dial into a space.

use convoke_callbridge_api::{
    path::Step,
    xml::{PROLOG, element},
};

use super::Answer;
use crate::{
    objects::{Refused, service},
    spaces,
    state::Shared,
};

pub(super) async fn show(state: &Shared, mut parents: Vec<Step>) -> Result<Answer, Refused> {
    let Some(space) = parents.pop() else { return Err(convoke_callbridge_api::failure::UNRECOGNISED.into()) };
    let record = state.store.read(move |tx| service::find(tx, &space, &parents)).await?;
    let mut body = element("coSpace", &record.id.to_string());
    if let Some(uri) = record.get("uri") {
        body.push_str(&element("uri", &spaces::full_uri(uri, &state.settings.domain)));
    }
    if let Some(call_id) = record.get("callId") {
        body.push_str(&element("callId", call_id));
    }
    Ok(Answer::Xml(format!("{PROLOG}<meetingEntryDetail>{body}</meetingEntryDetail>")))
}
