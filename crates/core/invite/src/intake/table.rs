//! Tables, as spreadsheets and mail programs write them (RFC 4180, with semicolons and tabs as well): with a header in English or
//! Korean, or without one.

use super::{FaultKind, Reader, line};

const EMAIL: [&str; 13] = [
    "email",
    "emailaddress",
    "mail",
    "mailaddress",
    "emailid",
    "address",
    "이메일",
    "이메일주소",
    "메일",
    "메일주소",
    "전자메일",
    "전자메일주소",
    "전자우편",
];
const NAME: [&str; 8] = ["name", "fullname", "displayname", "attendee", "이름", "성명", "성함", "참석자"];
const FIRST: [&str; 3] = ["firstname", "givenname", "forename"];
const LAST: [&str; 4] = ["lastname", "surname", "familyname", "성"];

/// What the columns of a table hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Columns {
    email: Vec<usize>,
    name: Option<usize>,
    first: Option<usize>,
    last: Option<usize>,
    /// Family names stand before the others, without a blank: 성, 이름.
    is_family_first: bool,
}

impl Columns {
    /// The columns of a header; `None` when this is none.
    fn of(cells: &[String]) -> Option<Self> {
        if cells.iter().any(|cell| cell.contains('@')) {
            return None;
        }
        let mut columns = Self::default();
        for (place, cell) in cells.iter().enumerate() {
            let word: String =
                cell.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
            let word = word.as_str();
            // Outlook has `E-mail Address`, `E-mail 2 Address` and so on.
            let without_digits: String = word.chars().filter(|c| !c.is_ascii_digit()).collect();
            if EMAIL.contains(&without_digits.as_str()) {
                columns.email.push(place);
            } else if NAME.contains(&word) {
                columns.name.get_or_insert(place);
            } else if FIRST.contains(&word) {
                columns.first.get_or_insert(place);
            } else if LAST.contains(&word) {
                columns.last.get_or_insert(place);
                columns.is_family_first |= word == "성";
            }
        }
        (!columns.email.is_empty()).then_some(columns)
    }

    /// The name that a row has.
    fn name(&self, cells: &[String]) -> String {
        let cell =
            |place: Option<usize>| place.and_then(|place| cells.get(place)).map_or("", |cell| cell.trim());
        let (name, first, last) = (cell(self.name), cell(self.first), cell(self.last));
        let first = if first.is_empty() { name } else { first };
        if self.is_family_first { [last, first].concat() } else { [first, last].join(" ").trim().to_owned() }
    }
}

/// Whether a text begins with a table's header.
pub(super) fn has_header(text: &str) -> bool {
    let Some(first) = text.split('\n').find(|line| !line.trim().is_empty()) else { return false };
    let separator = separator(first);
    first.contains(separator)
        && rows(first, separator).first().is_some_and(|(_, cells)| Columns::of(cells).is_some())
}

/// Reads a table.
pub(super) fn read(text: &str, reader: &mut Reader<'_>) {
    let first = text.split('\n').find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut rows = rows(text, separator(first)).into_iter().peekable();
    let columns = rows.peek().and_then(|(_, cells)| Columns::of(cells));
    if columns.is_some() {
        rows.next();
    }
    for (number, cells) in rows {
        match &columns {
            None => row(cells.iter().map(String::as_str), number, reader),
            Some(columns) => headed(&cells, columns, number, reader),
        }
    }
}

/// Reads a row of a table whose columns are known. An address that stands elsewhere is not lost. Rows and headers may be long, so
/// that no cell is looked for among the columns.
fn headed(cells: &[String], columns: &Columns, number: usize, reader: &mut Reader<'_>) {
    let emails = columns.email.iter().filter_map(|place| cells.get(*place)).filter(|cell| cell.contains('@'));
    let emails: Vec<&String> = emails.collect();
    if emails.is_empty() {
        return row(cells.iter().map(String::as_str), number, reader);
    }
    let name = columns.name(cells);
    for (place, cell) in emails.iter().enumerate() {
        named(cell, if place == 0 { &name } else { "" }, number, reader);
    }
    let mut columns = columns.email.iter().copied().peekable();
    for (place, cell) in cells.iter().enumerate() {
        let is_email = columns.next_if_eq(&place).is_some();
        if !is_email && cell.contains('@') {
            line::read(cell, number, reader);
        }
    }
}

/// Reads a row of a table without a header: the name is the first cell that could be one.
pub(super) fn row<'c>(cells: impl Iterator<Item = &'c str>, number: usize, reader: &mut Reader<'_>) {
    let cells: Vec<&str> = cells.map(str::trim).filter(|cell| !cell.is_empty()).collect();
    let with: Vec<&str> = cells.iter().copied().filter(|cell| cell.contains('@')).collect();
    match with[..] {
        [] => {
            let text = cells.join(" ");
            if text.chars().any(char::is_alphanumeric) {
                reader.fault(&text, FaultKind::NoAddress, None, number);
            }
        }
        [one] => {
            let is_name = |cell: &&&str| !cell.contains('@') && cell.chars().any(char::is_alphabetic);
            let name = cells.iter().find(is_name).copied().unwrap_or_default();
            named(one, name, number, reader);
        }
        _ => with.iter().for_each(|cell| line::read(cell, number, reader)),
    }
}

/// Reads a cell with addresses; a single one that has no name of its own has the row's.
fn named(cell: &str, name: &str, number: usize, reader: &mut Reader<'_>) {
    let before = reader.intake.people.len();
    line::read(cell, number, reader);
    let name: String = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if let [one] = &mut reader.intake.people[before..]
        && one.name.is_empty()
    {
        one.name = name.chars().take(super::MAX_READ_NAME_CHARS).collect();
    }
}

/// What parts the cells of a row: whatever stands there most often.
fn separator(row: &str) -> char {
    let mut is_quoted = false;
    let mut counts = [('\t', 0), (';', 0), (',', 0)];
    for c in row.chars() {
        is_quoted ^= c == '"';
        if let Some((_, count)) = counts.iter_mut().find(|(separator, _)| *separator == c && !is_quoted) {
            *count += 1;
        }
    }
    // Of equals the first: a comma stands in names as well.
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or_default();
    counts.iter().find(|(_, count)| *count == most && most > 0).map_or(',', |(separator, _)| *separator)
}

/// The rows of a table, each with its line: what stands in quotes may have separators, lines and doubled quotes in it. A quote that is not
/// closed is a character like others.
fn rows(text: &str, separator: char) -> Vec<(usize, Vec<String>)> {
    let mut rows = Vec::new();
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let (mut line, mut begin) = (1, 1);
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        if c == '"'
            && cell.trim().is_empty()
            && let Some(length) = quoted(&text[at + 1..])
        {
            let inner = &text[at + 1..at + 1 + length];
            line += inner.matches('\n').count();
            cell = inner.replace("\"\"", "\"").replace('\n', " ");
            while rest.next_if(|(place, _)| *place <= at + 1 + length).is_some() {}
        } else if c == '\n' || c == separator {
            cells.push(std::mem::take(&mut cell));
            if c == '\n' {
                line += 1;
                rows.push((begin, std::mem::take(&mut cells)));
                begin = line;
            }
        } else {
            cell.push(c);
        }
    }
    cells.push(cell);
    rows.push((begin, cells));
    rows
}

/// How many bytes stand before the quote that closes; `None` when nothing does.
fn quoted(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + text[from..].find('"')?;
        if !text[at + 1..].starts_with('"') {
            return Some(at);
        }
        from = at + 2;
    }
}
