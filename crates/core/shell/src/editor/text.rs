//! The line that is being typed, and its cursor. What a person sees as one character moves and goes as one.

use super::{cells::is_joined, keys::Key};

/// The line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Text {
    line: String,
    /// In bytes; always between two of what is seen as characters.
    cursor: usize,
    cut: String,
}

impl From<String> for Text {
    fn from(line: String) -> Self {
        Self { cursor: line.len(), line, cut: String::new() }
    }
}

impl Text {
    pub(super) fn as_str(&self) -> &str {
        &self.line
    }

    pub(super) fn is_empty(&self) -> bool {
        self.line.is_empty()
    }

    /// What stands before the cursor.
    pub(super) fn before(&self) -> &str {
        self.line.get(..self.cursor).unwrap_or_default()
    }

    fn after(&self) -> &str {
        self.line.get(self.cursor..).unwrap_or_default()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.cursor == self.line.len()
    }

    /// Puts a character in; `false` for one that can't stand in a line, or has nothing to join.
    pub(super) fn insert(&mut self, c: char) -> bool {
        if c.is_control() || is_deceptive(c) || (is_joined(c) && self.cursor == 0) {
            return false;
        }
        self.line.insert(self.cursor, c);
        self.cursor += c.len_utf8();
        true
    }

    /// Puts another text in place of what stands between `from` and the cursor.
    pub(super) fn replace_before(&mut self, from: usize, text: &str) {
        if self.line.get(from..self.cursor).is_some() {
            self.line.replace_range(from..self.cursor, text);
            self.cursor = from + text.len();
        }
    }

    /// Carries a key out; `false` where nothing was to be done.
    pub(super) fn edit(&mut self, key: Key) -> bool {
        let (cursor, end) = (self.cursor, self.line.len());
        match key {
            Key::Left => self.go(self.left()),
            Key::Right => self.go(self.right()),
            Key::Home => self.go(0),
            Key::End => self.go(end),
            Key::WordLeft => self.go(self.word_left()),
            Key::WordRight => self.go(self.word_right()),
            Key::Backspace => self.remove(self.left(), cursor),
            Key::Delete | Key::EndOfInput => self.remove(cursor, self.right()),
            Key::CutToEnd => self.cut(cursor, end),
            Key::CutToStart => self.cut(0, cursor),
            Key::CutWordLeft => self.cut(self.word_left(), cursor),
            Key::CutWordRight => self.cut(cursor, self.word_right()),
            Key::Paste => self.paste(),
            _ => false,
        }
    }

    fn go(&mut self, to: usize) -> bool {
        let moves = to != self.cursor;
        self.cursor = to;
        moves
    }

    fn remove(&mut self, from: usize, to: usize) -> bool {
        if from >= to {
            return false;
        }
        self.line.replace_range(from..to, "");
        self.cursor = from;
        // What joined the removed joins what is before it now, or goes.
        while self.cursor == 0 && self.line.starts_with(is_joined) {
            self.line.remove(0);
        }
        true
    }

    fn cut(&mut self, from: usize, to: usize) -> bool {
        let cut = self.line.get(from..to).unwrap_or_default().to_owned();
        let is_cut = self.remove(from, to);
        if is_cut {
            self.cut = cut;
        }
        is_cut
    }

    fn paste(&mut self) -> bool {
        if self.cut.is_empty() || self.line.len() + self.cut.len() > crate::line::MAX_LINE_BYTES {
            return false;
        }
        self.line.insert_str(self.cursor, &self.cut);
        self.cursor += self.cut.len();
        true
    }

    fn left(&self) -> usize {
        let mut before = self.before().char_indices().rev();
        before.find(|(_, c)| !is_joined(*c)).map_or(0, |(at, _)| at)
    }

    fn right(&self) -> usize {
        let mut after = self.after().char_indices().skip(1);
        after.find(|(_, c)| !is_joined(*c)).map_or(self.line.len(), |(at, _)| self.cursor + at)
    }

    fn word_left(&self) -> usize {
        let trimmed = self.before().trim_end();
        trimmed.rfind(char::is_whitespace).map_or(0, |at| {
            let gap = trimmed.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            at + gap
        })
    }

    fn word_right(&self) -> usize {
        let after = self.after();
        let word = after.trim_start();
        let skipped = after.len() - word.len();
        self.cursor + skipped + word.find(char::is_whitespace).unwrap_or(word.len())
    }
}

/// Characters that change the order in which others are shown, or end lines unseen: what is shown would not be what is read.
fn is_deceptive(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{061c}' | '\u{feff}')
}
