//! A meeting as the API shows it to one caller.

use std::collections::HashMap;

use convoke_scheduler_api::meeting::{Attendee, Mail, MailState, Meeting, Organizer, Status};
use convoke_store::{
    meetings::MeetingRow,
    outbox::{MailOutcome, MailRow},
};

use super::{
    body::{Body, instant},
    kept::NewMeeting,
    listing::instant_ms,
};
use crate::caller::{Access, Caller};

/// A meeting that was made just now, for who made it: all its mails wait.
pub(crate) fn new_meeting(new: &NewMeeting, caller: &Caller) -> Meeting {
    let queued = |mail: &MailRow| MailOutcome {
        recipient: mail.recipient.clone(),
        state: "queued".to_owned(),
        detail: None,
        at: mail.created_at,
    };
    let outcomes: Vec<MailOutcome> = new.mails.iter().map(queued).collect();
    meeting(&new.row, &new.body, &outcomes, caller, &Access::Full)
}

/// The meeting for a caller with this access.
pub(crate) fn meeting(
    row: &MeetingRow,
    body: &Body,
    outcomes: &[MailOutcome],
    caller: &Caller,
    access: &Access,
) -> Meeting {
    let series = body.time.series();
    let first = series.as_ref().and_then(convoke_meeting::Series::first);
    let is_full = *access == Access::Full;
    let own_role = match access {
        Access::Full => &body.organizer.role,
        Access::Attendee(role) => role,
    };
    let mails: HashMap<String, &MailOutcome> =
        outcomes.iter().map(|outcome| (outcome.recipient.to_lowercase(), outcome)).collect();
    let attendees = body.attendees.iter().map(|attendee| Attendee {
        email: attendee.email.clone(),
        name: attendee.name.clone(),
        role: attendee.role.clone(),
        mail: mails.get(&attendee.email.to_lowercase()).filter(|_| is_full).map(|outcome| mail(outcome)),
    });
    Meeting {
        id: row.id.to_string(),
        uid: row.uid.clone(),
        etag: etag(row),
        sequence: row.sequence,
        status: if row.is_cancelled { Status::Cancelled } else { Status::Confirmed },
        summary: body.summary.clone(),
        description: body.description.clone(),
        dt_start: body.time.start.clone(),
        dt_end: body.time.end.clone(),
        time_zone: body.time.zone.clone(),
        is_full_day_meeting: body.time.all_day,
        rrule: body.time.rrule.clone(),
        rdate: body.time.rdate.clone(),
        exdate: body.time.exdate.clone(),
        dt_start_utc: first.map(|first| instant(first.start)),
        dt_end_utc: first.map(|first| instant(first.end)),
        series_end_utc: row.last_end_at.map(instant_ms),
        organizer: Organizer {
            name: body.organizer.name.clone(),
            email: body.organizer.email.clone(),
            user_jid: body.organizer.jid.clone(),
            role: body.organizer.role.clone(),
        },
        is_organizer: caller.is_user(&body.organizer.id),
        attendees: attendees.collect(),
        co_space: body.space.clone(),
        co_space_name: body.space_name.clone(),
        co_space_template: body.template.clone(),
        temporary_space: row.is_temporary,
        language: body.language.clone(),
        created_at: instant_ms(row.created_at),
        updated_at: instant_ms(row.updated_at),
        join: body.way(own_role).cloned(),
        access_methods: if is_full { body.ways.clone() } else { Vec::new() },
    }
}

/// The entity tag of a meeting: it changes with every change of what people agreed on, not with what becomes of mails.
pub(crate) fn etag(row: &MeetingRow) -> String {
    format!("\"{}.{}\"", row.id, row.revision)
}

fn mail(outcome: &MailOutcome) -> Mail {
    let state = match outcome.state.as_str() {
        "sent" => MailState::Sent,
        "deferred" => MailState::Deferred,
        "failed" => MailState::Failed,
        _ => MailState::Queued,
    };
    Mail { state, detail: outcome.detail.clone(), at: instant_ms(outcome.at) }
}
