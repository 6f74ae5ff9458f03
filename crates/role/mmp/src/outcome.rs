//! How a command ends: done, failed with what to say, or interrupted.

use crate::console::Interrupted;

/// Why a command did not do what it was asked to; the session shows it and ends with a status other than 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failed {
    /// What to show, line by line: what is wrong, and what would be right.
    Lines(Vec<String>),
    /// It was interrupted; nothing more is to be said.
    Interrupted,
}

/// What a command answers.
pub type Done = Result<(), Failed>;

impl Failed {
    /// One line that says it all.
    pub fn line(text: impl Into<String>) -> Self {
        Self::Lines(vec![text.into()])
    }
}

impl From<Interrupted> for Failed {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}
