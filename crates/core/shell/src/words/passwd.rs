//! `passwd`: a new password, one's own or, for administrators, anybody's.

use convoke_model::account::AccountName;

use super::Command;
use crate::grammar::{ANY, Word, form, form_for};

/// Whose password is to be changed; `None`: one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passwd(pub Option<AccountName>);

/// The word.
pub const PASSWD: Word = Word {
    name: "passwd",
    about: "Change a password",
    forms: &[
        form_for(ANY, "passwd", |_| Ok(Command::Passwd(Passwd(None)))),
        form("passwd <username>", |args| {
            let name = args.text(0).parse();
            let name = name.map_err(|fault| format!("\"{}\" is not a user name: {fault}", args.text(0)))?;
            Ok(Command::Passwd(Passwd(Some(name))))
        }),
    ],
    notes: "One's own present password is asked for, then the new one twice. Administrators set anybody's, without knowing the present one; an account of \
            the shell is then asked for another one at its next sign-in.",
};
