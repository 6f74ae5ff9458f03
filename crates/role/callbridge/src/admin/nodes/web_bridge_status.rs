//! `GET webBridges/{id}/status`: how this call bridge's link to a web bridge is doing.

use convoke_c2w::Failure;
use convoke_callbridge_api::{
    failure::UNRECOGNISED,
    path::Step,
    xml::{PROLOG, element},
};

use super::Answer;
use crate::{
    mesh,
    objects::{Refused, service},
    state::Shared,
};

pub(super) async fn show(state: &Shared, mut parents: Vec<Step>) -> Result<Answer, Refused> {
    let Some(bridge) = parents.pop() else { return Err(UNRECOGNISED.into()) };
    let record = state.store.read(move |tx| service::find(tx, &bridge, &parents)).await?;
    let url = record.get("url").and_then(mesh::c2w_url);
    let links = state.links.get().map(convoke_c2w::LinkSet::status).unwrap_or_default();
    let link = links.iter().find(|link| Some(&link.url) == url.as_ref());
    let status = match link {
        None => "unused",
        Some(link) if link.is_up() => "success",
        Some(link) => match link.failure() {
            Some(Failure::Dns) => "dnsFailure",
            Some(Failure::Connection) => "connectionFailure",
            None => "unused",
        },
    };
    Ok(Answer::Xml(format!("{PROLOG}<webBridgeStatus>{}</webBridgeStatus>", element("status", status))))
}
