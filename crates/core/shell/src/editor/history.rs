//! Lines that were entered before, found by the arrows.

use std::collections::VecDeque;

/// Lines that are remembered; then the oldest goes.
pub const MAX_HISTORY: usize = 200;

/// The lines, the newest last.
#[derive(Debug, Default)]
pub(super) struct History {
    lines: VecDeque<String>,
    /// How far back the shown one is; 0 is what is being typed.
    back: usize,
    draft: String,
}

impl History {
    /// A new line is begun.
    pub(super) fn begin(&mut self) {
        self.back = 0;
        self.draft.clear();
    }

    /// Remembers a line; not a blank one, nor the same twice in a row.
    pub(super) fn add(&mut self, line: &str) {
        if line.trim().is_empty() || self.lines.back().is_some_and(|last| last == line) {
            return;
        }
        if self.lines.len() == MAX_HISTORY {
            self.lines.pop_front();
        }
        self.lines.push_back(line.to_owned());
    }

    /// The line before (`older`) or behind the one that is shown now, if there is one.
    pub(super) fn step(&mut self, older: bool, shown: &str) -> Option<String> {
        let back = if older { self.back + 1 } else { self.back.checked_sub(1)? };
        if back > self.lines.len() {
            return None;
        }
        if self.back == 0 {
            shown.clone_into(&mut self.draft);
        }
        self.back = back;
        let index = self.lines.len() - back;
        Some(if back == 0 { self.draft.clone() } else { self.lines.get(index)?.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_in_turn_and_what_was_being_typed_last() {
        let mut history = History::default();
        for line in ["one", "two", "two", "  ", "three"] {
            history.add(line);
        }
        let steps = [
            (true, Some("three")),
            (true, Some("two")),
            (true, Some("one")),
            (true, None),
            (false, Some("two")),
        ];
        for (older, found) in steps {
            assert_eq!(history.step(older, "draft").as_deref(), found);
        }
        assert_eq!(history.step(false, "two").as_deref(), Some("three"));
        assert_eq!(history.step(false, "three").as_deref(), Some("draft"));
        assert_eq!(history.step(false, "draft"), None);
    }

    #[test]
    fn as_many_are_remembered_as_may_be() {
        let mut history = History::default();
        (0..=MAX_HISTORY).for_each(|number| history.add(&number.to_string()));
        let mut oldest = None;
        while let Some(line) = history.step(true, "") {
            oldest = Some(line);
        }
        assert_eq!(oldest.as_deref(), Some("1"));
    }
}
