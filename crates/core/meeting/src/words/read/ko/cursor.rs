//! Looking at what comes next, noting pieces, and saying where it is not understood.

use super::{
    super::{
        NotUnderstood,
        pieces::{Piece, Place, Said},
    },
    Reader, words,
};

impl Reader<'_> {
    /// Notes what was said from a letter on.
    pub(super) fn say(&mut self, from: usize, said: Said) {
        self.said.push(Piece { place: self.place_from(from), said });
    }

    pub(super) fn place_from(&self, from: usize) -> Place {
        Place { at: from, to: self.next }
    }

    pub(super) fn refuse(&self, place: Place, reason: &str) -> NotUnderstood {
        let words: String = self.letters[place.at..place.to.max(place.at)].iter().collect();
        NotUnderstood { at: place.at, reason: format!("\"{}\" {reason}", words.trim()) }
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

    /// A number in digits, or as a word that stands before what is counted.
    pub(super) fn number(&mut self) -> Option<u32> {
        self.digits().map(|(value, _)| value).or_else(|| {
            let found = self.known(words::NUMBERS);
            if found.is_some() {
                self.blanks();
            }
            found
        })
    }

    /// Digits, and how many there are.
    pub(super) fn digits(&mut self) -> Option<(u32, usize)> {
        let digits: String =
            self.letters[self.next..].iter().take_while(|c| c.is_ascii_digit()).take(6).collect();
        let value = digits.parse().ok()?;
        self.next += digits.len();
        Some((value, digits.len()))
    }

    pub(super) fn blanks(&mut self) {
        while self.eat(&[" "]).is_some() {}
    }

    /// A particle or word that says nothing here.
    pub(super) fn eat_filler(&mut self) -> bool {
        self.eat(words::FILLERS).is_some()
    }

    pub(super) fn is_at(&self, word: &str) -> bool {
        self.is_at_any(&[word])
    }

    pub(super) fn is_at_any(&self, any: &[&str]) -> bool {
        any.iter().any(|word| starts(self.letters, self.next, word))
    }

    /// Takes the first of these words that stands here.
    pub(super) fn eat<'w>(&mut self, any: &[&'w str]) -> Option<&'w str> {
        let found = any.iter().copied().find(|word| self.is_at(word))?;
        self.next += found.chars().count();
        Some(found)
    }

    pub(super) fn known<T: Copy>(&mut self, words: &[(&str, T)]) -> Option<T> {
        let (word, value) = words.iter().find(|(word, _)| self.is_at(word))?;
        self.next += word.chars().count();
        Some(*value)
    }

    /// What stands between the two ends of a range.
    pub(super) fn range_mark(&mut self) -> bool {
        let before = self.next;
        self.blanks();
        let found = self.eat(&["부터", "에서", "~", "-"]).is_some();
        self.blanks();
        if !found {
            self.next = before;
        }
        found
    }

    /// A comma or a word that joins two of a kind, with the blanks around it.
    pub(super) fn joiner(&mut self) -> bool {
        let before = self.next;
        self.blanks();
        let found =
            self.eat(&[",", "·", "/", "와 ", "과 ", "이랑 ", "랑 ", "하고 ", "및 ", "그리고 "]).is_some();
        self.blanks();
        if !found {
            self.next = before;
        }
        found
    }
}

fn starts(letters: &[char], at: usize, word: &str) -> bool {
    let mut rest = letters[at.min(letters.len())..].iter();
    word.chars().all(|c| rest.next() == Some(&c))
}

/// One sign for all that mean the same.
pub(super) fn plain(sign: char) -> char {
    match sign {
        '–' | '—' | '−' | '～' | '〜' => '~',
        '，' | '、' | ';' => ',',
        'ㆍ' | '•' | '・' => '·',
        '：' => ':',
        '（' | '[' => '(',
        '）' | ']' => ')',
        sign if sign.is_whitespace() => ' ',
        sign => sign,
    }
}
