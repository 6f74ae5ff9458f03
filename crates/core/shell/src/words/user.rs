//! `user`: the accounts of this server.

use convoke_model::{
    AccountRole,
    account::{AccountName, AllowedHost, DutyHours},
};

use super::Command;
use crate::grammar::{Args, Word, form};

/// What is to be done with the accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum User {
    /// Add one; the password is asked for.
    Add {
        /// Its name.
        name: AccountName,
        /// What it may do.
        role: AccountRole,
    },
    /// Remove one.
    Del(AccountName),
    /// List them.
    List,
    /// Show one.
    Info(AccountName),
    /// End its sessions.
    Evict(AccountName),
    /// Ask for a new password at the next sign-in.
    Expire(AccountName),
    /// End its locks.
    Unlock(AccountName),
    /// Add a host to those it may sign in from, or remove one.
    Host {
        /// The account.
        name: AccountName,
        /// Whether the host is added.
        is_added: bool,
        /// The host.
        host: AllowedHost,
    },
    /// Set when it may sign in, or no such hours.
    Duty {
        /// The account.
        name: AccountName,
        /// The hours.
        hours: Option<DutyHours>,
    },
    /// Show the rules for passwords.
    Rules,
    /// Set one.
    Rule {
        /// Its name.
        rule: String,
        /// The value; `none` switches it off.
        value: String,
    },
}

/// The word.
pub const USER: Word = Word {
    name: "user",
    about: "Manage the accounts of this server",
    forms: &[
        form("user add <username> (admin|crypto|audit|appadmin|api)", |args| {
            let role = args.text(1).parse().map_err(|_| format!("\"{}\" is no role", args.text(1)))?;
            ok(User::Add { name: name(args)?, role })
        }),
        form("user del <username>", |args| ok(User::Del(name(args)?))),
        form("user list", |_| ok(User::List)),
        form("user info <username>", |args| ok(User::Info(name(args)?))),
        form("user evict <username>", |args| ok(User::Evict(name(args)?))),
        form("user expire <username>", |args| ok(User::Expire(name(args)?))),
        form("user unlock <username>", |args| ok(User::Unlock(name(args)?))),
        form("user host <username> (add|delete) <hostname>", |args| {
            let host = args.text(2).parse().map_err(|fault| format!("\"{}\": {fault}", args.text(2)))?;
            ok(User::Host { name: name(args)?, is_added: args.text(1) == "add", host })
        }),
        form("user duty <username> <duty hours>", |args| {
            let hours = DutyHours::parse(&args.text(1));
            let told = |faults: Vec<_>| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            ok(User::Duty { name: name(args)?, hours: Some(hours.map_err(told)?) })
        }),
        form("user duty <username> none", |args| ok(User::Duty { name: name(args)?, hours: None })),
        form("user rule", |_| ok(User::Rules)),
        form("user rule max_history <number>", |args| set("max_history", args)),
        form("user rule password_age <number>", |args| set("password_age", args)),
        form("user rule min_password_age <number>", |args| set("min_password_age", args)),
        form("user rule min_length <number>", |args| set("min_length", args)),
        form("user rule min_special <number>", |args| set("min_special", args)),
        form("user rule min_uppercase <number>", |args| set("min_uppercase", args)),
        form("user rule min_lowercase <number>", |args| set("min_lowercase", args)),
        form("user rule longest_digits_run <number>", |args| set("longest_digits_run", args)),
        form("user rule min_digits <number>", |args| set("min_digits", args)),
        form("user rule max_repeated_char <number>", |args| set("max_repeated_char", args)),
        form("user rule min_changed_characters <number>", |args| set("min_changed_characters", args)),
        form("user rule only_ascii (true|false)", |args| set("only_ascii", args)),
        form("user rule no_username (true|false)", |args| set("no_username", args)),
        form("user rule no_palindrome (true|false)", |args| set("no_palindrome", args)),
        form("user rule max_failed_logins <number>", |args| set("max_failed_logins", args)),
        form("user rule <rule> none", |args| ok(User::Rule { rule: args.text(0), value: "none".to_owned() })),
    ],
    notes: "Accounts are this server's own, for its shell and its APIs. `admin` may do everything, `crypto` sees to keys and certificates and `audit` to \
            logs, both by the shell alone; `appadmin` (a person) and `api` (a program) use the APIs alone. A new account of the shell is asked for a \
            password of its own at the first sign-in; the others can't be asked, and keep the one that they were given.\n\
            A host is an address (`192.168.1.3`), a network (`10.1.0.0/16`) or a name; without any, an account signs in from everywhere. Duty hours are \
            days and hours of the server's zone: `Mo Tu We Th Fr Sa Su`, `Wk` weekdays, `Wd` weekend, `Al` all; a day named again is unset (`MoWk`: \
            weekdays except Monday); `!` turns a rule round; `HHMM-HHMM`, where an earlier end is the next day's; `|` joins rules: \
            `MoTu1200-1400|We1400-1500`.\n\
            Rules hold for new passwords. `none` switches a rule off, also one that holds unless set; those that are off say `none`: max_history (former passwords that can't be taken again), password_age (days; \
            180 unless set), min_password_age (days), min_length (8 unless set), min_special, min_uppercase, min_lowercase, longest_digits_run, min_digits, \
            max_repeated_char (in a row), min_changed_characters, only_ascii, no_username (true unless set), no_palindrome, and max_failed_logins (5 unless \
            set): so many failures lock an account for 5 minutes, as many again for twice as long, up to an hour; addresses that it signed in from before count \
            by themselves. A word list that is uploaded by SFTP as `dictionary` is looked into too.",
};

fn set(rule: &str, args: &Args<'_>) -> Result<Command, String> {
    ok(User::Rule { rule: rule.to_owned(), value: args.text(0) })
}

fn name(args: &Args<'_>) -> Result<AccountName, String> {
    args.text(0).parse().map_err(|fault| format!("\"{}\" is not a user name: {fault}", args.text(0)))
}

fn ok(user: User) -> Result<Command, String> {
    Ok(Command::User(user))
}

#[cfg(test)]
mod tests {
    use convoke_model::account::Rules;

    use super::*;
    use crate::grammar::read;

    fn user(line: &str) -> Result<User, String> {
        match read(line, AccountRole::Admin) {
            Ok(reading) => match reading.command {
                Command::User(user) => Ok(user),
                other => panic!("{other:?}"),
            },
            Err(fault) => Err(fault.lines().remove(0)),
        }
    }

    #[test]
    fn the_forms_mean_what_they_say() {
        let bob: AccountName = "bob".parse().unwrap();
        assert_eq!(
            user("user add Bob crypto"),
            Ok(User::Add { name: bob.clone(), role: AccountRole::Crypto })
        );
        assert_eq!(
            user("user host bob delete 10.0.0.0/8"),
            Ok(User::Host { name: bob.clone(), is_added: false, host: "10.0.0.0/8".parse().unwrap() })
        );
        let hours = DutyHours::parse("MoTu1200-1400|We1400-1500").unwrap();
        assert_eq!(
            user("user duty bob MoTu1200-1400|We1400-1500"),
            Ok(User::Duty { name: bob.clone(), hours: Some(hours) })
        );
        assert_eq!(user("user duty bob none"), Ok(User::Duty { name: bob, hours: None }));
        assert_eq!(user("user rule"), Ok(User::Rules));
        let off = User::Rule { rule: "min_digits".into(), value: "none".into() };
        assert_eq!(user("user rule min_digits none"), Ok(off));
        assert!(user("user duty bob Xx").unwrap_err().contains("rule 1: \"Xx\" is no day"));
        assert!(user("user host bob add 10.0.0.0/99").unwrap_err().contains("expected an address"));
        assert!(user("user add a:b admin").unwrap_err().contains("is not a user name"));
        assert!(read("user list", AccountRole::Crypto).is_err());
    }

    #[test]
    fn every_rule_can_be_set() {
        for rule in Rules::ALL {
            let line = format!("user rule {}", rule.name());
            let value = if Rules::default().shown(rule).parse::<bool>().is_ok() { "true" } else { "3" };
            let set = User::Rule { rule: rule.name().to_owned(), value: value.to_owned() };
            assert_eq!(user(&format!("{line} {value}")), Ok(set));
            let off = User::Rule { rule: rule.name().to_owned(), value: "none".to_owned() };
            assert_eq!(user(&format!("{line} none")), Ok(off));
        }
    }
}
