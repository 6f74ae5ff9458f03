//! The one way in which an answer is taken, whether it comes by the web app, by a personal link, by mail or from the organizer.
//!
//! A function over a transaction, so that whoever reads mails notes in the same one that a mail was read. An answer is no change
//! of the meeting: it makes no revision and mails nobody but the organizer.

use convoke_meeting::{
    Zone,
    answers::{About, Answer, PartStat, Received, goes_on_alike, named, receive},
    draft::{MAX_LENGTH_DAYS, MAX_YEAR, MIN_YEAR},
    plan::Plan,
};
use convoke_model::{MeetingId, Uuid};
use convoke_runtime::random;
use convoke_store::{
    DbFault, Tx,
    answers::{self, AnswerRow, LoggedAnswer},
    digests::{self, Digest},
    meetings::{self, MeetingRow},
    proposals::{self, ProposalRow},
};
use jiff::{SignedDuration, Timestamp, civil::DateTime};
use serde::{Deserialize, Serialize};

use super::{
    answers::{Known, row_of},
    body::{Body, local},
    mails,
};

/// The organizer gets one mail about a meeting's answers in this time at most.
pub(crate) const DIGEST_EVERY_MS: i64 = 10 * 60 * 1_000;
/// Longest comment that is kept, in characters; what is beyond is cut.
pub(crate) const MAX_COMMENT_CHARS: usize = 1_000;
/// Meetings that a series was parted into which an answer is carried through.
const MAX_HALVES: usize = 20;

/// By which way an answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Source {
    /// A calendar's reply.
    Mail,
    /// The personal link of an invitation.
    Link,
    /// The API, by somebody who is signed in.
    Web,
    /// The organizer's own entry.
    Organizer,
}

impl Source {
    /// As it is kept.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Link => "link",
            Self::Web => "web",
            Self::Organizer => "organizer",
        }
    }
}

/// Another time that somebody would rather have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proposed {
    /// Local start.
    pub(crate) start: DateTime,
    /// Local end.
    pub(crate) end: DateTime,
    /// The zone of both; the meeting's own when nothing is said.
    pub(crate) zone: Option<Zone>,
}

/// What somebody says of a meeting.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// Of which.
    pub(crate) meeting: MeetingId,
    /// Who, by the address in lower case.
    pub(crate) person: String,
    /// What it is about.
    pub(crate) about: About,
    /// What was answered.
    pub(crate) partstat: PartStat,
    /// What was said with it.
    pub(crate) comment: String,
    /// Another time that is proposed with it.
    pub(crate) proposed: Option<Proposed>,
    /// By which way it came.
    pub(crate) source: Source,
    /// The SEQUENCE that was answered; that of now when nothing is said.
    pub(crate) sequence: Option<u32>,
    /// When it was given, in milliseconds since 1970; a time that is still to come counts as now.
    pub(crate) stamped_at: i64,
    /// Who entered it, when that was not the person.
    pub(crate) entered_by: Option<String>,
    /// The organizer for whom a delegate entered it.
    pub(crate) on_behalf_of: Option<String>,
    /// From which address.
    pub(crate) address: Option<String>,
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It holds.
    Taken,
    /// A later one of the same person holds.
    Older,
    /// It is about another time or place than that of now.
    OutOfDate,
    /// What it is about is over, or does not take place.
    Late,
    /// It is about an occurrence that there is not.
    NoSuchOccurrence,
    /// That person is not invited to it.
    NotInvited,
    /// There is no such meeting.
    NoSuchMeeting,
    /// The time that is proposed can't be one of this meeting; nothing was noted.
    BadTime,
}

impl Outcome {
    /// As it is kept in the log; `None` for what is not logged.
    fn word(self) -> Option<&'static str> {
        match self {
            Self::Taken => Some("taken"),
            Self::Older => Some("older"),
            Self::OutOfDate => Some("outOfDate"),
            Self::Late => Some("late"),
            Self::NoSuchOccurrence | Self::NotInvited | Self::NoSuchMeeting | Self::BadTime => None,
        }
    }
}

/// Takes an answer at `now_ms` (milliseconds since 1970), and queues the mail that tells the organizer. Whoever commits the
/// transaction wakes the sender of mails.
pub(crate) fn take(tx: &mut Tx<'_>, said: &Said, now_ms: i64) -> Result<Outcome, DbFault> {
    let Some(mut half) = Half::lock(tx, said.meeting)? else { return Ok(Outcome::NoSuchMeeting) };
    let mut said = said.clone();
    let mut is_former = false;
    for _ in 0..MAX_HALVES {
        let original = match said.about {
            About::All => None,
            About::Following(original) | About::One(original) => Some(original),
        };
        let name = original.and_then(|original| named(&half.plan, original));
        if original.is_none() || name.is_some() {
            break;
        }
        // Its date may be one of the meeting that this one goes on as.
        let Some(next) = half.next(tx)? else { break };
        // Who answers what a calendar shows answered the times of then; it counts from 0 in what follows.
        is_former |= said.sequence.is_some() && !goes_on_alike(&half.plan, &next.plan);
        said.sequence = said.sequence.map(|_| 0);
        half = next;
    }
    let outcome = half.take(tx, &said, is_former, now_ms)?;
    if said.about != About::All || said.sequence.is_none_or(|sequence| sequence >= half.plan.sequence) {
        return Ok(outcome);
    }
    // Who answered to all of it before it was parted, answered to what goes on at the same times as well.
    let mut best = outcome;
    for _ in 0..MAX_HALVES {
        let Some(next) = half.next(tx)? else { break };
        if !goes_on_alike(&half.plan, &next.plan) {
            break;
        }
        half = next;
        said.sequence = Some(0);
        let there = half.take(tx, &said, false, now_ms)?;
        if there == Outcome::Taken {
            best = there;
        }
    }
    Ok(best)
}

/// One of the meetings that a series was parted into; most were not.
struct Half {
    row: MeetingRow,
    body: Body,
    plan: Plan,
}

impl Half {
    fn lock(tx: &mut Tx<'_>, id: MeetingId) -> Result<Option<Self>, DbFault> {
        let Some(row) = meetings::lock(tx, id)? else { return Ok(None) };
        let Some(revision) = meetings::revision(tx, id, row.revision)? else { return Ok(None) };
        let damaged = || DbFault::Failed(format!("meeting {id} can't be read"));
        let body: Body = serde_json::from_str(&revision.body).map_err(|_| damaged())?;
        let plan = body.plan(row.is_cancelled).ok_or_else(damaged)?;
        Ok(Some(Self { row, body, plan }))
    }

    fn next(&self, tx: &mut Tx<'_>) -> Result<Option<Self>, DbFault> {
        self.row.followed_by.map_or(Ok(None), |next| Self::lock(tx, next))
    }

    fn all_day(&self) -> bool {
        self.plan.series.is_all_day()
    }

    /// `is_former`: it is about other times than those of this half, whatever its SEQUENCE.
    fn take(&self, tx: &mut Tx<'_>, said: &Said, is_former: bool, now_ms: i64) -> Result<Outcome, DbFault> {
        let about = match said.about {
            About::All => About::All,
            About::Following(name) => About::Following(named(&self.plan, name).unwrap_or(name)),
            About::One(name) => About::One(named(&self.plan, name).unwrap_or(name)),
        };
        if self.plan.series.is_unscheduled() && about != About::All {
            return Ok(Outcome::NoSuchOccurrence);
        }
        if !self.is_invited(&said.person, about) {
            return Ok(Outcome::NotInvited);
        }
        let proposed = match &said.proposed {
            None => None,
            Some(proposed) => match self.times(proposed) {
                None => return Ok(Outcome::BadTime),
                Some(times) => Some(times).filter(|times| Some(*times) != self.times_of(about)),
            },
        };
        let stamped_at = said.stamped_at.min(now_ms);
        let at = |ms: i64| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
        let incoming = Answer {
            about,
            partstat: said.partstat,
            sequence: said.sequence.unwrap_or(self.plan.sequence),
            stamped_at: at(stamped_at),
            meant_at: (said.source != Source::Mail).then(|| at(stamped_at)),
        };
        let known: Vec<Known> =
            answers::of_person(tx, self.row.id, &said.person)?.into_iter().filter_map(Known::of).collect();
        let outcome = match receive(&self.plan, &known, &incoming, at(now_ms)) {
            Received::Taken | Received::Older if is_former => Outcome::OutOfDate,
            Received::Taken => Outcome::Taken,
            Received::Older => Outcome::Older,
            Received::OutOfDate => Outcome::OutOfDate,
            Received::Late => Outcome::Late,
            Received::NoSuchOccurrence => Outcome::NoSuchOccurrence,
        };
        self.keep(tx, said, &incoming, (&known, outcome, proposed), now_ms)?;
        Ok(outcome)
    }

    fn is_invited(&self, person: &str, about: About) -> bool {
        match about {
            About::One(original) => {
                self.plan.occurrence(original).map_or(self.plan.face.person(person).is_some(), |planned| {
                    planned.face.person(person).is_some()
                })
            }
            About::All | About::Following(_) => self.plan.everybody().contains(person),
        }
    }

    /// Times on the clock of the meeting; `None` when no meeting can have them.
    fn times(&self, proposed: &Proposed) -> Option<(DateTime, DateTime)> {
        let zone = self.plan.series.zone();
        let here = |time: DateTime| match &proposed.zone {
            Some(other) if other != zone && !self.all_day() => {
                let instant = other.time_zone().to_ambiguous_timestamp(time).compatible().ok()?;
                Some(zone.time_zone().to_datetime(instant))
            }
            _ if self.all_day() => Some(time.date().to_datetime(jiff::civil::Time::midnight())),
            _ => Some(time),
        };
        let (start, end) = (here(proposed.start)?, here(proposed.end)?);
        let is_year = |time: DateTime| (MIN_YEAR..=MAX_YEAR).contains(&time.year());
        let length = start.duration_until(end);
        let most = SignedDuration::from_hours(24 * MAX_LENGTH_DAYS);
        (is_year(start) && is_year(end) && length > SignedDuration::ZERO && length <= most)
            .then_some((start, end))
    }

    /// The times as they are.
    fn times_of(&self, about: About) -> Option<(DateTime, DateTime)> {
        match about {
            About::All => Some((self.plan.series.start(), self.plan.series.end())),
            About::Following(original) | About::One(original) => {
                let time = self.plan.occurrence(original)?.time;
                Some((time.local_start, time.local_end))
            }
        }
    }

    /// Writes what an answer leaves: what holds, the log, the proposal, and the organizer's mail.
    fn keep(
        &self,
        tx: &mut Tx<'_>,
        said: &Said,
        incoming: &Answer,
        (known, outcome, proposed): (&[Known], Outcome, Option<(DateTime, DateTime)>),
        now_ms: i64,
    ) -> Result<(), DbFault> {
        let Some(word) = outcome.word() else { return Ok(()) };
        let id = random::guid_at(now_ms);
        let rest = AnswerRow {
            person: said.person.clone(),
            recurrence: String::new(),
            following: false,
            partstat: String::new(),
            source: said.source.word().to_owned(),
            comment: shortened(&said.comment),
            sequence: 0,
            stamped_at: 0,
            meant_at: None,
            answered_at: now_ms,
        };
        let row = row_of(incoming, self.all_day(), rest);
        let same = known.iter().find(|known| {
            (known.row.recurrence.as_str(), known.row.following) == (row.recurrence.as_str(), row.following)
        });
        match (outcome, same) {
            (Outcome::Taken, same) => {
                let meant_at = same.and_then(|same| same.row.meant_at).max(row.meant_at);
                answers::put(tx, self.row.id, &AnswerRow { meant_at, ..row.clone() })?;
            }
            (Outcome::Older, Some(same)) if row.meant_at > same.row.meant_at => {
                answers::put(tx, self.row.id, &AnswerRow { meant_at: row.meant_at, ..same.row.clone() })?;
            }
            _ => {}
        }
        let proposed = proposed.filter(|_| outcome == Outcome::Taken);
        if let Some(times) = proposed {
            proposals::insert(tx, self.row.id, &self.proposal(said, &row, times, now_ms))?;
        }
        let is_news = same.is_none_or(|same| {
            let said_before = (&same.row.partstat, &same.row.comment, same.row.sequence >= row.sequence);
            said_before != (&row.partstat, &row.comment, true)
        });
        let is_told =
            outcome == Outcome::Taken && said.entered_by.is_none() && (is_news || proposed.is_some());
        let note = if is_told { Some(self.note(tx, now_ms)?) } else { None };
        let logged = LoggedAnswer {
            id,
            said: row,
            outcome: word.to_owned(),
            entered_by: said.entered_by.clone(),
            on_behalf_of: said.on_behalf_of.clone(),
            address: said.address.clone(),
            proposal: proposed.map(|times| self.proposed_words(times)),
            note,
        };
        answers::log(tx, self.row.id, &logged)
    }

    fn proposal(
        &self,
        said: &Said,
        row: &AnswerRow,
        (start, end): (DateTime, DateTime),
        now_ms: i64,
    ) -> ProposalRow {
        ProposalRow {
            id: random::guid_at(now_ms),
            person: said.person.clone(),
            recurrence: row.recurrence.clone(),
            start: local(start, self.all_day()),
            end: local(end, self.all_day()),
            zone: self.body.time.zone.clone(),
            comment: row.comment.clone(),
            source: row.source.clone(),
            state: "open".to_owned(),
            sequence: self.plan.sequence.into(),
            received_at: now_ms,
            settled_at: None,
            settled_by: None,
        }
    }

    fn proposed_words(&self, (start, end): (DateTime, DateTime)) -> String {
        format!("{}/{}", local(start, self.all_day()), local(end, self.all_day()))
    }

    /// The mail that tells the organizer: one that waits already, or a new one, which waits for the time of the digest.
    fn note(&self, tx: &mut Tx<'_>, now_ms: i64) -> Result<Uuid, DbFault> {
        let (id, organizer) = (self.row.id, &self.body.organizer.email);
        let due_at = match digests::newest(tx, id, organizer, mails::ANSWERS)? {
            Digest::Waits(note) => return Ok(note),
            Digest::Last(last) => now_ms.max(last.saturating_add(DIGEST_EVERY_MS)),
            Digest::First => now_ms,
        };
        let rows = mails::rows(vec![(organizer.clone(), mails::ANSWERS)], id, self.row.revision, now_ms);
        let mut note = Uuid::nil();
        for row in &rows {
            digests::queue(tx, row, due_at)?;
            note = row.id;
        }
        Ok(note)
    }
}

/// A comment as it is kept: no more than a mail's first lines.
pub(crate) fn shortened(comment: &str) -> String {
    let plain = comment.trim().chars().filter(|c| *c == '\n' || !c.is_control());
    plain.take(MAX_COMMENT_CHARS).collect()
}
