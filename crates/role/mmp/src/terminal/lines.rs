//! The lines of a script, as they come in.

use bytes::BytesMut;
use convoke_shell::line::MAX_LINE_BYTES;
use convoke_ssh::{Input, Inputs};

/// Input that is kept while a command runs, in bytes; what comes beyond stays with the session, which counts it.
const MAX_AHEAD: usize = 256 * 1024;

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// A line, without its end.
    Line(String),
    /// A line that is longer than a line may be.
    TooLong,
    /// Nothing more.
    End,
    /// An interruption without a byte.
    Break,
    /// The client is gone.
    Gone,
}

/// After so many lines the thread is left to others.
const YIELD_EVERY: usize = 64;

/// Cuts input into lines; they end in LF or CRLF, and the last may have no end.
#[derive(Debug)]
pub(super) struct Lines {
    input: Inputs,
    buffer: BytesMut,
    /// How much of the buffer is known to hold no line's end.
    seen: usize,
    has_ended: bool,
    /// How many lines were read.
    pub(super) count: usize,
}

impl Lines {
    pub(super) fn new(input: Inputs) -> Self {
        Self { input, buffer: BytesMut::new(), seen: 0, has_ended: false, count: 0 }
    }

    /// The next line. Given up while it waits, nothing is lost.
    pub(super) async fn next(&mut self) -> Next {
        if self.count.is_multiple_of(YIELD_EVERY) {
            // Lines without a command wait for nothing by themselves, and others want the thread too.
            tokio::task::yield_now().await;
        }
        loop {
            let unseen = self.buffer.get(self.seen..).unwrap_or_default();
            if let Some(end) = unseen.iter().position(|byte| *byte == b'\n') {
                let line = self.buffer.split_to(self.seen + end + 1);
                self.seen = 0;
                return self.cut(&line);
            }
            self.seen = self.buffer.len();
            if self.buffer.len() > MAX_LINE_BYTES + 2 {
                self.count += 1;
                return Next::TooLong;
            }
            if self.has_ended {
                let line = self.buffer.split();
                self.seen = 0;
                return if line.is_empty() { Next::End } else { self.cut(&line) };
            }
            match self.input.next().await {
                Some(Input::Bytes(bytes)) => self.buffer.extend_from_slice(&bytes),
                Some(Input::Eof) => self.has_ended = true,
                Some(Input::Break) => return Next::Break,
                Some(Input::Resize { .. }) => {}
                None => return Next::Gone,
            }
        }
    }

    /// Ends with an interruption or when the client is gone, and never at the end of the input. Lines that come meanwhile are kept.
    pub(super) async fn interrupted(&mut self) {
        loop {
            if self.buffer.len() >= MAX_AHEAD {
                // A client that sends so much ahead is heard again when its lines are read, or ended by the session's own limit.
                std::future::pending::<()>().await;
            }
            match self.input.next().await {
                Some(Input::Bytes(bytes)) => self.buffer.extend_from_slice(&bytes),
                Some(Input::Eof) => self.has_ended = true,
                Some(Input::Resize { .. }) => {}
                Some(Input::Break) | None => return,
            }
        }
    }

    fn cut(&mut self, line: &[u8]) -> Next {
        self.count += 1;
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > MAX_LINE_BYTES {
            return Next::TooLong;
        }
        Next::Line(String::from_utf8_lossy(line).into_owned())
    }
}
