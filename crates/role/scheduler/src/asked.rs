//! A request that changes something, as it came: who asks, from where, on which condition and under which name, and its
//! body. Apart from [`crate::caller`], which says who may ask at all.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
};
use convoke_c2w::FromWebBridge;
use convoke_http::{ClientAddress, Refusal};
use convoke_store::{
    DbFault, Tx, idempotency,
    idempotency::{Named, Shown},
};
use convoke_web_api::{FieldFault, Problem, relay::CLIENT_ADDRESS};
use http::{HeaderMap, HeaderName, header, request::Parts};
use sha2::{Digest, Sha256};

use crate::{
    caller::{Access, Caller},
    meeting::body::Body,
    state::Shared,
};

/// How long a name of a write holds.
pub(crate) const NAMES_HOLD_MS: i64 = 24 * 3_600 * 1_000;
/// Longest name of a write, in characters.
pub(crate) const MAX_KEY_CHARS: usize = 255;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A request that changes something.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Who asks.
    pub(crate) caller: Caller,
    /// For the history.
    pub(crate) whence: Whence,
    /// What is asked for.
    pub(crate) body: Bytes,
    /// What stands behind the question mark.
    pub(crate) query: String,
    condition: Option<Condition>,
    named: Option<Named>,
}

/// From whom and where a change comes.
#[derive(Debug, Clone)]
pub(crate) struct Whence {
    /// Who, as [`Caller::name`] has it.
    pub(crate) by: String,
    /// `web` (through a web bridge), `api`, `job` (all meetings of a leaver) or `import`.
    pub(crate) via: &'static str,
    /// From which address.
    pub(crate) address: Option<String>,
    /// The organizer for whom a delegate does it.
    pub(crate) on_behalf_of: Option<String>,
}

/// What `If-Match` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Condition {
    /// Whatever is there.
    Any,
    /// One of these tags.
    Tags(Vec<String>),
}

impl FromRequest<Shared> for Asked {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &Shared) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, state).await?;
        let whence = Whence::of(&parts, &caller);
        let condition = Condition::of(&parts.headers)?;
        let key = key(&parts.headers)?;
        let what = (parts.method.clone(), parts.uri.clone(), parts.headers.get(header::IF_MATCH).cloned());
        let body =
            Bytes::from_request(Request::from_parts(parts, body), state).await.map_err(
                |fault| match fault.status().as_u16() {
                    413 => {
                        let most = state.settings.limits.request_bytes;
                        Problem::new(413, "Too large", format!("A request body has at most {most} bytes."))
                    }
                    _ => Problem::bad_request("The body did not arrive whole."),
                },
            )?;
        let named = key.map(|key| {
            let (method, uri, condition) = &what;
            let mut digest = Sha256::new();
            for part in [
                method.as_str().as_bytes(),
                uri.path_and_query().map_or("", |path| path.as_str()).as_bytes(),
                condition.as_ref().map_or(&b""[..], |value| value.as_bytes()),
                &body,
            ] {
                digest.update(part.len().to_be_bytes());
                digest.update(part);
            }
            Named { caller: caller.key(), key, request: hex(&digest.finalize()) }
        });
        let query = what.1.query().unwrap_or_default().to_owned();
        Ok(Self { caller, whence, body, query, condition, named })
    }
}

impl Asked {
    /// A change that a job carries out because an operator asked for it: of whatever is there, under no name.
    pub(crate) fn by_a_job(operator: &str, address: Option<String>) -> Self {
        Self {
            caller: Caller::Operator(operator.to_owned()),
            whence: Whence { by: operator.to_owned(), via: "job", address, on_behalf_of: None },
            body: Bytes::new(),
            query: String::new(),
            condition: Some(Condition::Any),
            named: None,
        }
    }

    /// Refuses when the request does not say which state it changes, or another one than is there.
    pub(crate) fn expects(&self, etag: &str) -> Expected {
        match &self.condition {
            None => Expected::Unsaid,
            Some(Condition::Any) => Expected::Met,
            Some(Condition::Tags(tags)) if tags.iter().any(|tag| tag == etag) => Expected::Met,
            Some(Condition::Tags(_)) => Expected::Missed,
        }
    }

    /// For the history of a meeting with which the caller may do everything.
    pub(crate) fn whence_in(&self, body: &Body) -> Whence {
        let is_delegate = self.caller.is_delegate(body, &Access::Full);
        let on_behalf_of = is_delegate.then(|| body.organizer.jid.clone());
        Whence { on_behalf_of, ..self.whence.clone() }
    }

    /// The name that the request has, for the transaction that carries it out.
    pub(crate) fn name(&self) -> Option<Named> {
        self.named.clone()
    }
}

/// Whether what a request expects is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// It is.
    Met,
    /// Something else is there.
    Missed,
    /// The request does not say.
    Unsaid,
}

/// Notes what is answered to a request that has a name, in the transaction that carries it out.
pub(crate) fn note(
    tx: &mut Tx<'_>,
    named: Option<&Named>,
    status: u16,
    (meeting, revision): (convoke_model::MeetingId, i64),
    now_ms: i64,
) -> Result<(), DbFault> {
    let Some(named) = named else { return Ok(()) };
    let shown = Shown::Meeting(meeting, revision);
    if idempotency::note(tx, named, status.into(), &shown, (now_ms - NAMES_HOLD_MS, now_ms))? {
        Ok(())
    } else {
        Err(DbFault::Duplicate("this request is being carried out".into()))
    }
}

impl Whence {
    fn of(parts: &Parts, caller: &Caller) -> Self {
        let relayed = parts.extensions.get::<FromWebBridge>().is_some();
        let address = if relayed {
            parts.headers.get(CLIENT_ADDRESS).and_then(|value| value.to_str().ok()).map(str::to_owned)
        } else {
            parts.extensions.get::<ClientAddress>().map(|client| client.0.ip().to_canonical().to_string())
        };
        Self {
            by: caller.name().to_owned(),
            via: if relayed { "web" } else { "api" },
            address,
            on_behalf_of: None,
        }
    }
}

impl Condition {
    /// Weak tags are none here (RFC 9110 13.1.1), and match nothing.
    fn of(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let mut tags = Vec::new();
        for value in headers.get_all(header::IF_MATCH) {
            let text = value.to_str().map_err(|_| bad_header("If-Match", IF_MATCH_WORDS))?.trim();
            if text == "*" {
                return Ok(Some(Self::Any));
            }
            for tag in text.split(',').map(str::trim) {
                let opaque = tag.strip_prefix("W/").unwrap_or(tag);
                if opaque.len() < 2 || !opaque.starts_with('"') || !opaque.ends_with('"') {
                    return Err(bad_header("If-Match", IF_MATCH_WORDS));
                }
                tags.push(tag.to_owned());
            }
        }
        Ok(Some(tags).filter(|tags| !tags.is_empty()).map(Self::Tags))
    }
}

const IF_MATCH_WORDS: &str = "It is * or the ETag of a meeting, in quotation marks, as GET shows it.";

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let words = || {
        let reason = format!("It is one text of 1 to {MAX_KEY_CHARS} visible ASCII characters.");
        bad_header("Idempotency-Key", &reason)
    };
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().map_err(|_| words())?;
    let is_visible =
        (1..=MAX_KEY_CHARS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if values.next().is_some() || !is_visible {
        return Err(words());
    }
    Ok(Some(text.to_owned()))
}

fn bad_header(name: &str, reason: &str) -> Problem {
    let errors = vec![FieldFault::new(name, "invalid", reason)];
    Problem { errors, ..Problem::bad_request(format!("{name}: {reason}")).coded("badHeader") }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn tags(tags: &[&str]) -> Option<Condition> {
        Some(Condition::Tags(tags.iter().map(|tag| (*tag).to_owned()).collect()))
    }

    #[test]
    fn a_condition_is_a_list_of_tags_or_whatever_is_there() {
        let condition = |values: &[&str]| Condition::of(&headers("if-match", values)).map_err(|p| p.detail);
        assert_eq!(condition(&[]), Ok(None));
        assert_eq!(condition(&["*"]), Ok(Some(Condition::Any)));
        assert_eq!(condition(&["\"a.1\", W/\"b\"", "\"c\""]), Ok(tags(&["\"a.1\"", "W/\"b\"", "\"c\""])));
        for wrong in ["a.1", "\"", "", "\"a\",", "W/a"] {
            assert_eq!(condition(&[wrong]), Err(format!("If-Match: {IF_MATCH_WORDS}")), "{wrong}");
        }
    }

    #[test]
    fn a_name_has_1_to_255_visible_characters() {
        let named = |values: &[&str]| key(&headers("idempotency-key", values)).map_err(|p| p.detail);
        let longest = "k".repeat(MAX_KEY_CHARS);
        assert_eq!(named(&[]), Ok(None));
        assert_eq!(named(&[&longest]), Ok(Some(longest.clone())));
        for wrong in [&[""][..], &["a b"], &[&format!("{longest}k")], &["a", "b"]] {
            let words = "Idempotency-Key: It is one text of 1 to 255 visible ASCII characters.";
            assert_eq!(named(wrong), Err(words.to_owned()), "{wrong:?}");
        }
    }
}
