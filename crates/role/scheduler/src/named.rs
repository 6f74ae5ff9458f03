//! Writes that show no meeting, each carried out once under the name that its caller gave it (`Idempotency-Key`): the answer is kept
//! with what was written, in one transaction. Those that show a meeting note the meeting ([`crate::asked::note`]).

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use convoke_store::{
    DbFault, Tx,
    idempotency::{self, Shown},
};
use convoke_web_api::Problem;
use http::StatusCode;
use serde::Serialize;

use crate::{
    asked::{Asked, NAMES_HOLD_MS},
    handlers::meetings::replayed,
    state::{State, database},
};

/// A write was not carried out; nothing of it is kept.
#[derive(Debug)]
pub(crate) enum WriteFault {
    /// The rules are against it.
    Refused(Box<Problem>),
    /// The database failed.
    Database(DbFault),
}

impl From<DbFault> for WriteFault {
    fn from(fault: DbFault) -> Self {
        Self::Database(fault)
    }
}

impl From<Problem> for WriteFault {
    fn from(problem: Problem) -> Self {
        Self::Refused(Box::new(problem))
    }
}

/// What became of a write that was asked for under a name.
pub(crate) enum Written<T> {
    /// It was carried out.
    Now(T),
    /// It was carried out under the same name at the same time: what was answered to that.
    Before(Response),
}

/// Carries a write out, and answers what it shows with this status. Whoever asks under a name that was used before gets
/// [`replayed`] first; the same name at the same time is noticed here.
pub(crate) async fn write<T: Serialize + Send + 'static>(
    state: &State,
    asked: &Asked,
    status: StatusCode,
    work: impl Fn(&mut Tx<'_>) -> Result<T, WriteFault> + Send + 'static,
) -> Result<Response, Problem> {
    match write_keeping(state, asked, status, text, work).await? {
        Written::Now(shown) => Ok((status, Json(shown)).into_response()),
        Written::Before(response) => Ok(response),
    }
}

/// The same for what shows nothing.
pub(crate) async fn write_silently(
    state: &State,
    asked: &Asked,
    work: impl Fn(&mut Tx<'_>) -> Result<(), WriteFault> + Send + 'static,
) -> Result<Response, Problem> {
    let status = StatusCode::NO_CONTENT;
    match write_keeping(state, asked, status, |()| Ok(String::new()), work).await? {
        Written::Now(()) => Ok(status.into_response()),
        Written::Before(response) => Ok(response),
    }
}

/// As JSON.
pub(crate) fn text<T: Serialize>(shown: &T) -> Result<String, Problem> {
    serde_json::to_string(shown).map_err(|_| Problem::internal())
}

/// Carries a write out, of whose answer what `kept` says is kept: answers with secrets are not kept as they are.
pub(crate) async fn write_keeping<T: Send + 'static>(
    state: &State,
    asked: &Asked,
    status: StatusCode,
    kept: impl Fn(&T) -> Result<String, Problem> + Send + 'static,
    work: impl Fn(&mut Tx<'_>) -> Result<T, WriteFault> + Send + 'static,
) -> Result<Written<T>, Problem> {
    let (named, now) = (asked.name(), state.now_ms());
    let written = state.store.write(move |tx| {
        let shown = work(tx)?;
        if let Some(named) = &named {
            let times = (now - NAMES_HOLD_MS, now);
            let text = Shown::Text(kept(&shown)?);
            if !idempotency::note(tx, named, status.as_u16().into(), &text, times)? {
                return Err(DbFault::Duplicate("this request is being carried out".into()).into());
            }
        }
        Ok(shown)
    });
    match written.await {
        Ok(shown) => Ok(Written::Now(shown)),
        Err(WriteFault::Refused(problem)) => Err(*problem),
        Err(WriteFault::Database(fault)) => {
            replayed(state, asked).await?.map(Written::Before).ok_or_else(|| database(fault))
        }
    }
}
