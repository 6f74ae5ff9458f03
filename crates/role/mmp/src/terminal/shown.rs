//! What clients are sent: without characters that would command a terminal, whoever wrote them into a log or a file's name.

use bytes::Bytes;
use convoke_runtime::log::is_unsafe;

/// The text as a client gets it; a terminal in raw mode needs a carriage return at each line's end.
pub(super) fn for_client(text: &str, is_terminal: bool) -> Bytes {
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' if is_terminal => shown.push_str("\r\n"),
            '\n' | '\t' => shown.push(c),
            c if is_unsafe(c) => shown.push(char::REPLACEMENT_CHARACTER),
            c => shown.push(c),
        }
    }
    Bytes::from(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_command_a_terminal_is_taken_out() {
        assert_eq!(for_client("a\tb\n\x1b[2J\u{9b}1m\r", true), "a\tb\r\n\u{fffd}[2J\u{fffd}1m\u{fffd}");
        assert_eq!(for_client("한글\n", false), "한글\n");
        assert_eq!(for_client("a\u{202e}b\u{2028}c", false), "a\u{fffd}b\u{fffd}c");
    }
}
