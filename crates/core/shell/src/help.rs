//! What help says. The form is the modelled system's: a line of what it is, `Usage:`, and the forms.

use convoke_model::AccountRole;

use crate::{
    complete::next_of,
    grammar::{Misread, Word},
    rows, words,
};

/// `help <word>` for an account of this role.
pub fn of_word(word: &Word, role: AccountRole) -> Vec<String> {
    let mut lines = vec![word.about.to_owned(), String::new(), "Usage:".to_owned()];
    lines.extend(
        word.forms
            .iter()
            .filter(|form| form.is_shown() && form.is_for(role))
            .map(|form| format!("  {}", form.pattern)),
    );
    lines
}

/// `help`: every command that this role may use.
pub fn all(role: AccountRole) -> Vec<String> {
    let usable = words::ALL.iter().filter(|word| word.forms.iter().any(|form| form.is_for(role)));
    let rows: Vec<Vec<String>> =
        usable.map(|word| vec![format!("  {}", word.name), word.about.to_owned()]).collect();
    let mut lines = vec!["Commands:".to_owned()];
    lines.extend(rows::table(&["", ""], &rows).into_iter().skip(1));
    lines.extend([
        String::new(),
        "\"help <command>\" shows its forms; TAB completes, ? shows what may follow.".to_owned(),
    ]);
    lines
}

/// `help <name>`; a name that is none is told with what comes near.
pub fn named(name: &str, role: AccountRole) -> Result<Vec<String>, Misread> {
    match words::find(name) {
        Some(word) if word.forms.iter().any(|form| form.is_for(role)) => Ok(of_word(word, role)),
        Some(_) => Err(Misread::NotPermitted),
        None => Err(Misread::Syntax {
            what: format!("\"{name}\" is no command; \"help\" lists them"),
            usage: Vec::new(),
        }),
    }
}

/// What may follow what was typed: the forms that begin so.
pub fn at(line: &str, role: AccountRole) -> Vec<String> {
    let next = next_of(line, role);
    if next.forms.is_empty() {
        return vec!["nothing may follow".to_owned()];
    }
    if next.tokens == 0 {
        return all(role);
    }
    next.forms.iter().map(|form| format!("  {}", form.pattern)).collect()
}
