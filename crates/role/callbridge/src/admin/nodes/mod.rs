//! Nodes of the API that are neither a collection nor an object, one file each.

mod access_query;
mod email_invitation;
mod meeting_entry_detail;
mod system_profiles;
mod system_status;
mod uri_usage_query;
mod user_cospaces;
mod web_bridge_status;

use convoke_callbridge_api::{
    failure::{INVALID_OPERATION, UNRECOGNISED},
    path::Step,
};
use http::Method;

use super::{Answer, Exchange};
use crate::{objects::Refused, state::Shared};

/// Answers a request on a node.
pub async fn answer(
    state: &Shared,
    exchange: &Exchange,
    parents: Vec<Step>,
    name: &str,
) -> Result<Answer, Refused> {
    let within: Vec<&str> = parents.iter().map(|step| step.kind.plural).collect();
    let reading = matches!(exchange.method, Method::GET | Method::HEAD);
    let posting = exchange.method == Method::POST;
    match (within.as_slice(), name) {
        ([], "system/status") if reading => Ok(system_status::show(state).await?),
        ([], "system/profiles") if reading => system_profiles::show(state).await,
        ([], "system/profiles") if exchange.method == Method::PUT => {
            system_profiles::modify(state, exchange).await
        }
        ([], "accessquery") if posting => access_query::answer(state, exchange).await,
        ([], "uriusagequery") if posting => uri_usage_query::answer(state, exchange).await,
        (["coSpaces"], "meetingentrydetail") if reading => meeting_entry_detail::show(state, parents).await,
        (["coSpaces", "accessMethods"] | ["coSpaces"], "emailinvitation") if reading => {
            email_invitation::show(state, exchange, parents).await
        }
        (["users"], "usercospaces") if reading => user_cospaces::list(state, exchange, parents).await,
        (["webBridges"], "status") if reading => web_bridge_status::show(state, parents).await,
        ([], "system/status" | "system/profiles" | "accessquery" | "uriusagequery")
        | (["coSpaces"], "meetingentrydetail" | "emailinvitation")
        | (["coSpaces", "accessMethods"], "emailinvitation")
        | (["users"], "usercospaces")
        | (["webBridges"], "status") => Err(INVALID_OPERATION.into()),
        _ => Err(UNRECOGNISED.into()),
    }
}
