//! The API's OpenAPI document, made from the handlers and the contract.

use convoke_scheduler_api::{
    PREFIX, answer, delivery, feed, group, history, instance, meeting, occurrence, occurrences, recurrence,
    request, template, webhook, zone_change,
};
use std::collections::BTreeMap;

use axum::response::IntoResponse;
use convoke_web_api::problem::CONTENT_TYPE;
use http::header;
use utoipa::{
    IntoParams, IntoResponses, Modify, OpenApi,
    openapi::{
        Content, OpenApi as Document, Ref, RefOr, Response, ResponseBuilder, Schema,
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
        handlers::meetings::patch::modify,
        handlers::meetings::patch::add_date,
        handlers::meetings::cancel::cancel,
        handlers::meetings::restore::restore,
        handlers::meetings::co_organizers::replace,
        handlers::meetings::handover::hand_over,
        handlers::meetings::history::history,
        handlers::meetings::deliveries::list,
        handlers::meetings::deliveries::resend,
        handlers::meetings::deliveries::notify_pending,
        handlers::meetings::occurrences::list,
        handlers::meetings::occurrences::read,
        handlers::meetings::occurrences::change,
        handlers::meetings::occurrences::cancel,
        handlers::meetings::occurrences::restore,
        handlers::answers::list::list,
        handlers::answers::give::own,
        handlers::answers::give::entered,
        handlers::answers::proposals::accept,
        handlers::answers::proposals::decline,
        handlers::answers::refused::accept,
        handlers::answers::refused::dismiss,
        handlers::links::show::show,
        handlers::links::act::act,
        handlers::links::renew::renew,
        handlers::occurrences::occurrences,
        handlers::recurrence::understand,
        handlers::attendees::parse,
        handlers::delegates::list,
        handlers::delegates::delegations,
        handlers::delegates::name,
        handlers::delegates::remove,
        handlers::groups::list,
        handlers::import::import,
        handlers::leavers::hand_over,
        handlers::leavers::progress,
        handlers::preferences::read,
        handlers::preferences::set,
        handlers::timed_logging::read,
        handlers::timed_logging::set,
        handlers::zone_changes::list,
        handlers::zone_changes::read,
        handlers::zone_changes::notify,
        handlers::feeds::change::list,
        handlers::feeds::change::read,
        handlers::feeds::change::create,
        handlers::feeds::change::revoke,
        handlers::feeds::ics::calendar,
        handlers::templates::show,
        handlers::webhooks::list::list,
        handlers::webhooks::list::read,
        handlers::webhooks::change::create,
        handlers::webhooks::change::replace,
        handlers::webhooks::change::remove,
        handlers::webhooks::deliveries::list,
        handlers::webhooks::deliveries::test,
        handlers::webhooks::deliveries::retry
    ),
    components(schemas(
        convoke_web_api::Problem,
        answer::AcceptRefused,
        answer::AnswerRequest,
        answer::Answers,
        delivery::Deliveries,
        answer::Linked,
        feed::Feed,
        feed::FeedRequest,
        feed::Feeds,
        group::UserGroups,
        history::History,
        instance::Instance,
        meeting::Meeting,
        occurrence::Changed,
        occurrence::Occurrence,
        occurrence::OccurrencePage,
        occurrence::OccurrencePatch,
        occurrence::Preview,
        occurrences::Occurrences,
        occurrences::OccurrencesRequest,
        recurrence::UnderstandRequest,
        recurrence::Understood,
        request::CoOrganizersRequest,
        request::HandoverRequest,
        request::MeetingRequest,
        zone_change::ZoneChange,
        zone_change::ZoneReport,
        template::TemplatePreview,
        template::TemplatePreviewRequest,
        webhook::Webhook,
        webhook::WebhookDeliveries,
        webhook::WebhookEvent,
        webhook::WebhookRequest,
        webhook::Webhooks
    )),
    modifiers(&SignIn, &Names)
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

/// Names operations by what they do to what, as handlers of several files have the same names.
struct Names;

impl Modify for Names {
    fn modify(&self, document: &mut Document) {
        for (path, item) in &mut document.paths.paths {
            let operations = [
                ("get", &mut item.get),
                ("put", &mut item.put),
                ("post", &mut item.post),
                ("patch", &mut item.patch),
                ("delete", &mut item.delete),
                ("head", &mut item.head),
            ];
            for (method, operation) in operations {
                if let Some(operation) = operation {
                    operation.operation_id = Some(name(method, path));
                }
            }
        }
    }
}

/// `getMeetingsByIdHistory` for GET of `/api/v1/scheduler/meetings/{id}/history`.
fn name(method: &str, path: &str) -> String {
    let mut name = method.to_owned();
    for part in path.trim_start_matches(PREFIX).split('/').filter(|part| !part.is_empty()) {
        let (by, word) = match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(parameter) => ("By", parameter),
            None => ("", part),
        };
        let word = word.replace(['.', '-'], "");
        let mut chars = word.chars();
        name.push_str(by);
        name.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        name.push_str(chars.as_str());
    }
    name
}

/// The document, made anew: `cargo xtask gen` writes it to the file that is served, and `cargo xtask tidy` holds it against that. Making
/// it takes 50 ms and 20 MiB of memory and code that a scheduler needs for nothing else.
pub fn openapi() -> Document {
    Api::openapi()
}

/// The document as it was written.
const WRITTEN: &str = include_str!("../../../../docs/openapi/scheduler.json");

/// Answers the document.
pub(crate) async fn written() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], WRITTEN)
}

/// How a change is to be carried out; [`crate::handlers::meetings::wishes`] reads it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the document is made from it, and nothing else")]
pub(crate) struct Noticed {
    /// Who is mailed: all, affected (the default), new or none
    notify: Option<String>,
    /// true: only shows what would happen, as a Preview
    #[param(rename = "dryRun")]
    dry_run: Option<bool>,
}

/// On which condition a change is carried out, and under which name; [`crate::asked`] reads it.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "the document is made from it, and nothing else")]
pub(crate) struct Conditioned {
    /// The ETag that the meeting was shown with, or *; needed
    #[param(rename = "If-Match")]
    if_match: Option<String>,
    /// A name for this request, good for 24 hours
    #[param(rename = "Idempotency-Key")]
    idempotency_key: Option<String>,
}

/// The refusals of these statuses, each with its words.
fn refusals(of: &[(u16, &str)]) -> BTreeMap<String, RefOr<Response>> {
    let refusal = |(status, words): &(u16, &str)| {
        let problem = Content::new(Some(Ref::from_schema_name("Problem")));
        let response = ResponseBuilder::new().description(*words).content(CONTENT_TYPE, problem);
        (status.to_string(), response.build().into())
    };
    of.iter().map(refusal).collect()
}

/// What any operation may be refused for.
const ANY: [(u16, &str); 3] = [
    (401, "Not signed in, or the sign-in is not valid any more"),
    (429, "Too many requests"),
    (503, "A part is not connected, or was lost on the way"),
];

/// What a list is refused for.
pub(crate) struct ListRefusals;

impl IntoResponses for ListRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals(&[&ANY[..], &[(400, "Parameters are at fault")]].concat())
    }
}

/// What the reading of one thing is refused for.
pub(crate) struct ReadRefusals;

impl IntoResponses for ReadRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let own = [(400, "Parameters are at fault"), (404, "There is no such thing among the caller's")];
        refusals(&[&ANY[..], &own].concat())
    }
}

/// What an operation with a body is refused for.
pub(crate) struct BodyRefusals;

impl IntoResponses for BodyRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let own = [
            (400, "The body or a header is not what is expected"),
            (408, "The body takes too long"),
            (409, "What is there does not allow it"),
            (413, "The body is too large"),
            (422, "Fields are at fault, or the Idempotency-Key was used for another request"),
        ];
        refusals(&[&ANY[..], &own].concat())
    }
}

/// What a write without a body is refused for.
pub(crate) struct NamedRefusals;

impl IntoResponses for NamedRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let own = [
            (400, "A header is not what is expected"),
            (408, "The body takes too long"),
            (409, "What is there does not allow it"),
            (413, "The body is too large"),
            (422, "The Idempotency-Key was used for another request"),
        ];
        refusals(&[&ANY[..], &own].concat())
    }
}

/// What an answer is refused for.
pub(crate) struct AnswerRefusals;

impl IntoResponses for AnswerRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let own = [
            (400, "The body or a header is not what is expected"),
            (404, "There is no such thing among the caller's"),
            (408, "The body takes too long"),
            (409, "What is there does not allow it"),
            (413, "The body is too large"),
            (422, "Fields are at fault, or the Idempotency-Key was used for another request"),
        ];
        refusals(&[&ANY[..], &own].concat())
    }
}

/// What a personal link is refused for.
pub(crate) struct LinkRefusals;

impl IntoResponses for LinkRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut refusals = refusals(&[
            (400, "The address or the body is not what is expected"),
            (404, "The link is not valid"),
            (408, "The body takes too long"),
            (
                410,
                "The link was revoked, its person is not invited any more, or the meeting was over 30 days ago",
            ),
            (413, "The body is too large"),
            (429, "The link is used too often"),
            (503, "A part is not connected, or was lost on the way"),
        ]);
        // People get a page.
        for refusal in refusals.values_mut() {
            if let RefOr::T(refusal) = refusal {
                refusal.content.insert("text/html".to_owned(), Content::new(None::<RefOr<Schema>>).into());
            }
        }
        refusals
    }
}

/// What a calendar to subscribe to is refused for.
pub(crate) struct FeedRefusals;

impl IntoResponses for FeedRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals(&[
            (400, "The address is malformed"),
            (404, "There is no such calendar, or it was revoked"),
            (429, "It is asked for too often"),
            (503, "A part is not connected, or was lost on the way"),
        ])
    }
}

/// What a change of one meeting is refused for.
pub(crate) struct ChangeRefusals;

impl IntoResponses for ChangeRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let own = [
            (400, "The body or a header is not what is expected"),
            (403, "The caller is not the organizer, and may not act so either"),
            (404, "There is no such meeting among the caller's"),
            (408, "The body takes too long"),
            (409, "What is there does not allow it"),
            (412, "Somebody else changed it since the ETag of If-Match was shown"),
            (413, "The body is too large"),
            (422, "The Idempotency-Key was used for another request"),
            (428, "There is no If-Match"),
        ];
        refusals(&[&ANY[..], &own].concat())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        assert_eq!(name("get", "/api/v1/scheduler/meetings/{id}/history"), "getMeetingsByIdHistory");
        assert_eq!(name("get", "/api/v1/scheduler/openapi.json"), "getOpenapijson");
        let document = openapi();
        let mut names = HashSet::new();
        for item in document.paths.paths.values() {
            for operation in
                [&item.get, &item.put, &item.post, &item.patch, &item.delete].into_iter().flatten()
            {
                let name = operation.operation_id.clone().unwrap();
                assert!(names.insert(name.clone()), "{name}");
            }
        }
        assert!(names.len() > 20);
    }
}
