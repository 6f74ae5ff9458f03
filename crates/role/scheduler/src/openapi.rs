//! The API's OpenAPI document, made from the handlers and the contract.

use convoke_scheduler_api::{instance, meeting, occurrences, request};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::handlers;

#[derive(OpenApi)]
#[openapi(
    info(title = "Convoke Scheduler API", version = "1.0.0", description = "Meetings in iCalendar's words."),
    paths(
        handlers::meetings::list::list,
        handlers::meetings::create::create,
        handlers::meetings::read::read,
        handlers::meetings::replace::replace,
        handlers::meetings::cancel::cancel,
        handlers::occurrences::occurrences
    ),
    components(schemas(
        instance::Instance,
        meeting::Meeting,
        occurrences::Occurrences,
        occurrences::OccurrencesRequest,
        request::MeetingRequest
    )),
    modifiers(&SignIn)
)]
struct Api;

struct SignIn;

impl Modify for SignIn {
    fn modify(&self, document: &mut Document) {
        if let Some(components) = document.components.as_mut() {
            let scheme = |scheme| SecurityScheme::Http(HttpBuilder::new().scheme(scheme).build());
            components.add_security_scheme("basic", scheme(HttpAuthScheme::Basic));
            components.add_security_scheme("bearer", scheme(HttpAuthScheme::Bearer));
        }
    }
}

/// The document.
pub fn openapi() -> Document {
    Api::openapi()
}
