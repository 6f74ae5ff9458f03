//! Who wants to hold a meeting and where: all that a scheduler has to know for it, in one answer.

use axum::{
    Json,
    extract::{Query, State},
};
use convoke_callbridge_api::{
    kinds::ivr_numbers::IVR_NUMBERS,
    loopback::{IvrNumber, Organizer, User},
};
use convoke_http::Refusal;
use convoke_model::{ObjectId, UserId};
use convoke_store::{DbFault, Tx, objects, objects::Record};
use convoke_web_api::Problem;
use serde::Deserialize;

use super::spaces;
use crate::{
    objects::Refused,
    spaces::branding,
    state::{Shared, State as Shown},
    users,
    web::refusal,
};

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    jid: Option<String>,
    id: Option<String>,
    space: Option<String>,
    template: Option<String>,
}

pub(super) async fn show(
    State(state): State<Shared>,
    Query(asked): Query<Asked>,
) -> Result<Json<Organizer>, Refusal> {
    let found = state.store.read_little({
        let state = state.clone();
        move |tx| find(tx, &state, &asked)
    });
    let found = found.await.map_err(refusal)?;
    Ok(Json(found.ok_or_else(|| Problem::not_found("There is no such user."))?))
}

fn find(tx: &mut Tx<'_>, state: &Shown, asked: &Asked) -> Result<Option<Organizer>, Refused> {
    let space = asked.space.as_deref().and_then(|id| id.parse::<ObjectId>().ok());
    let user = match (asked.id.as_deref().and_then(|id| id.parse::<UserId>().ok()), &asked.jid) {
        (Some(id), _) => Some(ObjectId(id.0)),
        (None, Some(jid)) => users::named(tx, jid)?.map(|user| user.id),
        (None, None) => None,
    };
    let Some(user) = user else { return Ok(None) };
    // One look for the user, the space and all that belongs to them, and the profiles that hold for all.
    let families = objects::families(tx, [user, space.unwrap_or(user), branding::SYSTEM])?;
    let Some(record) = families.iter().find(|record| record.id == user && record.kind == "users") else {
        return Ok(None);
    };
    let user = shown(tx, record, &families)?;
    let branding = branding::among(tx, &families, space)?;
    let ivr_numbers = ivr_numbers(tx, &families)?;
    let space = space.and_then(|space| spaces::of_member(space, &families, &user.id, &state.settings));
    let template_roles = match asked.template.as_ref().filter(|template| user.templates.contains(template)) {
        Some(template) => template.parse().ok().map(|id| roles(tx, id)).transpose()?,
        None => None,
    };
    Ok(Some(Organizer { user, space, template_roles, branding, ivr_numbers }))
}

/// The numbers of the system's web bridge profile, [`branding::SYSTEM`] being among the records if there is one.
fn ivr_numbers(tx: &mut Tx<'_>, records: &[Record]) -> Result<Vec<IvrNumber>, DbFault> {
    let Some(profile) = branding::web_bridge_profile(records) else { return Ok(Vec::new()) };
    let entries = objects::children(tx, profile)?;
    let numbers = entries.iter().filter(|entry| entry.kind == IVR_NUMBERS.plural);
    let field = |entry: &Record, name: &str| entry.get(name).unwrap_or_default().to_owned();
    Ok(numbers
        .map(|entry| IvrNumber { label: field(entry, "label"), number: field(entry, "number") })
        .collect())
}

fn shown(tx: &mut Tx<'_>, record: &Record, families: &[Record]) -> Result<User, Refused> {
    let has_templates = families.iter().any(|child| child.parent == Some(record.id));
    let templates = if has_templates { users::templates(tx, UserId(record.id.0))? } else { Vec::new() };
    let user = users::shown(record);
    Ok(User {
        id: user.id,
        jid: user.user_jid,
        name: user.name,
        email: user.email,
        templates: templates.iter().map(|template| template.id.to_string()).collect(),
    })
}

fn roles(tx: &mut Tx<'_>, template: ObjectId) -> Result<Vec<String>, Refused> {
    let children = objects::children(tx, template)?;
    let methods = children.iter().filter(|child| child.kind == "accessMethodTemplates");
    Ok(methods.map(|method| method.get("name").unwrap_or_default().to_owned()).collect())
}
