//! `POST /api/cospaces/{guid}/accessMethods/{guid}/emailInvitation`: the text that invites to a space.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
};
use convoke_http::Refusal;
use convoke_store::objects;
use convoke_web_api::{
    Problem,
    spaces::{Invitation, InvitationRequest},
};

use super::{TwoIds, User, id, json, refusal, spaces::as_member};
use crate::{objects::Refused, spaces::written::Invited, state::Shared};

pub(super) async fn show(
    State(state): State<Shared>,
    user: User,
    Path((space, method)): TwoIds,
    body: Bytes,
) -> Result<Json<Invitation>, Refusal> {
    let (space, method) = (id(&space)?, id(&method)?);
    let request: InvitationRequest =
        if body.is_empty() { InvitationRequest::default() } else { json(&body)? };
    let found = state.store.read(move |tx| {
        let Some((space, _)) = as_member(tx, space, user.id)? else { return Ok(None) };
        let method =
            objects::find(tx, "accessMethods", method)?.filter(|method| method.parent == Some(space.id));
        Ok::<_, Refused>(method.map(|method| Invited::read(tx, space, method)).transpose()?)
    });
    let invited = found
        .await
        .map_err(refusal)?
        .ok_or_else(|| Problem::bad_request("There is no such access method."))?;
    Ok(Json(invited.text(&state, &request.language).await))
}
