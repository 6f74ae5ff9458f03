//! One answer of an IMAP server: its text, and the octets that it announced by their number.

/// An answer, whole.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    /// Its lines without the octets that were announced in them.
    pub(super) text: String,
    pub(super) literals: Vec<Vec<u8>>,
}

impl Reply {
    /// Whether it answers this command, and how: `OK`, `NO` or `BAD` with the words behind it.
    pub(super) fn of_tag(&self, tag: &str) -> Option<(&str, &str)> {
        let rest = self.text.strip_prefix(tag)?.strip_prefix(' ')?;
        Some(rest.split_once(' ').unwrap_or((rest, "")))
    }

    /// What an untagged answer says.
    pub(super) fn untagged(&self) -> Option<&str> {
        self.text.strip_prefix("* ")
    }

    /// Whether it says how many mails there are.
    pub(super) fn is_of_new_mail(&self) -> bool {
        self.untagged().and_then(|text| text.split_once(' ')).is_some_and(|(count, word)| {
            word.trim().eq_ignore_ascii_case("EXISTS") && count.parse::<u32>().is_ok_and(|count| count > 0)
        })
    }

    /// The number in `[NAME number]` of an `OK`.
    pub(super) fn number_in_code(&self, name: &str) -> Option<u32> {
        let (_, code) = self.untagged()?.split_once('[')?;
        let (found, rest) = code.split_once(' ')?;
        let digits = rest.split_once(']')?.0;
        found.eq_ignore_ascii_case(name).then(|| digits.trim().parse().ok()).flatten()
    }

    /// The number behind a name in the brackets of a FETCH.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        let text = self.untagged()?;
        let (sequence, rest) = text.split_once(' ')?;
        sequence.parse::<u32>().ok()?;
        let (word, inner) = rest.split_once(" (")?;
        if !word.eq_ignore_ascii_case("FETCH") {
            return None;
        }
        let mut words = inner.split([' ', '(', ')']);
        words.find(|word| word.eq_ignore_ascii_case(name))?;
        words.next()?.parse().ok()
    }

    /// The octets that it brought.
    pub(super) fn take_literal(&mut self) -> Option<Vec<u8>> {
        self.literals.pop()
    }
}

/// How many octets follow a line that ends so: `{123}`.
pub(super) fn announced(line: &str) -> Option<usize> {
    let (_, number) = line.trim_end_matches(['\r', '\n']).strip_suffix('}')?.rsplit_once('{')?;
    number.parse().ok()
}

/// What is read of one answer, for tests with any text: its numbers, and how many octets it announces.
pub fn reads(text: &str) -> (Option<u64>, Option<u64>, Option<u32>, Option<usize>) {
    let reply = Reply { text: text.to_owned(), literals: Vec::new() };
    (reply.number("UID"), reply.number("RFC822.SIZE"), reply.number_in_code("UIDVALIDITY"), announced(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_where_they_belong() {
        assert_eq!(reads("* 12 FETCH (UID 34 RFC822.SIZE 5678)"), (Some(34), Some(5_678), None, None));
        assert_eq!(reads("* 12 FETCH (RFC822.SIZE 5678 UID 34)"), (Some(34), Some(5_678), None, None));
        assert_eq!(reads("* 12 FETCH (FLAGS (\\Seen) UID 34 BODY[] {99}"), (Some(34), None, None, Some(99)));
        assert_eq!(
            reads("* OK [UIDVALIDITY 1700000000] UIDs valid"),
            (None, None, Some(1_700_000_000), None)
        );
        assert_eq!(reads("* 12 EXISTS"), (None, None, None, None));
        assert_eq!(reads("* x FETCH (UID 1)"), (None, None, None, None));
        assert_eq!(reads("* 1 FETCH (UID -1 RFC822.SIZE x)").0, None);
    }

    #[test]
    fn answers_are_told_apart() {
        let reply = |text: &str| Reply { text: text.to_owned(), literals: Vec::new() };
        assert_eq!(reply("a1 OK done").of_tag("a1"), Some(("OK", "done")));
        assert_eq!(reply("a10 OK done").of_tag("a1"), None);
        assert!(reply("* 3 EXISTS").is_of_new_mail());
        assert!(!reply("* 0 EXISTS").is_of_new_mail());
        assert!(!reply("* 3 EXPUNGE").is_of_new_mail());
    }
}
