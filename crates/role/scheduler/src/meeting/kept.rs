//! What is written of a meeting: its row, its revision, the lists that it stands in, and the mails that tell of it.

use convoke_callbridge_api::loopback::{Space, User};
use convoke_model::MeetingId;
use convoke_scheduler_api::{history::Operation, request::MeetingRequest};
use convoke_store::{
    DbFault, Tx,
    lists::{PersonRow, Standing},
    meetings,
    meetings::{MeetingRow, Revision},
    outbox,
    outbox::MailRow,
};
use convoke_web_api::Problem;

use super::{
    body::{Attendee, Body, Time},
    check::Checked,
    history::Deed,
    listing::Listing,
    mails,
    place::{self, Place},
    reminding,
};
use crate::{
    asked::Whence,
    branding::Written,
    caller::{address_key, user_key},
};

/// A meeting that is about to be written for the first time.
#[derive(Debug, Clone)]
pub(crate) struct NewMeeting {
    /// Its state.
    pub(crate) row: MeetingRow,
    /// What it says.
    pub(crate) body: Body,
    /// The mails that tell of it.
    pub(crate) mails: Vec<MailRow>,
    revision: Revision,
    standing: Standing,
}

/// What a new meeting is made of, each part judged before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parts<'a> {
    /// Its id.
    pub(crate) id: MeetingId,
    /// What was asked for.
    pub(crate) request: &'a MeetingRequest,
    /// The same, checked.
    pub(crate) checked: &'a Checked,
    /// Where, as asked for.
    pub(crate) place: &'a Place,
    /// The space.
    pub(crate) space: &'a Space,
    /// Whose it is.
    pub(crate) user: &'a User,
    /// Who asked, and from where, for the history.
    pub(crate) whence: &'a Whence,
    /// When, in milliseconds since 1970.
    pub(crate) now_ms: i64,
    /// The web app's address, whose host ends the UID.
    pub(crate) web_app_url: &'a str,
    /// The address that calendars answer to, where it is not the organizer's own.
    pub(crate) answers_to: Option<&'a str>,
    /// The texts that its invitations are written by.
    pub(crate) written: &'a Written,
}

impl NewMeeting {
    /// The meeting of these parts, to which everybody is invited by mail.
    pub(crate) fn of(parts: &Parts<'_>) -> Result<Self, Problem> {
        let body = Self::body(parts);
        let mails = mails::of_change(None, &body);
        Self::saying(parts, body, mails)
    }

    /// What the meeting of these parts says.
    pub(crate) fn body(parts: &Parts<'_>) -> Body {
        let mut body = Body {
            answers_to: parts.answers_to.map(ToOwned::to_owned),
            ..body_of(parts.request, parts.checked, parts.place, parts.space, parts.user, 0)
        };
        parts.written.note(&mut body);
        body
    }

    /// A meeting of these parts that says this, of which these mails tell.
    pub(crate) fn saying(
        parts: &Parts<'_>,
        body: Body,
        mails: Vec<(String, &'static str)>,
    ) -> Result<Self, Problem> {
        let (id, now) = (parts.id, parts.now_ms);
        let mut row = MeetingRow {
            id,
            uid: format!("{id}@{}", uid_host(parts.web_app_url)),
            organizer: parts.user.id.clone(),
            revision: 1,
            sequence: 0,
            is_cancelled: false,
            space: parts.space.id.clone(),
            is_temporary: matches!(parts.place, Place::Template(..)),
            first_start_at: 0,
            last_end_at: None,
            cancelled_at: None,
            created_at: now,
            updated_at: now,
            space_removed_at: None,
            follows: None,
            followed_by: None,
        };
        fit(&mut row, &body)?;
        let mails = mails::rows(mails, id, row.revision, now);
        let deed = Deed { notified: mails.len(), ..Deed::of(Operation::Created) };
        let revision = revision(&body, parts.whence, &deed, now)?;
        let standing = standing(&body);
        Ok(Self { row, body, mails, revision, standing })
    }

    /// The meeting that what follows in another one becomes, with a name of its own in calendars; `from` is that one as it was.
    pub(crate) fn parted(
        id: MeetingId,
        from: &MeetingRow,
        body: Body,
        mails: Vec<(String, &'static str)>,
        (whence, now): (&Whence, i64),
        web_app_url: &str,
    ) -> Result<Self, Problem> {
        let mut row = MeetingRow {
            id,
            uid: format!("{id}@{}", uid_host(web_app_url)),
            revision: 1,
            is_cancelled: false,
            cancelled_at: None,
            created_at: now,
            updated_at: now,
            space_removed_at: None,
            follows: Some(from.id),
            organizer: body.organizer.id.clone(),
            ..from.clone()
        };
        fit(&mut row, &body)?;
        let mails = mails::rows(mails, id, row.revision, now);
        let deed = Deed { notified: mails.len(), ..Deed::of(Operation::Parted) };
        let revision = revision(&body, whence, &deed, now)?;
        let standing = standing(&body);
        Ok(Self { row, body, mails, revision, standing })
    }

    /// Writes the meeting; its mails are the caller's to write.
    pub(crate) fn insert(&self, tx: &mut Tx<'_>) -> Result<(), DbFault> {
        meetings::insert(tx, &self.row, &self.revision, &self.standing)
    }

    /// Writes the meeting and queues its mails.
    pub(crate) fn insert_with_mails(&self, tx: &mut Tx<'_>) -> Result<(), DbFault> {
        self.insert(tx)?;
        reminding::renew(tx, &self.row, &self.body, false)?;
        outbox::insert(tx, &self.mails)
    }
}

/// What the meeting says.
pub(crate) fn body_of(
    request: &MeetingRequest,
    checked: &Checked,
    place: &Place,
    space: &Space,
    user: &User,
    sequence: i64,
) -> Body {
    // A space that was made just now has the template's default as its own.
    let place = match place {
        Place::Template(..) => &Place::Existing(space.clone()),
        existing @ Place::Existing(_) => existing,
    };
    let (organizer, attendees) = place::people(place, request, checked, user);
    let said = attendees.clone();
    let body = Body {
        summary: checked.summary.clone(),
        description: checked.description.clone(),
        time: Time::of(&checked.series),
        organizer,
        answers_to: None,
        attendees,
        space: space.id.clone(),
        space_name: space.name.clone(),
        template: request.co_space_template.as_ref().map(|template| template.to_lowercase()),
        language: checked.language.tag().to_owned(),
        ways: place::ways(space),
        sequence,
        guest_list: checked.guest_list.unwrap_or_default(),
        reminders: checked.reminders.clone().unwrap_or_default(),
        answers_since: 0,
        overrides: Vec::new(),
        co_organizers: Vec::new(),
        templates: std::collections::BTreeMap::new(),
        ivr_numbers: Vec::new(),
        eras: Vec::new(),
    };
    body.with_said_of(&said)
}

/// The row's figures for what the body says.
pub(crate) fn fit(row: &mut MeetingRow, body: &Body) -> Result<(), Problem> {
    let extent = if body.overrides.is_empty() {
        let series = body.time.series().ok_or_else(Problem::internal)?;
        series.first().map(|first| (first.start, series.last_end()))
    } else {
        body.plan(false).ok_or_else(Problem::internal)?.extent()
    };
    row.first_start_at = extent.map_or(0, |(first, _)| first.as_millisecond());
    row.last_end_at = match extent {
        // Nothing takes place: it is over since ever.
        None => Some(0),
        Some((_, last)) => last.map(|end| end.as_millisecond()),
    };
    row.space.clone_from(&body.space);
    row.sequence = body.sequence;
    Ok(())
}

/// The revision that says so.
pub(crate) fn revision(body: &Body, whence: &Whence, deed: &Deed, now_ms: i64) -> Result<Revision, Problem> {
    let deed = Deed { on_behalf_of: whence.on_behalf_of.clone(), ..deed.clone() };
    Ok(Revision {
        body: text(body)?,
        changed_by: whence.by.clone(),
        changed_at: now_ms,
        via: whence.via.to_owned(),
        address: whence.address.clone(),
        change: text(&deed)?,
    })
}

/// In whose lists a meeting stands, and what they show of it.
pub(crate) fn standing(body: &Body) -> Standing {
    let listing = Listing::of(body);
    let organizer = PersonRow { person: user_key(&body.organizer.id), listing: listing.for_organizer() };
    let row = |attendee: &Attendee| PersonRow {
        person: address_key(&attendee.email),
        listing: listing.for_attendee(attendee),
    };
    let attendees: Vec<PersonRow> = if body.overrides.is_empty() {
        body.attendees.iter().map(row).collect()
    } else {
        body.everybody().into_iter().map(row).collect()
    };
    let co_organizers = body
        .co_organizers
        .iter()
        .map(|user| PersonRow { person: user_key(&user.id), listing: listing.for_co_organizer() });
    Standing {
        people: std::iter::once(organizer).chain(co_organizers).chain(attendees).collect(),
        recurring: body.time.rrule.is_some() || !body.time.rdate.is_empty(),
    }
}

fn text<T: serde::Serialize>(value: &T) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(|_| Problem::internal())
}

/// What stands after the `@` of a UID: the web app's host, an IPv6 address without its brackets and colons.
fn uid_host(web_app_url: &str) -> String {
    let host = web_app_url.trim_start_matches("https://");
    match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address.replace(':', "-"),
        None => host.split(':').next().unwrap_or(host).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_ends_in_the_host_of_the_web_app() {
        assert_eq!(uid_host("https://meet.example.com:8443"), "meet.example.com");
        assert_eq!(uid_host("https://[::1]:8443"), "--1");
    }
}
