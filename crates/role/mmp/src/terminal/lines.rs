//! The lines of a script, as they come in.

use convoke_shell::line::MAX_LINE_BYTES;
use convoke_ssh::{Input, Inputs};

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

/// Cuts input into lines; they end in LF or CRLF, and the last may have no end.
#[derive(Debug)]
pub(super) struct Lines {
    input: Inputs,
    buffer: Vec<u8>,
    has_ended: bool,
    /// How many lines were read.
    pub(super) count: usize,
}

impl Lines {
    pub(super) fn new(input: Inputs) -> Self {
        Self { input, buffer: Vec::new(), has_ended: false, count: 0 }
    }

    /// The next line. Given up while it waits, nothing is lost.
    pub(super) async fn next(&mut self) -> Next {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let rest = self.buffer.split_off(end + 1);
                let line = std::mem::replace(&mut self.buffer, rest);
                return self.cut(&line);
            }
            if self.buffer.len() > MAX_LINE_BYTES + 2 {
                self.count += 1;
                return Next::TooLong;
            }
            if self.has_ended {
                let line = std::mem::take(&mut self.buffer);
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
