//! `POST uriUsageQuery` with `uri`: which user or space has it.

use convoke_callbridge_api::{
    Failure,
    xml::{PROLOG, element},
};
use convoke_store::objects;

use super::{Answer, Exchange};
use crate::{objects::Refused, spaces::entry, state::Shared};

pub(super) async fn answer(state: &Shared, exchange: &Exchange) -> Result<Answer, Refused> {
    let uri = exchange.form.get("uri").map(str::trim).filter(|uri| !uri.is_empty());
    let uri = uri.ok_or(Failure::parameter("uri", "missingValue"))?.to_lowercase();
    let domain = state.settings.domain.to_lowercase();
    let (user, space) = state
        .store
        .read(move |tx| {
            let full = if uri.contains('@') { uri.clone() } else { format!("{uri}@{domain}") };
            let user = objects::key_holders(tx, "jid", &full)?.first().map(|(user, _)| *user);
            Ok::<_, Refused>((user, entry::space_of(tx, "uri", &uri, &domain)?))
        })
        .await?;
    let mut body = String::new();
    if let Some(user) = user {
        body.push_str(&element("userId", &user.to_string()));
    }
    if let Some(space) = space {
        body.push_str(&element("coSpace", &space.to_string()));
    }
    Ok(Answer::Xml(format!("{PROLOG}<uriUsageQuery>{body}</uriUsageQuery>")))
}
