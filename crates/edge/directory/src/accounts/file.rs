//! The file's form: JSON that a person can read, and nothing in it that is not known.

use std::{collections::BTreeMap, sync::Arc};

use convoke_model::account::{
    Account, AccountName, AccountRole, AllowedHost, DutyHours, Known, MAX_HOSTS, MAX_KNOWN, Rules, SignIn,
    Tally,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Accounts of a server at most.
pub const MAX_ACCOUNTS: usize = 200;
/// Largest file that is read, in bytes: 200 accounts with everything that they may have are half of it.
pub const MAX_FILE_BYTES: u64 = 8 << 20;

/// The form that is written.
const VERSION: u32 = 1;

/// The accounts and the rules for their passwords.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Book {
    /// What passwords have to be like.
    pub rules: Rules,
    /// The accounts by name.
    pub accounts: BTreeMap<AccountName, Arc<Account>>,
}

impl Book {
    /// The account of this name.
    pub fn find(&self, name: &AccountName) -> Option<&Arc<Account>> {
        self.accounts.get(name)
    }

    /// Whether somebody is there who may do everything, at some hour of the week at least.
    pub fn has_admin(&self) -> bool {
        let is_ever_in = |account: &Account| account.duty.as_ref().is_none_or(DutyHours::ever_hold);
        self.accounts.values().any(|account| account.role == AccountRole::Admin && is_ever_in(account))
    }

    /// Reads a file's text; the error says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let file: File = serde_json::from_str(text).map_err(|error| format!("not of its form: {error}"))?;
        if file.version != VERSION {
            return Err(format!("its version is {}, and {VERSION} is what this program knows", file.version));
        }
        if file.accounts.len() > MAX_ACCOUNTS {
            return Err(format!(
                "it has {} accounts; at most {MAX_ACCOUNTS} are allowed",
                file.accounts.len()
            ));
        }
        let rules = Rules::from(file.rules);
        rules.check().map_err(|fault| fault.to_string())?;
        let mut accounts = BTreeMap::new();
        for entry in file.accounts {
            let name = entry.name.clone();
            let account = entry.read().map_err(|why| format!("account {name:?}: {why}"))?;
            if accounts.insert(account.name.clone(), Arc::new(account)).is_some() {
                return Err(format!("account {name:?} stands there twice"));
            }
        }
        Ok(Self { rules, accounts })
    }

    /// The text of the file.
    pub(super) fn text(&self) -> Result<String, serde_json::Error> {
        let accounts = self.accounts.values().map(|account| Entry::of(account)).collect();
        let file = File { version: VERSION, rules: RulesEntry::of(&self.rules), accounts };
        serde_json::to_string_pretty(&file).map(|text| text + "\n")
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    #[serde(default)]
    rules: RulesEntry,
    accounts: Vec<Entry>,
}

/// An instant as `2026-11-23T12:00:00Z`.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct At(Timestamp);

impl TryFrom<String> for At {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map(Self).map_err(|error: jiff::Error| format!("{text:?}: {error}"))
    }
}

impl From<At> for String {
    fn from(at: At) -> Self {
        at.0.to_string()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    role: String,
    hash: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    former: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    must_change: bool,
    password_set_at: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_sign_in: Option<SignInEntry>,
    #[serde(default, skip_serializing_if = "is_zero")]
    failures: u32,
    #[serde(default, skip_serializing_if = "TallyEntry::is_empty")]
    strangers: TallyEntry,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    known: Vec<KnownEntry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hosts: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    duty: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignInEntry {
    at: At,
    from: String,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TallyEntry {
    #[serde(default)]
    failures: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    locked_until: Option<At>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownEntry {
    network: String,
    #[serde(default, skip_serializing_if = "TallyEntry::is_empty")]
    tally: TallyEntry,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RulesEntry {
    max_history: u32,
    password_age: u32,
    min_password_age: u32,
    min_length: u32,
    min_special: u32,
    min_uppercase: u32,
    min_lowercase: u32,
    longest_digits_run: u32,
    min_digits: u32,
    max_repeated_char: u32,
    min_changed_characters: u32,
    only_ascii: bool,
    no_username: bool,
    no_palindrome: bool,
    max_failed_logins: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
fn is_false(value: &bool) -> bool {
    !value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
fn is_zero(value: &u32) -> bool {
    *value == 0
}

impl Entry {
    fn of(account: &Account) -> Self {
        let known = account.known.iter();
        Self {
            name: account.name.to_string(),
            role: account.role.word().to_owned(),
            hash: account.hash.clone(),
            former: account.former.clone(),
            must_change: account.must_change,
            password_set_at: At(account.password_set_at),
            expires_at: account.expires_at.map(At),
            last_sign_in: account
                .last_sign_in
                .as_ref()
                .map(|last| SignInEntry { at: At(last.at), from: last.from.clone() }),
            failures: account.failures,
            strangers: TallyEntry::of(&account.strangers),
            known: known
                .map(|known| KnownEntry {
                    network: known.network.clone(),
                    tally: TallyEntry::of(&known.tally),
                })
                .collect(),
            hosts: account.hosts.iter().map(ToString::to_string).collect(),
            duty: account.duty.as_ref().map(ToString::to_string),
        }
    }

    fn read(self) -> Result<Account, String> {
        let hosts: Result<Vec<AllowedHost>, String> = self
            .hosts
            .iter()
            .map(|host| host.parse().map_err(|fault| format!("{host:?}: {fault}")))
            .collect();
        let duty = self.duty.map(|text| DutyHours::parse(&text)).transpose();
        let duty =
            duty.map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
        if self.hosts.len() > MAX_HOSTS || self.known.len() > MAX_KNOWN {
            return Err("it has more hosts or known networks than are allowed".to_owned());
        }
        if self.former.len() > Rules::MAX_HISTORY as usize {
            return Err("it has more former passwords than are allowed".to_owned());
        }
        let known = self.known.into_iter();
        Ok(Account {
            name: self.name.parse::<AccountName>().map_err(|fault| format!("name: {fault}"))?,
            role: self.role.parse().map_err(|_| format!("{:?} is no role", self.role))?,
            hash: self.hash,
            former: self.former,
            must_change: self.must_change,
            password_set_at: self.password_set_at.0,
            expires_at: self.expires_at.map(|at| at.0),
            last_sign_in: self.last_sign_in.map(|last| SignIn { at: last.at.0, from: last.from }),
            failures: self.failures,
            strangers: self.strangers.read(),
            known: known.map(|known| Known { network: known.network, tally: known.tally.read() }).collect(),
            hosts: hosts?,
            duty,
        })
    }
}

impl TallyEntry {
    fn of(tally: &Tally) -> Self {
        Self { failures: tally.failures, last: tally.last.map(At), locked_until: tally.locked_until.map(At) }
    }

    fn read(self) -> Tally {
        Tally {
            failures: self.failures,
            last: self.last.map(|at| at.0),
            locked_until: self.locked_until.map(|at| at.0),
        }
    }

    fn is_empty(&self) -> bool {
        self.failures == 0 && self.last.is_none() && self.locked_until.is_none()
    }
}

impl Default for RulesEntry {
    fn default() -> Self {
        Self::of(&Rules::default())
    }
}

impl RulesEntry {
    fn of(rules: &Rules) -> Self {
        Self {
            max_history: rules.max_history,
            password_age: rules.password_age,
            min_password_age: rules.min_password_age,
            min_length: rules.min_length,
            min_special: rules.min_special,
            min_uppercase: rules.min_uppercase,
            min_lowercase: rules.min_lowercase,
            longest_digits_run: rules.longest_digits_run,
            min_digits: rules.min_digits,
            max_repeated_char: rules.max_repeated_char,
            min_changed_characters: rules.min_changed_characters,
            only_ascii: rules.only_ascii,
            no_username: rules.no_username,
            no_palindrome: rules.no_palindrome,
            max_failed_logins: rules.max_failed_logins,
        }
    }
}

impl From<RulesEntry> for Rules {
    fn from(entry: RulesEntry) -> Self {
        Self {
            max_history: entry.max_history,
            password_age: entry.password_age,
            min_password_age: entry.min_password_age,
            min_length: entry.min_length,
            min_special: entry.min_special,
            min_uppercase: entry.min_uppercase,
            min_lowercase: entry.min_lowercase,
            longest_digits_run: entry.longest_digits_run,
            min_digits: entry.min_digits,
            max_repeated_char: entry.max_repeated_char,
            min_changed_characters: entry.min_changed_characters,
            only_ascii: entry.only_ascii,
            no_username: entry.no_username,
            no_palindrome: entry.no_palindrome,
            max_failed_logins: entry.max_failed_logins,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Book {
        let mut book = Book::default();
        book.rules.set("min_digits", "2").unwrap();
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let mut bob =
            Account::new("bob".parse().unwrap(), AccountRole::Crypto, "hash".into(), true, now, &book.rules);
        bob.note_success(Some("192.0.2.1".parse().unwrap()), now);
        (0..5).for_each(|_| bob.note_failure(None, now, &book.rules));
        bob.note_failure(Some("192.0.2.1".parse().unwrap()), now, &book.rules);
        bob.hosts = vec!["10.0.0.0/8".parse().unwrap(), "jump.test".parse().unwrap()];
        bob.duty = Some(DutyHours::parse("Wk0900-1700|!Al").unwrap());
        bob.former = vec!["older".into()];
        book.accounts.insert(bob.name.clone(), Arc::new(bob));
        book
    }

    #[test]
    fn what_is_written_is_read_again() {
        let book = full();
        assert_eq!(Book::parse(&book.text().unwrap()).unwrap(), book);
        assert_eq!(Book::parse(&Book::default().text().unwrap()).unwrap(), Book::default());
    }

    #[test]
    fn what_is_not_of_its_form_is_refused_with_the_reason() {
        let good = full().text().unwrap();
        for (from, to, why) in [
            ("\"version\": 1", "\"version\": 2", "its version is 2"),
            ("\"crypto\"", "\"king\"", "account \"bob\": \"king\" is no role"),
            ("\"name\": \"bob\"", "\"name\": \"b b\"", "account \"b b\": name: expected 1 to 64"),
            ("Wk0900", "Xx0900", "account \"bob\": rule 1"),
            ("10.0.0.0/8", "10.0.0.0/99", "account \"bob\": \"10.0.0.0/99\""),
            ("\"hash\":", "\"hush\":", "unknown field `hush`"),
            ("\"min_digits\": 2", "\"min_digits\": 99", "min_digits is a number from 1 to 16"),
            ("}", "", "not of its form"),
        ] {
            assert!(good.contains(from), "{from}");
            let fault = Book::parse(&good.replacen(from, to, 1)).unwrap_err();
            assert!(fault.contains(why), "{fault}");
        }
    }

    #[test]
    fn a_server_has_so_many_accounts_and_no_more() {
        let mut book = Book::default();
        for number in 0..=MAX_ACCOUNTS {
            let name: AccountName = format!("a{number}").parse().unwrap();
            let now = Timestamp::UNIX_EPOCH;
            let account = Account::new(name, AccountRole::Api, "h".into(), false, now, &book.rules);
            book.accounts.insert(account.name.clone(), Arc::new(account));
        }
        assert!(Book::parse(&book.text().unwrap()).unwrap_err().contains("at most 200"));
        book.accounts.pop_last();
        assert!(Book::parse(&book.text().unwrap()).is_ok());
    }
}
