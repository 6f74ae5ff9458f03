//! `/feeds`: calendars to subscribe to. Each has an address with a secret that calendar programs open without a sign-in; here only
//! its digest is kept.

pub(crate) mod change;
pub(crate) mod ics;

use axum::{Router, routing::get};
use convoke_scheduler_api::feed::Feed;
use convoke_store::feeds::FeedRow;
use convoke_web_api::{Problem, token::Claims};
use sha2::{Digest, Sha256};

use crate::{caller::Caller, meeting::listing::instant_ms, state::Shared};

/// Random bytes of a secret. It is longer than need be, so that its text is longer than what of a path is ever logged.
const SECRET_BYTES: usize = 48;

/// The routes.
pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/feeds", get(change::list).post(change::create))
        .route("/feeds/{id}", get(change::read).delete(change::revoke))
        .route("/feeds/ics/{file}", get(ics::calendar))
}

/// The user who asks; operators have no meetings of their own.
fn user(caller: &Caller) -> Result<&Claims, Problem> {
    match caller {
        Caller::User(claims) => Ok(claims),
        Caller::Operator(_) => {
            Err(Problem::forbidden("A calendar shows the meetings of a user; operators have none."))
        }
    }
}

/// What of a secret is kept.
fn digest(secret: &str) -> String {
    Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn shown(row: FeedRow) -> Feed {
    Feed { id: row.id.to_string(), name: row.name, created_at: instant_ms(row.created_at), url: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_that_of_sha_256() {
        assert_eq!(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
