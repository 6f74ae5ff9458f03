//! Whether an operator's name and password are right.

use axum::{Json, extract::State};
use convoke_callbridge_api::loopback::{Credentials, Operator};
use convoke_http::Refusal;
use convoke_web_api::Problem;
use secrecy::SecretString;

use crate::{admin::sign_in, state::Shared};

pub(super) async fn check(
    State(state): State<Shared>,
    Json(given): Json<Credentials>,
) -> Result<Json<Operator>, Refusal> {
    let password = SecretString::from(given.password);
    match sign_in::check(&state, &given.name, password, &given.address).await {
        Ok(Some(operator)) => Ok(Json(operator)),
        Ok(None) => Err(Problem::unauthorized("The name or the password is wrong.").into()),
        Err(sign_in::Refusal::TooOften) => {
            Err(Problem::too_many("Too many failed sign-ins; wait a minute.").into())
        }
        Err(sign_in::Refusal::Denied(denied)) => {
            Err(Problem::forbidden(format!("This account is not let in: {denied}.")).into())
        }
        Err(sign_in::Refusal::NotReady) => {
            Err(Problem::not_connected("accounts", "The accounts of this server can't be read.").into())
        }
    }
}
