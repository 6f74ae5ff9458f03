//! How many times: in all, or in each week; and how long each one takes.

use super::{
    super::{
        NotUnderstood,
        lexer::Piece as Text,
        pieces::{Said, Unit},
    },
    Read, Reader, words,
};

impl Reader<'_> {
    /// "30 minutes", "12 times", "twice a week", "once".
    pub(super) fn length_or_count(&mut self) -> Read {
        let from = self.next;
        let has_clock = self.said.iter().any(|piece| matches!(piece.said, Said::Clock(..)));
        if let Some(minutes) = self.length_of_time() {
            // 9h is a time in some countries.
            let is_letter =
                self.tokens[from..self.next].iter().any(|token| token.piece == Text::Word("h".to_owned()));
            if is_letter && !has_clock {
                return Err(
                    self.refuse(from, "is a time of day or a length? Say \"at 9:00\" or \"for 9 hours\"")
                );
            }
            // "30-minute meeting", "an hour long"
            self.accept(&["long", "each"]);
            self.say(from, Said::Length(minutes));
            return Ok(true);
        }
        let named = match self.word(0) {
            Some("once") => Some(1),
            Some("twice") => Some(2),
            Some("thrice") => Some(3),
            _ => None,
        };
        if named.is_some() {
            self.next += 1;
        } else if !self.length_of_count() {
            return Ok(false);
        }
        self.count_after(from).map(|()| true)
    }

    /// Reads "12 times" over, if it stands there.
    pub(super) fn length_of_count(&mut self) -> bool {
        self.attempt(|reader| {
            reader.number()?;
            let found = reader.word(0).is_some_and(words::is_counted);
            reader.next += usize::from(found);
            found.then_some(())
        })
        .is_some()
    }

    /// What a count is of, after it was read: in all, or in each unit.
    pub(super) fn count_after(&mut self, from: usize) -> Result<(), NotUnderstood> {
        let many = self.count_from(from);
        if let Some((every, unit)) = self.attempt(Self::per_unit) {
            self.say(from, Said::Rate(many, every, unit));
            return Ok(());
        }
        let is_in_all = self.phrase(&["in", "all"])
            || self.phrase(&["in", "total"])
            || self.accept(&["total", "altogether"]);
        let follows_unit =
            self.said.last().is_some_and(|piece| matches!(piece.said, Said::Every(..) | Said::Bi(_)));
        let before = from.checked_sub(1).map(|before| &self.tokens[before].piece);
        let is_led = self.is_led_to_end(from);
        if follows_unit && matches!(before, Some(Text::Word(_))) && !is_in_all && !is_led {
            return Err(self.refuse(from, "could be in each of them or in all; say \", 5 times in all\", or the days and times that are meant"));
        }
        // "every Friday, once" is an end; "once every Friday" is none.
        let is_parted = matches!(before, Some(Text::Sign(',' | '-')));
        let is_end = is_in_all || is_led || is_parted;
        self.say(from, if is_end { Said::Count(many) } else { Said::Often(many) });
        Ok(())
    }

    /// Whether the words of a count say that it is an end: "for 10 times", "ends after 10 occurrences".
    fn is_led_to_end(&self, from: usize) -> bool {
        const ENDS: [&str; 13] = [
            "for",
            "until",
            "till",
            "til",
            "ends",
            "ending",
            "end",
            "through",
            "thru",
            "up",
            "to",
            "occurrence",
            "occurrences",
        ];
        self.tokens[from..self.next]
            .iter()
            .any(|token| matches!(&token.piece, Text::Word(word) if ENDS.contains(&word.as_str())))
    }

    /// The number in what was read from a token on.
    fn count_from(&self, from: usize) -> u32 {
        self.tokens[from..self.next]
            .iter()
            .find_map(|token| match &token.piece {
                Text::Number(value, _) => Some(*value),
                Text::Word(word) => match word.as_str() {
                    "once" => Some(1),
                    "twice" => Some(2),
                    "thrice" => Some(3),
                    "a" | "an" => None,
                    word => words::number(word),
                },
                Text::Sign(_) => None,
            })
            .unwrap_or(1)
    }

    /// "a week", "per month", "weekly", "every 2 weeks".
    fn per_unit(&mut self) -> Option<(u32, Unit)> {
        if let Some((unit, every)) = self.word(0).and_then(words::adverb) {
            self.next += 1;
            return Some((every, unit));
        }
        self.accept(&["in"]);
        let is_every = self.accept(&["every", "each"]);
        if !is_every && !self.accept(&["a", "an", "per", "the"]) {
            return None;
        }
        let many = if !is_every {
            1
        } else if self.accept(&["other", "second"]) {
            2
        } else {
            self.number().unwrap_or(1)
        };
        let (unit, each) = self.word(0).and_then(words::unit)?;
        self.next += 1;
        Some((many.saturating_mul(each), unit))
    }
}
