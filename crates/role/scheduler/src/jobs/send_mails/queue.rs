//! Mails that are claimed and wait for a connection.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use convoke_store::outbox::MailRow;
use tokio::sync::Notify;

/// Below so many, more are claimed: as many as are sent while a claim takes place.
const FEW: usize = 64;

/// Mails on their way from the claim to a line.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    filled: Notify,
    drained: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    mails: VecDeque<MailRow>,
    /// Lines that wait for a mail.
    idle: usize,
    is_closed: bool,
}

impl Queue {
    /// Adds mails behind the others.
    pub(super) fn add(&self, mails: impl IntoIterator<Item = MailRow>) {
        self.waiting().mails.extend(mails);
        self.filled.notify_waiters();
    }

    /// Puts a mail before the others: one that was taken, and could not be sent here.
    pub(super) fn give_back(&self, mail: MailRow) {
        self.waiting().mails.push_front(mail);
        self.filled.notify_waiters();
    }

    /// The next mail, if there is one at this moment.
    pub(super) fn take_at_once(&self) -> Option<MailRow> {
        let mut waiting = self.waiting();
        if waiting.is_closed {
            return None;
        }
        let mail = waiting.mails.pop_front();
        if waiting.mails.len() < FEW {
            self.drained.notify_one();
        }
        mail
    }

    /// The mail after the one that is about to be sent, unless another line has nothing to do: that one sends it sooner.
    pub(super) fn take_along(&self) -> Option<MailRow> {
        if self.waiting().idle > 0 { None } else { self.take_at_once() }
    }

    /// The next mail, once there is one; `None` at the stop.
    pub(super) async fn take(&self) -> Option<MailRow> {
        loop {
            let filled = self.filled.notified();
            tokio::pin!(filled);
            filled.as_mut().enable();
            if let Some(mail) = self.take_at_once() {
                return Some(mail);
            }
            if self.waiting().is_closed {
                return None;
            }
            let _idle = Idle::begin(self);
            filled.await;
        }
    }

    /// Whether more mails are to be claimed.
    pub(super) fn has_few(&self) -> bool {
        self.waiting().mails.len() < FEW
    }

    /// Waits until more mails are to be claimed.
    pub(super) async fn drained(&self) {
        self.drained.notified().await;
    }

    /// Gives nothing out any more.
    pub(super) fn close(&self) {
        self.waiting().is_closed = true;
        self.filled.notify_waiters();
    }

    /// What was not sent.
    pub(super) fn left(&self) -> Vec<MailRow> {
        self.waiting().mails.drain(..).collect()
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a line as one without work, as long as it waits.
struct Idle<'q>(&'q Queue);

impl<'q> Idle<'q> {
    fn begin(queue: &'q Queue) -> Self {
        queue.waiting().idle += 1;
        Self(queue)
    }
}

impl Drop for Idle<'_> {
    fn drop(&mut self) {
        self.0.waiting().idle -= 1;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use convoke_model::{MeetingId, Uuid};

    use super::*;

    fn mail(number: u128) -> MailRow {
        MailRow {
            id: Uuid::from_u128(number),
            meeting: MeetingId(Uuid::from_u128(1)),
            revision: 1,
            recipient: "a@x".to_owned(),
            kind: "invitation".to_owned(),
            lane: 1,
            told: None,
            about: None,
            attempts: 0,
            created_at: 0,
        }
    }

    fn number(mail: Option<MailRow>) -> Option<u128> {
        mail.map(|mail| mail.id.as_u128())
    }

    #[tokio::test]
    async fn a_line_takes_a_mail_along_only_when_no_other_waits_for_one() {
        let queue = Arc::new(Queue::default());
        queue.add((1..=3).map(mail));
        assert_eq!(number(queue.take().await), Some(1));
        assert_eq!(number(queue.take_along()), Some(2));
        queue.give_back(mail(2));
        assert_eq!(number(queue.take_at_once()), Some(2));
        assert_eq!(number(queue.take_at_once()), Some(3));
        let waiting = tokio::spawn({
            let queue = queue.clone();
            async move { number(queue.take().await) }
        });
        while queue.waiting().idle == 0 {
            tokio::task::yield_now().await;
        }
        queue.waiting().mails.push_back(mail(4));
        assert_eq!(number(queue.take_along()), None);
        queue.add([]);
        assert_eq!(waiting.await.unwrap(), Some(4));
        queue.add([mail(5)]);
        queue.close();
        assert_eq!(number(queue.take().await), None);
        assert_eq!(queue.left().len(), 1);
    }
}
