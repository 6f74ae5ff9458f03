//! Looking at what comes next, noting pieces, and saying where it is not understood.

use super::{
    super::{
        NotUnderstood,
        lexer::Piece as Text,
        pieces::{Piece, Place, Said},
    },
    Reader,
};

impl Reader<'_> {
    pub(super) fn piece(&self, ahead: usize) -> Option<&Text> {
        self.tokens.get(self.next + ahead).map(|token| &token.piece)
    }

    pub(super) fn word(&self, ahead: usize) -> Option<&str> {
        match self.piece(ahead)? {
            Text::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Digits, and how many there are.
    pub(super) fn digits(&self, ahead: usize) -> Option<(u32, usize)> {
        match self.piece(ahead)? {
            Text::Number(value, digits) => Some((*value, *digits)),
            _ => None,
        }
    }

    pub(super) fn is_sign(&self, ahead: usize, any: &[char]) -> bool {
        matches!(self.piece(ahead), Some(Text::Sign(sign)) if any.contains(sign))
    }

    /// Whether it follows what stands before it without a blank.
    pub(super) fn is_joined(&self, ahead: usize) -> bool {
        self.tokens.get(self.next + ahead).is_some_and(|token| token.is_joined)
    }

    pub(super) fn accept(&mut self, any: &[&str]) -> bool {
        let found = self.word(0).is_some_and(|word| any.contains(&word));
        self.next += usize::from(found);
        found
    }

    pub(super) fn sign(&mut self, any: &[char]) -> bool {
        let found = self.is_sign(0, any);
        self.next += usize::from(found);
        found
    }

    /// Takes these words, if all of them stand here.
    pub(super) fn phrase(&mut self, words: &[&str]) -> bool {
        let found = words.iter().enumerate().all(|(ahead, word)| self.word(ahead) == Some(word));
        self.next += if found { words.len() } else { 0 };
        found
    }

    /// Reads something, or nothing at all.
    pub(super) fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = self.next;
        let found = read(self);
        if found.is_none() {
            self.next = before;
        }
        found
    }

    /// The place from a token up to the next one.
    pub(super) fn place_from(&self, token: usize) -> Place {
        let at = self.tokens.get(token).map_or(self.length, |token| token.at);
        let last = self.next.checked_sub(1).and_then(|last| self.tokens.get(last));
        Place { at, to: last.map_or(at, |last| last.to) }
    }

    /// Notes what was said from a token on.
    pub(super) fn say(&mut self, from: usize, said: Said) {
        let place = self.place_from(from);
        self.said.push(Piece { place, said });
    }

    /// Refuses what stands from a token up to the next one.
    pub(super) fn refuse(&self, from: usize, reason: &str) -> NotUnderstood {
        let Place { at, to } = self.place_from(from);
        let words: String = self.text.chars().skip(at).take(to.saturating_sub(at)).collect();
        NotUnderstood { at, reason: format!("\"{words}\" {reason}") }
    }

    pub(super) fn not_understood(&self) -> NotUnderstood {
        if let Some(refusal) = self.digits_of_date() {
            return refusal;
        }
        let token = self.tokens.get(self.next);
        let words = token.map_or_else(
            || "this".to_owned(),
            |token| {
                let words: String = self.text.chars().skip(token.at).take(token.to - token.at).collect();
                format!("\"{words}\"")
            },
        );
        let why = match self.word(0) {
            Some("holiday" | "holidays") => "says days that are not known here; say the dates",
            _ => "is not understood here; say for example \"every other Tuesday at 9:00, until 18 December\"",
        };
        NotUnderstood { at: token.map_or(self.length, |token| token.at), reason: format!("{words} {why}") }
    }

    pub(super) fn missing(&self, what: &str) -> NotUnderstood {
        if let Some(refusal) = self.digits_of_date() {
            return refusal;
        }
        let at = self.tokens.get(self.next).map_or(self.length, |token| token.at);
        NotUnderstood { at, reason: format!("there should be {what}") }
    }

    /// 1/2/2027: a day and a month in an order that depends on the country.
    pub(super) fn digits_of_date(&self) -> Option<NotUnderstood> {
        self.digits(0).filter(|_| self.is_sign(1, &['/', '.']))?;
        self.digits(2).filter(|_| self.is_joined(1) && self.is_joined(2))?;
        let many = if self.is_sign(3, &['/', '.']) && self.digits(4).is_some() { 5 } else { 3 };
        let (first, last) = (self.tokens.get(self.next)?, self.tokens.get(self.next + many - 1)?);
        let words: String = self.text.chars().skip(first.at).take(last.to - first.at).collect();
        let reason = format!(
            "\"{words}\" is written differently from country to country; say \"18 December 2026\" or 2026-12-18"
        );
        Some(NotUnderstood { at: first.at, reason })
    }
}
