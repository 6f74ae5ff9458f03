//! The grammar: a word has forms, written as help shows them. Reading, help, completion and the manual all go by the same text.

use convoke_model::AccountRole;

use crate::{
    line::{LineFault, Token, split},
    near::nearest,
    words::{self, Command, absent::Absent},
};

/// A command word with everything that may follow it.
#[derive(Debug)]
pub struct Word {
    /// The word, such as `scheduler`.
    pub name: &'static str,
    /// What help says of it in one line.
    pub about: &'static str,
    /// Its forms, in the order in which help shows them.
    pub forms: &'static [Form],
    /// What the manual says beyond that; may be empty.
    pub notes: &'static str,
}

/// One form of a command.
#[derive(Debug)]
pub struct Form {
    /// As help shows it: words, `<argument>`, `(one|of|these)`, `[optional]` at its end, `<argument>...` for one or more.
    pub pattern: &'static str,
    /// Who may use it.
    pub roles: &'static [AccountRole],
    /// What it means.
    pub make: fn(&Args<'_>) -> Result<Command, String>,
    /// The modelled system has it and Convoke does not: what to do instead. Such a form is understood, and shown nowhere.
    pub instead: Option<&'static str>,
}

/// Everything may be done by an administrator alone.
pub const ADMIN: &[AccountRole] = &[AccountRole::Admin];
/// Keys and certificates.
pub const CRYPTO: &[AccountRole] = &[AccountRole::Admin, AccountRole::Crypto];
/// Logs.
pub const AUDIT: &[AccountRole] = &[AccountRole::Admin, AccountRole::Audit];
/// What every account of the shell may do.
pub const ANY: &[AccountRole] = &[AccountRole::Admin, AccountRole::Crypto, AccountRole::Audit];

/// A form of administrators.
pub(crate) const fn form(pattern: &'static str, make: fn(&Args<'_>) -> Result<Command, String>) -> Form {
    Form { pattern, roles: ADMIN, make, instead: None }
}

/// A form of these roles.
pub(crate) const fn form_for(
    roles: &'static [AccountRole],
    pattern: &'static str,
    make: fn(&Args<'_>) -> Result<Command, String>,
) -> Form {
    Form { pattern, roles, make, instead: None }
}

/// A form of the modelled system that is not here.
pub(crate) const fn not_here(pattern: &'static str, instead: &'static str) -> Form {
    Form { pattern, roles: ADMIN, make: |_| Err(String::new()), instead: Some(instead) }
}

/// Part of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    pub kind: ElementKind,
    pub optional: bool,
    pub repeated: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ElementKind {
    Word(&'static str),
    Choice(Vec<&'static str>),
    Argument(&'static str),
}

/// Arguments whose name holds a bar and which are no choice of words.
const DESCRIBED: &[&str] = &["hostname|address"];
/// Arguments that take the rest of the line as it was typed.
const RESTS: &[&str] = &["sources"];

impl Form {
    pub(crate) fn elements(&self) -> Vec<Element> {
        parts(self.pattern).into_iter().map(element).collect()
    }

    /// Whether help, completion and the manual show it.
    pub fn is_shown(&self) -> bool {
        self.instead.is_none()
    }

    /// Whether this account may use it.
    pub fn is_for(&self, role: AccountRole) -> bool {
        self.roles.contains(&role)
    }
}

/// The parts of a pattern: blanks part them, other than those within `<...>`.
fn parts(pattern: &'static str) -> Vec<&'static str> {
    let mut is_within = false;
    pattern
        .split(move |c| {
            is_within = (is_within || c == '<') && c != '>';
            c == ' ' && !is_within
        })
        .collect()
}

fn element(text: &'static str) -> Element {
    let (text, optional) = match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let (text, repeated) = match text.strip_suffix("...") {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let kind = if let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        ElementKind::Choice(inner.split('|').collect())
    } else if let Some(inner) = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')) {
        if inner.contains('|') && !DESCRIBED.contains(&inner) {
            ElementKind::Choice(inner.split('|').collect())
        } else {
            ElementKind::Argument(inner)
        }
    } else {
        ElementKind::Word(text)
    };
    Element { kind, optional, repeated }
}

/// What stood in the places of a form's arguments and choices.
#[derive(Debug)]
pub struct Args<'l> {
    places: Vec<(&'static str, Vec<String>)>,
    line: &'l str,
    rest_from: Option<usize>,
}

impl Args<'_> {
    /// The argument or choice of this place, counted from 0; empty when an optional one was left out.
    pub fn text(&self, place: usize) -> String {
        self.optional(place).unwrap_or_default()
    }

    /// The same, `None` when it was left out.
    pub fn optional(&self, place: usize) -> Option<String> {
        self.places.get(place).and_then(|(_, values)| values.first()).cloned()
    }

    /// All that stood in a place that may be repeated.
    pub fn all(&self, place: usize) -> Vec<String> {
        self.places.get(place).map(|(_, values)| values.clone()).unwrap_or_default()
    }

    /// The rest of the line as it was typed, where the form has such an argument; double quotation marks around all of it are
    /// taken off.
    pub fn rest(&self) -> String {
        let rest = self.rest_from.and_then(|from| self.line.get(from..)).unwrap_or_default().trim();
        let inner = rest.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        inner.filter(|inner| !inner.contains('"')).unwrap_or(rest).to_owned()
    }

    /// Whether the choice of this place is `enable` (rather than `disable`).
    pub fn is_enabled(&self, place: usize) -> bool {
        self.text(place) == "enable"
    }

    /// A port, 1 to 65535.
    pub fn port(&self, place: usize) -> Result<u16, String> {
        self.number(place, 1, u16::MAX.into()).map(|port| u16::try_from(port).unwrap_or(u16::MAX))
    }

    /// A whole number of this range.
    pub fn number(&self, place: usize, least: u64, most: u64) -> Result<u64, String> {
        let text = self.text(place);
        let name = self.places.get(place).map(|(name, _)| *name).unwrap_or_default();
        let good = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let number = text.parse::<u64>().ok().filter(|number| good && (least..=most).contains(number));
        number.ok_or_else(|| {
            let what = if name.ends_with('s') { format!("number of {name}") } else { name.to_owned() };
            format!("\"{text}\" is not a {what}: expected a whole number from {least} to {most}")
        })
    }
}

/// A line that was understood.
#[derive(Debug)]
pub struct Reading {
    /// What it asks for.
    pub command: Command,
    /// The form it has.
    pub form: &'static Form,
}

/// Why a line was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misread {
    /// It has no words.
    Empty,
    /// It is not a line of words.
    Line(LineFault),
    /// What is wrong, and the forms that come near.
    Syntax {
        /// What is wrong, in one line.
        what: String,
        /// How it can be said.
        usage: Vec<&'static str>,
    },
    /// The account's role is not one that may do that.
    NotPermitted,
}

impl Misread {
    /// What the shell shows.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Empty => Vec::new(),
            Self::Line(fault) => vec![format!("ERROR: {fault}")],
            Self::NotPermitted => {
                vec!["ERROR: permission denied: your role does not include this command".to_owned()]
            }
            Self::Syntax { what, usage } => {
                let mut lines = vec![format!("ERROR: {what}")];
                if !usage.is_empty() {
                    lines.push("Usage:".to_owned());
                    lines.extend(usage.iter().map(|pattern| format!("  {pattern}")));
                }
                lines
            }
        }
    }
}

/// Reads a line that was typed by an account of this role.
pub fn read(line: &str, role: AccountRole) -> Result<Reading, Misread> {
    let tokens = split(line).map_err(Misread::Line)?;
    let Some(first) = tokens.first() else { return Err(Misread::Empty) };
    let Some(word) = words::find(&first.text) else {
        let what = match nearest(&first.text, words::ALL.iter().map(|word| word.name)) {
            Some(near) => format!("\"{}\" is no command; did you mean \"{near}\"?", first.text),
            None => format!("\"{}\" is no command; \"help\" lists them", first.text),
        };
        return Err(Misread::Syntax { what, usage: Vec::new() });
    };
    let mut best = Near::default();
    let mut whole = Vec::new();
    for form in word.forms {
        match fit(form, line, &tokens) {
            Fit::Whole(args) => whole.push((form, args)),
            Fit::Until { matched, expected } if form.is_shown() => best.add(matched, form, expected),
            Fit::Until { .. } => {}
        }
    }
    // `timezone list` is the form of these words rather than a zone called so.
    let words_of =
        |form: &Form| form.elements().iter().filter(|e| matches!(e.kind, ElementKind::Word(_))).count();
    let Some((form, args)) = whole.into_iter().max_by_key(|(form, _)| words_of(form)) else {
        return Err(best.misread(&tokens));
    };
    if !form.is_for(role) {
        return Err(Misread::NotPermitted);
    }
    if let Some(instead) = form.instead {
        let is_word = |element: &Element| !matches!(element.kind, ElementKind::Argument(_));
        let words = form.elements().iter().take_while(|element| is_word(element)).count();
        let name: Vec<&str> = tokens.iter().take(words).map(|token| token.text.as_str()).collect();
        let command = Command::Absent(Absent { name: name.join(" "), instead });
        return Ok(Reading { command, form });
    }
    match (form.make)(&args) {
        Ok(command) => Ok(Reading { command, form }),
        Err(what) => Err(Misread::Syntax { what, usage: vec![form.pattern] }),
    }
}

enum Fit<'l> {
    Whole(Args<'l>),
    /// So many words fit; then something else was expected.
    Until {
        matched: usize,
        expected: Vec<&'static str>,
    },
}

fn fit<'l>(form: &Form, line: &'l str, tokens: &[Token]) -> Fit<'l> {
    let mut args = Args { places: Vec::new(), line, rest_from: None };
    let mut at = 0;
    for element in form.elements() {
        let Some(token) = tokens.get(at) else {
            if element.optional {
                break;
            }
            return Fit::Until { matched: at, expected: expected(&element) };
        };
        match &element.kind {
            ElementKind::Argument(name) if RESTS.contains(name) => {
                args.rest_from = Some(token.start);
                args.places.push((name, vec![token.text.clone()]));
                at = tokens.len();
            }
            ElementKind::Argument(name) if element.repeated => {
                let all = tokens.get(at..).unwrap_or_default();
                if let Some(wrong) = all.iter().position(|token| !accepts(&element, &token.text)) {
                    return Fit::Until { matched: at + wrong, expected: Vec::new() };
                }
                args.places.push((name, all.iter().map(|token| token.text.clone()).collect()));
                at = tokens.len();
            }
            _ if !accepts(&element, &token.text) => {
                return Fit::Until { matched: at, expected: expected(&element) };
            }
            ElementKind::Argument(name) => {
                args.places.push((name, vec![token.text.clone()]));
                at += 1;
            }
            ElementKind::Choice(choices) => {
                args.places.push((choices.first().copied().unwrap_or_default(), vec![token.text.clone()]));
                at += 1;
            }
            ElementKind::Word(_) => at += 1,
        }
    }
    if at < tokens.len() { Fit::Until { matched: at, expected: Vec::new() } } else { Fit::Whole(args) }
}

/// Whether this word may stand in this place. `none` never is an argument's value: forms that clear something say so.
pub(crate) fn accepts(element: &Element, text: &str) -> bool {
    match &element.kind {
        ElementKind::Word(word) => *word == text,
        ElementKind::Choice(choices) => choices.contains(&text),
        ElementKind::Argument(_) => !text.is_empty() && text != "none",
    }
}

fn expected(element: &Element) -> Vec<&'static str> {
    match &element.kind {
        ElementKind::Word(word) => vec![word],
        ElementKind::Choice(choices) => choices.clone(),
        ElementKind::Argument(_) => Vec::new(),
    }
}

/// The forms that fit longest.
#[derive(Default)]
struct Near {
    matched: usize,
    /// Each with the words that were expected next.
    forms: Vec<(&'static str, Vec<&'static str>)>,
}

impl Near {
    fn add(&mut self, matched: usize, form: &Form, expected: Vec<&'static str>) {
        if matched > self.matched {
            *self = Self { matched, ..Self::default() };
        }
        if matched == self.matched {
            self.forms.push((form.pattern, expected));
        }
    }

    fn misread(self, tokens: &[Token]) -> Misread {
        let usage = |near: Option<&'static str>| {
            let meant = self.forms.iter().filter(|(_, next)| near.is_none_or(|near| next.contains(&near)));
            meant.map(|(pattern, _)| *pattern).collect()
        };
        let Some(token) = tokens.get(self.matched) else {
            let said: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
            let what = format!("\"{}\" is not complete", said.join(" "));
            return Misread::Syntax { what, usage: usage(None) };
        };
        let typed = &token.text;
        match nearest(typed, self.forms.iter().flat_map(|(_, next)| next).copied()) {
            Some(near) => {
                let what = format!("\"{typed}\" is not known here; did you mean \"{near}\"?");
                Misread::Syntax { what, usage: usage(Some(near)) }
            }
            None => Misread::Syntax { what: format!("\"{typed}\" is not known here"), usage: usage(None) },
        }
    }
}

#[cfg(test)]
#[path = "grammar_tests.rs"]
mod tests;
