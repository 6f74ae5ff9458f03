//! `GET` and `PUT system/profiles`: the profiles of the whole system.

use convoke_callbridge_api::{
    check,
    kinds::system_profiles::SYSTEM_PROFILES,
    xml::{PROLOG, element},
};

use super::{Answer, Exchange};
use crate::{objects::Refused, spaces::branding, state::Shared};

pub(super) async fn show(state: &Shared) -> Result<Answer, Refused> {
    let profiles = state.store.read(|tx| Ok::<_, Refused>(branding::system_profiles(tx)?)).await?;
    let value = |name: &str| profiles.as_ref().and_then(|profiles| profiles.get(name)).map(str::to_owned);
    let fields = SYSTEM_PROFILES.fields.iter();
    let body: String = fields.filter_map(|field| Some(element(field.name, &value(field.name)?))).collect();
    Ok(Answer::Xml(format!("{PROLOG}<profiles>{body}</profiles>")))
}

pub(super) async fn modify(state: &Shared, exchange: &Exchange) -> Result<Answer, Refused> {
    let changes = check::modification(&SYSTEM_PROFILES, &exchange.form)?;
    let now = state.now_ms();
    state.store.write(move |tx| branding::set_system_profiles(tx, &changes, now)).await?;
    let caller = &exchange.caller;
    tracing::info!(target: "API", "{}: API user \"{}\" modified system profiles", caller.address, caller.name);
    Ok(Answer::Done)
}
