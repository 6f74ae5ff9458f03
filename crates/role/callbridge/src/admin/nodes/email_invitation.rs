//! `GET coSpaces/{id}[/accessMethods/{id}]/emailInvitation?language=`: the text that invites to a space.

use convoke_callbridge_api::kinds::cospaces::COSPACES;
use convoke_callbridge_api::{
    failure::UNRECOGNISED,
    path::Step,
    xml::{PROLOG, element},
};
use convoke_store::objects;

use super::{Answer, Exchange};
use crate::{
    objects::{Refused, service},
    spaces::written::Invited,
    state::Shared,
};

pub(super) async fn show(
    state: &Shared,
    exchange: &Exchange,
    mut parents: Vec<Step>,
) -> Result<Answer, Refused> {
    let Some(target) = parents.pop() else { return Err(UNRECOGNISED.into()) };
    let invited = state
        .store
        .read(move |tx| {
            let method = service::find(tx, &target, &parents)?;
            let space = match method.parent {
                Some(parent) => {
                    objects::find(tx, COSPACES.plural, parent)?.ok_or(Refused::code(COSPACES.missing))?
                }
                None => method.clone(),
            };
            Ok::<_, Refused>(Invited::read(tx, space, method)?)
        })
        .await?;
    let locale = exchange.query.get("language").unwrap_or_default();
    let text = invited.text(state, locale).await;
    let body = element("subject", &text.subject) + &element("invitation", &text.invitation);
    Ok(Answer::Xml(format!("{PROLOG}<emailInvitation>{body}</emailInvitation>")))
}
