//! `POST /templates/preview`: how an invitation looks by a text, before anybody gets it.

use axum::{Json, extract::State};
use convoke_callbridge_api::{branding::Branding, loopback::User};
use convoke_callbridge_client::{OrganizerAsked, UserAsked};
use convoke_fetch::Text;
use convoke_http::Refusal;
use convoke_invite::{
    Answer, Audience, Entry, IvrNumber, Joining, Person, Personal, Snapshot, Template, preview,
};
use convoke_meeting::{Draft, draft};
use convoke_model::Language;
use convoke_scheduler_api::{
    PREFIX,
    template::{TemplateFault, TemplatePreview, TemplatePreviewRequest},
};
use convoke_store::{DbFault, meetings};
use convoke_web_api::{FieldFault, Problem};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};

use super::{json, meetings::find_to_change};
use crate::{
    asked::Asked,
    branding::Chosen,
    caller::Caller,
    meeting::{
        feed::{Reader, entry},
        letters::number,
        preferred::Preferences,
    },
    openapi::AnswerRefusals,
    state::{Shared, State as Shares, call_bridge, database},
};

/// Shows how an invitation looks by a text, and what is wrong with it. Nothing is sent.
#[utoipa::path(post, path = "/api/v1/scheduler/templates/preview", tag = "templates",
    request_body = TemplatePreviewRequest,
    responses(
        (status = 200, description = "The invitation, and what is wrong with the text", body = TemplatePreview),
        (status = 403, description = "The caller may not change the meeting, or is no operator and names a URL", body = Problem,
            content_type = "application/problem+json"),
        AnswerRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn show(
    State(state): State<Shared>,
    asked: Asked,
) -> Result<Json<TemplatePreview>, Refusal> {
    let request: TemplatePreviewRequest = json(&asked.body)?;
    let language = language(&request)?;
    let meeting = match &request.meeting {
        Some(id) => Some(Invited::find(&state, &asked.caller, id).await?),
        None => None,
    };
    let mut chosen = match (&request.text, &request.url, &meeting) {
        (Some(_), Some(_), _) => return Err(one_of("url", "duplicate").into()),
        (Some(text), None, _) => Chosen { text: Some(text.clone()), warnings: Vec::new() },
        (None, Some(url), _) => of_url(&state, &asked.caller, url).await?,
        (None, None, Some(meeting)) => {
            state
                .brandings
                .chosen((&state.store, state.now_ms()), &state.templates, &meeting.branding, language)
                .await
        }
        (None, None, None) => return Err(one_of("text", "required").into()),
    };
    let (template, faults) = match chosen.text.as_deref().map(Template::parse) {
        None => (None, Vec::new()),
        Some(Ok(template)) => (Some(template), Vec::new()),
        Some(Err(faults)) => (None, faults),
    };
    if !faults.is_empty() {
        chosen.warnings.push("The text has faults; the built-in one is sent instead.".to_owned());
    }
    let entry = match meeting {
        Some(meeting) => meeting.entry,
        None => sample(&state, language).ok_or_else(Problem::internal)?,
    };
    let seen = seen(&state, entry, language, template.as_ref());
    let unknown = seen.unknown.iter().map(|name| format!("There is no value {name}; it is empty."));
    chosen.warnings.extend(unknown);
    if seen.is_too_much {
        chosen.warnings.push("The text becomes too long; the built-in one is sent instead.".to_owned());
    }
    let fault = |fault: convoke_invite::TemplateFault| TemplateFault {
        line: fault.line,
        column: fault.column,
        reason: fault.reason,
    };
    Ok(Json(TemplatePreview {
        subject: seen.content.subject,
        text: seen.content.text,
        html: seen.content.html,
        faults: faults.into_iter().map(fault).collect(),
        warnings: chosen.warnings,
    }))
}

fn seen(
    state: &Shares,
    entry: Entry,
    language: Language,
    template: Option<&Template>,
) -> convoke_invite::Previewed {
    let audience = Audience { language, is_asked: !entry.audience.is_organizer, ..entry.audience };
    let person = entry.meeting.attendees.first().map(|attendee| attendee.person.clone());
    let link = format!("{}{PREFIX}/answers/", state.settings.web_app_url.trim_end_matches('/'));
    let personal = Personal {
        person: person.as_ref().unwrap_or(&entry.meeting.organizer),
        answer: &|_| Answer::NeedsAction,
        answer_link: Some(&link).filter(|_| audience.is_asked).map(String::as_str),
    };
    preview(&entry.meeting, &audience, &personal, template)
}

fn language(request: &TemplatePreviewRequest) -> Result<Language, Problem> {
    let Some(asked) = request.language.as_deref() else { return Ok(Language::default()) };
    Language::from_locale(asked).ok_or_else(|| {
        Problem::invalid(vec![FieldFault::new("language", "unknown", "Mails are written in en or ko.")])
    })
}

fn one_of(field: &str, code: &str) -> Problem {
    let reason = "One of text and url is needed, or a meeting to be shown by the text that it has.";
    Problem::invalid(vec![FieldFault::new(field, code, reason)])
}

/// The text at a URL. Operators name such URLs for all; others could look around in the server's network by it.
async fn of_url(state: &Shares, caller: &Caller, url: &str) -> Result<Chosen, Problem> {
    if !matches!(caller, Caller::Operator(_)) {
        return Err(Problem::forbidden(
            "Only operators can look at a text by its URL; send the text itself.",
        ));
    }
    Ok(match state.brandings.at(url).await {
        Text::Found(text, why) => {
            Chosen { text: Some(text.to_string()), warnings: why.into_iter().collect() }
        }
        Text::Absent => Chosen {
            text: None,
            warnings: vec!["There is nothing at the URL; the built-in text is sent.".into()],
        },
        Text::Fault(why) => {
            Chosen { text: None, warnings: vec![format!("{why}; the built-in text is sent.")] }
        }
    })
}

/// A meeting as one of those sees it who are invited to it, and by what its invitations would be written now.
struct Invited {
    entry: Entry,
    branding: Branding,
}

impl Invited {
    async fn find(state: &Shared, caller: &Caller, id: &str) -> Result<Self, Problem> {
        let found = find_to_change(state, caller, id, "look at the invitation to").await?;
        let (id, revision) = (found.row.id, found.row.revision);
        let said: Result<_, DbFault> =
            state.store.read_little(move |tx| meetings::revision(tx, id, revision)).await;
        let said = said.map_err(database)?.ok_or_else(Problem::internal)?.body;
        let organizer = &found.body.organizer;
        let email = found.body.attendees.first().map_or(&organizer.email, |attendee| &attendee.email);
        let user = User {
            id: if found.body.attendees.is_empty() { organizer.id.clone() } else { String::new() },
            jid: String::new(),
            name: String::new(),
            email: email.clone(),
            templates: Vec::new(),
        };
        let reader = Reader { user: &user, preferences: &Preferences::default(), now: state.clock.now() };
        let mut entry = entry((&found.row, &said), &[], &reader).ok_or_else(Problem::internal)?;
        let user = UserAsked::Id(&organizer.id);
        let asked = OrganizerAsked { user, space: Some(&found.body.space), template: None };
        let organizer = state.call_bridge.organizer(&asked).await.map_err(call_bridge)?;
        let (branding, numbers) =
            organizer.map(|organizer| (organizer.branding, organizer.ivr_numbers)).unwrap_or_default();
        entry.meeting.ivr_numbers = numbers.iter().map(number).collect();
        Ok(Self { entry, branding })
    }
}

/// A meeting that there is not, tomorrow at 10, every week.
fn sample(state: &Shares, language: Language) -> Option<Entry> {
    let now = state.clock.now();
    let tomorrow = TimeZone::UTC.to_datetime(now).date().checked_add(1.day()).ok()?;
    let (start, end) = (format!("{tomorrow}T10:00:00"), format!("{tomorrow}T10:30:00"));
    let draft = Draft {
        dt_start: Some(&start),
        dt_end: Some(&end),
        time_zone: Some("Asia/Seoul"),
        rrule: Some("FREQ=WEEKLY"),
        ..Draft::default()
    };
    let (summary, name) = match language {
        Language::English => ("Weekly", "Alice Kim"),
        Language::Korean => ("주간 회의", "김민서"),
    };
    let person = |name: &str, email: &str| Some(Person { name: name.to_owned(), email: email.parse().ok()? });
    let web = state.settings.web_app_url.trim_end_matches('/');
    let meeting = Snapshot {
        uid: "example".to_owned(),
        sequence: 0,
        summary: summary.to_owned(),
        description: String::new(),
        series: draft::check(&draft).ok()?,
        recurrence: None,
        exceptions: Vec::new(),
        organizer: person(name, "alice@example.com")?,
        answers_to: None,
        attendees: Vec::new(),
        space_name: summary.to_owned(),
        ivr_numbers: vec![IvrNumber { label: "Seoul".to_owned(), number: "+82 2 1234 5678".to_owned() }],
        created_at: Timestamp::UNIX_EPOCH,
        changed_at: Timestamp::UNIX_EPOCH,
    };
    let joining = Joining {
        role: Some("Guest".to_owned()),
        link: Some(format!("{web}/meeting/123456789?secret=example")),
        meeting_id: Some("123456789".to_owned()),
        passcode: Some("4711".to_owned()),
        uri: Some("weekly@example.com".to_owned()),
    };
    let audience = Audience { joining, language, zone: None, is_organizer: false, is_asked: true };
    Some(Entry { meeting, audience })
}
