//! The text that invites to a space by the organisation's own text, where its branding profile names one, or else by the built-in one
//! ([`super::invitation`]).

use std::collections::BTreeMap;

use convoke_callbridge_api::{
    branding::Branding,
    kinds::{ivr_numbers::IVR_NUMBERS, web_bridge_addresses::WEB_BRIDGE_ADDRESSES},
};
use convoke_fetch::Text;
use convoke_invite::{Template, Value, Values};
use convoke_model::Language;
use convoke_store::{DbFault, Tx, objects, objects::Record, templates};
use convoke_web_api::spaces::Invitation;

use super::{branding, full_uri, invitation, link};
use crate::state::State;

/// What an invitation is written from.
#[derive(Debug)]
pub struct Invited {
    space: Record,
    method: Record,
    branding: Branding,
    /// Addresses and numbers of the system's web bridge profile.
    entries: Vec<Record>,
}

impl Invited {
    /// Reads it, of a space and the way into it (which may be the space itself).
    pub fn read(tx: &mut Tx<'_>, space: Record, method: Record) -> Result<Self, DbFault> {
        let branding = branding::of(tx, &space)?;
        let mut entries = Vec::new();
        // Nothing but templates shows them.
        if !branding.is_none()
            && let Some(profiles) = branding::system_profiles(tx)?
            && let Some(profile) = branding::web_bridge_profile(&[profiles])
        {
            entries = objects::children(tx, profile)?;
        }
        Ok(Self { space, method, branding, entries })
    }

    /// The invitation in the language of `locale`.
    pub async fn text(&self, state: &State, locale: &str) -> Invitation {
        let (web_app_url, domain) = (&state.settings.web_app_url, &state.settings.domain);
        let built_in = invitation::text(&self.space, &self.method, locale, web_app_url, domain);
        let language = Language::from_locale(locale).unwrap_or_default();
        let addresses = self.branding.addresses(language);
        for url in &addresses {
            let (text, why) = match state.texts.at(url).await {
                Text::Absent => continue,
                Text::Fault(why) => (last(state, &addresses).await, why),
                Text::Found(text, _) => (Some(text.to_string()), String::new()),
            };
            let rendered = text.map_or(Err(why), |text| self.rendered(&text, web_app_url, domain));
            match rendered {
                Ok((subject, invitation)) => {
                    let subject = subject.unwrap_or(built_in.subject);
                    return Invitation { subject, invitation, ..built_in };
                }
                Err(why) => {
                    tracing::warn!(target: "CallBridge", "an invitation has the built-in text: {why}");
                }
            }
            break;
        }
        built_in
    }

    fn rendered(
        &self,
        text: &str,
        web_app_url: &str,
        domain: &str,
    ) -> Result<(Option<String>, String), String> {
        let faults = |faults: Vec<convoke_invite::TemplateFault>| {
            faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        };
        let template = Template::parse(text).map_err(faults)?;
        let made = template.render(&self.values(web_app_url, domain)).map_err(|_| "it becomes too long")?;
        Ok((made.subject, made.text))
    }

    fn values(&self, web_app_url: &str, domain: &str) -> Values {
        let (space, method) = (&self.space, &self.method);
        let either = |field: &str| method.get(field).or_else(|| space.get(field)).map(str::to_owned);
        let join = |base: &str| link(base, method).or_else(|| link(base, space)).unwrap_or_default();
        let mut values: Values = [
            ("name", space.get("name").unwrap_or_default().to_owned()),
            ("uri", either("uri").map(|uri| full_uri(&uri, domain)).unwrap_or_default()),
            ("numeric_id", either("callId").unwrap_or_default()),
            ("passcode", either("passcode").unwrap_or_default()),
            ("join_link", join(web_app_url)),
        ]
        .map(|(name, text)| (name.to_owned(), Value::Text(text)))
        .into();
        let entry = |parts: &[(&str, String)]| -> BTreeMap<String, String> {
            parts.iter().map(|(name, text)| ((*name).to_owned(), text.clone())).collect()
        };
        let of = |kind: &'static str| self.entries.iter().filter(move |entry| entry.kind == kind);
        let field = |record: &Record, name: &str| record.get(name).unwrap_or_default().to_owned();
        let mut addresses: Vec<_> = of(WEB_BRIDGE_ADDRESSES.plural)
            .map(|record| {
                let address = field(record, "address");
                let hyperlink = join(address.trim_end_matches('/'));
                entry(&[("label", field(record, "label")), ("address", address), ("hyperlink", hyperlink)])
            })
            .collect();
        if addresses.is_empty() {
            let address = web_app_url.to_owned();
            addresses.push(entry(&[
                ("label", String::new()),
                ("address", address),
                ("hyperlink", join(web_app_url)),
            ]));
        }
        let numbers = of(IVR_NUMBERS.plural)
            .map(|record| entry(&[("label", field(record, "label")), ("number", field(record, "number"))]));
        values.insert("ivr_numbers".to_owned(), Value::List(numbers.collect()));
        values.insert("web_bridge_addresses".to_owned(), Value::List(addresses));
        values
    }
}

/// The text that a scheduler found last at these addresses; none where the database can't say.
async fn last(state: &State, addresses: &[String]) -> Option<String> {
    let source = templates::source(addresses);
    let found: Result<_, DbFault> = state.store.read_little(move |tx| templates::last(tx, &source)).await;
    found.ok().flatten()
}
