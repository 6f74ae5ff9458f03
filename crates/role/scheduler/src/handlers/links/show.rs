//! `GET /answers/{token}`: shows the meeting and how to answer; changes nothing.

use axum::{
    extract::{Path, RawQuery, State},
    response::Response,
};
use convoke_callbridge_api::form::Form;
use convoke_model::Language;
use convoke_scheduler_api::answer::{Linked, PartStat};
use http::{HeaderMap, StatusCode};

use super::{
    html, json, language,
    page::{self, Typed},
    refused,
    view::open,
    wants_json,
};
use crate::{meeting::answers::shown_partstat, openapi::LinkRefusals, state::Shared};

/// Shows a meeting to the holder of a personal link: a page for people, JSON for programs that ask for it. It changes nothing.
#[utoipa::path(get, path = "/api/v1/scheduler/answers/{token}", tag = "answers",
    params(
        ("token" = String, Path, description = "The signed part of the link"),
        ("language" = Option<String>, Query, description = "en or ko; what Accept-Language prefers when absent"),
        ("recurrence" = Option<String>, Query, description = "The date that the form begins with"),
        ("answer" = Option<String>, Query, description = "The answer that the form begins with")),
    responses(
        (status = 200, description = "The meeting", content((Linked = "application/json"), (String = "text/html"))),
        LinkRefusals),
    security(()))]
pub(crate) async fn show(
    State(state): State<Shared>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::of(query.as_deref().unwrap_or_default());
    let is_json = wants_json(&headers);
    match open(&state, &token).await {
        Ok(view) if is_json => json(&view),
        Ok(view) => {
            let language = language::of(asked.language.as_deref(), &headers, view.language);
            html(StatusCode::OK, language, page::meeting(&view, language, &asked.typed, None))
        }
        Err(fault) => {
            let language = language::of(asked.language.as_deref(), &headers, Language::default());
            refused(fault, is_json, language)
        }
    }
}

/// What stands in the address.
pub(super) struct Asked {
    pub(super) language: Option<String>,
    /// What the form begins with.
    pub(super) typed: Typed,
}

impl Asked {
    /// What can't be read says nothing: a link that was cut still shows its meeting.
    pub(super) fn of(query: &str) -> Self {
        let form = Form::parse(query.as_bytes()).ok();
        let get = |name: &str| form.as_ref().and_then(|form| form.get(name)).map(str::to_owned);
        let recurrence = get("recurrence").filter(|name| !name.is_empty());
        let answer = get("answer").as_deref().and_then(convoke_meeting::answers::PartStat::of_word);
        Self {
            language: get("language"),
            typed: Typed {
                scope: recurrence.as_ref().map(|_| "one".to_owned()).unwrap_or_default(),
                recurrence: recurrence.unwrap_or_default(),
                answer: answer.map(shown_partstat).filter(|answer| *answer != PartStat::NeedsAction),
                ..Typed::default()
            },
        }
    }
}
