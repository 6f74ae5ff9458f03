//! `/api/cospaces`: the spaces that a user is a member of.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
};
use convoke_callbridge_api::{
    Failure,
    kinds::{cospace_templates::COSPACE_TEMPLATES, cospace_users::COSPACE_USERS, cospaces::COSPACES},
    path::Step,
};
use convoke_http::Refusal;
use convoke_model::{ObjectId, UserId};
use convoke_store::{
    DbFault, Tx, objects,
    objects::{Query, Record},
};
use convoke_web_api::{
    FieldFault, Problem,
    spaces::{AccessMethod, Member, NewSpace, Space, SpaceRow, Spaces},
};

use super::{User, id, json, refusal};
use crate::{
    objects::{Refused, service},
    spaces::{access_methods, from_template, from_template::Wanted, full_uri, link},
    state::Shared,
};

/// Spaces in one answer at most.
const MAX_SPACES: i64 = 1000;

pub(super) async fn list(State(state): State<Shared>, user: User) -> Result<Json<Spaces>, Refusal> {
    let domain = state.settings.domain.clone();
    let spaces = state.store.read(move |tx| {
        let query = Query {
            references: vec![("userId".into(), ObjectId(user.id.0))],
            limit: MAX_SPACES,
            ..Query::default()
        };
        let (_, members) = objects::list(tx, COSPACE_USERS.plural, &query)?;
        let mut spaces = Vec::new();
        for space in members.iter().filter_map(|member| member.parent) {
            if let Some(space) = objects::find(tx, COSPACES.plural, space)? {
                spaces.push(row(&space, &domain));
            }
        }
        Ok::<_, Refused>(spaces)
    });
    Ok(Json(Spaces { spaces: spaces.await.map_err(refusal)? }))
}

pub(super) async fn show(
    State(state): State<Shared>,
    user: User,
    Path(space): Path<String>,
) -> Result<Json<Space>, Refusal> {
    let space = id(&space)?;
    let found = state.store.read({
        let state = state.clone();
        move |tx| match as_member(tx, space, user.id)? {
            Some((space, member)) => Ok::<_, Refused>(Some(whole(tx, &state, &space, &member)?)),
            None => Ok(None),
        }
    });
    Ok(Json(found.await.map_err(refusal)?.ok_or_else(not_a_member)?))
}

pub(super) async fn create(
    State(state): State<Shared>,
    user: User,
    body: Bytes,
) -> Result<Json<Space>, Refusal> {
    let new: NewSpace = json(&body)?;
    let template = new.co_space_template_id.parse().map_err(|_| no_template())?;
    let wanted = Wanted { request: None, template, name: new.name, owner: user.id, must_be_assigned: true };
    let now = state.now_ms();
    let made = state.store.write({
        let state = state.clone();
        move |tx| {
            let space = from_template::create(tx, &wanted, now)?;
            let Some((space, member)) = as_member(tx, space.id, wanted.owner)? else {
                return Err(Refused::code(COSPACES.missing));
            };
            Ok::<_, Refused>(whole(tx, &state, &space, &member)?)
        }
    });
    let made = made.await.map_err(|refused| match refused {
        Refused::Failure(Failure::Code(code)) if code == COSPACE_TEMPLATES.missing => no_template().into(),
        refused => refusal(refused),
    })?;
    tracing::info!(target: "API", "user \"{}\" created new space {} ({})", user.claims.jid, made.guid, made.name);
    Ok(Json(made))
}

pub(super) async fn delete(
    State(state): State<Shared>,
    user: User,
    Path(space): Path<String>,
) -> Result<Json<serde_json::Value>, Refusal> {
    let space = id(&space)?;
    let now = state.now_ms();
    let gone = state.store.write(move |tx| {
        let Some((_, member)) = as_member(tx, space, user.id)? else { return Ok(None) };
        if member.get("canDestroy") != Some("true") {
            return Ok(Some(false));
        }
        service::delete(tx, &Step { kind: &COSPACES, id: space }, &[], now)?;
        Ok::<_, Refused>(Some(true))
    });
    match gone.await.map_err(refusal)? {
        None => Err(not_a_member().into()),
        Some(false) => Err(Problem::forbidden("As a member you may not delete this space.").into()),
        Some(true) => {
            tracing::info!(target: "API", "user \"{}\" deleted space {space}", user.claims.jid);
            Ok(Json(serde_json::json!({})))
        }
    }
}

fn no_template() -> Problem {
    let fault = FieldFault::new("coSpaceTemplateId", "notFound", "There is no such template among yours.");
    Problem::invalid(vec![fault])
}

fn not_a_member() -> Problem {
    Problem::not_found("There is no such space among yours.")
}

/// The space and the user's membership of it.
pub(super) fn as_member(
    tx: &mut Tx<'_>,
    space: ObjectId,
    user: UserId,
) -> Result<Option<(Record, Record)>, DbFault> {
    let Some(record) = objects::find(tx, COSPACES.plural, space)? else { return Ok(None) };
    let user = user.to_string();
    let member = objects::children(tx, space)?
        .into_iter()
        .find(|child| child.kind == COSPACE_USERS.plural && child.get("userId") == Some(user.as_str()));
    Ok(member.map(|member| (record, member)))
}

fn row(space: &Record, domain: &str) -> SpaceRow {
    SpaceRow {
        guid: space.id.to_string(),
        name: space.get("name").unwrap_or_default().to_owned(),
        uri: space.get("uri").map(|uri| full_uri(uri, domain)),
        call_id: space.get("callId").map(str::to_owned),
    }
}

fn whole(tx: &mut Tx<'_>, state: &Shared, space: &Record, member: &Record) -> Result<Space, DbFault> {
    let domain = &state.settings.domain;
    let methods = access_methods(tx, space.id)?;
    let access_methods = methods.iter().map(|method| AccessMethod {
        guid: method.id.to_string(),
        name: method.get("name").unwrap_or_default().to_owned(),
        uri: method.get("uri").map(|uri| full_uri(uri, domain)),
        call_id: method.get("callId").map(str::to_owned),
        passcode: method.get("passcode").map(str::to_owned),
        link: link(&state.settings.web_app_url, method),
    });
    let access_methods = access_methods.collect();
    let mut members = Vec::new();
    for child in objects::children(tx, space.id)?.iter().filter(|child| child.kind == COSPACE_USERS.plural) {
        let jid = child.get("userJid").unwrap_or_default();
        let person = crate::users::named(tx, jid)?;
        let name = person.as_ref().and_then(|person| person.get("name")).unwrap_or(jid);
        members.push(Member { user_jid: jid.to_owned(), name: name.to_owned() });
    }
    let row = row(space, domain);
    Ok(Space {
        guid: row.guid,
        name: row.name,
        uri: row.uri,
        call_id: row.call_id,
        can_destroy: member.get("canDestroy") == Some("true"),
        access_methods,
        members,
    })
}
