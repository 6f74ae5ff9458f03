//! A user by JID or by id.

use axum::{
    Json,
    extract::{Query, State},
};
use convoke_callbridge_api::loopback::User;
use convoke_http::Refusal;
use convoke_model::UserId;
use convoke_web_api::Problem;
use serde::Deserialize;

use crate::{objects::Refused, state::Shared, users, web::refusal};

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    jid: Option<String>,
    id: Option<String>,
}

pub(super) async fn show(
    State(state): State<Shared>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<User>, Refusal> {
    let found = state
        .store
        .read(move |tx| {
            let id = wanted.id.as_deref().and_then(|id| id.parse::<UserId>().ok());
            let record = match (id, &wanted.jid) {
                (Some(id), _) => users::find(tx, id)?,
                (None, Some(jid)) => users::named(tx, jid)?,
                (None, None) => None,
            };
            let Some(record) = record else { return Ok(None) };
            let templates = users::templates(tx, UserId(record.id.0))?;
            Ok::<_, Refused>(Some((record, templates)))
        })
        .await
        .map_err(refusal)?;
    let (record, templates) = found.ok_or_else(|| Problem::not_found("There is no such user."))?;
    let user = users::shown(&record);
    Ok(Json(User {
        id: user.id,
        jid: user.user_jid,
        name: user.name,
        email: user.email,
        templates: templates.iter().map(|template| template.id.to_string()).collect(),
    }))
}
