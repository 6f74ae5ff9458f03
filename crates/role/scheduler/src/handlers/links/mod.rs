//! `/answers/{token}`: the page that the personal link of an invitation leads to. It works without an account, without a script
//! and through the web bridge; looking at it changes nothing, so that whatever opens links in mails answers for nobody.

pub(crate) mod act;
mod language;
mod page;
pub(crate) mod rate;
pub(crate) mod renew;
pub(crate) mod show;
mod texts;
mod view;

use std::sync::LazyLock;

use axum::{
    Json, Router,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use convoke_http::Refusal;
use convoke_model::Language;
use convoke_web_api::Problem;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

use self::view::LinkFault;
use crate::state::{Shared, database};

/// Nothing but the page's own style is used, and its form leads to this site alone.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(page::STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

/// The routes.
pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/answers/{token}", get(show::show).post(act::act))
        .route("/meetings/{id}/attendees/{email}/link", post(renew::renew))
}

/// Whether the caller is a program that wants JSON, and not a person with a browser.
fn wants_json(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.contains("application/json") && !accepted.contains("text/html")
}

/// A page, with what makes browsers careful with it.
fn html(status: StatusCode, language: Language, html: String) -> Response {
    let fixed = |text| HeaderValue::from_static(text);
    let fields: [(HeaderName, HeaderValue); 6] = [
        (header::CONTENT_TYPE, fixed("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, POLICY.clone()),
        // To other sites nothing goes; to this one what tells it that the form is its own.
        (header::REFERRER_POLICY, fixed("same-origin")),
        (HeaderName::from_static("x-robots-tag"), fixed("noindex, nofollow")),
        (header::CONTENT_LANGUAGE, fixed(language.tag())),
        (header::VARY, fixed("Accept, Accept-Language")),
    ];
    (status, fields, html).into_response()
}

/// Why a link shows no meeting, as a page or as a problem.
fn refused(fault: LinkFault, is_json: bool, language: Language) -> Response {
    let words = texts::of(language);
    let (status, code, said) = match fault {
        LinkFault::Invalid => (404, "notFound", words.invalid),
        LinkFault::Revoked => (410, "linkRevoked", words.revoked),
        LinkFault::NotInvited => (410, "notInvited", words.not_invited),
        LinkFault::LongOver => (410, "over", words.long_over),
        LinkFault::Elsewhere => (403, "notAllowed", words.elsewhere),
        LinkFault::TooOften(_) => (429, "tooManyRequests", words.too_often),
        LinkFault::Damaged => return Refusal(Problem::internal()).into_response(),
        LinkFault::Database(fault) => return Refusal(database(fault)).into_response(),
    };
    let mut response = if is_json {
        Refusal(Problem::new(status, said.0, said.1).coded(code)).into_response()
    } else {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::NOT_FOUND);
        html(status, language, page::refusal(language, said))
    };
    if let LinkFault::TooOften(seconds) = fault {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// What a link leads to, as JSON.
fn json(view: &view::View) -> Response {
    Json(view.shown()).into_response()
}
