//! A line becomes words. Apart because commands, completion and help all read the same words from the same places.

use std::fmt;

/// Longest line that is read, in bytes: the longest frame-ancestors (1000 characters) fits several times.
pub const MAX_LINE_BYTES: usize = 4096;
/// Most words of a line.
pub const MAX_WORDS: usize = 64;

/// A word of a line, and where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What was meant: without quotation marks.
    pub text: String,
    /// Where it begins, in bytes of the line.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// Why a line can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineFault {
    /// More than [`MAX_LINE_BYTES`].
    TooLong,
    /// More than [`MAX_WORDS`].
    TooManyWords,
    /// A quotation mark is opened and not closed.
    OpenQuote(char),
    /// A character that nobody types.
    Control,
}

impl fmt::Display for LineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the line is longer than {MAX_LINE_BYTES} bytes"),
            Self::TooManyWords => write!(f, "the line has more than {MAX_WORDS} words"),
            Self::OpenQuote(mark) => write!(f, "the quotation mark {mark} is not closed"),
            Self::Control => f.write_str("the line holds a control character"),
        }
    }
}

/// The words of a line. They are parted by blanks; `"two words"` and `'two words'` are one, and within double quotation marks a
/// backslash takes the character behind it as it is. A line that begins with `#` is a comment: it has no words.
pub fn split(line: &str) -> Result<Vec<Token>, LineFault> {
    let (tokens, open) = read(line)?;
    match open {
        Some(mark) => Err(LineFault::OpenQuote(mark)),
        None => Ok(tokens),
    }
}

/// The same for a line that is being typed: a quotation may still be open, and the last word may end at the cursor.
pub(crate) fn split_open(line: &str) -> Result<Vec<Token>, LineFault> {
    read(line).map(|(tokens, _)| tokens)
}

fn read(line: &str) -> Result<(Vec<Token>, Option<char>), LineFault> {
    if line.len() > MAX_LINE_BYTES {
        return Err(LineFault::TooLong);
    }
    if line.trim_start().starts_with('#') {
        return Ok((Vec::new(), None));
    }
    let mut tokens: Vec<Token> = Vec::new();
    let mut word: Option<Token> = None;
    let mut quote: Option<char> = None;
    let mut characters = line.char_indices();
    while let Some((at, c)) = characters.next() {
        if c.is_control() && c != '\t' {
            return Err(LineFault::Control);
        }
        let is_gap = quote.is_none() && (c == ' ' || c == '\t');
        if is_gap {
            tokens.extend(word.take());
            continue;
        }
        if word.is_none() && tokens.len() == MAX_WORDS {
            return Err(LineFault::TooManyWords);
        }
        let token = word.get_or_insert_with(|| Token { text: String::new(), start: at, end: at });
        token.end = at + c.len_utf8();
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(mark), _) if mark == c => quote = None,
            (Some('"'), '\\') => {
                if let Some((at, escaped)) = characters.next() {
                    if escaped.is_control() {
                        return Err(LineFault::Control);
                    }
                    token.text.push(escaped);
                    token.end = at + escaped.len_utf8();
                }
            }
            _ => token.text.push(c),
        }
    }
    tokens.extend(word);
    Ok((tokens, quote))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(line: &str) -> Vec<String> {
        split(line).unwrap().into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn blanks_part_words_and_quotation_marks_join_them() {
        assert_eq!(words("  scheduler \t https  "), ["scheduler", "https"]);
        assert_eq!(
            words(r#"a "two words" 'it is "so"' "say \"hi\" \\" x"y z""#),
            ["a", "two words", r#"it is "so""#, r#"say "hi" \"#, "xy z"]
        );
        assert_eq!(words(r#"user """#), ["user", ""]);
    }

    #[test]
    fn a_comment_has_no_words() {
        assert_eq!(words("  # scheduler enable"), [""; 0]);
        assert_eq!(words("a #b"), ["a", "#b"]);
    }

    #[test]
    fn every_limit_is_told() {
        let at_most = vec!["a"; MAX_WORDS].join(" ");
        assert_eq!(split(&at_most).unwrap().len(), MAX_WORDS);
        for (line, told) in [
            (format!("{at_most} a"), "the line has more than 64 words"),
            ("x".repeat(MAX_LINE_BYTES + 1), "the line is longer than 4096 bytes"),
            ("say \"no".to_owned(), "the quotation mark \" is not closed"),
            ("a\u{7}b".to_owned(), "the line holds a control character"),
        ] {
            assert_eq!(split(&line).unwrap_err().to_string(), told);
        }
        assert!(split(&"x".repeat(MAX_LINE_BYTES)).is_ok());
    }

    proptest! {
        #[test]
        fn words_stand_where_they_are_said_to(line in "\\PC{0,80}") {
            if let Ok(tokens) = split_open(&line) {
                let mut last = 0;
                for token in tokens {
                    prop_assert!(token.start >= last && token.end > token.start);
                    prop_assert!(line.get(token.start..token.end).is_some());
                    last = token.end;
                }
            }
        }
    }
}
