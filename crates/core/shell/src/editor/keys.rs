//! Bytes become keys: UTF-8 that arrives in pieces, and the sequences that terminals send for keys without a character.

/// One key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// A character, and whether it was pasted rather than typed.
    Char(char, bool),
    Enter,
    Tab,
    Interrupt,
    /// Ctrl-D.
    EndOfInput,
    Backspace,
    Delete,
    Left,
    Right,
    Home,
    End,
    WordLeft,
    WordRight,
    Up,
    Down,
    /// Ctrl-K.
    CutToEnd,
    /// Ctrl-U.
    CutToStart,
    /// Ctrl-W.
    CutWordLeft,
    /// Alt-d.
    CutWordRight,
    /// Ctrl-Y.
    Paste,
    /// Ctrl-L.
    Clear,
}

/// Longest sequence that is read as one; a longer one is dropped.
const MAX_SEQUENCE: usize = 16;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    Escape,
    /// `ESC O`.
    Single,
    /// `ESC [` and what came since.
    Sequence(Vec<u8>),
    /// The beginning of a character.
    Utf8(Vec<u8>),
}

/// Reads bytes one by one.
#[derive(Debug, Default)]
pub(super) struct Keys {
    state: State,
    is_pasting: bool,
    /// A line feed behind a carriage return is the same Enter.
    was_return: bool,
}

impl Keys {
    /// The keys that are whole with this byte: none, one, or two where a broken character ends.
    pub(super) fn take(&mut self, byte: u8) -> Vec<Key> {
        match std::mem::take(&mut self.state) {
            State::Ground => self.ground(byte).into_iter().collect(),
            State::Escape => self.escape(byte).into_iter().collect(),
            State::Single => single(byte).into_iter().collect(),
            State::Sequence(so_far) => self.sequence(so_far, byte).into_iter().collect(),
            State::Utf8(so_far) => self.utf8(so_far, byte),
        }
    }

    fn ground(&mut self, byte: u8) -> Option<Key> {
        let was_return = std::mem::take(&mut self.was_return);
        Some(match byte {
            0x01 => Key::Home,
            0x02 => Key::Left,
            0x03 => Key::Interrupt,
            0x04 => Key::EndOfInput,
            0x05 => Key::End,
            0x06 => Key::Right,
            0x08 | 0x7f => Key::Backspace,
            b'\t' if self.is_pasting => Key::Char(' ', true),
            b'\t' => Key::Tab,
            b'\n' if was_return => return None,
            b'\n' => Key::Enter,
            b'\r' => {
                self.was_return = true;
                Key::Enter
            }
            0x0b => Key::CutToEnd,
            0x0c => Key::Clear,
            0x0e => Key::Down,
            0x10 => Key::Up,
            0x15 => Key::CutToStart,
            0x17 => Key::CutWordLeft,
            0x19 => Key::Paste,
            0x1b => {
                self.state = State::Escape;
                return None;
            }
            0x20..=0x7e => Key::Char(char::from(byte), self.is_pasting),
            0xc2..=0xf4 => {
                self.state = State::Utf8(vec![byte]);
                return None;
            }
            0x80.. => Key::Char(char::REPLACEMENT_CHARACTER, self.is_pasting),
            _ => return None,
        })
    }

    fn escape(&mut self, byte: u8) -> Option<Key> {
        match byte {
            b'[' => self.state = State::Sequence(Vec::new()),
            b'O' => self.state = State::Single,
            0x1b => self.state = State::Escape,
            b'b' | b'B' => return Some(Key::WordLeft),
            b'f' | b'F' => return Some(Key::WordRight),
            b'd' | b'D' => return Some(Key::CutWordRight),
            0x08 | 0x7f => return Some(Key::CutWordLeft),
            // An interruption is one whatever came before.
            0x03 => return Some(Key::Interrupt),
            _ => {}
        }
        None
    }

    fn sequence(&mut self, mut so_far: Vec<u8>, byte: u8) -> Option<Key> {
        match byte {
            0x20..=0x3f if so_far.len() < MAX_SEQUENCE => {
                so_far.push(byte);
                self.state = State::Sequence(so_far);
                None
            }
            0x03 => Some(Key::Interrupt),
            0x40..=0x7e => self.named(&so_far, byte),
            _ => None,
        }
    }

    fn named(&mut self, parameters: &[u8], last: u8) -> Option<Key> {
        // With Ctrl or Alt the arrows go by words.
        let by_words = matches!(parameters, b"1;5" | b"1;3" | b"5");
        Some(match (last, parameters) {
            (b'A', _) => Key::Up,
            (b'B', _) => Key::Down,
            (b'C', _) if by_words => Key::WordRight,
            (b'C', _) => Key::Right,
            (b'D', _) if by_words => Key::WordLeft,
            (b'D', _) => Key::Left,
            (b'H', _) | (b'~', b"1" | b"7") => Key::Home,
            (b'F', _) | (b'~', b"4" | b"8") => Key::End,
            (b'~', b"3") => Key::Delete,
            (b'~', b"200") => {
                self.is_pasting = true;
                return None;
            }
            (b'~', b"201") => {
                self.is_pasting = false;
                return None;
            }
            _ => return None,
        })
    }

    fn utf8(&mut self, mut so_far: Vec<u8>, byte: u8) -> Vec<Key> {
        if !(0x80..=0xbf).contains(&byte) {
            // It broke off; what comes now stands for itself.
            let broken = Key::Char(char::REPLACEMENT_CHARACTER, self.is_pasting);
            return std::iter::once(broken).chain(self.ground(byte)).collect();
        }
        so_far.push(byte);
        match std::str::from_utf8(&so_far) {
            Ok(text) => text.chars().map(|c| Key::Char(c, self.is_pasting)).collect(),
            Err(fault) if fault.error_len().is_some() => {
                vec![Key::Char(char::REPLACEMENT_CHARACTER, self.is_pasting)]
            }
            Err(_) => {
                self.state = State::Utf8(so_far);
                Vec::new()
            }
        }
    }
}

fn single(byte: u8) -> Option<Key> {
    Some(match byte {
        b'A' => Key::Up,
        b'B' => Key::Down,
        b'C' => Key::Right,
        b'D' => Key::Left,
        b'H' => Key::Home,
        b'F' => Key::End,
        0x03 => Key::Interrupt,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(bytes: &[u8]) -> Vec<Key> {
        let mut keys = Keys::default();
        bytes.iter().flat_map(|byte| keys.take(*byte)).collect()
    }

    #[test]
    fn sequences_of_several_terminals_mean_the_same_keys() {
        for bytes in [&b"\x1b[D"[..], b"\x1bOD", b"\x02"] {
            assert_eq!(keys(bytes), [Key::Left]);
        }
        for bytes in [&b"\x1b[H"[..], b"\x1b[1~", b"\x1b[7~", b"\x1bOH", b"\x01"] {
            assert_eq!(keys(bytes), [Key::Home]);
        }
        for bytes in [&b"\x1b[1;5C"[..], b"\x1bf"] {
            assert_eq!(keys(bytes), [Key::WordRight]);
        }
        assert_eq!(keys(b"\x1b[3~"), [Key::Delete]);
    }

    #[test]
    fn enter_is_one_key_however_a_line_ends() {
        assert_eq!(keys(b"\r\n\r\r\n\n"), [Key::Enter; 4]);
    }

    #[test]
    fn characters_arrive_in_pieces_and_broken_ones_are_seen() {
        let lost = Key::Char(char::REPLACEMENT_CHARACTER, false);
        assert_eq!(keys("한".as_bytes()), [Key::Char('한', false)]);
        assert_eq!(keys(b"\xed\x95a"), [lost, Key::Char('a', false)]);
        assert_eq!(keys(b"\x80\xff\xc0"), [lost, lost, lost]);
        assert_eq!(keys(b"\xed\xa0\x80"), [lost, lost], "half of a pair");
        assert_eq!(keys(b"\xed\x03"), [lost, Key::Interrupt]);
    }

    #[test]
    fn what_is_pasted_is_told_and_its_tabs_are_blanks() {
        let pasted = keys(b"\x1b[200~a\t?\r\x1b[201~?\t");
        let expected = [
            Key::Char('a', true),
            Key::Char(' ', true),
            Key::Char('?', true),
            Key::Enter,
            Key::Char('?', false),
            Key::Tab,
        ];
        assert_eq!(pasted, expected);
    }

    #[test]
    fn a_sequence_without_an_end_is_dropped() {
        let endless = [b"\x1b[".to_vec(), vec![b'1'; MAX_SEQUENCE + 1], b"a".to_vec()].concat();
        assert_eq!(keys(&endless), [Key::Char('a', false)]);
        assert_eq!(keys(b"\x1b[\x03\x1b\x03\x1bO\x03"), [Key::Interrupt; 3]);
    }
}
