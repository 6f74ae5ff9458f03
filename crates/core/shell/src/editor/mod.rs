//! The line editor: bytes of a terminal in, what to show and what was entered out. It awaits nothing and knows no terminal of its own, so that
//! many sessions of one process have one each.

mod cells;
mod history;
mod keys;
mod screen;
mod text;

#[cfg(test)]
mod emulator;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use crate::line::{self, LineFault, MAX_LINE_BYTES};
use history::History;
use keys::{Key, Keys};
use screen::Screen;
use text::Text;

pub use history::MAX_HISTORY;

/// Bytes typed ahead, while nothing reads them. With more, all are dropped: half a line, or lines without those before them, must not run.
pub const MAX_TYPED_AHEAD: usize = 64 * 1024;
/// Ctrl-C.
const INTERRUPT: u8 = 0x03;
/// What asks for attention: nothing to complete, no room.
const BELL: &str = "\x07";

/// What is being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A command: history, completion, help.
    Command,
    /// An answer to a question.
    Answer,
    /// An answer that must not be seen.
    Secret,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A line was entered.
    Line(String),
    /// Ctrl-C: what was typed is given up.
    Interrupt,
    /// Ctrl-D on an empty line.
    End,
    /// TAB: [`Editor::complete`] may follow.
    Complete,
    /// `?`: help for what stands before the cursor; [`Editor::show_below`] may follow.
    Help,
}

/// What bytes led to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fed {
    /// What the terminal is to be sent.
    pub shown: String,
    /// The first event; what was typed after it waits for the next call.
    pub event: Option<Event>,
}

/// What becomes of what is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taking {
    All,
    /// Too much was typed ahead: nothing is taken until a line is asked for. Whether the last of it was the middle of a line.
    Nothing {
        within_line: bool,
    },
    /// The rest of a line whose beginning was dropped is dropped too.
    FromNextLine,
}

/// One terminal's line editor.
#[derive(Debug)]
pub struct Editor {
    keys: Keys,
    ahead: VecDeque<u8>,
    taking: Taking,
    text: Text,
    screen: Screen,
    history: History,
    mode: Mode,
    /// Whether a line is being asked for.
    is_asking: bool,
    /// Whether the terminal is asked to mark what is pasted.
    marks_pastes: bool,
    /// Whether the line is another one than is shown: it is shown once for all keys that came together.
    is_stale: bool,
    /// Whether something asks for attention, likewise.
    rings: bool,
}

impl Editor {
    /// An editor for a terminal of this size; `is_plain` for one that knows nothing beyond moving the cursor (`dumb`).
    pub fn new(columns: u16, rows: u16, is_plain: bool) -> Self {
        Self {
            keys: Keys::default(),
            ahead: VecDeque::new(),
            taking: Taking::All,
            text: Text::default(),
            screen: Screen::new(columns, rows),
            history: History::default(),
            mode: Mode::Command,
            is_asking: false,
            marks_pastes: !is_plain,
            is_stale: false,
            rings: false,
        }
    }

    /// Asks for a line; answers what to show. What was typed ahead counts with the next [`Editor::feed`].
    pub fn ask(&mut self, prompt: &str, mode: Mode) -> String {
        self.mode = mode;
        self.is_asking = true;
        self.text = Text::default();
        self.taking = match self.taking {
            Taking::Nothing { within_line: false } => Taking::All,
            Taking::Nothing { within_line: true } => Taking::FromNextLine,
            taking => taking,
        };
        self.history.begin();
        let marks = if self.marks_pastes && mode == Mode::Command { "\x1b[?2004h" } else { "" };
        format!("{marks}{}", self.screen.begin(prompt))
    }

    /// Takes what was typed, up to the first event. With nothing asked for it is kept for later, up to [`MAX_TYPED_AHEAD`].
    pub fn feed(&mut self, bytes: &[u8]) -> Fed {
        let mut fed = Fed::default();
        let bytes = self.taken(bytes);
        if self.ahead.len() + bytes.len() > MAX_TYPED_AHEAD {
            fed.shown = self.refuse(bytes);
        } else {
            self.ahead.extend(bytes);
        }
        while self.is_asking && fed.event.is_none() {
            let Some(byte) = self.ahead.pop_front() else { break };
            for key in self.keys.take(byte) {
                fed.event = self.press(key, &mut fed.shown).or(fed.event);
            }
        }
        fed.shown.push_str(&self.refresh());
        if std::mem::take(&mut self.rings) {
            fed.shown.push_str(BELL);
        }
        fed
    }

    /// What of it is not to be dropped.
    fn taken<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        match self.taking {
            Taking::All => bytes,
            Taking::Nothing { .. } => {
                if let Some(last) = bytes.last() {
                    self.taking = Taking::Nothing { within_line: !is_line_end(*last) };
                }
                &[]
            }
            Taking::FromNextLine => {
                self.rings |= !bytes.is_empty();
                let Some(at) = bytes.iter().position(|byte| is_line_end(*byte) || *byte == INTERRUPT) else {
                    return &[];
                };
                self.taking = Taking::All;
                let skipped = at + usize::from(bytes.get(at) != Some(&INTERRUPT));
                bytes.get(skipped..).unwrap_or_default()
            }
        }
    }

    /// Drops what was typed ahead, and says so.
    fn refuse(&mut self, bytes: &[u8]) -> String {
        self.drop_typed_ahead();
        self.rings = true;
        let within_line = bytes.last().is_some_and(|last| !is_line_end(*last));
        let why = format!("More than {} KiB was typed ahead; all of it was dropped.", MAX_TYPED_AHEAD / 1024);
        match (self.is_asking, within_line) {
            (true, within_line) => {
                self.taking = if within_line { Taking::FromNextLine } else { Taking::All };
                self.show_below(&[why])
            }
            (false, within_line) => {
                self.taking = Taking::Nothing { within_line };
                format!("\r\n{why}\r\n")
            }
        }
    }

    /// Forgets what was typed ahead, as after Ctrl-C.
    pub fn drop_typed_ahead(&mut self) {
        self.ahead.clear();
        self.keys = Keys::default();
        self.taking = Taking::All;
    }

    /// What stands before the cursor.
    pub fn before_cursor(&self) -> &str {
        self.text.before()
    }

    /// The whole line.
    pub fn line(&self) -> &str {
        self.text.as_str()
    }

    /// Remembers a line, to be found by the arrows.
    pub fn remember(&mut self, line: &str) {
        self.history.add(line);
    }

    /// The terminal has another size; answers what to show.
    pub fn resize(&mut self, columns: u16, rows: u16) -> String {
        self.screen.resize(columns, rows);
        if self.is_asking { self.paint() } else { String::new() }
    }

    /// Puts a candidate in place, or as much as all have in common, or shows them all; `from` is where they begin in the line.
    pub fn complete(&mut self, from: usize, candidates: &[String]) -> String {
        let Some(typed) = self.text.before().get(from..) else { return BELL.to_owned() };
        let common = in_common(candidates);
        let is_only = candidates.len() == 1;
        let mut put = common.to_owned();
        if is_only && !put.ends_with([':', '=']) {
            put.push(' ');
        }
        if candidates.is_empty() || self.text.as_str().len() + put.len() > MAX_LINE_BYTES {
            return BELL.to_owned();
        }
        if common.len() > typed.len() || is_only {
            self.text.replace_before(from, &put);
            return self.paint();
        }
        self.show_below(&cells::in_columns(candidates, self.screen.columns()))
    }

    /// Shows lines below what is typed, and then the prompt and what is typed again.
    pub fn show_below(&mut self, lines: &[String]) -> String {
        let mut shown = self.screen.leave(&self.text);
        for line in lines {
            shown.push_str(line);
            shown.push_str("\r\n");
        }
        shown.push_str(&self.screen.again());
        shown.push_str(&self.paint());
        shown
    }

    /// Shows what keys have changed since it was shown last.
    fn refresh(&mut self) -> String {
        if std::mem::take(&mut self.is_stale) { self.paint() } else { String::new() }
    }

    fn paint(&mut self) -> String {
        self.is_stale = false;
        if self.mode == Mode::Secret { self.screen.paint_prompt() } else { self.screen.paint(&self.text) }
    }

    fn press(&mut self, key: Key, shown: &mut String) -> Option<Event> {
        match key {
            Key::Char(c, is_pasted) => self.type_character(c, is_pasted, shown),
            Key::Enter => Some(self.enter(shown)),
            Key::Interrupt => {
                shown.push_str(&self.end_line("^C"));
                Some(Event::Interrupt)
            }
            Key::EndOfInput if self.text.is_empty() => {
                shown.push_str(&self.end_line(""));
                Some(Event::End)
            }
            Key::Tab if self.mode == Mode::Command => Some(Event::Complete),
            Key::Clear => {
                shown.push_str("\x1b[H\x1b[2J");
                shown.push_str(&self.screen.again());
                shown.push_str(&self.paint());
                None
            }
            Key::Up | Key::Down if self.mode == Mode::Command => {
                let found = self.history.step(key == Key::Up, self.text.as_str()).map(Text::from);
                self.change(|text| found.map(|found| *text = found).is_some())
            }
            key => self.change(|text| text.edit(key)),
        }
    }

    /// Carries a change out; a bell where there is nothing to change.
    fn change(&mut self, change: impl FnOnce(&mut Text) -> bool) -> Option<Event> {
        if change(&mut self.text) {
            self.is_stale = self.mode != Mode::Secret;
        } else {
            self.rings = true;
        }
        None
    }

    fn type_character(&mut self, c: char, is_pasted: bool, shown: &mut String) -> Option<Event> {
        let in_quotes = || matches!(line::split(self.text.before()), Err(LineFault::OpenQuote(_)));
        if c == '?' && self.mode == Mode::Command && !is_pasted && !in_quotes() {
            return Some(Event::Help);
        }
        if self.text.as_str().len() + c.len_utf8() > MAX_LINE_BYTES || !self.text.insert(c) {
            self.rings = true;
        } else if self.mode != Mode::Secret {
            let typed = if self.is_stale { None } else { self.screen.paint_typed(&self.text, c) };
            self.is_stale = typed.is_none();
            shown.extend(typed);
        }
        None
    }

    fn enter(&mut self, shown: &mut String) -> Event {
        let line = self.text.as_str().to_owned();
        shown.push_str(&self.end_line(""));
        Event::Line(line)
    }

    /// Leaves the line as it stands.
    fn end_line(&mut self, mark: &str) -> String {
        let mut shown = self.refresh();
        let text = if self.mode == Mode::Secret { Text::default() } else { std::mem::take(&mut self.text) };
        self.text = Text::default();
        self.is_asking = false;
        let marks = if self.marks_pastes && self.mode == Mode::Command { "\x1b[?2004l" } else { "" };
        shown.push_str(&self.screen.leave_with(&text, mark));
        shown.push_str(marks);
        shown
    }
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

/// The longest beginning of all.
fn in_common(candidates: &[String]) -> &str {
    let Some((first, rest)) = candidates.split_first() else { return "" };
    let mut end = first.len();
    for other in rest {
        let same = first.char_indices().zip(other.chars()).take_while(|((_, one), other)| one == other);
        end = end.min(same.last().map_or(0, |((at, c), _)| at + c.len_utf8()));
    }
    first.get(..end).unwrap_or_default()
}
