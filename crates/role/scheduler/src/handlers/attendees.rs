//! `POST /attendees/parse`: people to be invited, read from whatever text or table somebody has.

use std::{borrow::Cow, collections::HashSet};

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Request, State},
};
use convoke_http::Refusal;
use convoke_invite::intake::{self, FaultKind, Form, MAX_INTAKE_BYTES};
use convoke_scheduler_api::{
    group::GroupRequest,
    intake::{
        Intake, IntakeDuplicate, IntakeFault, IntakeFormat, IntakePerson, IntakeRequest, MAX_READ_PEOPLE,
        MAX_SHOWN_FAULTS,
    },
};
use convoke_store::{DbFault, handovers, meetings};
use convoke_web_api::{FieldFault, Problem};
use encoding_rs::{EUC_KR, Encoding};
use http::{HeaderMap, header};

use super::json;
use crate::{
    caller::Caller,
    meeting::{
        body::Body,
        check::sentence,
        groups::{self, Group},
    },
    openapi::BodyRefusals,
    state::{Shared, database},
};

/// Meetings of the caller whose people's domains count as known.
const MEETINGS_LOOKED_AT: i64 = 30;
/// Domains that count as known at most.
const MAX_KNOWN: usize = 200;

/// Reads people from a text or a table, in any usual form: with names or without, quoted or not, a line each or all in one, as mail programs
/// and spreadsheets write them. Nobody is mailed, and nothing is kept.
#[utoipa::path(post, path = "/api/v1/scheduler/attendees/parse", tag = "people",
    request_body(
        description = "A text (text/plain), a table (text/csv), or JSON with either",
        content((IntakeRequest = "application/json"), (String = "text/plain"), (String = "text/csv"))),
    responses(
        (status = 200, description = "Who stands in it, and what needs a look", body = Intake),
        (status = 415, description = "The body is none of these", body = Problem, content_type = "application/problem+json"),
        BodyRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn parse(
    State(state): State<Shared>,
    caller: Caller,
    request: Request,
) -> Result<Json<Intake>, Refusal> {
    let headers = request.headers().clone();
    let body = Bytes::from_request(request, &state).await.map_err(|fault| match fault.status().as_u16() {
        413 => too_large(),
        _ => Problem::bad_request("The body did not arrive whole."),
    })?;
    let Given { text, form, groups } = asked(&headers, &body)?;
    if text.len() > MAX_INTAKE_BYTES {
        return Err(too_large().into());
    }
    let known = known_domains(&state, &caller).await?;
    let found = intake::read(&text, form, &known);
    if found.people.len() > MAX_READ_PEOPLE {
        let reason =
            format!("A text has at most {MAX_READ_PEOPLE} people; these are {}.", found.people.len());
        return Err(Problem::invalid(vec![FieldFault::new("text", "tooMany", reason)]).into());
    }
    let groups = groups::asked_for(&state, &groups, "").await?;
    Ok(Json(with_groups(shown(found), &groups)?))
}

/// The same with the people of groups, who come once and after those of the text.
fn with_groups(mut intake: Intake, groups: &[Group]) -> Result<Intake, Problem> {
    let mut there: HashSet<String> =
        intake.attendees.iter().map(|person| person.email.to_lowercase()).collect();
    for group in groups {
        for person in group.people.iter().filter(|person| there.insert(person.email.to_lowercase())) {
            let (email, name, role) = (person.email.clone(), person.name.clone(), group.role.clone());
            intake.attendees.push(IntakePerson { email, name, role });
        }
        if intake.attendees.len() > MAX_READ_PEOPLE {
            let people = intake.attendees.len();
            let words = format!("At most {MAX_READ_PEOPLE} people are read at once; these are {people}.");
            let reason = words + &group.size_in_words();
            return Err(Problem::invalid(vec![FieldFault::new(group.field(), "tooMany", reason)]));
        }
    }
    intake.groups = groups.iter().map(Group::shown).collect();
    Ok(intake)
}

/// What is to be read.
struct Given<'b> {
    text: Cow<'b, str>,
    form: Form,
    groups: Vec<GroupRequest>,
}

fn too_large() -> Problem {
    let words = format!("A text has at most {} KiB; send it in parts.", MAX_INTAKE_BYTES / 1_024);
    Problem::new(413, "Too large", words)
}

/// The text, what it is, and the groups beside it.
fn asked<'b>(headers: &HeaderMap, body: &'b Bytes) -> Result<Given<'b>, Problem> {
    let given = headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
    let (kind, parameters) = given.map_or(("", ""), |given| given.split_once(';').unwrap_or((given, "")));
    let plain = |form| Ok(Given { text: decoded(body, parameters)?, form, groups: Vec::new() });
    match kind.trim().to_ascii_lowercase().as_str() {
        "text/plain" => plain(Form::Text),
        "text/csv" | "text/tab-separated-values" => plain(Form::Table),
        "application/json" | "" => {
            let request: IntakeRequest = json(body)?;
            let form = match request.format {
                IntakeFormat::Text => Form::Text,
                IntakeFormat::Csv => Form::Table,
            };
            Ok(Given { text: request.text.into(), form, groups: request.groups })
        }
        _ => {
            let words = "Send text/plain, text/csv or application/json.";
            Err(Problem::new(415, "Unsupported media type", words).coded("unsupportedMediaType"))
        }
    }
}

/// The text of bytes: by their byte order mark, else by what the sender says, else UTF-8, else what spreadsheets in Korea write.
/// What is in none of these is refused: an address in it would be lost.
fn decoded<'b>(body: &'b [u8], parameters: &str) -> Result<Cow<'b, str>, Problem> {
    let said = parameters.split(';').filter_map(|parameter| parameter.split_once('='));
    let charset = said.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    let label = charset.map(|(_, label)| label.trim().trim_matches('"'));
    let encoding = match label {
        Some(label) => Encoding::for_label_no_replacement(label.as_bytes()).ok_or_else(|| {
            let words = format!("Texts in the character set {label:?} can't be read; send UTF-8.");
            Problem::new(415, "Unsupported media type", words).coded("unsupportedCharset")
        })?,
        None if std::str::from_utf8(body).is_ok() => encoding_rs::UTF_8,
        None => EUC_KR,
    };
    let (text, encoding, is_damaged) = encoding.decode(body);
    if is_damaged {
        let words = format!(
            "The text is not in the character set {}; name its own behind Content-Type, such as charset=utf-8.",
            encoding.name()
        );
        return Err(Problem::bad_request(words).coded("wrongCharset"));
    }
    Ok(text)
}

/// The domains of people whom the caller knows: their own, and those of whoever is in the meetings ahead that were made last.
async fn known_domains(state: &Shared, caller: &Caller) -> Result<Vec<String>, Problem> {
    let (Some([key, _]), Some(address)) = (caller.keys(), caller.address()) else { return Ok(Vec::new()) };
    let now = state.now_ms();
    let read = state.store.read(move |tx| {
        let mut bodies = Vec::new();
        for id in handovers::newest_of(tx, &key, now, MEETINGS_LOOKED_AT)? {
            let Some(row) = meetings::find(tx, id)? else { continue };
            bodies.extend(meetings::revision(tx, id, row.revision)?.map(|revision| revision.body));
        }
        Ok::<_, DbFault>(bodies)
    });
    let bodies = read.await.map_err(database)?;
    let people = bodies.iter().filter_map(|body| serde_json::from_str::<Body>(body).ok());
    let addresses = people.flat_map(|body| {
        body.everybody().into_iter().map(|attendee| attendee.email.to_lowercase()).collect::<Vec<_>>()
    });
    let mut known: Vec<String> = Vec::new();
    for address in std::iter::once(address).chain(addresses) {
        let Some((_, domain)) = address.rsplit_once('@') else { continue };
        if known.len() < MAX_KNOWN && known.iter().all(|known| known != domain) {
            known.push(domain.to_owned());
        }
    }
    Ok(known)
}

fn shown(found: intake::Intake) -> Intake {
    let fault = |fault: intake::Fault| {
        let (code, reason) = match fault.kind {
            FaultKind::NoAddress => ("noAddress", "There is no e-mail address in it.".to_owned()),
            FaultKind::Invalid(why) => ("invalid", sentence(&why.to_string())),
            FaultKind::DoubtfulDomain => {
                ("doubtfulDomain", "Its domain looks like another one that is mistyped.".to_owned())
            }
        };
        let (line, text, suggestion) = (fault.line, fault.text, fault.suggestion);
        IntakeFault { line, text, code: code.to_owned(), reason, suggestion }
    };
    let person =
        |one: intake::Found| IntakePerson { email: one.email.to_string(), name: one.name, role: None };
    let duplicate = |one: intake::Duplicate| IntakeDuplicate { line: one.line, email: one.email.to_string() };
    Intake {
        fault_count: found.faults.len(),
        duplicate_count: found.duplicates.len(),
        attendees: found.people.into_iter().map(person).collect(),
        faults: found.faults.into_iter().take(MAX_SHOWN_FAULTS).map(fault).collect(),
        groups: Vec::new(),
        duplicates: found.duplicates.into_iter().take(MAX_SHOWN_FAULTS).map(duplicate).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_decoded_by_its_mark_or_charset_or_as_korean_spreadsheets_write_it() {
        let (korean, _, _) = EUC_KR.encode("김철수,a@b.test");
        assert_eq!(decoded(&korean, "").unwrap(), "김철수,a@b.test");
        assert_eq!(
            decoded(&korean, " header=present; charset=\"ks_c_5601-1987\"").unwrap(),
            "김철수,a@b.test"
        );
        assert_eq!(decoded("김철수".as_bytes(), "").unwrap(), "김철수");
        let utf16: Vec<u8> = "\u{feff}김\ta@b".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decoded(&utf16, "").unwrap(), "김\ta@b");
    }

    #[test]
    fn a_text_in_no_known_character_set_is_refused_and_not_lost() {
        let detail = |body: &[u8], parameters: &str| decoded(body, parameters).unwrap_err().detail;
        assert_eq!(
            detail(b"a@b.test", "charset=iso-2022-kr"),
            "Texts in the character set \"iso-2022-kr\" can't be read; send UTF-8."
        );
        assert_eq!(
            detail(b"\xffa@b.test", "charset=utf-8"),
            "The text is not in the character set UTF-8; name its own behind Content-Type, such as charset=utf-8."
        );
    }
}
