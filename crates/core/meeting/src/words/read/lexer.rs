//! Text in numbers, words and signs, each with its place.

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) piece: Piece,
    /// In characters from the start of the text.
    pub(super) at: usize,
    /// Where it ends.
    pub(super) to: usize,
    /// Whether it follows the one before without a blank.
    pub(super) is_joined: bool,
}

/// What a piece is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Digits: their value, and how many there are.
    Number(u32, usize),
    /// Letters, in lower case.
    Word(String),
    /// Anything else.
    Sign(char),
}

/// More digits than any number here has.
const MAX_DIGITS: usize = 6;

/// Takes a text apart; signs that only part words (dots of abbreviations, apostrophes) are left out.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut place = 0;
    let mut is_joined = false;
    while let Some(&first) = chars.get(place) {
        if first.is_whitespace() {
            place += 1;
            is_joined = false;
            continue;
        }
        // "2 week(s)", as some calendars write it.
        let is_word = matches!(found.last(), Some(Token { piece: Piece::Word(_), .. }));
        if is_joined && is_word && chars[place..].starts_with(&['(', 's', ')']) {
            place += 3;
            continue;
        }
        let run = |is_in: fn(&char) -> bool| chars[place..].iter().take_while(|c| is_in(c)).count();
        let (piece, length) = if first.is_ascii_digit() {
            let length = run(char::is_ascii_digit).min(MAX_DIGITS);
            let digits: String = chars[place..place + length].iter().collect();
            (Piece::Number(digits.parse().unwrap_or(u32::MAX), length), length)
        } else if first.is_alphabetic() {
            let length = run(|c| c.is_alphabetic() || matches!(c, '\'' | '’'));
            let letters = chars[place..place + length].iter().filter(|c| c.is_alphabetic());
            (Piece::Word(letters.flat_map(|c| c.to_lowercase()).collect()), length)
        } else {
            (Piece::Sign(plain(first)), 1)
        };
        found.push(Token { piece, at: place, to: place + length, is_joined });
        place += length;
        is_joined = true;
    }
    found
}

/// One sign for all that mean the same.
fn plain(sign: char) -> char {
    match sign {
        '–' | '—' | '−' | '‐' | '‑' | '~' | '～' | '〜' => '-',
        '，' | '、' | '·' | 'ㆍ' | ';' | '；' | '&' | '+' => ',',
        '：' => ':',
        '（' | '[' => '(',
        '）' | ']' => ')',
        sign => sign,
    }
}
