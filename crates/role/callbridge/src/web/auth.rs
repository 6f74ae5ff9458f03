//! `POST /api/auth`: a name and a password become a token.

use std::time::Instant;

use axum::{Json, body::Bytes, extract::State};
use convoke_directory::{Source, attempts::Counted};
use convoke_http::Refusal;
use convoke_model::UserId;
use convoke_runtime::random;
use convoke_store::{DbFault, objects::Record, passwords, passwords::SignIn as Noted};
use convoke_web_api::{
    Problem,
    token::{AUDIENCE, Claims},
    users::{LastLogin, SignIn, SignedIn},
};
use http::HeaderMap;
use jiff::Timestamp;
use secrecy::SecretString;

use super::{client_address, json, refusal};
use crate::{objects::Refused, state::Shared, users};

/// Longest name that is looked up, in bytes.
const MAX_USERNAME_BYTES: usize = 254;

pub(super) async fn sign_in(
    State(state): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<SignedIn>, Refusal> {
    let given: SignIn = json(&body)?;
    let address = client_address(&headers);
    let name = given.username.trim().to_lowercase();
    if name.is_empty() || given.password.is_empty() || name.len() > MAX_USERNAME_BYTES {
        return Err(wrong());
    }
    let keys = [Counted::Name("user", name.clone()), Counted::address(&address)];
    if !state.attempts.may_try(&keys, Instant::now()) {
        return Err(too_many());
    }
    let user = check(&state, &name, SecretString::from(given.password), &keys).await?;
    let Some(user) = user else {
        tracing::info!(target: "WB3Cmgr", "unsuccessful login request from {name}");
        return Err(wrong());
    };
    state.attempts.note_success(&keys);
    tracing::info!(target: "WB3Cmgr", "successful login request from {}", user.get("userJid").unwrap_or_default());
    let before = note(&state, UserId(user.id.0), &address).await?;
    issue(&state, &user, before)
}

fn wrong() -> Refusal {
    Problem::unauthorized("The user name or the password is wrong.").into()
}

fn too_many() -> Refusal {
    Problem::too_many("Too many failed sign-ins; wait a minute and try again.").into()
}

async fn check(
    state: &Shared,
    name: &str,
    password: SecretString,
    keys: &[Counted],
) -> Result<Option<Record>, Refusal> {
    let wanted = name.to_owned();
    let found =
        state.store.read(move |tx| Ok::<_, Refused>(users::named(tx, &wanted)?)).await.map_err(refusal)?;
    let id = found.as_ref().map(|user| UserId(user.id.0));
    // Counted before it is known, so that guesses made at the same time are counted too.
    let right = state.directory.verify(id, password, || state.attempts.begin(keys, Instant::now())).await;
    let right = right.map_err(|fault| Problem::not_connected("directory", fault.to_string()))?;
    let right = right.ok_or_else(too_many)?;
    Ok(found.filter(|_| right))
}

async fn note(state: &Shared, user: UserId, address: &str) -> Result<Option<Noted>, Refusal> {
    let sign_in = Noted { at: state.now_ms(), address: address.to_owned() };
    let noted = state.store.write(move |tx| passwords::note_sign_in(tx, user, &sign_in)).await;
    noted.map_err(|fault: DbFault| refusal(fault.into()))
}

fn issue(state: &Shared, user: &Record, before: Option<Noted>) -> Result<Json<SignedIn>, Refusal> {
    let now = state.clock.now().as_second();
    let ends = now + i64::from(state.settings.jwt_expiry_hours) * 3600;
    let shown = users::shown(user);
    let claims = Claims {
        iss: state.cluster.clone(),
        aud: AUDIENCE.into(),
        sub: shown.id.clone(),
        jid: shown.user_jid.clone(),
        name: shown.name.clone(),
        email: shown.email.clone(),
        iat: now,
        exp: ends,
        jti: random::guid().to_string(),
    };
    let jwt = state.signer.sign(&claims).map_err(|fault| {
        tracing::error!(target: "WB3Cmgr", "{fault}");
        Problem::internal()
    })?;
    tracing::info!(target: "WB3Cmgr", "issuing JWT ID {} (jwt length={})", claims.jti, jwt.len());
    let last_login = before.map(|before| LastLogin {
        at: Timestamp::from_millisecond(before.at)
            .unwrap_or_default()
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string(),
        address: before.address,
    });
    let expires_at = Timestamp::from_second(ends).unwrap_or_default().to_string();
    Ok(Json(SignedIn { jwt, id_token: claims.jti, expires_at, user: shown, last_login }))
}
