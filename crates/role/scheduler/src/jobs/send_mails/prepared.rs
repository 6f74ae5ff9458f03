//! Changes whose mails are being sent, each read from the database once: apart from the sending, because 3,000 mails of one
//! change need it read once and not 3,000 times.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use convoke_mailer::{Envelope, Mailer};
use convoke_model::{Language, MeetingId, Uuid};
use convoke_store::{
    DbFault, Store, Tx, answer_links, answers,
    meetings::{self, MeetingRow, Revision},
    outbox::{self, MailRow, PastMail},
    templates,
};
use tokio::sync::OnceCell;

use crate::{
    answer_links::AnswerLinks,
    branding::Digests,
    meeting::{
        answers::Answers,
        body::Body,
        letters::{Letters, Read, message_id},
        mails,
        notes::{self, Noted},
        preferred::Preferences,
        reminding::Reminded,
    },
    state::State,
    templates::Templates,
};

/// Changes that are remembered.
const MOST: usize = 8;
/// Pasts that are remembered.
const MOST_PASTS: usize = 4;
/// People of all remembered changes together, the last change's own aside: a few megabytes.
const MOST_PEOPLE: usize = 4_000;

/// A meeting, the revision that the recipients were told last, the one that they are told, and when the mails were queued: they
/// tell what people had answered then.
type Key = (MeetingId, Option<i64>, i64, i64);
type Slot = Arc<OnceCell<Option<Arc<Letters>>>>;

/// What people were sent about a meeting up to a revision, by address in lower case.
type Past = HashMap<String, Vec<PastMail>>;

/// The changes that mails were last written of.
#[derive(Debug)]
pub(super) struct Prepared {
    templates: Arc<Templates>,
    answer_links: Arc<AnswerLinks>,
    slots: Mutex<VecDeque<(Key, Slot)>>,
    pasts: Mutex<VecDeque<PastSlot>>,
}

/// The past of a meeting as the mails find it that tell of a revision and were queued at a time.
type PastSlot = ((MeetingId, i64, i64), Arc<OnceCell<Past>>);

impl Prepared {
    /// Nothing yet; invitations are to be written by these templates.
    pub(super) fn new(templates: Arc<Templates>, answer_links: Arc<AnswerLinks>) -> Self {
        Self { templates, answer_links, slots: Mutex::default(), pasts: Mutex::default() }
    }

    /// The envelope and the bytes of a mail; `None` when the meeting can't be read any more.
    pub(super) async fn letter(
        &self,
        store: &Store,
        mailer: &Mailer,
        mail: &MailRow,
    ) -> Result<Option<(Envelope, Vec<u8>)>, DbFault> {
        let past = self.past(mail);
        let past = past.get_or_try_init(|| read_past(store, mail)).await?;
        let earlier = past.get(&mail.recipient.to_lowercase()).map_or(&[][..], Vec::as_slice);
        let thread: Vec<String> =
            before(earlier, mail).map(|earlier| message_id(earlier.id, mailer)).collect();
        if notes::is_note(&mail.kind) {
            let note = mail.clone();
            let noted = store.read(move |tx| Noted::read(tx, &note)).await?;
            return Ok(noted.and_then(|noted| noted.letter(mail, &thread, mailer)));
        }
        let told = mail.told.or_else(|| told(earlier, mail));
        let slot = self.slot((mail.meeting, told, mail.revision, mail.created_at));
        let letters = slot.get_or_try_init(|| self.read(store, mail, told)).await?;
        Ok(letters.as_ref().and_then(|letters| letters.letter(mail, &thread, mailer)))
    }

    /// The mail as it is to be written now. What reminds is written from what the meeting says now; an error is why it is not to
    /// be sent any more: what it reminds of has begun, or is not as it was.
    pub(super) async fn current(
        &self,
        state: &State,
        mail: &MailRow,
    ) -> Result<Result<MailRow, &'static str>, DbFault> {
        if mail.kind != mails::REMINDER {
            return Ok(Ok(mail.clone()));
        }
        let (id, number) = (mail.meeting, mail.revision);
        let found = state.store.read(move |tx| {
            let Some(row) = meetings::find(tx, id)? else { return Ok(None) };
            let is_changed = row.revision != number;
            let revision = if is_changed { meetings::revision(tx, id, row.revision)? } else { None };
            Ok::<_, DbFault>(Some((row, revision)))
        });
        let Some((row, revision)) = found.await? else { return Ok(Err("there is no such meeting")) };
        let Some(reminded) = Reminded::of(mail) else { return Ok(Err("it can't be read any more")) };
        let now = state.clock.now();
        if reminded.is_late(now) {
            return Ok(Err("it has begun meanwhile"));
        }
        let Some(revision) = revision else { return Ok(Ok(mail.clone())) };
        let body: Option<Body> = serde_json::from_str(&revision.body).ok();
        let holds = body.is_some_and(|body| {
            !body.reminders.is_empty()
                && reminded.still_holds(&row, &body, &mail.recipient.to_lowercase(), now)
        });
        if !holds {
            return Ok(Err("what it reminds of was changed meanwhile"));
        }
        Ok(Ok(MailRow { revision: row.revision, ..mail.clone() }))
    }

    async fn read(
        &self,
        store: &Store,
        mail: &MailRow,
        told: Option<i64>,
    ) -> Result<Option<Arc<Letters>>, DbFault> {
        let (id, number, queued_at) = (mail.meeting, mail.revision, mail.created_at);
        let found = store.read(move |tx| {
            let row = meetings::find(tx, id)?;
            let answers = Answers::of(answers::as_of(tx, id, queued_at)?);
            let epochs = answer_links::epochs(tx, id)?;
            let after = meetings::revision(tx, id, number)?;
            let texts = texts(tx, after.as_ref())?;
            let before = match row.as_ref().and_then(|row| row.follows) {
                Some(series) if number == 1 => as_it_was(tx, series, row.as_ref())?,
                _ => meetings::revision(tx, id, told.unwrap_or(number - 1))?,
            };
            let Some((row, after)) = row.zip(after) else { return Ok(None) };
            let said = |revision: &Revision| serde_json::from_str::<Body>(&revision.body).ok();
            let bodies: Vec<Body> = before.iter().chain([&after]).filter_map(said).collect();
            let preferences = Preferences::of_meeting(tx, &bodies, queued_at)?;
            Ok::<_, DbFault>(Some((row, after, before, answers, epochs, preferences, texts)))
        });
        let Some((row, after, before, answers, epochs, preferences, texts)) = found.await? else {
            return Ok(None);
        };
        let key = self.answer_links.key(store, queued_at).await?;
        let links = self.answer_links.of(key, id, epochs);
        let read = Read {
            row: &row,
            after: &after,
            before: before.as_ref(),
            answers: &answers,
            links: Some(&links),
            preferences: &preferences,
        };
        let templates =
            if texts.is_empty() { self.templates.clone() } else { Arc::new(self.templates.with(texts)) };
        Ok(Letters::of(&read, templates).map(Arc::new))
    }

    fn past(&self, mail: &MailRow) -> Arc<OnceCell<Past>> {
        let key = (mail.meeting, mail.revision, mail.created_at);
        let mut pasts = self.pasts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, past)) = pasts.iter().find(|(known, _)| *known == key) {
            return past.clone();
        }
        pasts.truncate(MOST_PASTS - 1);
        let past = Arc::<OnceCell<Past>>::default();
        pasts.push_front((key, past.clone()));
        past
    }

    fn slot(&self, key: Key) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = slots.iter().position(|(known, _)| *known == key)
            && let Some(found) = slots.remove(place)
        {
            let slot = found.1.clone();
            slots.push_front(found);
            return slot;
        }
        let people = |slot: &Slot| slot.get().and_then(Option::as_ref).map_or(0, |letters| letters.people());
        while slots.len() >= MOST || slots.iter().map(|(_, slot)| people(slot)).sum::<usize>() > MOST_PEOPLE {
            slots.pop_back();
        }
        let slot = Slot::default();
        slots.push_front((key, slot.clone()));
        slot
    }
}

/// The revision that a person was told last: what changed since is news to them.
fn told(earlier: &[PastMail], mail: &MailRow) -> Option<i64> {
    let before = earlier.iter().filter(|past| past.is_told && past.revision < mail.revision);
    before.map(|past| past.revision).max()
}

/// The mails that came before this one.
fn before<'p>(earlier: &'p [PastMail], mail: &MailRow) -> impl Iterator<Item = &'p PastMail> {
    let this = (mail.revision, mail.id);
    earlier.iter().filter(move |past| (past.revision, past.id) < this)
}

/// Nobody was sent anything before the first revision's invitations. A meeting that a series goes on as belongs to that
/// series' thread.
async fn read_past(store: &Store, mail: &MailRow) -> Result<Past, DbFault> {
    if mail.revision <= 1 && mail.kind == mails::INVITATION {
        return Ok(Past::new());
    }
    let (id, number) = (mail.meeting, mail.revision);
    let found = store.read(move |tx| {
        let mut past = outbox::past(tx, id, number)?;
        let Some(row) = meetings::find(tx, id)? else { return Ok(past) };
        let Some(series) = row.follows else { return Ok(past) };
        for (person, mails) in outbox::past(tx, series, i64::MAX)? {
            let came_before = mails.into_iter().filter(|mail| queued_at(mail.id) <= row.created_at);
            // They told of another meeting's revisions.
            let earlier = came_before.map(|mail| PastMail { revision: 0, is_told: false, ..mail });
            past.entry(person).or_default().splice(0..0, earlier);
        }
        Ok(past)
    });
    found.await
}

/// When a mail was queued, in milliseconds since 1970: its id begins with it.
fn queued_at(mail: Uuid) -> i64 {
    i64::try_from(mail.as_u128() >> 80).unwrap_or(i64::MAX)
}

/// The texts that invitations to a meeting are written by, as it notes them.
fn texts(tx: &mut Tx<'_>, said: Option<&Revision>) -> Result<Vec<(Language, String)>, DbFault> {
    #[derive(serde::Deserialize)]
    struct Noting {
        #[serde(default)]
        templates: Digests,
    }
    let noted = said.and_then(|said| serde_json::from_str::<Noting>(&said.body).ok());
    let mut texts = Vec::new();
    for (language, digest) in noted.map(|noting| noting.templates).unwrap_or_default() {
        if let (Some(language), Some(text)) =
            (Language::from_locale(&language), templates::text(tx, &digest)?)
        {
            texts.push((language, text));
        }
    }
    Ok(texts)
}

/// What a series said before it came to go on as this meeting.
fn as_it_was(
    tx: &mut Tx<'_>,
    series: MeetingId,
    next: Option<&MeetingRow>,
) -> Result<Option<Revision>, DbFault> {
    let parted_at = next.map_or(i64::MAX, |next| next.created_at);
    let mut number = meetings::find(tx, series)?.map_or(0, |row| row.revision);
    while let Some(revision) = meetings::revision(tx, series, number)? {
        if revision.changed_at < parted_at {
            return Ok(Some(revision));
        }
        number -= 1;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_told_what_changed_since_they_were_told_last_and_the_mails_thread() {
        let past =
            |id: u128, revision: i64, is_told: bool| PastMail { id: Uuid::from_u128(id), revision, is_told };
        // The second was refused for good, of the third revision they were not told.
        let earlier = [past(1, 1, true), past(2, 2, false), past(7, 4, true), past(8, 5, true)];
        let mail = |id: u128, revision: i64| MailRow {
            id: Uuid::from_u128(id),
            meeting: MeetingId(Uuid::from_u128(1)),
            revision,
            recipient: "a@x".to_owned(),
            kind: mails::UPDATE.to_owned(),
            lane: outbox::USUAL_LANE,
            told: None,
            about: None,
            attempts: 0,
            created_at: 0,
        };
        assert_eq!(told(&earlier, &mail(7, 4)), Some(1));
        assert_eq!(told(&earlier, &mail(8, 5)), Some(4));
        assert_eq!(told(&earlier, &mail(1, 1)), None);
        let thread =
            |mail: &MailRow| before(&earlier, mail).map(|past| past.id.as_u128()).collect::<Vec<_>>();
        assert_eq!(thread(&mail(7, 4)), [1, 2]);
        assert_eq!(thread(&mail(9, 4)), [1, 2, 7], "the same again");
        assert_eq!(thread(&mail(1, 1)), [0; 0]);
    }
}
