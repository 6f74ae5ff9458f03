//! A line of any text: pieces apart by commas and semicolons, each with addresses and perhaps a name.

use convoke_model::EmailAddress;

use super::{FaultKind, Reader, suggest};

/// What stands between people and is nobody's name.
const BETWEEN: [&str; 16] = [
    "and",
    "or",
    "to",
    "cc",
    "bcc",
    "from",
    "및",
    "와",
    "과",
    "그리고",
    "참조",
    "수신",
    "숨은참조",
    "받는사람",
    "참석자",
    "외",
];

/// Reads a line.
pub(super) fn read(line: &str, number: usize, reader: &mut Reader<'_>) {
    for part in split(line, ';') {
        // `Kim, Alice <alice@example.com>`: the comma is the name's when there is one address, in brackets.
        let tokens = tokens(part);
        let is_one =
            matches!(&tokens[..], [one] if one.is_bracketed && part[..one.start].matches(',').count() == 1);
        if is_one {
            piece(part, number, reader);
        } else {
            split(part, ',').into_iter().for_each(|part| piece(part, number, reader));
        }
    }
}

/// Reads what stands between two separators.
pub(super) fn piece(part: &str, number: usize, reader: &mut Reader<'_>) {
    let tokens = tokens(part);
    if tokens.is_empty() {
        if is_something(part) {
            reader.fault(part, FaultKind::NoAddress, None, number);
        }
        return;
    }
    let mut begin = 0;
    for (place, token) in tokens.iter().enumerate() {
        let before = name(&part[begin..token.start]);
        let is_last = place + 1 == tokens.len();
        // `bob@example.com (Bob Lee)`
        let after = if is_last && before.is_empty() && tokens.len() == 1 {
            name(&part[token.end..])
        } else {
            String::new()
        };
        let found = if before.is_empty() { &after } else { &before };
        address(&part[token.start..token.end], found, number, reader);
        begin = token.end;
    }
}

/// Whether a piece without an address says anything.
fn is_something(part: &str) -> bool {
    let text = part.trim();
    text.chars().any(char::is_alphanumeric) && !text.ends_with(':') && !is_between(text)
}

fn is_between(text: &str) -> bool {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    BETWEEN.contains(&text.as_str())
}

/// Takes an address, or several that only a slash or a bar parts; or says what is wrong.
fn address(token: &str, name: &str, number: usize, reader: &mut Reader<'_>) {
    let text = bare(token);
    let fault = match text.parse::<EmailAddress>() {
        Ok(email) => return reader.add(email, name, number),
        Err(fault) => fault,
    };
    // `bob@example.com입니다`: what follows an address in other letters without a blank.
    let foreign = text.rfind(|c: char| c.is_ascii()).map(|last| text.split_at(last + 1));
    if let Some((email, rest)) = foreign
        && !rest.is_empty()
        && email.rsplit_once('@').is_some_and(|(_, domain)| domain.contains('.'))
        && let Ok(email) = email.parse::<EmailAddress>()
    {
        return reader.add(email, name, number);
    }
    let several: Vec<Result<EmailAddress, _>> =
        text.split(['/', '|', '·']).map(|one| bare(one).parse()).collect();
    if several.len() > 1 && several.iter().all(Result::is_ok) {
        for email in several.into_iter().flatten() {
            reader.add(email, "", number);
        }
        return;
    }
    reader.fault(token, FaultKind::Invalid(fault), suggest::address(text), number);
}

/// An address without what people write around it.
fn bare(token: &str) -> &str {
    let around = |c: char| ".:!?'`*•-=_~".contains(c) || c.is_whitespace();
    let mut text = token
        .trim_start_matches(around)
        .trim_end_matches(|c: char| ".:!?'`*•".contains(c) || c.is_whitespace());
    if text.parse::<EmailAddress>().is_err() {
        // `mailto:bob@example.com?subject=..`, `E-Mail:bob@example.com`
        let local_end = text.find('@').unwrap_or(text.len());
        if let Some(colon) = text[..local_end].rfind(':') {
            text = &text[colon + 1..];
        }
        if let Some(at) = text.find('@')
            && let Some(query) = text[at..].find('?')
        {
            text = &text[..at + query];
        }
    }
    text
}

/// Where an address, or something like one, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Token {
    start: usize,
    end: usize,
    is_bracketed: bool,
}

/// What has an `@` in it and no blank: what people take for an address.
fn tokens(part: &str) -> Vec<Token> {
    let ends = |c: char| c.is_whitespace() || "<>()[]{}\",;".contains(c);
    let mut tokens = Vec::new();
    let mut start = 0;
    for (at, c) in part.char_indices().chain([(part.len(), ' ')]) {
        if !ends(c) {
            continue;
        }
        if part[start..at].contains('@') {
            let is_bracketed = part[..start].ends_with('<') && c == '>';
            tokens.push(Token { start, end: at, is_bracketed });
        }
        start = at + c.len_utf8();
    }
    tokens
}

/// A name without what stands around it.
fn name(text: &str) -> String {
    // `To: Kim Alice`
    let text = text.rsplit_once(':').map_or(text, |(_, rest)| rest);
    let start = |c: char| c.is_whitespace() || ".)>]}\"'*•-–—·,;/|".contains(c);
    let text = text.trim_start_matches(start);
    // `1. Kim Alice`
    let counted = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let text = if counted.starts_with(['.', ')']) { counted.trim_start_matches(start) } else { text };
    let text = text.trim_end_matches(|c: char| c.is_whitespace() || "<([{\"'-–—=,;/|".contains(c));
    let text = text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    let name = words.join(" ").replace('"', "").replace(['<', '>'], "");
    if is_between(&name) || !name.chars().any(char::is_alphanumeric) { String::new() } else { name }
}

/// The parts between separators that do not stand within quotes; a quote that nothing closes is none.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut is_quoted) = (0, false);
    for (at, c) in text.char_indices() {
        if c == '"' {
            is_quoted = !is_quoted && text[at + 1..].contains('"');
        } else if c == separator && !is_quoted {
            parts.push(&text[start..at]);
            start = at + 1;
        }
    }
    parts.push(&text[start..]);
    parts
}
