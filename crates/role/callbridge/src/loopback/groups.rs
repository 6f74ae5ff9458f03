//! Groups of people for the scheduler: by name, and with everybody in one of them.

use axum::{
    Json,
    extract::{Query, State},
};
use convoke_callbridge_api::{
    kinds::user_groups::{USER_GROUP_MEMBERS, USER_GROUPS},
    loopback::{Group, GroupMember, GroupMembers, Groups},
};
use convoke_http::Refusal;
use convoke_model::{ObjectId, id::parse_guid};
use convoke_store::{
    DbFault, Tx, objects,
    objects::{Keyed, Record},
};
use convoke_web_api::Problem;
use serde::Deserialize;

use crate::{
    objects::{Refused, service::MAX_PAGE},
    state::Shared,
    web::refusal,
};

#[derive(Debug, Deserialize)]
pub(super) struct Page {
    #[serde(default)]
    filter: String,
    #[serde(default)]
    after: String,
    limit: i64,
}

/// A page of the groups whose names hold a text.
pub(super) async fn list(
    State(state): State<Shared>,
    Query(page): Query<Page>,
) -> Result<Json<Groups>, Refusal> {
    let limit = page.limit.clamp(1, MAX_PAGE);
    let found = state.store.read(move |tx| {
        let query = Keyed {
            scope: USER_GROUPS.keys[0].scope,
            search: &page.filter,
            after: &page.after,
            counted: USER_GROUP_MEMBERS.plural,
            limit: limit + 1,
        };
        Ok::<_, Refused>(objects::by_key(tx, &query)?)
    });
    let mut found = found.await.map_err(refusal)?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_more = found.len() > most;
    found.truncate(most);
    let next = found.last().filter(|_| is_more).map(|(_, key, _)| key.clone());
    let group = |(record, _, members): (Record, String, i64)| Group {
        id: record.id.to_string(),
        name: text(&record, "name"),
        members: usize::try_from(members).unwrap_or_default(),
    };
    Ok(Json(Groups { groups: found.into_iter().map(group).collect(), next }))
}

#[derive(Debug, Deserialize)]
pub(super) struct Named {
    group: String,
}

/// Everybody in a group.
pub(super) async fn members(
    State(state): State<Shared>,
    Query(named): Query<Named>,
) -> Result<Json<GroupMembers>, Refusal> {
    let found = state.store.read(move |tx| {
        let Some(group) = find(tx, &named.group)? else { return Ok(None) };
        let members = objects::children(tx, group.id)?;
        Ok::<_, Refused>(Some((group, members)))
    });
    let found = found.await.map_err(refusal)?;
    let (group, members) = found.ok_or_else(|| Problem::not_found("There is no such group."))?;
    let member = |member: &Record| GroupMember { email: text(member, "email"), name: text(member, "name") };
    Ok(Json(GroupMembers {
        id: group.id.to_string(),
        name: text(&group, "name"),
        members: members.iter().map(member).collect(),
    }))
}

/// The group of this id, or else of this name, in any case.
fn find(tx: &mut Tx<'_>, named: &str) -> Result<Option<Record>, DbFault> {
    if let Ok(id) = parse_guid(named.trim())
        && let Some(group) = objects::find(tx, USER_GROUPS.plural, ObjectId(id))?
    {
        return Ok(Some(group));
    }
    let key = &USER_GROUPS.keys[0];
    for name in [named, named.trim()] {
        let holders = objects::key_holders(tx, key.scope, &name.to_lowercase())?;
        if let Some((group, _)) = holders.first() {
            return objects::find(tx, USER_GROUPS.plural, *group);
        }
    }
    Ok(None)
}

fn text(record: &Record, field: &str) -> String {
    record.get(field).unwrap_or_default().to_owned()
}
