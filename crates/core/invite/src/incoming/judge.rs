//! Who may say what: the rules by which an answer that came by mail is taken or refused.
//!
//! A mail's sender is easily made up. An answer counts when its one sender is the attendee whom it speaks for, when that person is
//! invited to what it names, and, where the mail server says what it found out about senders, when that supports it.

use convoke_meeting::plan::{Face, Plan};
use jiff::{Timestamp, civil::DateTime};

use super::{
    Answering, CalendarTime, Clock, Method, Said,
    identify::{identify, instants, locals},
};
use crate::Answer;

/// What the mail server found out about a mail's sender (RFC 8601).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The sender's domain vouches for it.
    Proven,
    /// Nothing is said, or nothing that proves it.
    None,
    /// The sender's domain disowns it (DMARC).
    Disowned,
}

/// Who sent a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The addresses of From in lower case; just one in a mail that is believed.
    pub from: Vec<String>,
    /// What is known of it.
    pub evidence: Evidence,
}

/// What is asked of senders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Whether the mail server has to vouch for them; so where it says what it found out.
    pub needs_proof: bool,
}

/// Why an answer is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// From has no address, or several.
    NoSender,
    /// It speaks for somebody else than who sent it.
    OtherName,
    /// That person is not invited to it.
    NotInvited,
    /// Nothing proves the sender.
    NotProven,
    /// The meeting has no such occurrence, or what is named could be several.
    NoSuchOccurrence,
    /// It is no answer: handed on to somebody else, or a word that nobody knows.
    NoAnswer,
}

impl Reason {
    /// The word that is kept and told.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoSender => "noSender",
            Self::OtherName => "otherName",
            Self::NotInvited => "notInvited",
            Self::NotProven => "notProven",
            Self::NoSuchOccurrence => "noSuchOccurrence",
            Self::NoAnswer => "noAnswer",
        }
    }
}

/// An answer that is not taken, for the organizer to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// Whom it claims to speak for, in lower case; empty when it names nobody.
    pub claimed: String,
    /// What it says, as far as it can be told.
    pub said: Judged,
}

/// Another time, on the clock of the series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposed {
    /// Local start.
    pub start: DateTime,
    /// Local end.
    pub end: DateTime,
}

/// An answer that counts, or would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Who answers: the address in lower case.
    pub person: String,
    /// The occurrence by its original; `None` for all of it.
    pub recurrence: Option<DateTime>,
    /// Whether those after it are meant too.
    pub is_following: bool,
    /// What is answered; `None` where only another time is proposed, or the invitation is asked for again.
    pub answer: Option<Answer>,
    /// What was written to it.
    pub comment: String,
    /// SEQUENCE of the invitation that is answered.
    pub sequence: Option<u32>,
    /// When the answer was made.
    pub stamped_at: Option<Timestamp>,
    /// Another time that is proposed.
    pub proposed: Option<Proposed>,
}

/// Judges what one event of a mail says of a meeting. The sender is looked at before the meeting, so that a refusal tells nobody
/// who is invited to what.
pub fn judge(
    method: &Method,
    said: &Said,
    sender: &Sender,
    plan: &Plan,
    policy: Policy,
) -> Result<Judged, Box<Refusal>> {
    let one = match sender.from.as_slice() {
        [one] => Some(one),
        _ => None,
    };
    let own = one.and_then(|one| said.attendees.iter().find(|attendee| attendee.person == *one));
    let is_repeated = plan.series.is_recurring();
    let named = said.recurrence.as_ref().filter(|_| is_repeated);
    let recurrence = named.and_then(|time| identify(plan, time));
    let judged = judged(method, said, own.or(said.attendees.first()), recurrence, plan);
    let reason = match (one, own) {
        (None, _) => Some(Reason::NoSender),
        (_, None) => Some(Reason::OtherName),
        _ if sender.evidence == Evidence::Disowned => Some(Reason::NotProven),
        _ if policy.needs_proof && sender.evidence != Evidence::Proven => Some(Reason::NotProven),
        _ if named.is_some() && recurrence.is_none() => Some(Reason::NoSuchOccurrence),
        _ if !is_invited(plan, &judged.person, recurrence) => Some(Reason::NotInvited),
        _ if *method == Method::Reply && judged.answer.is_none() => Some(Reason::NoAnswer),
        _ => None,
    };
    match reason {
        None => Ok(judged),
        Some(reason) => Err(Box::new(Refusal { reason, claimed: judged.person.clone(), said: judged })),
    }
}

fn judged(
    method: &Method,
    said: &Said,
    who: Option<&Answering>,
    recurrence: Option<DateTime>,
    plan: &Plan,
) -> Judged {
    let answer = who.and_then(|who| who.answer).filter(|_| *method != Method::Refresh);
    let comment = match who {
        Some(who) if said.comment.is_empty() => who.comment.clone(),
        _ => said.comment.clone(),
    };
    Judged {
        person: who.map(|who| who.person.clone()).unwrap_or_default(),
        recurrence,
        is_following: said.is_following && recurrence.is_some(),
        // A proposal without an answer is none: that of before stays.
        answer: answer.filter(|answer| *method == Method::Reply || *answer != Answer::NeedsAction),
        comment,
        sequence: said.sequence,
        stamped_at: said.stamped_at,
        proposed: proposed(method, said, answer, recurrence, plan),
    }
}

/// Who is in some of it may answer to all of it; to one occurrence who is in that one.
fn is_invited(plan: &Plan, person: &str, recurrence: Option<DateTime>) -> bool {
    let among = |face: &Face| face.person(person).is_some();
    match recurrence {
        Some(original) => plan.occurrence(original).is_some_and(|one| among(&one.face)),
        None => {
            among(&plan.face)
                || plan.overrides.values().any(|own| own.added.iter().any(|added| added.key() == person))
        }
    }
}

/// The other time of a COUNTER, or of an answer by Outlook that moves what it only may attend.
fn proposed(
    method: &Method,
    said: &Said,
    answer: Option<Answer>,
    recurrence: Option<DateTime>,
    plan: &Plan,
) -> Option<Proposed> {
    let start = said.start.as_ref()?;
    let one = recurrence.and_then(|original| plan.occurrence(original));
    let time = one.map(|one| one.time).or_else(|| plan.series.first())?;
    let length = time.local_end - time.local_start;
    let at = |local: DateTime| Some(Proposed { start: local, end: local.checked_add(length).ok()? });
    let local = own_clock(plan, start)?;
    match method {
        Method::Counter => {
            let end = said.end.as_ref().and_then(|end| own_clock(plan, end));
            let proposed = match end.filter(|end| *end > local) {
                Some(end) => Proposed { start: local, end },
                None => at(local)?,
            };
            let is_now = proposed.start == time.local_start && proposed.end == time.local_end;
            (!is_now).then_some(proposed)
        }
        Method::Reply => {
            let is_open = matches!(answer, Some(Answer::Tentative | Answer::Declined));
            let is_current = said.sequence.is_none_or(|answered| answered >= plan.sequence);
            let is_known = local == time.local_start
                || instants(start).contains(&time.start)
                || identify(plan, start).is_some();
            if is_open && is_current && !is_known { at(local) } else { None }
        }
        _ => None,
    }
}

/// A time on the clock of the series. One on a clock that nobody knows is none.
fn own_clock(plan: &Plan, time: &CalendarTime) -> Option<DateTime> {
    if plan.series.is_all_day() {
        return (time.is_date || time.clock == Clock::Floating).then_some(time.local);
    }
    if time.is_date {
        return None;
    }
    match locals(&plan.series, time).as_slice() {
        [local] => Some(*local),
        _ => None,
    }
}
