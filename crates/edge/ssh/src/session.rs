//! What is handed over for each shell or command that a client asks for: streams, whichever way it came.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::limits::{MAX_OUTPUT_BYTES, MAX_UNREAD_INPUT, OUTPUT_QUEUE};

/// One session: of an SSH channel, or of the machine's own console.
#[derive(Debug)]
pub struct Session<W> {
    /// Who signed in.
    pub who: W,
    /// From where; none is the machine's own console.
    pub address: Option<SocketAddr>,
    /// What was asked for.
    pub kind: Kind,
    /// What comes in.
    pub input: Inputs,
    /// What goes out.
    pub output: Output,
    /// How it ends.
    pub exit: Exit,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A shell; without a terminal its input is a script.
    Shell {
        /// The terminal, if a person sits there.
        terminal: Option<Terminal>,
    },
    /// One line.
    Exec {
        /// The line as it was sent; what was no UTF-8 in it is replaced.
        line: String,
        /// The terminal, if a person sits there.
        terminal: Option<Terminal>,
    },
}

/// A terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// Characters in a line, at least 1.
    pub columns: u16,
    /// Lines, at least 1.
    pub rows: u16,
    /// What it calls itself, such as `xterm-256color`.
    pub term: String,
}

impl Terminal {
    /// What a client says of its terminal; one that says nothing (0) has 80 × 24.
    pub(crate) fn new(term: &str, columns: u32, rows: u32) -> Self {
        Self { columns: size(columns, 80), rows: size(rows, 24), term: term.to_owned() }
    }
}

pub(crate) fn size(said: u32, otherwise: u16) -> u16 {
    if said == 0 { otherwise } else { u16::try_from(said).unwrap_or(u16::MAX) }
}

/// What comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Bytes as they were typed.
    Bytes(Bytes),
    /// The terminal has another size now.
    Resize {
        /// Characters in a line.
        columns: u16,
        /// Lines.
        rows: u16,
    },
    /// An interruption that does not come as a byte.
    Break,
    /// Nothing more will come.
    Eof,
}

/// The receiver of what comes in. It ends when the client is gone.
#[derive(Debug)]
pub struct Inputs {
    pub(crate) from: mpsc::UnboundedReceiver<Input>,
    pub(crate) unread: Arc<AtomicUsize>,
}

impl Inputs {
    /// What comes next; none when the client is gone.
    pub async fn next(&mut self) -> Option<Input> {
        let input = self.from.recv().await?;
        self.unread.fetch_sub(weight(&input), Ordering::AcqRel);
        Some(input)
    }
}

/// What an input counts against the limit of those that nobody has read yet.
fn weight(input: &Input) -> usize {
    const MESSAGE: usize = 64;
    match input {
        Input::Bytes(bytes) => bytes.len() + MESSAGE,
        _ => MESSAGE,
    }
}

/// The other end of [`Inputs`].
#[derive(Debug)]
pub struct InputSender {
    to: mpsc::UnboundedSender<Input>,
    unread: Arc<AtomicUsize>,
}

/// Why an input was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// The session's owner listens no more.
    #[error("nobody reads any more")]
    Gone,
    /// Too much is unread.
    #[error("too much is unread")]
    Full,
}

impl InputSender {
    /// Never waits: a client's whole connection would wait with it.
    pub fn send(&self, input: Input) -> Result<(), NotTaken> {
        let weight = weight(&input);
        let unread = self.unread.fetch_add(weight, Ordering::AcqRel);
        if unread + weight > MAX_UNREAD_INPUT {
            self.unread.fetch_sub(weight, Ordering::AcqRel);
            return Err(NotTaken::Full);
        }
        self.to.send(input).map_err(|_| NotTaken::Gone)
    }
}

/// The sender of what goes out. Dropped, it ends the output.
#[derive(Debug, Clone)]
pub struct Output {
    to: mpsc::Sender<Bytes>,
}

/// The client is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the client is gone")]
pub struct Gone;

impl Output {
    /// Shows bytes; waits while the client reads more slowly than they come.
    pub async fn send(&self, bytes: impl Into<Bytes>) -> Result<(), Gone> {
        let mut bytes: Bytes = bytes.into();
        while !bytes.is_empty() {
            let piece = bytes.split_to(bytes.len().min(MAX_OUTPUT_BYTES));
            self.to.send(piece).await.map_err(|_| Gone)?;
        }
        Ok(())
    }

    /// Waits until the next piece can be shown. Given up while it waits, nothing is lost.
    pub async fn ready(&self) -> Result<Ready<'_>, Gone> {
        self.to.reserve().await.map(|place| Ready { place }).map_err(|_| Gone)
    }

    /// Ends when the client is gone.
    pub async fn gone(&self) {
        self.to.closed().await;
    }
}

/// A piece of output can be shown at once.
#[derive(Debug)]
pub struct Ready<'o> {
    place: mpsc::Permit<'o, Bytes>,
}

impl Ready<'_> {
    /// Shows as much of the bytes as one piece takes; the rest stays.
    pub fn send_some(self, bytes: &mut Bytes) {
        self.place.send(bytes.split_to(bytes.len().min(MAX_OUTPUT_BYTES)));
    }
}

/// Sets the exit status. Dropped without one (a panic), the status is 255.
#[derive(Debug)]
pub struct Exit {
    to: oneshot::Sender<u8>,
}

impl Exit {
    /// The session ends with this status, once its output is dropped too.
    pub fn set(self, status: u8) {
        // A client that is gone needs none.
        self.to.send(status).unwrap_or_default();
    }
}

/// A session's other ends.
#[derive(Debug)]
pub struct Ends {
    /// Where input comes from.
    pub input: InputSender,
    /// Where output goes; it ends when nobody can show anything any more.
    pub output: mpsc::Receiver<Bytes>,
    /// The exit status; an error when the session's owner vanished without one.
    pub exit: oneshot::Receiver<u8>,
}

/// A session and its other ends, for whatever carries them.
pub fn session<W>(who: W, address: Option<SocketAddr>, kind: Kind) -> (Session<W>, Ends) {
    // Bounded by the count of what is unread.
    let (to_input, from_input) = mpsc::unbounded_channel();
    let unread = Arc::default();
    let (to_output, output) = mpsc::channel(OUTPUT_QUEUE);
    let (to_exit, exit) = oneshot::channel();
    let input = Inputs { from: from_input, unread: Arc::clone(&unread) };
    let ends = Ends { input: InputSender { to: to_input, unread }, output, exit };
    (
        Session { who, address, kind, input, output: Output { to: to_output }, exit: Exit { to: to_exit } },
        ends,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn input_is_taken_up_to_its_limit_and_again_once_it_is_read() {
        let (mut session, ends) = session((), None, Kind::Shell { terminal: None });
        let most = MAX_UNREAD_INPUT - 64;
        assert_eq!(ends.input.send(Input::Bytes(vec![0; most].into())), Ok(()));
        assert_eq!(ends.input.send(Input::Eof), Err(NotTaken::Full));
        assert!(matches!(session.input.next().await, Some(Input::Bytes(bytes)) if bytes.len() == most));
        drop(session);
        assert!(ends.exit.await.is_err(), "no status");
    }
}
