//! A tree and values become text, within limits.

use std::cmp::Ordering;

use super::{
    MAX_RENDERED_BYTES, MAX_RENDERED_PIECES, Node, Rendered, Template, TooMuch, Value, Values,
    condition::{Condition, Operand},
};
use crate::content::one_line;

pub(super) fn template(template: &Template, values: &Values) -> Result<Rendered, TooMuch> {
    let mut writer = Writer { values, entries: Vec::new(), text: String::new(), pieces: 0 };
    let subject = match &template.subject {
        None => None,
        Some(nodes) => {
            writer.write(nodes)?;
            Some(one_line(&std::mem::take(&mut writer.text))).filter(|subject| !subject.is_empty())
        }
    };
    writer.write(&template.body)?;
    Ok(Rendered { subject, text: writer.text })
}

struct Writer<'v> {
    values: &'v Values,
    /// The entries of the loops that it is in: the name, the list, and which one.
    entries: Vec<(&'v str, &'v std::collections::BTreeMap<String, String>)>,
    text: String,
    pieces: usize,
}

impl<'v> Writer<'v> {
    fn write(&mut self, nodes: &'v [Node]) -> Result<(), TooMuch> {
        for node in nodes {
            self.pieces += 1;
            if self.pieces > MAX_RENDERED_PIECES || self.text.len() > MAX_RENDERED_BYTES {
                return Err(TooMuch);
            }
            match node {
                Node::Text(text) => self.text.push_str(text),
                Node::Value(name) => {
                    let text = self.value(name);
                    self.text.push_str(text);
                }
                Node::If(arms) => {
                    let holds = |arm: &&(Option<Condition>, Vec<Node>)| {
                        arm.0.as_ref().is_none_or(|condition| self.holds(condition))
                    };
                    if let Some((_, body)) = arms.iter().find(holds) {
                        self.write(body)?;
                    }
                }
                Node::For { entry, list, body } => {
                    for one in self.list(list) {
                        self.pieces += 1;
                        self.entries.push((entry, one));
                        let written = self.write(body);
                        self.entries.pop();
                        written?;
                    }
                }
            }
        }
        if self.text.len() > MAX_RENDERED_BYTES { Err(TooMuch) } else { Ok(()) }
    }

    fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Or(parts) => parts.iter().any(|part| self.holds(part)),
            Condition::And(parts) => parts.iter().all(|part| self.holds(part)),
            Condition::Not(inner) => !self.holds(inner),
            Condition::Is(Operand::Name(name)) => !self.value(name).is_empty() || !self.list(name).is_empty(),
            Condition::Is(operand) => !matches!(self.operand(operand).as_str(), "" | "0"),
            Condition::Compared(left, comparison, right) => {
                comparison.holds(compared(&self.operand(left), &self.operand(right)))
            }
        }
    }

    fn operand(&self, operand: &Operand) -> String {
        match operand {
            Operand::Text(text) => text.clone(),
            Operand::Name(name) => self.value(name).to_owned(),
            Operand::Length(name) => {
                let list = self.list(name).len();
                if list > 0 { list.to_string() } else { self.value(name).chars().count().to_string() }
            }
        }
    }

    /// The text of a name; empty when there is none.
    fn value(&self, name: &[String]) -> &'v str {
        let (Some(first), rest) = (name.first(), name.get(1..).unwrap_or_default()) else { return "" };
        let entry = self.entries.iter().rev().find(|(known, _)| known == first);
        let found = match (entry, rest) {
            (Some((_, entry)), [label]) => entry.get(label),
            (None, []) => match self.values.get(first) {
                Some(Value::Text(text)) => Some(text),
                _ => None,
            },
            (None, [index, label]) => {
                index.parse().ok().and_then(|index: usize| self.list(&name[..1]).get(index)?.get(label))
            }
            _ => None,
        };
        found.map_or("", String::as_str)
    }

    fn list(&self, name: &[String]) -> &'v [std::collections::BTreeMap<String, String>] {
        match name {
            [name] => match self.values.get(name) {
                Some(Value::List(list)) => list,
                _ => &[],
            },
            _ => &[],
        }
    }
}

/// Numbers as numbers, everything else as text.
fn compared(left: &str, right: &str) -> Ordering {
    match (left.parse::<i64>(), right.parse::<i64>()) {
        (Ok(left), Ok(right)) => left.cmp(&right),
        _ => left.cmp(right),
    }
}
