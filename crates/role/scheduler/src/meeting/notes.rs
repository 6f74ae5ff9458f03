//! Mails that tell of what people say about a meeting, and not of the meeting: answers, for its organizer, and that a proposed
//! time is not taken, for the one who proposed it.

use std::collections::HashMap;

use convoke_invite::{Audience, Joining, Kind, Person, Personal, Said, Snapshot, Stencil, Tally};
use convoke_mailer::{Envelope, Head, Mailer, Parts, compose};
use convoke_meeting::{answers::PartStat, plan::Plan};
use convoke_model::{Language, Uuid};
use convoke_scheduler_api::request::GuestList;
use convoke_store::{
    DbFault, Tx,
    answers::{self, LoggedAnswer},
    meetings::{self, MeetingRow, Revision},
    outbox::MailRow,
    proposals::{self, ProposalRow},
};
use jiff::Timestamp;

use super::{
    answers::Answers,
    body::{Attendee, Body, parsed},
    copies,
    letters::{Read, SaidOf, message_id, snapshot, told, without_guests},
    mails,
    preferred::Preferences,
};

/// The name that a mail of several people's answers is from.
const SERVICE_NAME: &str = "Convoke";

/// Whether a mail of this kind is one of these.
pub(crate) fn is_note(kind: &str) -> bool {
    [mails::ANSWERS, mails::PROPOSAL_DECLINED].contains(&kind)
}

/// What the database knows of what such a mail tells.
#[derive(Debug)]
pub(crate) struct Noted {
    row: MeetingRow,
    revision: Revision,
    told: Vec<LoggedAnswer>,
    /// What all had said when the last of these came.
    answers: Answers,
    proposal: Option<ProposalRow>,
    /// What the recipient preferred when the mail was queued.
    preferences: Preferences,
}

impl Noted {
    /// Reads it; `None` when there is no such meeting.
    pub(crate) fn read(tx: &mut Tx<'_>, mail: &MailRow) -> Result<Option<Self>, DbFault> {
        let Some(row) = meetings::find(tx, mail.meeting)? else { return Ok(None) };
        let Some(revision) = meetings::revision(tx, mail.meeting, mail.revision)? else { return Ok(None) };
        let told = answers::told_by(tx, mail.id)?;
        let last = told.iter().map(|answer| answer.said.answered_at).max().unwrap_or(mail.created_at);
        let answers = Answers::of(answers::as_of(tx, mail.meeting, last)?);
        let proposal = match mail.about.as_deref().map(str::parse::<Uuid>) {
            Some(Ok(id)) => proposals::find(tx, mail.meeting, id)?,
            _ => None,
        };
        let preferences = Preferences::of_person(tx, &mail.recipient.to_lowercase(), mail.created_at)?;
        Ok(Some(Self { row, revision, told, answers, proposal, preferences }))
    }

    /// The envelope and the bytes of the mail, always the same; `None` when what is kept has been damaged.
    pub(crate) fn letter(
        &self,
        mail: &MailRow,
        earlier: &[String],
        mailer: &Mailer,
    ) -> Option<(Envelope, Vec<u8>)> {
        let body: Body = serde_json::from_str(&self.revision.body).ok()?;
        let plan = body.plan(false)?;
        let said = SaidOf::new(&body, &self.answers);
        let read = Read {
            row: &self.row,
            after: &self.revision,
            before: None,
            answers: &self.answers,
            links: None,
            preferences: &self.preferences,
        };
        let master = snapshot(&read, &body, &said)?;
        let people = People::of(&body);
        let (kind, snapshot) = match &self.proposal {
            Some(proposal) => declined(proposal, &plan, (&master, &body, &said))?,
            None => (self.answers(&plan, &people)?, master.clone()),
        };
        let hides_guests = body.guest_list == GuestList::Organizer && self.proposal.is_some();
        let snapshot = if hides_guests { without_guests(snapshot) } else { snapshot };
        let service = master.answers_to.as_ref().unwrap_or(mailer.from_address());
        let (sender, recipient) = match &kind {
            Kind::Answers { said, .. } => {
                let one = said.first().filter(|_| said.len() == 1).map(|said| said.person.clone());
                let service = Person { name: SERVICE_NAME.to_owned(), email: service.clone() };
                (one.unwrap_or(service), master.organizer.clone())
            }
            _ => (master.organizer.clone(), people.person(&mail.recipient)?),
        };
        let key = mail.recipient.to_lowercase();
        let known = people.0.get(&key).copied();
        let language = self.preferences.language(&key, known);
        let audience = Audience {
            joining: Joining::default(),
            language: language.or_else(|| Language::from_locale(&body.language)).unwrap_or_default(),
            zone: self.preferences.zone(&key, known),
            is_organizer: matches!(kind, Kind::Answers { .. }),
            is_asked: false,
        };
        let key = recipient.email.key();
        let stencil = Stencil::of(&snapshot, &audience, &kind);
        let content = stencil.content_for(&Personal {
            person: &recipient,
            answer: &|original| said.answer(&key, original),
            answer_link: None,
        });
        let head = Head {
            service,
            is_from_person: master.answers_to.is_none()
                && mailer.speaks_for(&sender.email)
                && sender == master.organizer,
            organizer: &sender,
            recipient: &recipient,
            message_id: &message_id(mail.id, mailer),
            earlier,
            date: Timestamp::from_millisecond(mail.created_at).ok()?,
        };
        let bytes = compose(&Parts::of(&content), &head);
        let id = Some(mail.id.to_string());
        Some((Envelope { from: service.clone(), to: recipient.email, id }, bytes))
    }

    /// What people said, each as the person that the meeting knows.
    fn answers(&self, plan: &Plan, people: &People<'_>) -> Option<Kind> {
        let one = |answer: &LoggedAnswer| {
            let about = parsed(&answer.said.recurrence).map(|original| (original, answer.said.following));
            let times = answer.proposal.as_deref().and_then(|times| times.split_once('/'));
            Some(Said {
                person: people.person(&answer.said.person)?,
                answer: told(PartStat::of_word(&answer.said.partstat)?),
                about,
                proposed: times.and_then(|(start, end)| parsed(start).zip(parsed(end))),
                comment: answer.said.comment.clone(),
            })
        };
        let said: Vec<Said> = self.told.iter().filter_map(one).collect();
        let mut tally = Tally::default();
        for person in plan.face.people.iter().map(convoke_meeting::plan::Invitee::key) {
            let known = self.answers.holding(plan, &person, None);
            match known.map_or(PartStat::NeedsAction, super::answers::Known::partstat) {
                PartStat::Accepted => tally.accepted += 1,
                PartStat::Tentative => tally.tentative += 1,
                PartStat::Declined => tally.declined += 1,
                PartStat::NeedsAction => tally.waiting += 1,
            }
        }
        (!said.is_empty()).then_some(Kind::Answers { said, tally })
    }
}

/// The mail that tells that a proposed time is not taken, and what it is about.
fn declined(
    proposal: &ProposalRow,
    plan: &Plan,
    (master, body, said): (&Snapshot, &Body, &SaidOf),
) -> Option<(Kind, Snapshot)> {
    let kind = Kind::ProposalDeclined { proposed: (parsed(&proposal.start)?, parsed(&proposal.end)?) };
    let named = parsed(&proposal.recurrence).and_then(|name| convoke_meeting::answers::named(plan, name));
    let planned = named.and_then(|original| plan.occurrence(original));
    let snapshot = match &planned {
        Some(planned) => copies::occurrence(master, body, planned, said)?,
        None => master.clone(),
    };
    Some((kind, snapshot))
}

/// Everybody whom a meeting names, by address in lower case.
struct People<'a>(HashMap<String, &'a Attendee>);

impl<'a> People<'a> {
    fn of(body: &'a Body) -> Self {
        Self(body.everybody().into_iter().map(|attendee| (attendee.email.to_lowercase(), attendee)).collect())
    }

    /// The person with this address; one who is not in the meeting any more has no name.
    fn person(&self, email: &str) -> Option<Person> {
        let known = self.0.get(&email.to_lowercase());
        let name = known.map(|known| known.name.clone()).unwrap_or_default();
        let address = known.map_or(email, |known| known.email.as_str());
        Some(Person { name, email: address.parse().ok()? })
    }
}
