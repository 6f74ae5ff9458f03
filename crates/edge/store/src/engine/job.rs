//! A piece of work on its way through an engine: run, then answered once the commit's outcome is known.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::{DbFault, Tx};

/// What came of running a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ran {
    /// To be committed.
    Keep,
    /// To be undone; its own answer tells why.
    Undo,
}

/// A piece of work with its types hidden.
pub(super) trait Job: Send {
    /// Runs it within a transaction; may be called again after an undo.
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran;
    /// Whether somebody still waits for the answer.
    fn is_wanted(&self) -> bool;
    /// Sends the answer: its own when `committed` is `Ok` or it was undone, else the fault.
    fn answer(self: Box<Self>, committed: Result<(), DbFault>);
}

/// A closure, what it returned, and who waits for it.
pub(super) struct Task<T, E, F> {
    work: F,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Task<T, E, F> {
    pub(super) fn new(work: F, reply: oneshot::Sender<Result<T, E>>) -> Self {
        Self { work, outcome: None, reply }
    }
}

impl<T, E, F> Job for Task<T, E, F>
where
    T: Send,
    E: From<DbFault> + Send,
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran {
        // A panic is our bug; it ends this piece of work and not the thread that all others need.
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.work)(tx)))
            .unwrap_or_else(|_| Err(DbFault::Failed("a piece of work panicked".to_owned()).into()));
        let ran = if outcome.is_ok() { Ran::Keep } else { Ran::Undo };
        self.outcome = Some(outcome);
        ran
    }

    fn is_wanted(&self) -> bool {
        !self.reply.is_closed()
    }

    fn answer(self: Box<Self>, committed: Result<(), DbFault>) {
        let answer = match (committed, self.outcome) {
            (Ok(()), Some(outcome)) | (Err(_), Some(outcome @ Err(_))) => outcome,
            (Err(fault), _) => Err(fault.into()),
            (Ok(()), None) => Err(DbFault::Failed("a piece of work was not run".to_owned()).into()),
        };
        // Whoever asked may have gone; the work is done all the same.
        drop(self.reply.send(answer));
    }
}
