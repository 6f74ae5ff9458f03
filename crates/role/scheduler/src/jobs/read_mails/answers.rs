//! What a calendar answers, held against the meeting that it names, and taken by the one way in which answers are taken.

use convoke_invite::{
    Answer,
    incoming::{Incoming, Judged, Method, Policy, Reason, Refusal, Said as Event, judge, read},
};
use convoke_mailer::incoming::Received;
use convoke_meeting::{
    answers::{About, PartStat},
    plan::Plan,
};
use convoke_model::{MeetingId, id::parse_guid};
use convoke_store::{DbFault, Tx, meetings, meetings::MeetingRow, outbox, refused_replies};

use super::{
    reports::mail_named,
    settle::{Done, Ours},
};
use crate::meeting::{
    answering::{self, Outcome, Proposed, Said, Source},
    body::Body,
    mails,
    refused::refuse,
};

/// Meetings that a series was parted into in which the occurrence of an answer is looked for.
const MAX_HALVES: usize = 20;
/// Refused replies to a meeting that wait for the organizer to settle them; what comes beyond is not kept.
const MAX_REFUSED: i64 = 100;
/// Those of one sender among them, so that nobody takes the place of all others.
const MAX_REFUSED_OF_SENDER: i64 = 10;
/// How often a person gets an invitation again in a day because their calendar asks for it.
const MAX_REFRESHES: i64 = 3;
/// A day in milliseconds.
const DAY_MS: i64 = 24 * 3_600 * 1_000;

/// A meeting that an answer may be about.
struct Half {
    row: MeetingRow,
    body: Body,
    plan: Plan,
}

impl Half {
    fn find(tx: &mut Tx<'_>, id: MeetingId) -> Result<Option<Self>, DbFault> {
        let Some(row) = meetings::find(tx, id)? else { return Ok(None) };
        let Some(revision) = meetings::revision(tx, id, row.revision)? else { return Ok(None) };
        let damaged = || DbFault::Failed(format!("meeting {id} can't be read"));
        let body: Body = serde_json::from_str(&revision.body).map_err(|_| damaged())?;
        let plan = body.plan(row.is_cancelled).ok_or_else(damaged)?;
        Ok(Some(Self { row, body, plan }))
    }
}

/// What all events of one mail have in common.
struct Mail<'a> {
    received: &'a Received,
    method: Method,
    policy: Policy,
    now_ms: i64,
    /// Why events of it were refused so far: a mail of many dates is noted once for each reason.
    refused_for: Vec<String>,
}

/// Takes the answers of a calendar object, or notes why not.
pub(super) fn answered(
    tx: &mut Tx<'_>,
    received: &Received,
    (text, method): (&str, Option<&str>),
    ours: &Ours,
    now_ms: i64,
) -> Result<Done, DbFault> {
    let Ok(Incoming { method, uid, said }) = read(text, method) else { return Ok(("notUnderstood", None)) };
    if matches!(method, Method::DeclineCounter | Method::Other(_)) {
        return Ok(("ignored", None));
    }
    // Our UIDs begin with the meeting's id.
    let id = uid.split('@').next().and_then(|id| parse_guid(id).ok()).map(MeetingId);
    let half = id.map_or(Ok(None), |id| Half::find(tx, id))?;
    let Some(half) = half.filter(|half| half.row.uid.to_lowercase() == uid) else {
        return Ok(("unknownMeeting", None));
    };
    let policy = Policy { needs_proof: ours.needs_proof };
    let mut mail = Mail { received, method, policy, now_ms, refused_for: Vec::new() };
    let mut outcome = "ignored";
    for (place, event) in said.iter().enumerate() {
        let found = mail.take(tx, &half, event)?;
        if place == 0 {
            outcome = found;
        }
    }
    Ok((outcome, Some(half.row.id)))
}

/// Tells the organizer of an answer that only Outlook can read.
pub(super) fn unreadable(
    tx: &mut Tx<'_>,
    received: &Received,
    ours: &Ours,
    now_ms: i64,
) -> Result<Done, DbFault> {
    let [from] = received.sender.from.as_slice() else { return Ok(("notUnderstood", None)) };
    for id in received.answers.iter().rev() {
        let Some(mail) = mail_named(id, ours) else { continue };
        let Some(meeting) = outbox::meeting_of(tx, mail, from)? else { continue };
        let Some(half) = Half::find(tx, meeting)? else { continue };
        let said = said(&half, &nothing(from), received, now_ms);
        return keep_refused(tx, &half, &said, (from, "unreadable"), now_ms)
            .map(|word| (word, Some(meeting)));
    }
    Ok(("notUnderstood", None))
}

fn nothing(person: &str) -> Judged {
    Judged {
        person: person.to_owned(),
        recurrence: None,
        is_following: false,
        answer: Some(Answer::NeedsAction),
        comment: String::new(),
        sequence: None,
        stamped_at: None,
        proposed: None,
    }
}

impl Mail<'_> {
    /// Takes what one event says.
    fn take(&mut self, tx: &mut Tx<'_>, half: &Half, event: &Event) -> Result<&'static str, DbFault> {
        match self.judged(tx, half, event)? {
            Ok(judged) if self.method == Method::Refresh => self.refresh(tx, half, &judged),
            Ok(judged) => {
                let said = said(half, &judged, self.received, self.now_ms);
                match answering::take(tx, &said, self.now_ms)? {
                    Outcome::Taken => Ok("taken"),
                    Outcome::Older => Ok("older"),
                    Outcome::OutOfDate => Ok("outOfDate"),
                    Outcome::Late => Ok("late"),
                    Outcome::NoSuchMeeting => Ok("unknownMeeting"),
                    Outcome::NoSuchOccurrence => {
                        self.refused(tx, half, &said, Reason::NoSuchOccurrence.code())
                    }
                    Outcome::NotInvited => self.refused(tx, half, &said, Reason::NotInvited.code()),
                    Outcome::BadTime => self.refused(tx, half, &said, "badTime"),
                }
            }
            Err(refusal) => {
                // The organizer's own calendar answers too; what it says is known.
                let is_own = refusal.reason == Reason::NotInvited
                    && refusal.claimed == half.body.organizer.email.to_lowercase();
                if is_own {
                    return Ok("ignored");
                }
                let said = said(half, &refusal.said, self.received, self.now_ms);
                self.refused(tx, half, &said, refusal.reason.code())
            }
        }
    }

    /// Judges an event. Its occurrence may be one of the meeting that this one goes on as.
    fn judged(
        &self,
        tx: &mut Tx<'_>,
        half: &Half,
        event: &Event,
    ) -> Result<Result<Judged, Box<Refusal>>, DbFault> {
        let sender = &self.received.sender;
        let mut judged = judge(&self.method, event, sender, &half.plan, self.policy);
        let mut next = half.row.followed_by;
        for _ in 0..MAX_HALVES {
            let is_elsewhere =
                judged.as_ref().is_err_and(|refusal| refusal.reason == Reason::NoSuchOccurrence);
            let Some(id) = next.filter(|_| is_elsewhere) else { break };
            let Some(later) = Half::find(tx, id)? else { break };
            let there = judge(&self.method, event, sender, &later.plan, self.policy);
            if there.as_ref().is_ok_and(|there| there.recurrence.is_some()) {
                judged = there;
            }
            next = later.row.followed_by;
        }
        Ok(judged)
    }

    fn refused(
        &mut self,
        tx: &mut Tx<'_>,
        half: &Half,
        said: &Said,
        reason: &str,
    ) -> Result<&'static str, DbFault> {
        if self.refused_for.iter().any(|known| known == reason) {
            return Ok("refused");
        }
        let from = self.received.sender.from.join(", ");
        let word = keep_refused(tx, half, said, (&from, reason), self.now_ms)?;
        self.refused_for.push(reason.to_owned());
        Ok(word)
    }

    /// Sends the invitation again, to the address that is invited.
    fn refresh(&self, tx: &mut Tx<'_>, half: &Half, judged: &Judged) -> Result<&'static str, DbFault> {
        let (id, now) = (half.row.id, self.now_ms);
        if half.row.is_cancelled {
            return Ok("late");
        }
        if outbox::count(tx, id, &judged.person, mails::RESENT, now - DAY_MS)? >= MAX_REFRESHES {
            return Ok("tooMany");
        }
        let resent = vec![(judged.person.clone(), mails::RESENT)];
        outbox::insert(tx, &mails::rows(resent, id, half.row.revision, now))?;
        Ok("resent")
    }
}

/// Notes an answer that is not taken, as long as not too many wait to be settled.
fn keep_refused(
    tx: &mut Tx<'_>,
    half: &Half,
    said: &Said,
    (from, reason): (&str, &str),
    now_ms: i64,
) -> Result<&'static str, DbFault> {
    let from: String = from.to_lowercase().chars().take(500).collect();
    let (all, of_sender) = refused_replies::unsettled(tx, half.row.id, &from)?;
    if all >= MAX_REFUSED || of_sender >= MAX_REFUSED_OF_SENDER {
        return Ok("tooMany");
    }
    refuse(tx, said, (&from, reason), half.plan.series.is_all_day(), now_ms)?;
    Ok("refused")
}

/// What somebody says, in the words of the one way in which answers are taken.
fn said(half: &Half, judged: &Judged, received: &Received, now_ms: i64) -> Said {
    let about = match (judged.recurrence, judged.is_following) {
        (None, _) => About::All,
        (Some(original), true) => About::Following(original),
        (Some(original), false) => About::One(original),
    };
    let partstat = match judged.answer {
        Some(Answer::Accepted) => PartStat::Accepted,
        Some(Answer::Declined) => PartStat::Declined,
        Some(Answer::NeedsAction) => PartStat::NeedsAction,
        // Who proposes another time and says no more has not agreed to this one.
        Some(Answer::Tentative) | None => PartStat::Tentative,
    };
    let stamped_at = judged.stamped_at.or(received.sent_at).map_or(now_ms, |stamp| stamp.as_millisecond());
    let proposed = judged.proposed.map(|time| Proposed { start: time.start, end: time.end, zone: None });
    Said {
        meeting: half.row.id,
        person: judged.person.clone(),
        about,
        partstat,
        comment: judged.comment.clone(),
        proposed,
        source: Source::Mail,
        sequence: judged.sequence,
        stamped_at: stamped_at.min(now_ms),
        entered_by: None,
        on_behalf_of: None,
        address: received.sender.from.first().cloned(),
    }
}
