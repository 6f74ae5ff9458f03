//! `GET /api/coSpaceTemplates`: the templates that a user may make spaces from.

use axum::{Json, extract::State};
use convoke_http::Refusal;
use convoke_store::objects;
use convoke_web_api::spaces::{Named, Template, Templates};

use super::{User, refusal};
use crate::{objects::Refused, state::Shared, users};

pub(super) async fn list(State(state): State<Shared>, user: User) -> Result<Json<Templates>, Refusal> {
    let templates = state.store.read(move |tx| {
        let mut shown = Vec::new();
        for template in users::templates(tx, user.id)? {
            let methods = objects::children(tx, template.id)?;
            let text = |name: &str| template.get(name).unwrap_or_default().to_owned();
            shown.push(Template {
                id: template.id.to_string(),
                name: text("name"),
                description: text("description"),
                access_method_templates: methods
                    .iter()
                    .map(|method| Named {
                        id: method.id.to_string(),
                        name: method.get("name").unwrap_or_default().to_owned(),
                    })
                    .collect(),
                default_access_method_template: template
                    .get("defaultAccessMethodTemplate")
                    .map(str::to_owned),
            });
        }
        Ok::<_, Refused>(shown)
    });
    Ok(Json(Templates { co_space_templates: templates.await.map_err(refusal)? }))
}
