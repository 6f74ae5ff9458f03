//! Pieces become a tree: what is open is closed, by its own word.

use super::{
    MAX_FAULTS, MAX_NESTING, MAX_TEMPLATE_BYTES, Node, Template, TemplateFault,
    condition::{self, Condition},
    lex::{Piece, Place, pieces},
};

/// A statement that is not closed yet.
enum Open {
    If { at: Place, done: Vec<(Option<Condition>, Vec<Node>)>, condition: Option<Condition>, has_else: bool },
    For { at: Place, entry: String, list: Vec<String> },
}

pub(super) fn template(text: &str) -> Result<Template, Vec<TemplateFault>> {
    let start = Place { line: 1, column: 1 };
    if text.len() > MAX_TEMPLATE_BYTES {
        return Err(vec![start.fault(format!("a template has at most {MAX_TEMPLATE_BYTES} bytes"))]);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let mut faults = Vec::new();
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let given = first.split_once(':').filter(|(word, _)| word.eq_ignore_ascii_case("subject"));
    let (subject, body, line) = match given {
        Some((_, subject)) => (Some(tree(subject.trim(), 1, &mut faults)), rest, 2),
        None => (None, text.as_str(), 1),
    };
    let body = tree(body, line, &mut faults);
    faults.sort_by_key(|fault| (fault.line, fault.column));
    faults.truncate(MAX_FAULTS);
    if faults.is_empty() { Ok(Template { subject, body }) } else { Err(faults) }
}

fn tree(text: &str, first_line: usize, faults: &mut Vec<TemplateFault>) -> Vec<Node> {
    // The innermost list of nodes is the last one; there is one more of them than statements that are open.
    let mut lists: Vec<Vec<Node>> = vec![Vec::new()];
    let mut open: Vec<Open> = Vec::new();
    for (piece, at) in pieces(text, first_line, faults) {
        if faults.len() > MAX_FAULTS {
            break;
        }
        let node = match piece {
            Piece::Text(text) => Some(Node::Text(text)),
            Piece::Value(name) => match condition::name(&name) {
                Ok(name) => Some(Node::Value(name)),
                Err(reason) => {
                    faults.push(at.fault(reason));
                    None
                }
            },
            Piece::Statement(word, rest) => {
                let closed = statement(word, &rest, at, &mut open, &mut lists);
                closed.unwrap_or_else(|reason| {
                    faults.push(at.fault(reason));
                    None
                })
            }
        };
        if let (Some(node), Some(list)) = (node, lists.last_mut()) {
            list.push(node);
        }
    }
    for left in open {
        let (at, word) = match left {
            Open::If { at, .. } => (at, "#endif"),
            Open::For { at, .. } => (at, "#endfor"),
        };
        faults.push(at.fault(format!("{word} is missing")));
    }
    lists.into_iter().next().unwrap_or_default()
}

/// Opens or closes something; what is closed becomes a node.
fn statement(
    word: &str,
    rest: &str,
    at: Place,
    open: &mut Vec<Open>,
    lists: &mut Vec<Vec<Node>>,
) -> Result<Option<Node>, String> {
    if open.len() >= MAX_NESTING && matches!(word, "if" | "for") {
        return Err(format!("statements stand in one another at most {MAX_NESTING} deep"));
    }
    match word {
        "if" => {
            // A condition that is not understood still opens, so that its end is no second fault.
            let read = condition::read(rest);
            let condition = read.clone().ok();
            open.push(Open::If { at, done: Vec::new(), condition, has_else: false });
            lists.push(Vec::new());
            read.map(|_| None)
        }
        "elif" | "else" => next_arm(word, rest, open, lists).map(|()| None),
        "endif" => match open.pop() {
            Some(Open::If { mut done, condition, .. }) => {
                done.push((condition, lists.pop().unwrap_or_default()));
                Ok(Some(Node::If(done)))
            }
            other => {
                open.extend(other);
                Err("there is no #if to end here".to_owned())
            }
        },
        "for" => {
            let parts = rest.split_once(" in ");
            let read = parts.ok_or("expected #for name in list".to_owned()).and_then(|(entry, list)| {
                let [entry] = <[String; 1]>::try_from(condition::name(entry)?)
                    .map_err(|_| format!("{entry:?} has a dot"))?;
                Ok((entry, condition::name(list)?))
            });
            let (entry, list) = read.clone().unwrap_or_default();
            open.push(Open::For { at, entry, list });
            lists.push(Vec::new());
            read.map(|_| None)
        }
        _ => match open.pop() {
            Some(Open::For { entry, list, .. }) => {
                Ok(Some(Node::For { entry, list, body: lists.pop().unwrap_or_default() }))
            }
            other => {
                open.extend(other);
                Err("there is no #for to end here".to_owned())
            }
        },
    }
}

fn next_arm(word: &str, rest: &str, open: &mut [Open], lists: &mut [Vec<Node>]) -> Result<(), String> {
    let Some(Open::If { done, condition, has_else, .. }) = open.last_mut() else {
        return Err(format!("there is no #if that this #{word} belongs to"));
    };
    if *has_else {
        return Err(format!("#{word} after #else"));
    }
    let read = if word == "else" { Ok(None) } else { condition::read(rest).map(Some) };
    *has_else = word == "else";
    let body = lists.last_mut().map(std::mem::take).unwrap_or_default();
    done.push((condition.take(), body));
    *condition = read?;
    Ok(())
}
