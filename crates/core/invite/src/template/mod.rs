//! Texts of invitations that administrators write: `%name%`, `#if`, `#for`, `{% if %}`.
//!
//! Apart from the built-in words, which are code: this text comes from outside, so it is parsed into a tree with all its
//! faults told, and what it can do has limits.

mod condition;
mod lex;
mod names;
mod parse;
mod render;

use std::collections::BTreeMap;

use condition::Condition;

/// Longest template, in bytes.
pub const MAX_TEMPLATE_BYTES: usize = 64 * 1024;
/// Deepest nesting of statements, and of brackets in a condition.
pub const MAX_NESTING: usize = 16;
/// Longest text that a template may become, in bytes.
pub const MAX_RENDERED_BYTES: usize = 256 * 1024;
/// Pieces that may be written: loops in loops end with it.
pub const MAX_RENDERED_PIECES: usize = 100_000;
/// Faults that are told.
pub const MAX_FAULTS: usize = 50;

/// A template that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    subject: Option<Vec<Node>>,
    body: Vec<Node>,
}

/// What is wrong with a template, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFault {
    /// The line, from 1 on.
    pub line: usize,
    /// The character of the line, from 1 on.
    pub column: usize,
    /// What is wrong, in words.
    pub reason: String,
}

impl std::fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.reason)
    }
}

/// What stands for a name. A name that is not there is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text; one that reads as a whole number compares as one.
    Text(String),
    /// Entries with labels, for `#for` and for `%list.0.label%`.
    List(Vec<BTreeMap<String, String>>),
}

/// Values by name.
pub type Values = BTreeMap<String, Value>;

/// What a template became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The subject, where the template has one; one line.
    pub subject: Option<String>,
    /// The text.
    pub text: String,
}

/// A template that would become more than [`MAX_RENDERED_BYTES`] or [`MAX_RENDERED_PIECES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMuch;

impl Template {
    /// Reads a template; all faults are told, at most [`MAX_FAULTS`].
    pub fn parse(text: &str) -> Result<Self, Vec<TemplateFault>> {
        parse::template(text)
    }

    /// The names that it asks for and that these values have not.
    pub fn unknown(&self, values: &Values) -> Vec<String> {
        names::unknown(self, values)
    }

    /// The text with these values.
    pub fn render(&self, values: &Values) -> Result<Rendered, TooMuch> {
        render::template(self, values)
    }
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Text(String),
    Value(Name),
    /// The first arm whose condition holds; one without a condition always does.
    If(Vec<(Option<Condition>, Vec<Node>)>),
    For {
        entry: String,
        list: Name,
        body: Vec<Node>,
    },
}

/// A name with its parts between dots.
type Name = Vec<String>;
