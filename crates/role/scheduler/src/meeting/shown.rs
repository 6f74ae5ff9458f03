//! A meeting as the API shows it to one caller.

use std::collections::HashMap;

use convoke_meeting::{
    Series,
    plan::{Invitee, Plan, Planned},
    words,
};
use convoke_model::Language;
use convoke_scheduler_api::{
    answer::{AnswerSource, PartStat},
    meeting::{Attendee, CoOrganizer, Mail, MailState, Meeting, Organizer, Status},
    occurrence::{Occurrence, Person},
    recurrence::Words,
    request::GuestList,
};
use convoke_store::{
    meetings::MeetingRow,
    outbox::{MailOutcome, MailRow},
};
use jiff::civil::DateTime;

use super::{
    answers::{Answers, Known, shown_partstat, shown_source},
    body::{self, Body, Time, instant, local},
    kept::NewMeeting,
    listing::instant_ms,
    plan::attendee,
};
use crate::caller::{Access, Caller};

/// What changes around a meeting without being a change of it.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    /// What became of mails.
    pub(crate) outcomes: Vec<MailOutcome>,
    /// What people said.
    pub(crate) answers: Answers,
}

/// A meeting that was made just now, for who made it: all its mails wait. It has answers when it was parted from another one.
pub(crate) fn new_meeting(new: &NewMeeting, answers: Answers, caller: &Caller) -> Meeting {
    let queued = |mail: &MailRow| MailOutcome {
        recipient: mail.recipient.clone(),
        state: "queued".to_owned(),
        detail: None,
        at: mail.created_at,
    };
    let beside = Beside { outcomes: new.mails.iter().map(queued).collect(), answers };
    meeting(&new.row, &new.body, &beside, caller, &Access::Full)
}

/// The meeting for a caller with this access.
pub(crate) fn meeting(
    row: &MeetingRow,
    body: &Body,
    beside: &Beside,
    caller: &Caller,
    access: &Access,
) -> Meeting {
    if *access == Access::Dates
        && let Some(shown) = by_its_dates(row, body, beside, caller)
    {
        return shown;
    }
    let series = body.time.series();
    let unscheduled = series.as_ref().is_some_and(Series::is_unscheduled);
    let first = series.as_ref().and_then(Series::first).filter(|_| !unscheduled);
    let is_full = *access == Access::Full;
    let own_role = match access {
        Access::Full => body.organizer.role.as_str(),
        Access::Attendee(role) => role,
        // Nobody's: what has no date for the caller has no way in for them.
        Access::Dates => "",
    };
    let mails: HashMap<String, &MailOutcome> =
        beside.outcomes.iter().map(|outcome| (outcome.recipient.to_lowercase(), outcome)).collect();
    let said = SaidOf::new(body, &beside.answers, caller, access);
    let visible = body.attendees.iter().filter(|attendee| sees(body, access, caller, &attendee.email));
    let attendees = visible.map(|attendee| {
        let mail = mails.get(&attendee.email.to_lowercase()).filter(|_| is_full).map(|outcome| mail(outcome));
        Attendee {
            language: attendee.language.clone().filter(|_| is_full),
            time_zone: attendee.zone.clone().filter(|_| is_full),
            ..shown_attendee(attendee, said.of(&attendee.email, None), mail)
        }
    });
    Meeting {
        id: row.id.to_string(),
        uid: row.uid.clone(),
        etag: etag(row),
        sequence: row.sequence,
        status: if row.is_cancelled { Status::Cancelled } else { Status::Confirmed },
        summary: body.summary.clone(),
        description: body.description.clone(),
        dt_start: Some(body.time.start.clone()).filter(|_| !unscheduled),
        dt_end: Some(body.time.end.clone()).filter(|_| !unscheduled),
        unscheduled,
        time_zone: body.time.zone.clone(),
        is_full_day_meeting: body.time.all_day,
        rrule: body.time.rrule.clone(),
        words: series.as_ref().and_then(told),
        rdate: body.time.rdate.clone(),
        exdate: body.time.exdate.clone(),
        overrides: overrides(body, &beside.answers, caller, access),
        follows: row.follows.map(|id| id.to_string()),
        followed_by: row.followed_by.map(|id| id.to_string()),
        dt_start_utc: first.map(|first| instant(first.start)),
        dt_end_utc: first.map(|first| instant(first.end)),
        series_end_utc: row.last_end_at.filter(|_| !unscheduled).map(instant_ms),
        organizer: organizer(body, &body.organizer.role),
        is_organizer: caller.is_user(&body.organizer.id),
        is_co_organizer: body.co_organizers.iter().any(|user| caller.is_user(&user.id)),
        is_delegate: caller.is_delegate(body, access),
        co_organizers: co_organizers(body, is_full),
        attendees: attendees.collect(),
        co_space: body.space.clone(),
        co_space_name: body.space_name.clone(),
        co_space_template: body.template.clone(),
        temporary_space: row.is_temporary,
        language: body.language.clone(),
        guest_list: body.guest_list,
        reminders: body.reminders.clone(),
        created_at: instant_ms(row.created_at),
        updated_at: instant_ms(row.updated_at),
        join: body.way(own_role).cloned(),
        access_methods: if is_full { body.ways.clone() } else { Vec::new() },
    }
}

fn co_organizers(body: &Body, is_full: bool) -> Vec<CoOrganizer> {
    let shown = body.co_organizers.iter().filter(|_| is_full || body.guest_list == GuestList::All);
    let co_organizer = |user: &body::CoOrganizer| CoOrganizer {
        name: user.name.clone(),
        email: user.email.clone(),
        user_jid: user.jid.clone(),
    };
    shown.map(co_organizer).collect()
}

/// How a series repeats, in all languages; `None` for a single meeting.
pub(crate) fn told(series: &Series) -> Option<Words> {
    Some(Words {
        en: words::describe(Language::English, series)?,
        ko: words::describe(Language::Korean, series)?,
    })
}

/// Whether a caller with this access sees that this address is invited.
fn sees(body: &Body, access: &Access, caller: &Caller, email: &str) -> bool {
    *access == Access::Full
        || body.guest_list == GuestList::All
        || caller.address().is_some_and(|own| own == email.to_lowercase())
}

/// The meeting for somebody who is in single occurrences only: as if their first one were all of it, with those that they are
/// in beside it.
fn by_its_dates(row: &MeetingRow, body: &Body, beside: &Beside, caller: &Caller) -> Option<Meeting> {
    let plan = body.plan(row.is_cancelled)?;
    let address = caller.address()?;
    let (planned, role) = plan.overrides.keys().find_map(|original| {
        let planned = plan.occurrence(*original)?;
        let role = planned.face.person(&address)?.role.clone();
        Some((planned, role))
    })?;
    let place = body.place(&planned.face.place)?;
    let all_day = body.time.all_day;
    let alone = Body {
        summary: planned.face.summary,
        description: planned.face.description,
        time: Time {
            start: local(planned.time.local_start, all_day),
            end: local(planned.time.local_end, all_day),
            rrule: None,
            rdate: Vec::new(),
            exdate: Vec::new(),
            ..body.time.clone()
        },
        attendees: planned.face.people.iter().map(attendee).collect(),
        space: place.space,
        space_name: place.space_name,
        ways: place.ways,
        overrides: Vec::new(),
        eras: Vec::new(),
        ..body.clone()
    };
    let row = MeetingRow { last_end_at: Some(planned.time.end.as_millisecond()), ..row.clone() };
    let shown = meeting(&row, &alone, &Beside::default(), caller, &Access::Attendee(role));
    let said = SaidOf::new(body, &beside.answers, caller, &Access::Dates);
    let original = Some(planned.time.original);
    let attendees = alone.attendees.iter().filter(|one| sees(body, &Access::Dates, caller, &one.email));
    Some(Meeting {
        attendees: attendees.map(|one| shown_attendee(one, said.of(&one.email, original), None)).collect(),
        overrides: overrides(body, &beside.answers, caller, &Access::Dates),
        follows: None,
        followed_by: None,
        ..shown
    })
}

/// The occurrences that say something of their own.
fn overrides(body: &Body, answers: &Answers, caller: &Caller, access: &Access) -> Vec<Occurrence> {
    if body.overrides.is_empty() {
        return Vec::new();
    }
    let Some(plan) = body.plan(false) else { return Vec::new() };
    let said = plan.overrides.iter().filter(|(_, said)| !said.is_plain());
    let shown = |original: &DateTime| {
        occurrence(body, &plan, &plan.occurrence(*original)?, Some(answers), (caller, access))
    };
    said.filter_map(|(original, _)| shown(original)).collect()
}

/// What people said of a meeting, as a caller is shown it.
struct SaidOf<'a> {
    answers: &'a Answers,
    /// Nothing where nobody said anything.
    plan: Option<Plan>,
    is_full: bool,
    own: Option<String>,
}

/// What one person said.
#[derive(Default)]
struct Said {
    partstat: PartStat,
    answered_at: Option<String>,
    source: Option<AnswerSource>,
    comment: Option<String>,
}

impl<'a> SaidOf<'a> {
    fn new(body: &Body, answers: &'a Answers, caller: &Caller, access: &Access) -> Self {
        let plan = if answers.is_empty() { None } else { body.plan(false) };
        Self { answers, plan, is_full: *access == Access::Full, own: caller.address() }
    }

    fn of(&self, email: &str, original: Option<DateTime>) -> Said {
        let found = self.plan.as_ref().and_then(|plan| {
            let person = email.to_lowercase();
            let is_shown = self.is_full || self.own.as_ref() == Some(&person);
            Some((self.answers.holding(plan, &person, original)?, is_shown))
        });
        found.map(|(known, is_shown)| said(known, is_shown)).unwrap_or_default()
    }
}

/// What somebody said, with what belongs to the organizer and to themselves alone.
fn said(known: &Known, is_shown: bool) -> Said {
    let partstat = shown_partstat(known.partstat());
    if !is_shown || partstat == PartStat::NeedsAction {
        return Said { partstat, ..Said::default() };
    }
    Said {
        partstat,
        answered_at: Some(instant_ms(known.row.answered_at)),
        source: shown_source(&known.row.source),
        comment: Some(known.row.comment.clone()).filter(|comment| !comment.is_empty()),
    }
}

fn shown_attendee(attendee: &body::Attendee, said: Said, mail: Option<Mail>) -> Attendee {
    Attendee {
        email: attendee.email.clone(),
        name: attendee.name.clone(),
        role: attendee.role.clone(),
        language: None,
        time_zone: None,
        partstat: said.partstat,
        answered_at: said.answered_at,
        answer_source: said.source,
        comment: said.comment,
        mail,
    }
}

/// An occurrence for a caller with this access, with what people said of it if it is given; `None` when they are not in it.
pub(crate) fn occurrence(
    body: &Body,
    plan: &Plan,
    planned: &Planned,
    answers: Option<&Answers>,
    (caller, access): (&Caller, &Access),
) -> Option<Occurrence> {
    let face = &planned.face;
    let role = match access {
        Access::Full => &face.organizer_role,
        Access::Attendee(_) | Access::Dates => &face.person(&caller.address()?)?.role,
    };
    let place = body.place(&face.place)?;
    let all_day = plan.series.is_all_day();
    let own = caller.address();
    let person = |person: &Invitee| {
        let key = person.key();
        let is_shown = *access == Access::Full || own.as_ref() == Some(&key);
        let said = answers.map(|answers| {
            let known = answers.holding(plan, &key, Some(planned.time.original));
            known.map(|known| said(known, is_shown)).unwrap_or_default()
        });
        let partstat = said.as_ref().map(|said| said.partstat);
        let Said { answered_at, source, comment, .. } = said.unwrap_or_default();
        Person {
            email: person.email.clone(),
            name: person.name.clone(),
            role: person.role.clone(),
            partstat,
            answered_at,
            answer_source: source,
            comment,
        }
    };
    let visible = face.people.iter().filter(|person| sees(body, access, caller, &person.email));
    let former = plan.overrides.get(&planned.time.original).and_then(|said| said.former);
    Some(Occurrence {
        recurrence: local(planned.time.original, all_day),
        status: if planned.is_cancelled { Status::Cancelled } else { Status::Confirmed },
        summary: face.summary.clone(),
        description: face.description.clone(),
        dt_start: local(planned.time.local_start, all_day),
        dt_end: local(planned.time.local_end, all_day),
        time_zone: body.time.zone.clone(),
        dt_start_utc: instant(planned.time.start),
        dt_end_utc: instant(planned.time.end),
        organizer: organizer(body, &face.organizer_role),
        attendees: Some(visible.map(person).collect()),
        co_space: place.space,
        co_space_name: place.space_name,
        is_overridden: planned.is_overridden,
        former: former.map(|former| local(former, all_day)),
        join_link: place.ways.iter().find(|way| way.role == *role).and_then(|way| way.link.clone()),
    })
}

fn organizer(body: &Body, role: &str) -> Organizer {
    Organizer {
        name: body.organizer.name.clone(),
        email: body.organizer.email.clone(),
        user_jid: body.organizer.jid.clone(),
        role: role.to_owned(),
    }
}

/// The entity tag of a meeting: it changes with every change of what people agreed on, not with what becomes of mails.
pub(crate) fn etag(row: &MeetingRow) -> String {
    format!("\"{}.{}\"", row.id, row.revision)
}

fn mail(outcome: &MailOutcome) -> Mail {
    Mail { state: mail_state(&outcome.state), detail: outcome.detail.clone(), at: instant_ms(outcome.at) }
}

/// Where a mail stands, by the outbox's word for it.
pub(crate) fn mail_state(word: &str) -> MailState {
    match word {
        "sent" => MailState::Sent,
        "deferred" => MailState::Deferred,
        "failed" => MailState::Failed,
        "bounced" => MailState::Bounced,
        "withdrawn" => MailState::Withdrawn,
        _ => MailState::Queued,
    }
}
