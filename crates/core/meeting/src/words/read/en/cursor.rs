//! Looking at what comes next, and saying where it is not understood.

use super::{
    super::{NotUnderstood, lexer::Piece},
    Reader,
};

impl Reader<'_> {
    pub(super) fn piece(&self, ahead: usize) -> Option<&Piece> {
        self.tokens.get(self.next + ahead).map(|token| &token.piece)
    }

    pub(super) fn word(&self, ahead: usize) -> Option<&str> {
        match self.piece(ahead)? {
            Piece::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(super) fn accept(&mut self, any: &[&str]) -> bool {
        let found = self.word(0).is_some_and(|word| any.contains(&word));
        self.next += usize::from(found);
        found
    }

    pub(super) fn sign(&mut self, any: &[char]) -> bool {
        let found = matches!(self.piece(0), Some(Piece::Sign(sign)) if any.contains(sign));
        self.next += usize::from(found);
        found
    }

    pub(super) fn not_understood(&self) -> NotUnderstood {
        let token = self.tokens.get(self.next);
        let text = match token.map(|token| &token.piece) {
            Some(Piece::Word(word)) => format!("\"{word}\""),
            Some(Piece::Number(value, _)) => format!("\"{value}\""),
            Some(Piece::Sign(sign)) => format!("\"{sign}\""),
            None => "this".to_owned(),
        };
        NotUnderstood {
            at: token.map_or(self.length, |token| token.at),
            reason: format!(
                "{text} is not understood here; say for example \"every other Tuesday at 9:00, until 18 December\""
            ),
        }
    }

    pub(super) fn missing(&self, what: &str) -> NotUnderstood {
        let at = self.tokens.get(self.next).map_or(self.length, |token| token.at);
        NotUnderstood { at, reason: format!("there should be {what}") }
    }
}
