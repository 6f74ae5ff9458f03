//! What may follow what was typed: words of the grammar, and names of things that there are.

use convoke_model::AccountRole;

use crate::{
    grammar::{ElementKind, Form, accepts},
    line::split_open,
    words,
};

/// Kinds of things whose names complete an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// Files of the server's folder.
    File,
    /// What stands before the ending of these files: `.csr`.
    Requests,
    /// The same of keys that a certificate stands beside.
    Pairs,
    /// Interfaces.
    Interface,
    /// Interfaces, with a colon: a port follows.
    Listener,
    /// Accounts.
    Account,
    /// Backups.
    Backup,
    /// Command words.
    Word,
    /// Time zones.
    Zone,
}

/// Tells the names of things.
pub trait Names {
    /// All names of this kind.
    fn of(&self, kind: Named) -> Vec<String>;
}

/// What a TAB finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// From which byte of the line on a candidate takes the place of what stands there.
    pub from: usize,
    /// What may stand there, in order, none twice. One that may be followed by something ends without a blank: the editor adds it.
    pub candidates: Vec<String>,
}

/// The forms that begin as typed.
pub(crate) struct Next {
    pub forms: Vec<&'static Form>,
    /// Whole words before the cursor.
    pub tokens: usize,
    from: usize,
    part: String,
    places: Vec<ElementKind>,
}

/// Completes what stands before the cursor.
pub fn complete(before_cursor: &str, role: AccountRole, names: &dyn Names) -> Completion {
    let next = next_of(before_cursor, role);
    let mut candidates: Vec<String> = next.places.iter().flat_map(|place| words_for(place, names)).collect();
    candidates.retain(|word| word.starts_with(&next.part));
    candidates.sort();
    candidates.dedup();
    Completion { from: next.from, candidates }
}

pub(crate) fn next_of(before_cursor: &str, role: AccountRole) -> Next {
    let mut tokens = split_open(before_cursor).unwrap_or_default();
    let ends_in_gap = before_cursor.is_empty() || before_cursor.ends_with([' ', '\t']);
    let last = if ends_in_gap { None } else { tokens.pop() };
    let (from, part) = last.map_or((before_cursor.len(), String::new()), |token| (token.start, token.text));
    let mut next = Next { forms: Vec::new(), tokens: tokens.len(), from, part, places: Vec::new() };
    for form in
        words::ALL.iter().flat_map(|word| word.forms).filter(|form| form.is_shown() && form.is_for(role))
    {
        let elements = form.elements();
        let place = if let Some(last) = elements.last().filter(|last| last.repeated) {
            // One that is repeated stands in every place from its own on.
            elements.get(tokens.len()).unwrap_or(last)
        } else if let Some(element) = elements.get(tokens.len()) {
            element
        } else {
            continue;
        };
        let fits = tokens.iter().enumerate().all(|(index, token)| {
            elements.get(index).or(elements.last()).is_some_and(|e| accepts(e, &token.text))
        });
        let begins = match &place.kind {
            ElementKind::Word(word) => word.starts_with(&next.part),
            ElementKind::Choice(choices) => choices.iter().any(|choice| choice.starts_with(&next.part)),
            ElementKind::Argument(_) => true,
        };
        if fits && begins {
            next.forms.push(form);
            next.places.push(place.kind.clone());
        }
    }
    next
}

fn words_for(place: &ElementKind, names: &dyn Names) -> Vec<String> {
    match place {
        ElementKind::Word(word) => vec![(*word).to_owned()],
        ElementKind::Choice(choices) => choices.iter().map(|choice| (*choice).to_owned()).collect(),
        ElementKind::Argument(name) => kind_of(name).map(|kind| names.of(kind)).unwrap_or_default(),
    }
}

fn kind_of(argument: &str) -> Option<Named> {
    Some(match argument {
        "key-file"
        | "crt-file"
        | "cert-fullchain-file"
        | "crt-bundle"
        | "bundle"
        | "file"
        | "cert-bundle" => Named::File,
        "csr-basename" => Named::Requests,
        "ca-basename" => Named::Pairs,
        "interface" => Named::Interface,
        "interface:port" => Named::Listener,
        "username" => Named::Account,
        "backup" => Named::Backup,
        "command" => Named::Word,
        "timezone" => Named::Zone,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Known;

    impl Names for Known {
        fn of(&self, kind: Named) -> Vec<String> {
            let names: &[&str] = match kind {
                Named::File => &["CB.key", "CB.crt", "bundle.crt"],
                Named::Interface => &["a", "lo"],
                Named::Listener => &["a:", "lo:"],
                _ => &[],
            };
            names.iter().map(|name| (*name).to_owned()).collect()
        }
    }

    fn found(line: &str) -> (usize, Vec<String>) {
        let found = complete(line, AccountRole::Admin, &Known);
        (found.from, found.candidates)
    }

    #[test]
    fn words_and_names_complete_from_where_they_begin() {
        for (line, from, candidates) in [
            ("sch", 0, &["scheduler"][..]),
            ("scheduler ht", 10, &["https"]),
            ("scheduler https ", 16, &["certs", "listen"]),
            ("scheduler https listen ", 23, &["a", "lo", "none"]),
            ("scheduler https certs C", 22, &["CB.crt", "CB.key"]),
            ("scheduler https certs CB.key b", 29, &["bundle.crt"]),
            ("scheduler https listen a ", 25, &[]),
            ("scheduler https listen none ", 28, &[]),
            ("scheduler timedLogging ", 23, &["api", "email", "webBridge"]),
            ("webbridge3 c2w listen a:1 ", 26, &["a:", "lo:"]),
            ("scheduler nothing ", 18, &[]),
            ("say \"CB.", 4, &[]),
        ] {
            assert_eq!(found(line), (from, candidates.iter().map(|c| (*c).to_owned()).collect()), "{line}");
        }
        assert!(found("").1.len() > 20);
    }

    #[test]
    fn a_role_completes_to_what_it_may_do() {
        let found = complete("s", AccountRole::Audit, &Known);
        assert_eq!(found.candidates, ["syslog"]);
    }
}
