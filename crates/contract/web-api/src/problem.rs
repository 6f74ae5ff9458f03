//! Refusals as `application/problem+json` (RFC 9457), with every field that is at fault.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The media type.
pub const CONTENT_TYPE: &str = "application/problem+json";

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the status says the kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// A few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// A sentence that says what is wrong and what would be right.
    pub detail: String,
    /// A stable word for programs, such as `changedMeanwhile`.
    #[serde(default)]
    pub code: String,
    /// The part that is not connected, with status 503.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Every field at fault, with status 400 and 422.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldFault>,
    /// What is there now, with status 412.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Box<Current>>,
    /// After how many seconds the same may be tried again, where that is known.
    #[serde(skip)]
    pub retry_after: Option<u32>,
    /// Nothing of the request was carried out for want of a part, and another process may have that part.
    #[serde(skip)]
    pub undone: bool,
}

/// What somebody else made of a thing meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Current {
    /// Its `ETag` now.
    pub etag: String,
    /// Who changed it last.
    pub changed_by: String,
    /// When, in UTC.
    pub changed_at: String,
}

/// One field that is at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldFault {
    /// The field's JSON name, such as `attendees[2].email`.
    pub field: String,
    /// A stable word for programs, such as `required`.
    pub code: String,
    /// A sentence for people.
    pub reason: String,
}

impl FieldFault {
    /// A fault of `field`.
    pub fn new(field: impl Into<String>, code: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { field: field.into(), code: code.into(), reason: reason.into() }
    }
}

impl Problem {
    /// A refusal with this status, and the status's usual code.
    pub fn new(status: u16, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank".into(),
            title: title.into(),
            status,
            detail: detail.into(),
            code: usual_code(status).into(),
            part: None,
            errors: Vec::new(),
            current: None,
            retry_after: None,
            undone: false,
        }
    }

    /// The same with a code of its own.
    #[must_use]
    pub fn coded(self, code: &str) -> Self {
        Self { code: code.into(), ..self }
    }

    /// The same, which may be tried again after so many seconds.
    #[must_use]
    pub fn to_be_retried_in(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// 401: the caller must sign in.
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(401, "Not signed in", detail)
    }

    /// 403: the caller may not.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(403, "Not allowed", detail)
    }

    /// 404: there is no such thing, or the caller may not know of it.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(404, "Not found", detail)
    }

    /// 400: the request can't be read.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(400, "Bad request", detail)
    }

    /// 400: parameters of the address are at fault.
    pub fn bad_parameters(errors: Vec<FieldFault>) -> Self {
        let detail: Vec<String> =
            errors.iter().map(|fault| format!("{}: {}", fault.field, fault.reason)).collect();
        Self { errors, ..Self::bad_request(detail.join(" ")).coded("badParameter") }
    }

    /// 422: fields are at fault.
    pub fn invalid(errors: Vec<FieldFault>) -> Self {
        let detail = match errors.as_slice() {
            [one] => one.reason.clone(),
            several => format!("{} fields need another look.", several.len()),
        };
        Self { errors, ..Self::new(422, "Not valid", detail) }
    }

    /// 429: too often.
    pub fn too_many(detail: impl Into<String>) -> Self {
        Self::new(429, "Too many requests", detail)
    }

    /// 503: a part is not there at the moment, and nothing was done.
    pub fn not_connected(part: &str, detail: impl Into<String>) -> Self {
        Self { part: Some(part.into()), undone: true, ..Self::new(503, "Not connected", detail) }
    }

    /// 503: a part was lost on the way, and it may have done what it was asked to.
    pub fn outcome_unknown(part: &str) -> Self {
        let detail = "It was lost on the way: look whether the change was made before trying again.";
        Self { part: Some(part.into()), ..Self::new(503, "Outcome unknown", detail).coded("outcomeUnknown") }
    }

    /// 500: our fault; the log knows more.
    pub fn internal() -> Self {
        Self::new(500, "Internal error", "Something went wrong here; the server's log says what.")
    }
}

/// What programs know a status by when nothing says it better.
fn usual_code(status: u16) -> &'static str {
    match status {
        400 => "malformed",
        401 => "notSignedIn",
        403 => "notAllowed",
        404 => "notFound",
        405 => "methodNotAllowed",
        408 => "tooSlow",
        409 => "conflict",
        412 => "changedMeanwhile",
        413 => "tooLarge",
        422 => "invalid",
        428 => "preconditionRequired",
        429 => "tooManyRequests",
        503 => "notConnected",
        _ => "internal",
    }
}
