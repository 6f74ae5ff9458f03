//! Requests on collections and objects of every kind.

use convoke_callbridge_api::{
    Kind, check,
    failure::INVALID_OPERATION,
    path::Step,
    render::{self, Shown},
};
use convoke_runtime::random;
use convoke_store::objects::Record;
use http::Method;

use super::{Answer, Exchange};
use crate::{
    objects::{Refused, service},
    state::Shared,
};

/// GET lists, POST makes.
pub async fn collection(
    state: &Shared,
    exchange: &Exchange,
    kind: &'static Kind,
    parents: Vec<Step>,
) -> Result<Answer, Refused> {
    match exchange.method {
        Method::GET | Method::HEAD => list(state, exchange, kind, parents).await,
        Method::POST => create(state, exchange, kind, parents).await,
        _ => Err(INVALID_OPERATION.into()),
    }
}

/// GET shows, PUT changes, DELETE removes.
pub async fn object(
    state: &Shared,
    exchange: &Exchange,
    parents: Vec<Step>,
    object: Step,
) -> Result<Answer, Refused> {
    match exchange.method {
        Method::GET | Method::HEAD => show(state, parents, object).await,
        Method::PUT => modify(state, exchange, parents, object).await,
        Method::DELETE => delete(state, exchange, parents, object).await,
        _ => Err(INVALID_OPERATION.into()),
    }
}

async fn list(
    state: &Shared,
    exchange: &Exchange,
    kind: &'static Kind,
    parents: Vec<Step>,
) -> Result<Answer, Refused> {
    let query = exchange.query.clone();
    let (total, page) = state.store.read(move |tx| service::list(tx, kind, &parents, &query)).await?;
    let page: Vec<_> = page.iter().map(shown).collect();
    Ok(Answer::Xml(render::list(kind, total, &page)))
}

async fn create(
    state: &Shared,
    exchange: &Exchange,
    kind: &'static Kind,
    parents: Vec<Step>,
) -> Result<Answer, Refused> {
    service::may_write(kind, true)?;
    let changes = check::creation(kind, &exchange.form)?;
    let now = state.now_ms();
    let id = random::guid_at(now);
    let made = state.store.write({
        let parents = parents.clone();
        move |tx| service::create(tx, kind, &parents, &changes, id, now)
    });
    let made = made.await?;
    log(exchange, "created new", kind, &made);
    let within: String = parents.iter().map(|step| format!("{}/{}/", step.kind.plural, step.id)).collect();
    Ok(Answer::Made(format!("/api/v1/{within}{}/{}", kind.plural, made.id)))
}

async fn show(state: &Shared, parents: Vec<Step>, object: Step) -> Result<Answer, Refused> {
    let found = state.store.read(move |tx| {
        let mut record = service::find(tx, &object, &parents)?;
        service::fill_counts(tx, object.kind, &mut record)?;
        Ok::<_, Refused>(record)
    });
    Ok(Answer::Xml(render::object(object.kind, &shown(&found.await?))))
}

async fn modify(
    state: &Shared,
    exchange: &Exchange,
    parents: Vec<Step>,
    object: Step,
) -> Result<Answer, Refused> {
    service::may_write(object.kind, false)?;
    let changes = check::modification(object.kind, &exchange.form)?;
    let now = state.now_ms();
    let changed = state.store.write(move |tx| service::modify(tx, &object, &parents, &changes, now)).await?;
    log(exchange, "modified", object.kind, &changed);
    Ok(Answer::Done)
}

async fn delete(
    state: &Shared,
    exchange: &Exchange,
    parents: Vec<Step>,
    object: Step,
) -> Result<Answer, Refused> {
    service::may_delete(object.kind)?;
    let now = state.now_ms();
    let gone = state.store.write(move |tx| service::delete(tx, &object, &parents, now)).await?;
    log(exchange, "deleted", object.kind, &gone);
    Ok(Answer::Done)
}

fn shown(record: &Record) -> Shown<'_> {
    Shown { id: record.id, fields: &record.fields }
}

/// `192.0.2.1: API user "admin" created new space <guid>`, as the modelled system logs it.
fn log(exchange: &Exchange, what: &str, kind: &Kind, record: &Record) {
    let noun = if kind.plural == "coSpaces" { "space" } else { kind.singular };
    let caller = &exchange.caller;
    let name = record.get("name").map(|name| format!(" ({name})")).unwrap_or_default();
    tracing::info!(target: "API", "{}: API user \"{}\" {what} {noun} {}{name}", caller.address, caller.name, record.id);
}
