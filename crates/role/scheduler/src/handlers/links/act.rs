//! `POST /answers/{token}`: takes the answer of the holder of a personal link.

use axum::extract::FromRequest;
use axum::{
    body::Bytes,
    extract::{Path, RawQuery, Request, State},
    response::{IntoResponse, Response},
};
use convoke_c2w::FromWebBridge;
use convoke_callbridge_api::form::Form;
use convoke_http::{ClientAddress, Refusal};
use convoke_model::Language;
use convoke_scheduler_api::answer::{AnswerRequest, Linked};
use convoke_store::DbFault;
use convoke_web_api::{
    FieldFault, Problem,
    relay::{CLIENT_ADDRESS, HOST as BROWSER_HOST},
};
use http::{HeaderMap, StatusCode, header};

use super::{
    html, json, language,
    page::{self, Field, Notice, Typed},
    refused,
    show::Asked,
    texts,
    view::{LinkFault, View, open},
    wants_json,
};
use crate::{
    handlers::answers::{give, refusal},
    meeting::{
        answering::{self, Outcome, Said, Source},
        answers::{partstat_of, shown_partstat},
    },
    openapi::LinkRefusals,
    state::{Shared, database},
};

/// What a browser says of where a request comes from (W3C Fetch Metadata).
const FETCH_SITE: &str = "sec-fetch-site";

/// Answers by a personal link: with the form of its page, or with JSON. No account is needed; a page of another site can't do it.
#[utoipa::path(post, path = "/api/v1/scheduler/answers/{token}", tag = "answers",
    params(("token" = String, Path, description = "The signed part of the link")),
    request_body(content((AnswerRequest = "application/json"), (String = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, description = "The meeting, with the answer", content((Linked = "application/json"), (String = "text/html"))),
        (status = 403, description = "A page of another site sent it", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "What is there does not allow it", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Fields are at fault", body = Problem, content_type = "application/problem+json"),
        LinkRefusals),
    security(()))]
pub(crate) async fn act(
    State(state): State<Shared>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let headers = &parts.headers;
    let (asked, is_json) = (Asked::of(query.as_deref().unwrap_or_default()), wants_json(headers));
    let in_language = |otherwise| language::of(asked.language.as_deref(), headers, otherwise);
    if !is_of_this_site(headers, &state.settings.web_app_url) {
        return refused(LinkFault::Elsewhere, is_json, in_language(Language::default()));
    }
    let now = state.now_ms();
    let view = match open(&state, &token).await {
        Ok(view) => view,
        Err(fault) => return refused(fault, is_json, in_language(Language::default())),
    };
    let language = in_language(view.language);
    if let Err(seconds) = state.answer_rate.count(&token, now) {
        return refused(LinkFault::TooOften(seconds), is_json, language);
    }
    let relayed = parts.extensions.get::<FromWebBridge>().is_some();
    let address = if relayed {
        headers.get(CLIENT_ADDRESS).and_then(|value| value.to_str().ok()).map(str::to_owned)
    } else {
        parts.extensions.get::<ClientAddress>().map(|client| client.0.ip().to_canonical().to_string())
    };
    let headers = headers.clone();
    let Ok(body) = Bytes::from_request(Request::from_parts(parts, body), &state).await else {
        return Refusal(Problem::bad_request("The body did not arrive whole.")).into_response();
    };
    let (request, typed) = match read(&headers, &body) {
        Ok(read) => read,
        Err(problem) => return Refusal(problem).into_response(),
    };
    let answered = Answered { state: &state, view, language, is_json, typed };
    answered.take(&token, &request, address, now).await
}

/// A link that is answered by.
struct Answered<'a> {
    state: &'a Shared,
    view: View,
    language: Language,
    is_json: bool,
    typed: Typed,
}

impl Answered<'_> {
    async fn take(self, token: &str, request: &AnswerRequest, address: Option<String>, now: i64) -> Response {
        let checked = match give::checked(&self.view.plan, request) {
            Ok(checked) => checked,
            Err(problem) => return self.at_fault(problem),
        };
        let is_proposal = checked.proposed.is_some();
        let said = Said {
            meeting: self.view.meeting,
            person: self.view.person.clone(),
            about: checked.about,
            partstat: partstat_of(request.partstat.unwrap_or_default()),
            comment: request.comment.clone(),
            proposed: checked.proposed,
            source: Source::Link,
            sequence: None,
            stamped_at: now,
            entered_by: None,
            on_behalf_of: None,
            address,
        };
        let partstat = said.partstat;
        let taken = self.state.store.write_rows(move |tx| answering::take(tx, &said, now)).await;
        let outcome = match taken {
            Ok(outcome) => outcome,
            Err(fault) => {
                let fault: DbFault = fault;
                return Refusal(database(fault)).into_response();
            }
        };
        match (outcome, refusal(outcome)) {
            (Outcome::NotInvited | Outcome::NoSuchMeeting, _) => {
                return refused(LinkFault::NotInvited, self.is_json, self.language);
            }
            (_, Some(problem)) => return self.at_fault(problem),
            (_, None) => self.state.mails.notify_one(),
        }
        let view = match open(self.state, token).await {
            Ok(view) => view,
            Err(fault) => return refused(fault, self.is_json, self.language),
        };
        if self.is_json {
            return json(&view);
        }
        let notice = Notice::Noted { partstat: shown_partstat(partstat), is_proposal };
        let typed = Typed { comment: Some(request.comment.clone()), ..self.typed.for_the_next() };
        html(StatusCode::OK, self.language, page::meeting(&view, self.language, &typed, Some(&notice)))
    }

    /// The page again, with what was typed and what is wrong with it.
    fn at_fault(&self, problem: Problem) -> Response {
        if self.is_json {
            return Refusal(problem).into_response();
        }
        let words = texts::of(self.language);
        let field = problem.errors.first().map(|fault: &FieldFault| fault.field.as_str());
        let (at, said) = match (problem.code.as_str(), field) {
            (_, Some("partstat")) => (Field::Answer, words.choose),
            (_, Some("comment")) => (Field::Comment, words.too_long),
            (_, Some("dtStart" | "dtEnd" | "timeZone")) => (Field::Times, words.bad_time),
            (_, Some(_)) | ("notFound", _) => (Field::Dates, words.bad_date),
            _ => (Field::Answer, words.over),
        };
        let at = if at == Field::Dates && !self.view.has_dates() { Field::Answer } else { at };
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
        let notice = Notice::Wrong(at, said);
        let page = page::meeting(&self.view, self.language, &self.typed, Some(&notice));
        html(status, self.language, page)
    }
}

/// What a body asks for, and what of it the form shows again.
fn read(headers: &HeaderMap, body: &Bytes) -> Result<(AnswerRequest, Typed), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/json") {
        let request = serde_json::from_slice(body)
            .map_err(|e| Problem::bad_request(format!("The body is not the JSON that is expected: {e}.")))?;
        return Ok((request, Typed::default()));
    }
    let form = Form::parse(body).map_err(|_| Problem::bad_request("There are too many fields."))?;
    let text = |name: &str| form.get(name).unwrap_or_default().replace("\r\n", "\n");
    let answer = convoke_meeting::answers::PartStat::of_word(&text("answer")).map(shown_partstat);
    let typed = Typed {
        scope: text("scope"),
        recurrence: text("recurrence"),
        answer,
        comment: Some(text("comment")),
        start: text("start"),
        end: text("end"),
    };
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let is_one = matches!(typed.scope.as_str(), "one" | "following");
    let request = AnswerRequest {
        partstat: answer,
        comment: typed.comment.clone().unwrap_or_default(),
        recurrence: given(&typed.recurrence).filter(|_| is_one),
        range: (typed.scope == "following").then(|| "THISANDFUTURE".to_owned()),
        dt_start: given(&typed.start),
        dt_end: given(&typed.end),
        time_zone: None,
    };
    Ok((request, typed))
}

/// Whether the page's own form sent it, or a program: a browser says when a page of another site did.
fn is_of_this_site(headers: &HeaderMap, web_app_url: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (text(FETCH_SITE), text(header::ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = text(BROWSER_HOST).or(text(header::HOST.as_str()));
            let is_host = |own: &str| host.is_some_and(|host| host.eq_ignore_ascii_case(own));
            origin.eq_ignore_ascii_case(web_app_url) || origin.strip_prefix("https://").is_some_and(is_host)
        }
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_pages_own_form_and_programs_pass() {
        let passes = |fields: &[(&str, &str)]| {
            let headers = fields
                .iter()
                .map(|(name, value)| (name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap()));
            is_of_this_site(&headers.collect(), "https://meet.test:8443")
        };
        let origin = ("origin", "https://meet.test:8443");
        assert!(passes(&[]) && passes(&[origin]) && passes(&[("sec-fetch-site", "same-origin")]));
        assert!(passes(&[("origin", "https://other.test"), ("x-convoke-host", "other.test")]));
        for refused in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site"), origin],
            &[("origin", "https://evil.test"), ("host", "meet.test:8443")],
            &[("origin", "http://meet.test:8443")],
            &[("origin", "null")],
        ] {
            assert!(!passes(refused), "{refused:?}");
        }
    }

    #[test]
    fn a_form_is_read_as_the_same_request_as_json() {
        let form = "answer=TENTATIVE&comment=a%0D%0Ab&scope=following&recurrence=2026-12-08T10%3A00%3A00&start=&end=";
        let (request, typed) = read(&HeaderMap::new(), &Bytes::from_static(form.as_bytes())).unwrap();
        let body = r#"{"partstat":"TENTATIVE","comment":"a\nb","recurrence":"2026-12-08T10:00:00","range":"THISANDFUTURE"}"#;
        let json = HeaderMap::from_iter([(header::CONTENT_TYPE, "application/json".parse().unwrap())]);
        assert_eq!(read(&json, &Bytes::from_static(body.as_bytes())).unwrap().0, request);
        assert_eq!(typed.scope, "following");
        let (all, _) =
            read(&HeaderMap::new(), &Bytes::from_static(b"answer=x&recurrence=y&scope=all")).unwrap();
        assert_eq!(all, AnswerRequest::default());
    }
}
