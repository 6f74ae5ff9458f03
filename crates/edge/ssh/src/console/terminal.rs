//! The terminal that the console's client runs in: raw while a session lasts, and as it was afterwards, whatever ended it.

use std::{io, io::IsTerminal as _};

use rustix::termios::{self, OptionalActions, Termios};

use crate::{Terminal, session::size};

/// Raw mode, until it is dropped.
pub(super) struct Raw {
    before: Termios,
}

impl Raw {
    pub(super) fn enter() -> io::Result<Self> {
        let before = termios::tcgetattr(io::stdin())?;
        let mut raw = before.clone();
        raw.make_raw();
        termios::tcsetattr(io::stdin(), OptionalActions::Drain, &raw)?;
        Ok(Self { before })
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing.
        let _ = termios::tcsetattr(io::stdin(), OptionalActions::Drain, &self.before);
    }
}

/// Columns and rows now.
pub(super) fn measure() -> (u16, u16) {
    let said = termios::tcgetwinsize(io::stdin()).map_or((0, 0), |said| (said.ws_col, said.ws_row));
    (size(u32::from(said.0), 80), size(u32::from(said.1), 24))
}

/// The terminal that a person sits at, if one does. What goes into a file or another program is no conversation.
pub(super) fn of_process() -> Option<Terminal> {
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        return None;
    }
    let (columns, rows) = measure();
    let term = std::env::var("TERM").unwrap_or_else(|_| "dumb".to_owned());
    Some(Terminal { columns, rows, term })
}
