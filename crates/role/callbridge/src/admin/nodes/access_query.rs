//! `POST accessQuery` with `uri` or `callId`: how people would reach a space that has it, whether there is one or not.

use convoke_callbridge_api::{
    Failure,
    xml::{PROLOG, element},
};

use super::{Answer, Exchange};
use crate::{
    objects::Refused,
    spaces::{entry, full_uri},
    state::Shared,
};

pub(super) async fn answer(state: &Shared, exchange: &Exchange) -> Result<Answer, Refused> {
    let given = |name: &str| {
        exchange.form.get(name).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let (uri, call_id) = (given("uri"), given("callId"));
    if uri.is_none() && call_id.is_none() {
        return Err(Failure::parameter("uri", "missingValue").into());
    }
    let domain = state.settings.domain.clone();
    let scope_value = match (&uri, &call_id) {
        (Some(uri), _) => ("uri", uri.clone()),
        (None, call_id) => ("callId", call_id.clone().unwrap_or_default()),
    };
    let asked = domain.clone();
    let space = state.store.read(move |tx| {
        let space = entry::space_of(tx, scope_value.0, &scope_value.1, &asked)?;
        let space = match space {
            Some(id) => convoke_store::objects::find(tx, "coSpaces", id)?,
            None => None,
        };
        Ok::<_, Refused>(space)
    });
    let space = space.await?;
    let of_space = |field: &str| space.as_ref().and_then(|space| space.get(field)).map(str::to_owned);
    let uri = uri.or_else(|| of_space("uri")).map(|uri| full_uri(&uri.to_lowercase(), &domain));
    let call_id = call_id.or_else(|| of_space("callId"));
    let address = call_id.map(|id| format!("{}/meeting/{id}", state.settings.web_app_url));
    let body = element("uri", &uri.unwrap_or_default())
        + &element("webAddress", &address.unwrap_or_default())
        + "<ivr/>";
    Ok(Answer::Xml(format!("{PROLOG}<accessQuery>{body}</accessQuery>")))
}
