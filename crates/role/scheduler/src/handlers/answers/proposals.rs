//! `POST /meetings/{id}/proposals/{proposal}/accept` and `/decline`: what becomes of another time that somebody proposed.

use axum::{
    extract::{Path, State},
    response::Response,
};
use convoke_http::Refusal;
use convoke_meeting::{
    Draft, Series, Zone,
    answers::named,
    draft,
    plan::{Aim, Plan, Scope},
    series::SeriesParts,
};
use convoke_model::Uuid;
use convoke_scheduler_api::{meeting::Meeting, occurrence::Changed};
use convoke_store::{DbFault, outbox, proposals, proposals::ProposalRow};
use convoke_web_api::{FieldFault, Problem};
use jiff::civil::DateTime;

use super::{list::missing, shown};
use crate::{
    asked::{self, Asked},
    handlers::meetings::{
        Found,
        change::{Change, carry_out, plan},
        find_to_change, instead, replayed,
        wishes::Wishes,
    },
    meeting::{
        body::{Time, parsed},
        mails,
    },
    openapi::{AnswerRefusals, ChangeRefusals, Conditioned, Noticed},
    state::{Shared, database},
};

/// Moves the meeting, or the occurrence, to the time that somebody proposed: a change like any other, with its mails.
#[utoipa::path(post, path = "/api/v1/scheduler/meetings/{id}/proposals/{proposal}/accept", tag = "answers",
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("proposal" = String, Path, description = "The proposal's id (a GUID)"),
        Noticed,
        ("exceptions" = Option<String>, Query, description = "keep or drop: what becomes of occurrences of their own that find no place"),
        Conditioned),
    responses(
        (status = 200, description = "The meeting as it is now, or the one that follows; mails that tell of the change are queued",
            body = Changed, headers(("ETag" = String), ("Content-Location" = String))),
        ChangeRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn accept(
    State(state): State<Shared>,
    Path((id, proposal)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let wishes = Wishes::parse(&asked.query)?;
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let found = find_to_change(&state, &asked.caller, &id, "move").await?;
    let proposal = open(&state, &found, &proposal).await?;
    let plan = plan(&found)?;
    let change = change(&plan, &proposal)?;
    let id = proposal.id;
    let is_dry = wishes.is_dry;
    let response = carry_out(&state, &asked, &found, Change { accepts: Some(id), ..change }, &wishes).await?;
    if !is_dry {
        // The meeting may have been there already, so that nothing was changed.
        let (by, now) = (asked.whence.by.clone(), state.now_ms());
        let settled = state.store.write_rows(move |tx| proposals::settle(tx, id, "accepted", &by, now));
        settled.await.map_err(|fault: DbFault| database(fault))?;
    }
    Ok(response)
}

/// Leaves the meeting where it is, and tells the one who proposed another time.
#[utoipa::path(post, path = "/api/v1/scheduler/meetings/{id}/proposals/{proposal}/decline", tag = "answers",
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("proposal" = String, Path, description = "The proposal's id (a GUID)"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 200, description = "The meeting; a mail to the one who proposed it is queued", body = Meeting,
            headers(("ETag" = String))),
        (status = 403, description = "The caller is not the organizer", body = Problem,
            content_type = "application/problem+json"),
        AnswerRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn decline(
    State(state): State<Shared>,
    Path((id, proposal)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Refusal> {
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let found = find_to_change(&state, &asked.caller, &id, "answer proposals for").await?;
    let proposal = open(&state, &found, &proposal).await?;
    let counted = state.count_mails(&found.body.organizer.id, 1)?;
    let now = state.now_ms();
    let (id, revision, by, named) = (found.row.id, found.row.revision, asked.whence.by.clone(), asked.name());
    let mails = mails::rows(vec![(proposal.person.clone(), mails::PROPOSAL_DECLINED)], id, revision, now);
    let about = proposal.id.to_string();
    let mails: Vec<_> =
        mails.into_iter().map(|mail| outbox::MailRow { about: Some(about.clone()), ..mail }).collect();
    let settled = state.store.write_rows(move |tx| {
        if !proposals::settle(tx, proposal.id, "declined", &by, now)? {
            return Ok(false);
        }
        outbox::insert(tx, &mails)?;
        asked::note(tx, named.as_ref(), 200, (id, revision), now)?;
        Ok::<_, DbFault>(true)
    });
    match settled.await {
        Ok(true) => counted.used(),
        Ok(false) => {
            counted.give_back();
            return Err(is_settled().into());
        }
        Err(fault) => return Ok(instead(&state, &asked, database(fault)).await?),
    }
    state.mails.notify_one();
    Ok(shown(&state, &asked, &found).await?)
}

fn is_settled() -> Problem {
    let words = "This proposal was accepted, declined or replaced already.";
    Problem::new(409, "Conflict", words).coded("settled")
}

/// The proposal with this id, which nobody has settled.
async fn open(state: &Shared, found: &Found, id: &str) -> Result<ProposalRow, Problem> {
    let missing = || missing("proposal");
    let (meeting, id): (_, Uuid) = (found.row.id, id.parse().map_err(|_| missing())?);
    let read = state.store.read_little(move |tx| proposals::find(tx, meeting, id));
    let proposal = read.await.map_err(|fault: DbFault| database(fault))?.ok_or_else(missing)?;
    if proposal.state == "open" { Ok(proposal) } else { Err(is_settled()) }
}

/// The change that a proposal asks for.
fn change(plan: &Plan, proposal: &ProposalRow) -> Result<Change, Problem> {
    let (start, end) = times(&plan.series, proposal)?;
    if proposal.recurrence.is_empty() {
        let moved = Series::new(SeriesParts { start, end, ..plan.series.parts() });
        let series = checked(&moved.ok_or_else(no_time)?)?;
        return Ok(Change::new(Scope::All, Aim::Series(Box::new(series), plan.face.clone())));
    }
    let gone = || out_of_date("The occurrence that it is about is not one of the meeting any more.");
    let name = parsed(&proposal.recurrence).and_then(|name| named(plan, name)).ok_or_else(gone)?;
    let face = plan.occurrence(name).ok_or_else(gone)?.face;
    Ok(Change::new(Scope::One(name), Aim::Occurrence { start, end, face }))
}

/// The times that are proposed, on the clock that the meeting has now: it may have got another since.
fn times(series: &Series, proposal: &ProposalRow) -> Result<(DateTime, DateTime), Problem> {
    // Days are written without a time.
    let is_of_days = !proposal.start.contains('T');
    if is_of_days != series.is_all_day() {
        return Err(out_of_date(
            "The meeting takes whole days now and did not when this was proposed, or the other way round.",
        ));
    }
    let times = parsed(&proposal.start).zip(parsed(&proposal.end)).ok_or_else(Problem::internal)?;
    let zone = series.zone();
    if is_of_days || proposal.zone == zone.name() {
        return Ok(times);
    }
    let unknown = || out_of_date("The time zone that it was proposed in is not known any more.");
    let proposed_in = Zone::named(&proposal.zone).map_err(|_| unknown())?;
    let here = |time: DateTime| {
        let instant = proposed_in.time_zone().to_ambiguous_timestamp(time).compatible();
        instant.map(|instant| zone.time_zone().to_datetime(instant)).map_err(|_| unknown())
    };
    Ok((here(times.0)?, here(times.1)?))
}

fn out_of_date(words: &str) -> Problem {
    Problem::new(409, "Conflict", words).coded("outOfDate")
}

fn no_time() -> Problem {
    Problem::invalid(vec![FieldFault::new("dtEnd", "endBeforeStart", "The end has to be after the start.")])
}

/// A series that was moved, judged as every other.
fn checked(series: &Series) -> Result<Series, Problem> {
    let time = Time::of(series);
    let draft = Draft {
        dt_start: Some(&time.start),
        dt_end: Some(&time.end),
        time_zone: Some(&time.zone),
        is_full_day_meeting: time.all_day,
        rrule: time.rrule.as_deref(),
        rdate: &time.rdate,
        exdate: &time.exdate,
    };
    draft::check(&draft).map_err(|findings| {
        let fault = |finding: convoke_meeting::Finding| {
            FieldFault::new(finding.field.clone(), finding.code, finding.reason.clone())
        };
        Problem::invalid(findings.into_iter().map(fault).collect())
    })
}
