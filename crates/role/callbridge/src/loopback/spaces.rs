//! Spaces for the scheduler: made from a template in one piece, shown with their ways in, and removed.

use axum::{
    Json,
    extract::{Query, State},
};
use convoke_callbridge_api::loopback::{AccessMethod, NewSpace, Space};
use convoke_http::Refusal;
use convoke_model::{ObjectId, UserId, id::parse_guid};
use convoke_runtime::settings::callbridge::CallBridge;
use convoke_store::{DbFault, Tx, objects, objects::Record};
use convoke_web_api::{FieldFault, Problem};
use serde::Deserialize;

use crate::{
    objects::Refused,
    spaces::{self, from_template, from_template::Wanted},
    state::Shared,
    web::refusal,
};

pub(super) async fn create(
    State(state): State<Shared>,
    Json(new): Json<NewSpace>,
) -> Result<Json<Space>, Refusal> {
    let request = parse_guid(&new.request).map_err(|_| no_request())?.hyphenated().to_string();
    let template = new.template.parse().map_err(|_| unknown("template"))?;
    let owner: UserId = new.owner.parse().map_err(|_| unknown("owner"))?;
    let wanted = Wanted { request: Some(request), template, name: new.name, owner, must_be_assigned: true };
    let now = state.now_ms();
    let settings = state.settings.clone();
    let made = state.store.write(move |tx| {
        let space = from_template::create(tx, &wanted, now)?;
        Ok::<_, Refused>(shown(tx, &space, &settings)?)
    });
    let made = made.await.map_err(refusal)?;
    tracing::info!(target: "API", "loopback: API user \"scheduler\" created new space {} ({})", made.id, made.name);
    Ok(Json(made))
}

#[derive(Debug, Deserialize)]
pub(super) struct Made {
    /// As in [`NewSpace`].
    request: String,
}

/// Removes the space that was made under a request, if there is one that no meeting has.
pub(super) async fn delete(
    State(state): State<Shared>,
    Query(made): Query<Made>,
) -> Result<Json<serde_json::Value>, Refusal> {
    let request = parse_guid(&made.request).map_err(|_| no_request())?.hyphenated().to_string();
    let now = state.now_ms();
    let gone = state.store.write(move |tx| from_template::give_up(tx, &request, now));
    if let Some(space) = gone.await.map_err(refusal)? {
        tracing::info!(target: "API", "loopback: API user \"scheduler\" deleted space {}", space.id);
    }
    Ok(Json(serde_json::json!({})))
}

fn no_request() -> Problem {
    Problem::invalid(vec![FieldFault::new("request", "invalid", "A request is a GUID.")])
}

/// The space among these records, when the user is a member of it.
pub(super) fn of_member(
    id: ObjectId,
    records: &[Record],
    user: &str,
    settings: &CallBridge,
) -> Option<Space> {
    let space = records.iter().find(|record| record.id == id && record.kind == "coSpaces")?;
    let children: Vec<&Record> = records.iter().filter(|record| record.parent == Some(id)).collect();
    let is_member = |child: &&Record| child.kind == "coSpaceUsers" && child.get("userId") == Some(user);
    children.iter().any(is_member).then(|| with_ways(space, &children, settings))
}

fn shown(tx: &mut Tx<'_>, space: &Record, settings: &CallBridge) -> Result<Space, DbFault> {
    let children = objects::children(tx, space.id)?;
    Ok(with_ways(space, &children.iter().collect::<Vec<_>>(), settings))
}

fn with_ways(space: &Record, children: &[&Record], settings: &CallBridge) -> Space {
    let methods: Vec<&Record> =
        children.iter().copied().filter(|child| child.kind == "accessMethods").collect();
    let default = space.get("defaultAccessMethod");
    let default_access_method = methods
        .iter()
        .find(|method| Some(method.id.to_string().as_str()) == default)
        .map(|method| method.get("name").unwrap_or_default().to_owned());
    // A space without access methods is itself the only way in.
    let ways: Vec<&Record> = if methods.is_empty() { vec![space] } else { methods };
    let access_methods = ways.into_iter().map(|way| AccessMethod {
        id: way.id.to_string(),
        name: if way.id == space.id { String::new() } else { way.get("name").unwrap_or_default().to_owned() },
        uri: way.get("uri").map(|uri| spaces::full_uri(uri, &settings.domain)),
        call_id: way.get("callId").map(str::to_owned),
        passcode: way.get("passcode").map(str::to_owned),
        link: spaces::link(&settings.web_app_url, way),
    });
    Space {
        id: space.id.to_string(),
        name: space.get("name").unwrap_or_default().to_owned(),
        access_methods: access_methods.collect(),
        default_access_method,
        is_temporary: from_template::is_of_request(space),
    }
}

fn unknown(field: &str) -> Problem {
    Problem::invalid(vec![FieldFault::new(field, "notFound", format!("There is no such {field}."))])
}
