//! Conditions: `name`, `length(list) > 1`, `not a and (b == "x" or c <= 3)`.

use std::cmp::Ordering;

use super::{MAX_NESTING, Name};

/// What an `if` asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// Whether any of them holds.
    Or(Vec<Condition>),
    /// Whether all of them hold.
    And(Vec<Condition>),
    Not(Box<Condition>),
    /// Whether there is something.
    Is(Operand),
    /// How two compare.
    Compared(Operand, Comparison, Operand),
}

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operand {
    Name(Name),
    /// How many entries a list has, or letters a text.
    Length(Name),
    Text(String),
}

/// A comparison: the orders for which it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Comparison(&'static str);

impl Comparison {
    pub(super) fn holds(self, order: Ordering) -> bool {
        match self.0 {
            "==" => order.is_eq(),
            "!=" => order.is_ne(),
            "<" => order.is_lt(),
            "<=" => order.is_le(),
            ">" => order.is_gt(),
            _ => order.is_ge(),
        }
    }
}

/// The longer ones first, for `<` begins `<=`.
const COMPARISONS: [&str; 6] = ["==", "!=", "<=", ">=", "<", ">"];

/// Reads a condition; a fault in words.
pub(super) fn read(text: &str) -> Result<Condition, String> {
    let mut reader = Reader { rest: text };
    let condition = reader.any(0)?;
    reader.skip();
    if reader.rest.is_empty() { Ok(condition) } else { Err(format!("{:?} is too much here", reader.rest)) }
}

/// The parts of a name, or what is wrong with it.
pub(super) fn name(text: &str) -> Result<Name, String> {
    let parts: Name = text.trim().split('.').map(str::to_owned).collect();
    let plain =
        |part: &String| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if parts.iter().all(plain) && !text.trim().starts_with(|c: char| c.is_ascii_digit()) {
        Ok(parts)
    } else {
        Err(format!("{:?} is no name", text.trim()))
    }
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn any(&mut self, depth: usize) -> Result<Condition, String> {
        let mut parts = vec![self.all(depth)?];
        while self.word("or") {
            parts.push(self.all(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::Or(parts) })
    }

    fn all(&mut self, depth: usize) -> Result<Condition, String> {
        let mut parts = vec![self.one(depth)?];
        while self.word("and") {
            parts.push(self.one(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::And(parts) })
    }

    fn one(&mut self, depth: usize) -> Result<Condition, String> {
        if depth > MAX_NESTING {
            return Err(format!("a condition has at most {MAX_NESTING} brackets and nots in one another"));
        }
        if self.word("not") {
            return Ok(Condition::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.sign("(") {
            let inner = self.any(depth + 1)?;
            return if self.sign(")") { Ok(inner) } else { Err("a ) is missing".to_owned()) };
        }
        let left = self.operand()?;
        for sign in COMPARISONS {
            if self.sign(sign) {
                return Ok(Condition::Compared(left, Comparison(sign), self.operand()?));
            }
        }
        Ok(Condition::Is(left))
    }

    fn operand(&mut self) -> Result<Operand, String> {
        self.skip();
        if let Some(text) = self.rest.strip_prefix('"') {
            let (text, after) = text.split_once('"').ok_or("a \" is missing")?;
            self.rest = after;
            return Ok(Operand::Text(text.to_owned()));
        }
        let word = self.take(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
        if word.is_empty() {
            return Err(match self.rest.chars().next() {
                Some(c) => format!("{c:?} is not expected here"),
                None => "a condition is missing".to_owned(),
            });
        }
        if word.parse::<i64>().is_ok() {
            return Ok(Operand::Text(word.to_owned()));
        }
        if word == "length" && self.sign("(") {
            self.skip();
            let list = name(self.take(|c| c.is_ascii_alphanumeric() || "_.".contains(c)))?;
            return if self.sign(")") { Ok(Operand::Length(list)) } else { Err("a ) is missing".to_owned()) };
        }
        name(word).map(Operand::Name)
    }

    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn sign(&mut self, sign: &str) -> bool {
        self.skip();
        self.rest.strip_prefix(sign).is_some_and(|after| {
            self.rest = after;
            true
        })
    }

    /// A word that ends where it ends, not in a longer name.
    fn word(&mut self, word: &str) -> bool {
        self.skip();
        let after = self.rest.strip_prefix(word);
        let after =
            after.filter(|after| !after.starts_with(|c: char| c.is_ascii_alphanumeric() || "_.".contains(c)));
        after.is_some_and(|after| {
            self.rest = after;
            true
        })
    }

    fn take(&mut self, is_part: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (taken, after) = self.rest.split_at(end);
        self.rest = after;
        taken
    }
}
