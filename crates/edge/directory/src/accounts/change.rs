//! Everything that administrators and owners do to accounts. All of it blocks: it is for threads that may.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, ErrorKind, Read as _},
    net::IpAddr,
    sync::Arc,
};

use convoke_model::account::{
    Account, AccountName, AccountRole, AllowedHost, DutyHours, MAX_HOSTS, NewPassword, PasswordFinding,
    Rules, is_word, word_forms,
};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

use super::{Accounts, AccountsFault, Book, Generation, MAX_ACCOUNTS, MAX_DICTIONARY_BYTES};
use crate::password;

/// What [`Accounts::put`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// The account is new.
    Added,
    /// It was there, and has this role and password now.
    Changed,
}

/// An account that is taken over from where accounts were before, with the hash of its password.
#[derive(Clone, PartialEq, Eq)]
pub struct Taken {
    /// Its name.
    pub name: AccountName,
    /// What it may do.
    pub role: AccountRole,
    /// The hash of the password, in PHC form.
    pub hash: String,
}

impl std::fmt::Debug for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Taken({}, {})", self.name, self.role)
    }
}

impl Accounts {
    /// Whether there is a file of accounts.
    pub fn exist(&self) -> Result<bool, AccountsFault> {
        self.keeper.read().map(|book| book.is_some())
    }

    /// Makes the file of these accounts unless there is one; whether it was made. Their passwords hold until they are changed: the
    /// programs that use them were never told otherwise.
    pub fn take_over(&self, taken: Vec<Taken>, now: Timestamp) -> Result<bool, AccountsFault> {
        let mut book = Book::default();
        for taken in taken.into_iter().take(MAX_ACCOUNTS) {
            let mut account = Account::new(taken.name, taken.role, taken.hash, false, now, &book.rules);
            account.expires_at = None;
            book.accounts.insert(account.name.clone(), Arc::new(account));
        }
        self.keeper.begin(&book)
    }

    /// Adds an account. `must_change`: its owner is asked for another password at the first sign-in, if the role can be asked.
    pub fn add(
        &self,
        name: &AccountName,
        role: AccountRole,
        password: &SecretString,
        must_change: bool,
        now: Timestamp,
    ) -> Result<(), AccountsFault> {
        let book = self.book()?;
        refuse_name(&book, name)?;
        self.check(&book.rules, name, None, password)?;
        let hash = password::hash(password).map_err(AccountsFault::Hash)?;
        self.change(|book| {
            refuse_name(book, name)?;
            insert(book, name, role, hash, must_change, now)
        })
    }

    /// Adds an account, or changes the role and password of the one of this name.
    pub fn put(
        &self,
        name: &AccountName,
        role: AccountRole,
        password: &SecretString,
        now: Timestamp,
    ) -> Result<Put, AccountsFault> {
        let rules = self.book()?.rules.clone();
        self.check(&rules, name, None, password)?;
        let hash = password::hash(password).map_err(AccountsFault::Hash)?;
        self.change(|book| {
            let Some(before) = book.find(name).map(|account| account.role) else {
                return insert(book, name, role, hash, false, now).map(|()| Put::Added);
            };
            let rules = book.rules.clone();
            edit(book, name, |account| {
                account.role = role;
                account.set_password(hash, false, now, &rules);
                Ok(())
            })?;
            keep_an_admin(book, name, before)?;
            Ok(Put::Changed)
        })
    }

    /// Removes an account, and then the public keys that were uploaded for it: another one of this name must not be entered by them. When
    /// they can't be removed, the account is gone nevertheless, and the error names their file.
    pub fn delete(&self, name: &AccountName) -> Result<(), AccountsFault> {
        self.change(|book| {
            let removed =
                book.accounts.remove(name).ok_or_else(|| AccountsFault::Unknown(name.to_string()))?;
            keep_an_admin(book, name, removed.role)
        })?;
        let path = self.dictionary.with_file_name(format!("{name}.pub"));
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(AccountsFault::KeysStay { path, error }),
            _ => Ok(()),
        }
    }

    /// Its owner, who is signed in from `address`, changes the password: `present` is what was typed as the present one. A wrong one counts
    /// like that of a sign-in, and none is looked at while such a side is locked. Answers which password the new one is.
    pub fn change_own_password(
        &self,
        name: &AccountName,
        address: Option<IpAddr>,
        present: &SecretString,
        new: &SecretString,
        now: Timestamp,
    ) -> Result<Generation, AccountsFault> {
        let book = self.book()?;
        let account = found(&book, name)?;
        if let Some(until) = account.locked(address, now) {
            return Err(AccountsFault::Locked(until));
        }
        if !password::matches(present, &account.hash) {
            self.change(|book| {
                let rules = book.rules.clone();
                edit(book, name, |account| {
                    account.note_failure(address, now, &rules);
                    Ok(())
                })
            })?;
            return Err(AccountsFault::WrongPassword);
        }
        let too_soon = book.rules.check_age(account.password_set_at, account.must_change, now);
        let too_soon = too_soon.filter(|_| !account.is_expired(now));
        if let Some(finding) = too_soon {
            return Err(AccountsFault::Password(vec![finding]));
        }
        self.replace_password(&book, account, Some(present), new, false, now)
    }

    /// Its owner, who was asked for another password at a sign-in, chooses it; `signed_in_by` is the one of that sign-in, which is not
    /// typed again. It is refused when the account has another one by now, or is asked for none any more.
    pub fn choose_password(
        &self,
        name: &AccountName,
        signed_in_by: Generation,
        new: &SecretString,
        now: Timestamp,
    ) -> Result<Generation, AccountsFault> {
        let book = self.book()?;
        let account = found(&book, name)?;
        let is_due = account.must_change || account.is_expired(now);
        if !is_due || Generation::of(account) != signed_in_by {
            return Err(AccountsFault::ChangedMeanwhile(name.to_string()));
        }
        self.replace_password(&book, account, None, new, false, now)
    }

    /// An administrator sets somebody's password; its owner is asked for another one at the next sign-in, if the role can be asked.
    pub fn set_password(
        &self,
        name: &AccountName,
        new: &SecretString,
        now: Timestamp,
    ) -> Result<(), AccountsFault> {
        let book = self.book()?;
        let account = found(&book, name)?;
        self.replace_password(&book, account, None, new, true, now).map(drop)
    }

    fn replace_password(
        &self,
        book: &Book,
        account: &Account,
        present: Option<&SecretString>,
        new: &SecretString,
        must_change: bool,
        now: Timestamp,
    ) -> Result<Generation, AccountsFault> {
        let rules = &book.rules;
        self.check(rules, &account.name, present, new)?;
        if let Some(finding) = reused(rules, account, new) {
            return Err(AccountsFault::Password(vec![finding]));
        }
        let hash = password::hash(new).map_err(AccountsFault::Hash)?;
        self.change(|book| {
            let rules = book.rules.clone();
            edit(book, &account.name, |latest| {
                if latest.hash != account.hash {
                    return Err(AccountsFault::ChangedMeanwhile(account.name.to_string()));
                }
                latest.set_password(hash, must_change, now, &rules);
                Ok(Generation::of(latest))
            })
        })
    }

    /// Asks the owner for a new password at the next sign-in.
    pub fn expire(&self, name: &AccountName) -> Result<(), AccountsFault> {
        self.change(|book| edit(book, name, |account| account.expire().map_err(AccountsFault::Expiry)))
    }

    /// Ends every lock of the account.
    pub fn unlock(&self, name: &AccountName) -> Result<(), AccountsFault> {
        self.change(|book| {
            edit(book, name, |account| {
                account.unlock();
                Ok(())
            })
        })
    }

    /// Adds an entry to the account's white list.
    pub fn allow_host(&self, name: &AccountName, host: AllowedHost) -> Result<(), AccountsFault> {
        self.change(|book| {
            edit(book, name, |account| {
                if account.hosts.contains(&host) {
                    return Err(AccountsFault::HostThere(host.to_string()));
                }
                if account.hosts.len() >= MAX_HOSTS {
                    return Err(AccountsFault::TooManyHosts);
                }
                account.hosts.push(host);
                Ok(())
            })
        })
    }

    /// Removes an entry of the account's white list; without any it may sign in from everywhere.
    pub fn disallow_host(&self, name: &AccountName, host: &AllowedHost) -> Result<(), AccountsFault> {
        self.change(|book| {
            edit(book, name, |account| {
                let index = account.hosts.iter().position(|there| there == host);
                account.hosts.remove(index.ok_or_else(|| AccountsFault::NoSuchHost(host.to_string()))?);
                Ok(())
            })
        })
    }

    /// Sets when the account may sign in; `None`: always. Hours that never come are refused for the last account of role admin.
    pub fn set_duty(&self, name: &AccountName, duty: Option<DutyHours>) -> Result<(), AccountsFault> {
        self.change(|book| {
            let had_admin = book.has_admin();
            edit(book, name, |account| {
                account.duty = duty;
                Ok(())
            })?;
            let lost = had_admin && !book.has_admin();
            if lost { Err(AccountsFault::LastAdmin(name.to_string())) } else { Ok(()) }
        })
    }

    /// Sets a rule for passwords by its name.
    pub fn set_rule(&self, rule: &str, value: &str) -> Result<(), AccountsFault> {
        self.change(|book| book.rules.set(rule, value).map_err(AccountsFault::Rule))
    }

    /// Whether new passwords are looked up in a dictionary.
    pub fn has_dictionary(&self) -> bool {
        self.dictionary.is_file()
    }

    /// Every rule that a new password breaks, the former ones aside.
    fn check(
        &self,
        rules: &Rules,
        name: &AccountName,
        present: Option<&SecretString>,
        new: &SecretString,
    ) -> Result<(), AccountsFault> {
        let present = present.map(|present| present.expose_secret());
        let asked = NewPassword { name, password: new.expose_secret(), present };
        let mut findings = rules.check_password(&asked);
        if self.stands_in_dictionary(new)? {
            findings.push(PasswordFinding::Dictionary);
        }
        if findings.is_empty() { Ok(()) } else { Err(AccountsFault::Password(findings)) }
    }

    fn stands_in_dictionary(&self, password: &SecretString) -> Result<bool, AccountsFault> {
        let io = |error| AccountsFault::Io { path: self.dictionary.clone(), error };
        let file = match File::open(&self.dictionary) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(io(error)),
        };
        let size = file.metadata().map_err(io)?.len();
        if size > MAX_DICTIONARY_BYTES {
            let why = format!("it has {size} bytes, more than {MAX_DICTIONARY_BYTES}");
            return Err(AccountsFault::Broken { path: self.dictionary.clone(), why });
        }
        let forms = word_forms(password.expose_secret());
        let (mut lines, mut line) = (BufReader::new(file.take(MAX_DICTIONARY_BYTES)), Vec::new());
        while lines.read_until(b'\n', &mut line).map_err(io)? > 0 {
            if is_word(&String::from_utf8_lossy(&line), &forms) {
                return Ok(true);
            }
            line.clear();
        }
        Ok(false)
    }
}

/// Whether the new password is the present one or one of the former ones that can't be taken again.
fn reused(rules: &Rules, account: &Account, new: &SecretString) -> Option<PasswordFinding> {
    if password::matches(new, &account.hash) {
        return Some(PasswordFinding::Same);
    }
    let most = rules.max_history;
    let mut former = account.former.iter().take(most as usize);
    former.any(|hash| password::matches(new, hash)).then_some(PasswordFinding::Former { most })
}

fn found<'b>(book: &'b Book, name: &AccountName) -> Result<&'b Account, AccountsFault> {
    book.find(name).map(AsRef::as_ref).ok_or_else(|| AccountsFault::Unknown(name.to_string()))
}

fn edit<T>(
    book: &mut Book,
    name: &AccountName,
    edit: impl FnOnce(&mut Account) -> Result<T, AccountsFault>,
) -> Result<T, AccountsFault> {
    let account = book.accounts.get_mut(name).ok_or_else(|| AccountsFault::Unknown(name.to_string()))?;
    edit(Arc::make_mut(account))
}

fn refuse_name(book: &Book, name: &AccountName) -> Result<(), AccountsFault> {
    if book.find(name).is_some() { Err(AccountsFault::Exists(name.to_string())) } else { Ok(()) }
}

fn insert(
    book: &mut Book,
    name: &AccountName,
    role: AccountRole,
    hash: String,
    must_change: bool,
    now: Timestamp,
) -> Result<(), AccountsFault> {
    if book.accounts.len() >= MAX_ACCOUNTS {
        return Err(AccountsFault::TooMany);
    }
    let account = Account::new(name.clone(), role, hash, must_change, now, &book.rules);
    book.accounts.insert(name.clone(), Arc::new(account));
    Ok(())
}

/// Refuses what has taken the last account of role admin away; `before` is what the account was.
fn keep_an_admin(book: &Book, name: &AccountName, before: AccountRole) -> Result<(), AccountsFault> {
    let lost = before == AccountRole::Admin && !book.has_admin();
    if lost { Err(AccountsFault::LastAdmin(name.to_string())) } else { Ok(()) }
}
