//! The string literals of a Rust file. A small reader that knows comments, characters, lifetimes and raw strings, no more.

/// Every string literal with the number of the line that it begins on; escapes are left as written.
pub fn strings(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        at += match rest.as_bytes()[0] {
            b'/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with("/*") => block_comment(rest),
            b'\'' => character(rest),
            b'"' => {
                let end = quoted(rest);
                let inner = &rest[1..end];
                found.push((line(text, at), inner.strip_suffix('"').unwrap_or(inner)));
                end
            }
            b'r' if begins_word(text, at) => match raw(rest) {
                Some(end) => {
                    found.push((line(text, at), &rest[1..end]));
                    end
                }
                None => 1,
            },
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
    }
    found
}

fn line(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The `r` of a raw string begins a word, or follows the `b` or `c` that does.
fn begins_word(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end_matches(['b', 'c']);
    !before.ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// The length of a block comment; they nest.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// The length of a character literal, or 1 for the quote of a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        // The escaped character itself may be a quote.
        Some((_, '\\')) => {
            chars.nth(1).map_or(1, |(at, _)| rest[at - 1..].find('\'').map_or(1, |end| at + end))
        }
        Some(_) => match chars.next() {
            Some((at, '\'')) => at + 1,
            _ => 1,
        },
        None => 1,
    }
}

/// The length of a string with its quotes.
fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of `r"..."` or `r#"..."#`; `None` when it is something else.
fn raw(rest: &str) -> Option<usize> {
    let hashes = rest[1..].bytes().take_while(|b| *b == b'#').count();
    let start = 1 + hashes + 1;
    rest[1 + hashes..].starts_with('"').then_some(())?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(rest[start..].find(&end).map_or(rest.len(), |at| start + at + end.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_found_and_nothing_else() {
        for (text, expected) in [
            ("let a = \"x\";", vec![(1, "x")]),
            ("// \"x\"\nf(\"y\")", vec![(2, "y")]),
            ("/* \"x\" /* \"z\" */ \"w\" */ \"y\"", vec![(1, "y")]),
            ("'\"' \"y\"", vec![(1, "y")]),
            ("'\\'' \"y\" '\\\\' \"z\" '\\u{41}' \"w\"", vec![(1, "y"), (1, "z"), (1, "w")]),
            ("fn f<'a>(x: &'a str) { g(\"y\") }", vec![(1, "y")]),
            ("\"a \\\" b\" \"c\"", vec![(1, "a \\\" b"), (1, "c")]),
            ("\"a\nb\" \"c\"", vec![(1, "a\nb"), (2, "c")]),
            ("r\"a\\\" r#\"b\"c\"# br\"d\"", vec![(1, "\"a\\\""), (1, "#\"b\"c\"#"), (1, "\"d\"")]),
            ("for \"x\" r#type", vec![(1, "x")]),
            ("\"열\" '한' \"글\"", vec![(1, "열"), (1, "글")]),
            ("\"open", vec![(1, "open")]),
        ] {
            assert_eq!(strings(text), expected, "{text}");
        }
    }
}
