//! The names that a template asks for: what is wrong with one that nobody gives is that it is empty, which people want to know
//! before they send it.

use std::collections::BTreeSet;

use super::{
    Node, Template, Values,
    condition::{Condition, Operand},
};

/// The names that `values` has not, in order, each once.
pub(super) fn unknown(template: &Template, values: &Values) -> Vec<String> {
    let mut search = Search { values, entries: Vec::new(), found: BTreeSet::new() };
    search.nodes(template.subject.as_deref().unwrap_or_default());
    search.nodes(&template.body);
    search.found.into_iter().collect()
}

struct Search<'v> {
    values: &'v Values,
    /// The names of the loops around.
    entries: Vec<String>,
    found: BTreeSet<String>,
}

impl Search<'_> {
    fn name(&mut self, name: &[String]) {
        let Some(first) = name.first() else { return };
        if !self.values.contains_key(first) && !self.entries.contains(first) {
            self.found.insert(name.join("."));
        }
    }

    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Text(_) => {}
                Node::Value(name) => self.name(name),
                Node::If(arms) => {
                    for (condition, inner) in arms {
                        if let Some(condition) = condition {
                            self.condition(condition);
                        }
                        self.nodes(inner);
                    }
                }
                Node::For { entry, list, body } => {
                    self.name(list);
                    self.entries.push(entry.clone());
                    self.nodes(body);
                    self.entries.pop();
                }
            }
        }
    }

    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::Or(parts) | Condition::And(parts) => {
                parts.iter().for_each(|part| self.condition(part))
            }
            Condition::Not(inner) => self.condition(inner),
            Condition::Is(operand) => self.operand(operand),
            Condition::Compared(left, _, right) => {
                self.operand(left);
                self.operand(right);
            }
        }
    }

    fn operand(&mut self, operand: &Operand) {
        match operand {
            Operand::Name(name) | Operand::Length(name) => self.name(name),
            Operand::Text(_) => {}
        }
    }
}
