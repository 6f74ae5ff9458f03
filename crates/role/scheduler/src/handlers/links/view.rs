//! What a personal link leads to: the meeting, as the one whose link it is may see it, and what they answered.

use convoke_meeting::{
    Occurrence, Zone,
    plan::{Plan, Planned},
};
use convoke_model::{Language, MeetingId};
use convoke_scheduler_api::{
    answer::{Linked, LinkedDate, MAX_LINKED_DATES, PartStat},
    meeting::Status,
};
use convoke_store::{DbFault, Tx, answer_links, answers, meetings, meetings::MeetingRow};
use jiff::{Timestamp, civil::DateTime};

use crate::{
    meeting::{
        answers::{Answers, shown_partstat},
        body::{Body, instant, local},
        preferred::Preferences,
    },
    state::Shared,
};

/// How long a link still shows its meeting after the last end, in milliseconds.
pub(super) const SHOWN_FOR_MS: i64 = 30 * 24 * 3_600 * 1_000;
/// Meetings that a series was parted into which a link is followed through.
pub(super) const MAX_HALVES: usize = 20;
/// Occurrences that are looked through for those that the person is invited to.
const LOOKED_THROUGH: usize = 400;

/// A link shows no meeting.
#[derive(Debug)]
pub(super) enum LinkFault {
    /// Nobody signed it.
    Invalid,
    /// A newer one took its place.
    Revoked,
    /// Its person is not invited any more.
    NotInvited,
    /// The meeting ended more than 30 days ago.
    LongOver,
    /// A page of another site sent it.
    Elsewhere,
    /// It was used too often; the seconds to wait.
    TooOften(i64),
    /// What is kept can't be read.
    Damaged,
    /// The database did not answer.
    Database(DbFault),
}

impl From<DbFault> for LinkFault {
    fn from(fault: DbFault) -> Self {
        Self::Database(fault)
    }
}

/// A meeting for one person.
#[derive(Debug)]
pub(super) struct View {
    /// Which.
    pub(super) meeting: MeetingId,
    /// Who, by the address in lower case.
    pub(super) person: String,
    /// As people call them, or the address.
    pub(super) name: String,
    /// The language of their mails.
    pub(super) language: Language,
    /// Their zone, where it is known and another than the meeting's.
    pub(super) zone: Option<Zone>,
    /// What the meeting says, to them.
    pub(super) summary: String,
    /// Free text.
    pub(super) description: String,
    /// Whose meeting it is.
    pub(super) organizer: String,
    /// The times.
    pub(super) plan: Plan,
    /// What they answered, and said with it.
    pub(super) said: (PartStat, String),
    /// The next dates that they are invited to, with what they answered.
    pub(super) dates: Vec<(Occurrence, PartStat)>,
    /// The one that the page tells first.
    pub(super) first: Option<Occurrence>,
    /// Whether nothing of it takes place.
    pub(super) is_cancelled: bool,
    /// Whether it is over.
    pub(super) is_over: bool,
}

impl View {
    /// Whether there are several dates to choose from.
    pub(super) fn has_dates(&self) -> bool {
        self.dates.len() > 1 || self.plan.series.is_recurring() && !self.dates.is_empty()
    }

    /// Whether it can be answered.
    pub(super) fn is_open(&self) -> bool {
        !self.is_cancelled && !self.is_over
    }

    fn local(&self, time: DateTime) -> String {
        local(time, self.plan.series.is_all_day())
    }

    /// The name of a date in forms and addresses.
    pub(super) fn name_of(&self, date: &Occurrence) -> String {
        self.local(date.original)
    }

    /// The same for programs.
    pub(super) fn shown(&self) -> Linked {
        let series = &self.plan.series;
        let date = |(time, partstat): &(Occurrence, PartStat)| LinkedDate {
            recurrence: self.local(time.original),
            dt_start: self.local(time.local_start),
            dt_end: self.local(time.local_end),
            dt_start_utc: instant(time.start),
            partstat: *partstat,
        };
        let (start, end) =
            self.first.map_or((series.start(), series.end()), |first| (first.local_start, first.local_end));
        Linked {
            email: self.person.clone(),
            name: self.name.clone(),
            summary: self.summary.clone(),
            description: self.description.clone(),
            organizer: self.organizer.clone(),
            status: if self.is_cancelled { Status::Cancelled } else { Status::Confirmed },
            is_over: self.is_over,
            dt_start: Some(self.local(start)).filter(|_| !series.is_unscheduled()),
            dt_end: Some(self.local(end)).filter(|_| !series.is_unscheduled()),
            time_zone: series.zone().name().to_owned(),
            is_full_day_meeting: series.is_all_day(),
            rrule: series.rule().map(ToString::to_string),
            partstat: self.said.0,
            comment: self.said.1.clone(),
            dates: self.dates.iter().map(date).collect(),
        }
    }
}

/// What the database knows of a meeting and its answers.
struct Read {
    row: MeetingRow,
    body: Body,
    answers: Answers,
    /// What the link's person prefers.
    preferences: Preferences,
}

impl Read {
    fn of(tx: &mut Tx<'_>, id: MeetingId) -> Result<Option<Self>, DbFault> {
        let Some(row) = meetings::find(tx, id)? else { return Ok(None) };
        let Some(revision) = meetings::revision(tx, id, row.revision)? else { return Ok(None) };
        let answers = Answers::of(answers::of_meeting(tx, id)?);
        let body = serde_json::from_str(&revision.body)
            .map_err(|_| DbFault::Failed(format!("meeting {id} can't be read")))?;
        Ok(Some(Self { row, body, answers, preferences: Preferences::default() }))
    }

    /// The person of a link: those of a meeting are few enough to look through.
    fn person(&self, linked: &convoke_directory::link::Linked) -> Option<String> {
        let keys = self.body.everybody().into_iter().map(|attendee| attendee.email.to_lowercase());
        keys.into_iter().find(|key| linked.is_of(key))
    }

    fn has(&self, person: &str) -> bool {
        self.body.everybody().iter().any(|attendee| attendee.email.to_lowercase() == person)
    }
}

/// Opens a link.
pub(super) async fn open(state: &Shared, token: &str) -> Result<View, LinkFault> {
    let now = state.clock.now();
    let key = state.answer_links.key(&state.store, now.as_millisecond()).await?;
    let linked = key.read(token).ok_or(LinkFault::Invalid)?;
    let read = state.store.read(move |tx| {
        let epochs = answer_links::epochs(tx, linked.meeting)?;
        let Some(mut read) = Read::of(tx, linked.meeting)? else { return Ok(None) };
        let Some(person) = read.person(&linked) else { return Ok(Some(Err(LinkFault::NotInvited))) };
        let epoch = epochs.get(&person).copied().unwrap_or_default();
        if i64::from(linked.epoch) != epoch {
            let is_old = i64::from(linked.epoch) < epoch;
            return Ok(Some(Err(if is_old { LinkFault::Revoked } else { LinkFault::Invalid })));
        }
        // Of a meeting that is over, what it goes on as is shown.
        for _ in 0..MAX_HALVES {
            let is_over = read.row.last_end_at.is_some_and(|end| end <= now.as_millisecond());
            let Some(next) = read.row.followed_by.filter(|_| is_over) else { break };
            match Read::of(tx, next)? {
                Some(next) if next.has(&person) => read = next,
                _ => break,
            }
        }
        read.preferences = Preferences::of_person(tx, &person, i64::MAX)?;
        Ok::<_, DbFault>(Some(Ok((read, person))))
    });
    let (read, person) = read.await?.ok_or(LinkFault::Invalid)??;
    let last = read.row.last_end_at.max(read.row.cancelled_at);
    if last.is_some_and(|last| last + SHOWN_FOR_MS <= now.as_millisecond()) {
        return Err(LinkFault::LongOver);
    }
    view(&read, person, now).ok_or(LinkFault::Damaged)
}

fn view(read: &Read, person: String, now: Timestamp) -> Option<View> {
    let Read { row, body, answers, preferences } = read;
    let plan = body.plan(false)?;
    let is_invited = |planned: &Planned| planned.face.person(&person).is_some();
    let mut dates: Vec<Planned> = if row.is_cancelled {
        Vec::new()
    } else {
        let ahead = plan.occurrences_in(now, Timestamp::MAX, LOOKED_THROUGH);
        ahead.into_iter().filter(is_invited).take(MAX_LINKED_DATES).collect()
    };
    let is_in_series = plan.face.person(&person).is_some();
    if dates.is_empty() && !is_in_series && !row.is_cancelled {
        let own = plan.overrides.keys().filter_map(|original| plan.occurrence(*original));
        dates = own.filter(is_invited).filter(|one| !one.is_cancelled && one.time.end > now).collect();
    }
    let answer = |original: Option<DateTime>| {
        let known = answers.holding(&plan, &person, original);
        known.map_or((PartStat::NeedsAction, String::new()), |known| {
            (shown_partstat(known.partstat()), known.row.comment.clone())
        })
    };
    let alone = dates.first().filter(|_| !plan.series.is_recurring() || (dates.len() == 1 && !is_in_series));
    let (summary, description) = match alone {
        Some(alone) => (alone.face.summary.clone(), alone.face.description.clone()),
        None => (body.summary.clone(), body.description.clone()),
    };
    let said = answer(alone.map(|alone| alone.time.original));
    let attendee = body.everybody().into_iter().find(|attendee| attendee.email.to_lowercase() == person)?;
    let name = Some(attendee.name.trim()).filter(|name| !name.is_empty()).unwrap_or(&attendee.email);
    let zone = preferences.zone(&person, Some(attendee));
    let language = preferences.language(&person, Some(attendee));
    let organizer = Some(body.organizer.name.trim()).filter(|name| !name.is_empty());
    Some(View {
        meeting: row.id,
        name: name.to_owned(),
        language: language.or_else(|| Language::from_locale(&body.language)).unwrap_or_default(),
        zone: zone.filter(|zone| zone != plan.series.zone()),
        summary,
        description,
        organizer: organizer.unwrap_or(&body.organizer.email).to_owned(),
        said,
        first: dates.first().map(|date| date.time).or_else(|| plan.series.first()),
        dates: dates.iter().map(|date| (date.time, answer(Some(date.time.original)).0)).collect(),
        is_cancelled: row.is_cancelled,
        is_over: dates.is_empty() && !plan.series.is_unscheduled(),
        person,
        plan,
    })
}
