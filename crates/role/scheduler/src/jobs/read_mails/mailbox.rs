//! A mailbox, read by one scheduler at a time.

use std::{collections::HashMap, time::Duration};

use convoke_mailer::incoming::{
    MAX_MAIL_BYTES,
    imap::{Imap, ImapFault, Mailbox},
};
use convoke_runtime::Shutdown;
use convoke_store::{DbFault, lease, mail_in, mail_in::Cursor};

use super::take;
use crate::{jobs::leases, state::Shared};

/// How long the lease holds after its holder was last heard of, and how often the holder says so.
const LEASE: Duration = Duration::from_secs(30);
const RENEW_EVERY: Duration = Duration::from_secs(10);
/// Pauses after a fault: the first, doubled up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// A mail that can't be settled so often, by a fault of what is kept rather than of the database, keeps no other waiting.
const MAX_TRIES: u32 = 3;

/// Why the reading has ended for now.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("{0}")]
    Imap(#[from] ImapFault),
    #[error("{0}")]
    Database(#[from] DbFault),
    #[error("another scheduler reads it")]
    LeaseLost,
}

/// Reads the mailbox until the stop, whenever no other scheduler does.
pub(super) async fn run(state: Shared, imap: &Imap, shutdown: Shutdown) {
    let name = imap.mailbox_name();
    let lease = format!("mailbox {name}");
    leases::release_of_earlier_start(&state, &lease).await;
    let mut tries = HashMap::new();
    let mut pause = FIRST_PAUSE;
    loop {
        let rest = match hold(&state, &lease).await {
            Ok(true) => {
                let ended = tokio::select! {
                    ended = read(&state, imap, &name, &mut tries, &mut pause) => ended,
                    lost = keep(&state, &lease) => lost,
                    () = shutdown.asked() => return give_back(&state, &lease).await,
                };
                give_back(&state, &lease).await;
                if let Err(fault) = ended {
                    tracing::warn!(target: "EmailService", "the mailbox {name} is not read for now: {fault}");
                }
                let rest = pause;
                pause = (pause * 2).min(LONGEST_PAUSE);
                rest
            }
            Ok(false) => RENEW_EVERY,
            Err(fault) => {
                tracing::warn!(target: "EmailService", "the mailbox {name} is not read for now: {fault}");
                RENEW_EVERY
            }
        };
        if !shutdown.sleep(rest).await {
            return;
        }
    }
}

async fn hold(state: &Shared, lease: &str) -> Result<bool, DbFault> {
    let (lease, holder) = (lease.to_owned(), state.claim.clone());
    state.store.write_rows(move |tx| lease::take(tx, &lease, &holder, LEASE)).await
}

async fn give_back(state: &Shared, lease: &str) {
    let (lease, holder) = (lease.to_owned(), state.claim.clone());
    if let Err(fault) = state.store.write_rows(move |tx| lease::release(tx, &lease, &holder)).await {
        tracing::debug!(target: "EmailService", "the lease of the mailbox ends by itself: {fault}");
    }
}

/// Holds on to the lease; answers when it is lost, or can't be known to be held any more.
async fn keep(state: &Shared, lease: &str) -> Result<(), Ended> {
    loop {
        tokio::time::sleep(RENEW_EVERY).await;
        if !hold(state, lease).await? {
            return Err(Ended::LeaseLost);
        }
    }
}

/// Reads what has come and what comes, until something fails.
async fn read(
    state: &Shared,
    imap: &Imap,
    name: &str,
    tries: &mut HashMap<Cursor, u32>,
    pause: &mut Duration,
) -> Result<(), Ended> {
    let mut mailbox = imap.open().await?;
    *pause = FIRST_PAUSE;
    tracing::info!(target: "EmailService", "reads answers from the mailbox {name}");
    loop {
        let uid_validity = mailbox.uid_validity();
        let asked = name.to_owned();
        let known = state.store.read_little(move |tx| mail_in::cursor(tx, &asked)).await?;
        let after = known.filter(|known| known.uid_validity == uid_validity).map_or(0, |known| known.uid);
        let listed = mailbox.list(after).await?;
        for mail in &listed {
            let cursor = Cursor { uid_validity, uid: mail.uid };
            let is_too_large = usize::try_from(mail.size).map_or(true, |size| size > MAX_MAIL_BYTES);
            let has_failed = tries.get(&cursor).is_some_and(|tries| *tries >= MAX_TRIES);
            if is_too_large || has_failed {
                tracing::warn!(target: "EmailService", "mail {} of the mailbox {name} is passed over", mail.uid);
                pass_over(state, name, cursor).await?;
                tries.remove(&cursor);
                continue;
            }
            read_one(state, &mut mailbox, name, cursor, tries).await?;
        }
        if listed.is_empty() {
            mailbox.wait().await?;
        }
    }
}

async fn read_one(
    state: &Shared,
    mailbox: &mut Mailbox,
    name: &str,
    cursor: Cursor,
    tries: &mut HashMap<Cursor, u32>,
) -> Result<(), Ended> {
    // One that somebody removed meanwhile is read as well as it can be.
    let Some(bytes) = mailbox.fetch(cursor.uid).await? else {
        return Ok(pass_over(state, name, cursor).await?);
    };
    let taken = take(state, &bytes, Some((name.to_owned(), cursor))).await;
    match &taken {
        Ok(()) => {
            tries.remove(&cursor);
        }
        Err(DbFault::Failed(_) | DbFault::Duplicate(_)) => *tries.entry(cursor).or_default() += 1,
        Err(_) => {}
    }
    Ok(taken?)
}

async fn pass_over(state: &Shared, name: &str, cursor: Cursor) -> Result<(), DbFault> {
    let (name, now) = (name.to_owned(), state.now_ms());
    state.store.write_rows(move |tx| mail_in::move_cursor(tx, &name, cursor, now)).await
}
