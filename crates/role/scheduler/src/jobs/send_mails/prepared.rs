//! Changes whose mails are being sent, each read from the database once: apart from the sending, because 3,000 mails of one
//! change need it read once and not 3,000 times.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use convoke_mailer::{Envelope, Mailer};
use convoke_model::MeetingId;
use convoke_store::{DbFault, Store, meetings, outbox::MailRow};
use tokio::sync::OnceCell;

use crate::meeting::letters::{Letters, Read};

/// Changes that are remembered.
const MOST: usize = 8;
/// People of all remembered changes together, the last change's own aside: a few megabytes.
const MOST_PEOPLE: usize = 4_000;

/// A meeting, the revision that the recipients were told last, and the one that they are told.
type Key = (MeetingId, Option<i64>, i64);
type Slot = Arc<OnceCell<Option<Arc<Letters>>>>;

/// The changes that mails were last written of.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    slots: Mutex<VecDeque<(Key, Slot)>>,
}

impl Prepared {
    /// The envelope and the bytes of a mail; `None` when the meeting can't be read any more.
    pub(super) async fn letter(
        &self,
        store: &Store,
        mailer: &Mailer,
        mail: &MailRow,
    ) -> Result<Option<(Envelope, Vec<u8>)>, DbFault> {
        let slot = self.slot((mail.meeting, mail.told, mail.revision));
        let letters = slot.get_or_try_init(|| read(store, mail)).await?;
        Ok(letters.as_ref().and_then(|letters| letters.letter(mail, mailer.from_address())))
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

async fn read(store: &Store, mail: &MailRow) -> Result<Option<Arc<Letters>>, DbFault> {
    let (id, told, number) = (mail.meeting, mail.told, mail.revision);
    let found = store.read(move |tx| {
        let row = meetings::find(tx, id)?;
        let after = meetings::revision(tx, id, number)?;
        let before = meetings::revision(tx, id, told.unwrap_or(number - 1))?;
        Ok::<_, DbFault>(row.zip(after).map(|(row, after)| (row, after, before)))
    });
    let Some((row, after, before)) = found.await? else { return Ok(None) };
    let read = Read { row: &row, after: &after, before: before.as_ref() };
    Ok(Letters::of(&read).map(Arc::new))
}
