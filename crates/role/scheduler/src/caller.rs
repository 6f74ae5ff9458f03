//! Who asks: a user with a token, or an operator by Basic sign-in. The one place where callers are let in.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use base64::{Engine, engine::general_purpose::STANDARD};
use convoke_c2w::FromWebBridge;
use convoke_callbridge_api::loopback::Credentials;
use convoke_http::{ClientAddress, Refusal};
use convoke_store::{DbFault, Tx, delegates};
use convoke_web_api::{Problem, token::Claims};
use http::{header, request::Parts};

use crate::{
    meeting::body::{Attendee, Body},
    state::{Shared, call_bridge},
};

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) enum Caller {
    /// A user of the directory.
    User(Arc<Claims>),
    /// An operator of role admin or api, who acts for everybody.
    Operator(String),
}

/// What a caller may do with a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everything.
    Full,
    /// See it, with the ways in of this role.
    Attendee(String),
    /// See single occurrences of it, and no more of the series.
    Dates,
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, Refusal> {
        let given = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (scheme, value) = given.and_then(|given| given.split_once(' ')).unwrap_or_default();
        let through_web_bridge = parts.extensions.get::<FromWebBridge>().is_some();
        if scheme.eq_ignore_ascii_case("bearer") {
            let claims = state.keys.verify(&state.call_bridge, value.trim(), state.clock.now()).await?;
            state.users.check(&state.call_bridge, &claims.sub).await?;
            return Ok(Self::User(claims));
        }
        // Operators come by the scheduler's own listener only; the open edge is no place for their passwords.
        if scheme.eq_ignore_ascii_case("basic") && !through_web_bridge {
            let address =
                parts.extensions.get::<ClientAddress>().map(|a| a.0.ip().to_string()).unwrap_or_default();
            return operator(state, value.trim(), address).await;
        }
        Err(Problem::unauthorized("Sign in first.").into())
    }
}

async fn operator(state: &Shared, value: &str, address: String) -> Result<Caller, Refusal> {
    let wrong = || Problem::unauthorized("The name or the password is wrong.");
    let decoded =
        STANDARD.decode(value).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(wrong)?;
    let (name, password) = decoded.split_once(':').ok_or_else(wrong)?;
    let credentials = Credentials { name: name.to_owned(), password: password.to_owned(), address };
    let operator = state.call_bridge.sign_in(&credentials).await.map_err(call_bridge)?;
    Ok(Caller::Operator(operator.ok_or_else(wrong)?.name))
}

impl Caller {
    /// A user for whom something is made that nobody asks for at this moment.
    pub(crate) fn of_user(id: &str, jid: &str, email: &str) -> Self {
        Self::User(Arc::new(Claims {
            iss: String::new(),
            aud: String::new(),
            sub: id.to_owned(),
            jid: jid.to_owned(),
            name: String::new(),
            email: email.to_owned(),
            iat: 0,
            exp: 0,
            jti: String::new(),
        }))
    }

    /// In whose lists to look; `None` for an operator, who sees everybody's.
    pub(crate) fn keys(&self) -> Option<[String; 2]> {
        match self {
            Self::User(claims) => Some([user_key(&claims.sub), address_key(&claims.email)]),
            Self::Operator(_) => None,
        }
    }

    /// Whether the caller may act for this user: as a delegate, which the database says.
    pub(crate) fn may_act_for(&self, tx: &mut Tx<'_>, user: &str) -> Result<bool, DbFault> {
        match self {
            // Whoever it is themselves needs nobody's leave, and the database is not asked.
            Self::User(claims) if claims.sub != user => delegates::may_act(tx, &claims.sub, user),
            _ => Ok(false),
        }
    }

    /// What the caller may do with a meeting, being its organizer's delegate or not ([`Caller::may_act_for`]); `None` when not even
    /// know of it.
    pub(crate) fn access(&self, body: &Body, is_delegate: bool) -> Option<Access> {
        match self {
            Self::Operator(_) => Some(Access::Full),
            Self::User(claims) if claims.sub == body.organizer.id => Some(Access::Full),
            Self::User(claims) if body.co_organizers.iter().any(|user| user.id == claims.sub) => {
                Some(Access::Full)
            }
            Self::User(_) if is_delegate => Some(Access::Full),
            Self::User(claims) => {
                let address = claims.email.to_lowercase();
                let is_own = |attendee: &&Attendee| attendee.email.to_lowercase() == address;
                if let Some(own) = body.attendees.iter().find(is_own) {
                    return Some(Access::Attendee(own.role.clone()));
                }
                let single =
                    body.overrides.iter().filter(|said| !said.cancelled).flat_map(|said| &said.added);
                single.into_iter().any(|attendee| is_own(&attendee)).then_some(Access::Dates)
            }
        }
    }

    /// Whether the caller may name others who may do what the organizer may, and hand the meeting over: the organizer, or an operator.
    pub(crate) fn owns(&self, body: &Body) -> bool {
        matches!(self, Self::Operator(_)) || self.is_user(&body.organizer.id)
    }

    /// Whether the caller, who may do everything with a meeting, may do so as the organizer's delegate.
    pub(crate) fn is_delegate(&self, body: &Body, access: &Access) -> bool {
        let is_co_organizer = || body.co_organizers.iter().any(|user| self.is_user(&user.id));
        *access == Access::Full && !self.owns(body) && !is_co_organizer()
    }

    /// As whom the caller is invited, by the address in lower case: whose answer they give.
    pub(crate) fn invited_as(&self, body: &Body) -> Option<String> {
        let address = self.address()?;
        body.everybody().iter().any(|attendee| attendee.email.to_lowercase() == address).then_some(address)
    }

    /// The user's address in lower case.
    pub(crate) fn address(&self) -> Option<String> {
        match self {
            Self::User(claims) => Some(claims.email.to_lowercase()),
            Self::Operator(_) => None,
        }
    }

    /// Who it is, for the history.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::User(claims) => &claims.jid,
            Self::Operator(name) => name,
        }
    }

    /// Whose names of writes they are ([`crate::asked`]).
    pub(crate) fn key(&self) -> String {
        match self {
            Self::User(claims) => user_key(&claims.sub),
            Self::Operator(name) => format!("o:{name}"),
        }
    }

    /// Whether the caller is this user.
    pub(crate) fn is_user(&self, id: &str) -> bool {
        matches!(self, Self::User(claims) if claims.sub == id)
    }
}

/// The key of a user's lists.
pub(crate) fn user_key(id: &str) -> String {
    format!("u:{id}")
}

/// The key of an address's lists.
pub(crate) fn address_key(email: &str) -> String {
    format!("e:{}", email.to_lowercase())
}
