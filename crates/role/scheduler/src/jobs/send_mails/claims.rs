//! The mails that this process has claimed, and until when it may act on them: apart from the sending, because a process
//! that was asleep must find out before it does anything else.
//!
//! The database counts a claim's life by its own clock, this process by its monotonic one from before it asked; its share
//! is shorter, so that it has stopped when another scheduler may begin. Neither is moved by a clock that is set.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use convoke_model::Uuid;
use convoke_runtime::Shutdown;
use convoke_store::{DbFault, outbox};

use crate::state::Shared;

/// How long a claim lasts in the database unless it is renewed: so long mails wait for another scheduler when theirs dies.
pub(super) const LEASE: Duration = Duration::from_secs(20);
/// How long after the last renewal this process may still begin to hand a mail over; the rest of the lease is for the
/// handing over itself.
const HOLD: Duration = Duration::from_secs(12);
/// How often claims are renewed.
const RENEW_EVERY: Duration = Duration::from_secs(4);

/// The claims of this process.
#[derive(Debug, Default)]
pub(super) struct Claims {
    held: Mutex<HashMap<Uuid, Instant>>,
}

impl Claims {
    /// Notes mails that were claimed by a statement which was sent at `asked`; those that were held already are left out of
    /// the answer, because they are under way.
    pub(super) fn take(&self, mails: impl IntoIterator<Item = Uuid>, asked: Instant) -> Vec<Uuid> {
        let mut held = self.held();
        mails.into_iter().filter(|mail| held.insert(*mail, asked + HOLD).is_none()).collect()
    }

    /// Whether this process may begin to hand the mail over.
    pub(super) fn may_act(&self, mail: Uuid) -> bool {
        self.held().get(&mail).is_some_and(|until| Instant::now() < *until)
    }

    /// Forgets a mail that is settled.
    pub(super) fn forget(&self, mail: Uuid) {
        self.held().remove(&mail);
    }

    /// Notes which of the mails that were asked for at `asked` are still ours.
    fn renewed(&self, asked_for: &[Uuid], still_ours: &[Uuid], asked: Instant) {
        let mut held = self.held();
        for mail in asked_for {
            if !still_ours.contains(mail) {
                held.remove(mail);
            } else if let Some(until) = held.get_mut(mail) {
                *until = asked + HOLD;
            }
        }
    }

    fn all(&self) -> Vec<Uuid> {
        self.held().keys().copied().collect()
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Uuid, Instant>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Renews the claims until the stop.
pub(super) async fn keep(state: &Shared, claims: &Claims, shutdown: &Shutdown) {
    while shutdown.sleep(RENEW_EVERY).await {
        let mails = claims.all();
        if mails.is_empty() {
            continue;
        }
        let asked = Instant::now();
        let (name, asked_for) = (state.claim.clone(), mails.clone());
        let renewed = state.store.write_rows(move |tx| outbox::renew(tx, &asked_for, &name, LEASE)).await;
        match renewed {
            Ok(still_ours) => claims.renewed(&mails, &still_ours, asked),
            Err(fault) => {
                let fault: DbFault = fault;
                tracing::warn!(target: "EmailService", "{} claims can't be renewed: {fault}", mails.len());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_ours_until_its_time_is_over_or_another_has_it() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let claims = Claims::default();
        let now = Instant::now();
        assert_eq!(claims.take([one, two], now), [one, two]);
        assert!(claims.may_act(one) && claims.may_act(two));
        assert_eq!(claims.take([one], now), Vec::<Uuid>::new(), "it is under way");
        claims.renewed(&[one, two], &[two], now);
        assert!(!claims.may_act(one) && claims.may_act(two));
        claims.renewed(&[two], &[two], now.checked_sub(HOLD).unwrap());
        assert!(!claims.may_act(two), "the last renewal was too long ago");
        claims.forget(two);
        assert_eq!(claims.all(), Vec::<Uuid>::new());
    }

    #[test]
    fn what_this_process_may_do_ends_well_before_others_begin() {
        assert!(HOLD + Duration::from_secs(5) <= LEASE && RENEW_EVERY * 2 < HOLD);
    }
}
