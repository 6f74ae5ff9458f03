//! The web app's API, as it comes through C2W. Everything but signing in needs a token.

mod auth;
mod email_invitation;
mod meeting_entry;
mod spaces;
mod templates;
mod user_lookup;

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{FromRequestParts, Path, Query, Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use convoke_callbridge_api::Failure;
use convoke_http::Refusal;
use convoke_model::{ObjectId, UserId};
use convoke_store::DbFault;
use convoke_web_api::{FieldFault, Problem, relay, token::Claims};
use http::{HeaderMap, header, request::Parts};
use serde::de::DeserializeOwned;

use crate::{objects::Refused, state::Shared, users};

/// Largest body that is read, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// The router that every C2W link serves.
pub fn router(state: Shared) -> Router {
    let router = Router::new()
        .route("/api/auth", post(auth::sign_in))
        .route("/api/cospaces", get(spaces::list).post(spaces::create))
        .route("/api/cospaces/{space}", get(spaces::show).delete(spaces::delete))
        .route("/api/cospaces/{space}/accessMethods/{method}/emailInvitation", post(email_invitation::show))
        .route("/api/coSpaceTemplates", get(templates::list))
        .route("/api/userLookup", get(user_lookup::find))
        .route("/api/meetingEntry", get(meeting_entry::show))
        .fallback(nothing)
        .method_not_allowed_fallback(not_allowed)
        .layer(from_fn_with_state(state.clone(), reach))
        .with_state(state);
    convoke_http::limit_body(router, MAX_BODY_BYTES)
}

/// A call bridge that is cut off from the database says so at once, and the web bridge asks another one.
async fn reach(State(state): State<Shared>, request: Request, next: Next) -> Response {
    if state.store.out_of_reach().is_some() {
        return Refusal(out_of_reach()).into_response();
    }
    // What changes something is waited for, so that it is told what became of it.
    let is_safe = request.method().is_safe();
    tokio::select! {
        response = next.run(request) => response,
        () = state.store.is_lost(), if is_safe => Refusal(out_of_reach()).into_response(),
    }
}

fn out_of_reach() -> Problem {
    Problem::not_connected("database", "The database is out of reach at the moment; nothing was changed.")
}

async fn nothing() -> Response {
    Refusal(Problem::not_found("There is nothing at this address.")).into_response()
}

async fn not_allowed() -> Response {
    Refusal(Problem::new(405, "Method not allowed", "This address does not take this method."))
        .into_response()
}

/// The user who is signed in.
#[derive(Debug, Clone)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// What the token says.
    pub claims: Arc<Claims>,
}

impl FromRequestParts<Shared> for User {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, Refusal> {
        let given = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = given
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let (_, token) = token.ok_or_else(|| Problem::unauthorized("Sign in first."))?;
        let claims = state.verifier.verify(token.trim(), state.clock.now());
        let claims = claims.map_err(|_| Problem::unauthorized("The sign-in has ended; sign in again."))?;
        let id: UserId =
            claims.sub.parse().map_err(|_| Problem::unauthorized("The sign-in is not valid."))?;
        // A person who has been removed is out at once, not when the token ends.
        let known = state.store.read(move |tx| Ok::<_, Refused>(users::find(tx, id)?.is_some()));
        if !known.await.map_err(refusal)? {
            return Err(Problem::unauthorized("The sign-in has ended; sign in again.").into());
        }
        Ok(Self { id, claims })
    }
}

/// The query string; one that can't be read is refused in the same form as all else.
#[derive(Debug)]
struct Asked<T>(T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(rejection) => Err(Problem::bad_request(rejection.body_text()).into()),
        }
    }
}

/// The browser's address, as the web bridge tells it.
fn client_address(headers: &HeaderMap) -> String {
    headers.get(relay::CLIENT_ADDRESS).and_then(|value| value.to_str().ok()).unwrap_or("unknown").to_owned()
}

/// Reads JSON whatever the Content-Type says: existing clients send none.
fn json<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    serde_json::from_slice(body)
        .map_err(|e| Problem::bad_request(format!("The body is not the JSON that is expected: {e}.")))
}

/// An id in the path.
fn id(text: &str) -> Result<ObjectId, Problem> {
    text.parse().map_err(|fault| Problem::bad_request(format!("“{text}” is {fault}.")))
}

/// Two ids in the path.
type TwoIds = Path<(String, String)>;

/// How what the objects refuse looks to the web app.
pub fn refusal(refused: Refused) -> Refusal {
    Refusal(match refused {
        Refused::Db(fault) => {
            tracing::warn!(target: "API", "web app: {fault}");
            match fault {
                DbFault::Unknown(_) => Problem::outcome_unknown("database"),
                _ => out_of_reach(),
            }
        }
        Refused::Failure(Failure::Parameters(faults)) => {
            let errors = faults.iter().map(|fault| {
                let (code, reason) = match fault.error {
                    "missingValue" => ("required", "This is needed."),
                    _ => ("invalid", "This value is not valid."),
                };
                FieldFault::new(&fault.parameter, code, reason)
            });
            Problem::invalid(errors.collect())
        }
        Refused::Failure(Failure::Code(code)) if code.ends_with("DoesNotExist") => {
            let what = code.trim_end_matches("DoesNotExist");
            Problem::invalid(vec![FieldFault::new(what, "notFound", format!("There is no such {what}."))])
        }
        Refused::Failure(Failure::Code(code)) => Problem::new(409, "Conflict", code),
    })
}
