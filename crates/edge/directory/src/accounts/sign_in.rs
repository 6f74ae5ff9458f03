//! Signing in: whether a name and a password are let in, and what is noted of it.

use std::{
    collections::HashMap,
    fmt,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use convoke_model::{
    account::{Account, AccountName, AccountRole, Denied, MAX_NAME_CHARS, Purpose},
    network::network_of,
};
use convoke_runtime::random;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use tokio::time::sleep;

use super::{Accounts, AccountsFault, Generation};
use crate::{
    attempts::{Attempts, Counted},
    password,
};

/// A program's sign-ins are noted in the file this often at most.
pub const NOTED_EVERY: SignedDuration = SignedDuration::from_secs(60);
/// What a refusal takes beyond the hash, whoever is asked for: longer than what else is done of it.
const REFUSED_AFTER: Duration = Duration::from_millis(50);
/// Verified sign-ins remembered at most.
const MAX_REMEMBERED: usize = 1000;

/// Somebody asks to be let in.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The name, as given.
    pub name: &'a str,
    /// The password.
    pub password: SecretString,
    /// From where; `None` when it is not known.
    pub address: Option<IpAddr>,
    /// To what.
    pub purpose: Purpose,
    /// The present instant.
    pub now: Timestamp,
}

/// Somebody is let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The account's name.
    pub name: AccountName,
    /// What it may do.
    pub role: AccountRole,
    /// Whether a new password must be chosen before anything else.
    pub must_change: bool,
    /// Until when the password holds.
    pub expires_at: Option<Timestamp>,
    /// Which password it is.
    pub generation: Generation,
}

/// Somebody is not let in.
#[derive(Debug)]
pub enum Refused {
    /// The name or the password is wrong: that is all that may be told. Why it is so is for the log.
    Wrong(Why),
    /// There were too many failures lately under this name or from this address.
    TooOften,
    /// The password is right, and the account may be told why it is of no use here.
    Denied(Denied),
    /// The accounts can't be read.
    Unavailable(AccountsFault),
}

/// Why a sign-in is called wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Nobody is called so.
    Name,
    /// It is another password.
    Password,
    /// The account is not let in from there, or now; the password was not looked at.
    Denied(Denied),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("there is no such account"),
            Self::Password => f.write_str("the password is wrong"),
            Self::Denied(denied) => denied.fmt(f),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(why) => why.fmt(f),
            Self::TooOften => {
                f.write_str("there were too many failures under this name or from this address")
            }
            Self::Denied(denied) => denied.fmt(f),
            Self::Unavailable(fault) => fault.fmt(f),
        }
    }
}

/// Sign-ins that were verified, by a keyed digest of name, password and network, each with the hash that it matched: a program
/// that signs in with every request pays for argon2 once, and a changed password counts at once.
pub(super) struct Verified {
    key: [u8; 32],
    known: Mutex<HashMap<[u8; 32], String>>,
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verified")
    }
}

impl Default for Verified {
    fn default() -> Self {
        Self { key: random::bytes(), known: Mutex::default() }
    }
}

impl Verified {
    fn digest(&self, name: &str, asked: &Asked<'_>) -> [u8; 32] {
        let network = asked.address.map(network_of).unwrap_or_default();
        let mut digest = Sha256::new();
        digest.update(self.key);
        for text in [name, &network] {
            digest.update((text.len() as u64).to_be_bytes());
            digest.update(text);
        }
        digest.update(asked.password.expose_secret());
        digest.finalize().into()
    }

    fn holds(&self, digest: &[u8; 32], hash: &str) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(digest).is_some_and(|matched| matched == hash)
    }

    fn remember(&self, digest: [u8; 32], hash: String) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_REMEMBERED {
            known.clear();
        }
        known.insert(digest, hash);
    }
}

/// What a failure is counted by: the name on the side that it comes from, as the account's own lock has it, so that guesses from
/// elsewhere don't make the administrator at the usual desk wait; and the address. It is the same for a name that nobody has.
fn counted(name: &str, account: Option<&Account>, address: Option<IpAddr>) -> [Counted; 2] {
    let known = account.and_then(|account| account.known_network(address));
    let name = match known {
        Some(network) => format!("{name} at {network}"),
        None => name.to_owned(),
    };
    let address = address.map(|address| address.to_string()).unwrap_or_default();
    [Counted::Name("account", name), Counted::address(&address)]
}

impl Accounts {
    /// Forgets the failures under a name, from wherever.
    pub fn forgive(attempts: &Attempts, name: &AccountName) {
        let known = format!("{name} at ");
        attempts.forget_names("account", |counted| counted == name.as_str() || counted.starts_with(&known));
    }

    /// Whether somebody is let in by name and password. Names that nobody has, and accounts that are not let in from there or now,
    /// take as long to refuse as a wrong password, and sound the same.
    pub async fn verify(
        self: &Arc<Self>,
        asked: Asked<'_>,
        attempts: &Attempts,
    ) -> Result<Accepted, Refused> {
        if asked.name.len() > MAX_NAME_CHARS {
            // Nobody's; it would only be kept in memory and in the log.
            return Err(Refused::Wrong(Why::Name));
        }
        let name = asked.name.to_ascii_lowercase();
        let book = self.book().map_err(Refused::Unavailable)?;
        let account = name.parse::<AccountName>().ok().and_then(|name| book.find(&name).cloned());
        let judged = match &account {
            Some(account) => self.judge_at_once(account, asked.address, asked.now).map_err(Why::Denied),
            None => Err(Why::Name),
        };
        let digest = self.verified.digest(&name, &asked);
        // A program that is at work is not stopped by a lock: what it shows is no guess.
        let is_known = |account: &&Arc<Account>| self.verified.holds(&digest, &account.hash);
        if asked.purpose == Purpose::Api
            && matches!(judged, Ok(()) | Err(Why::Denied(Denied::Locked { .. })))
            && let Some(account) = account.as_ref().filter(is_known)
        {
            self.judge_names(account, &asked).await?;
            return self.enter(account, &asked).await;
        }
        let keys = counted(&name, account.as_deref(), asked.address);
        let may_be_right = account.filter(|_| judged.is_ok());
        if !attempts.may_try(&keys, Instant::now()) {
            return Err(Refused::TooOften);
        }
        let hash = may_be_right.as_ref().map(|account| account.hash.clone());
        // Counted before it is known, so that guesses made at the same time are counted too.
        let begin = || attempts.begin(&keys, Instant::now());
        let right = password::verify(asked.password.clone(), hash, begin).await.ok_or(Refused::TooOften)?;
        match may_be_right {
            Some(account) if right => {
                self.judge_names(&account, &asked).await?;
                attempts.note_success(&keys);
                let accepted = self.enter(&account, &asked).await?;
                if asked.purpose == Purpose::Api {
                    self.verified.remember(digest, account.hash.clone());
                }
                Ok(accepted)
            }
            Some(account) => {
                self.note_failure(&account.name, asked.address, asked.now);
                sleep(REFUSED_AFTER).await;
                Err(Refused::Wrong(Why::Password))
            }
            None => {
                sleep(REFUSED_AFTER).await;
                Err(Refused::Wrong(judged.err().unwrap_or(Why::Name)))
            }
        }
    }

    /// Lets somebody in who has shown otherwise who it is, such as by a key: no guess is possible there, so no lock holds.
    pub async fn admit(
        self: &Arc<Self>,
        name: &AccountName,
        address: Option<IpAddr>,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<Accepted, Refused> {
        let book = self.book().map_err(Refused::Unavailable)?;
        let account = book.find(name).ok_or(Refused::Wrong(Why::Name))?;
        match self.judge(account, address, now).await {
            Ok(()) | Err(Denied::Locked { .. }) => {}
            Err(denied) => return Err(Refused::Denied(denied)),
        }
        let asked = Asked { name: name.as_str(), password: SecretString::default(), address, purpose, now };
        self.enter(account, &asked).await
    }

    /// Whether the hosts and hours of an account, which need not be so in the file yet, let this address in now. A lock does not matter.
    pub async fn lets_in(&self, account: &Account, address: IpAddr, now: Timestamp) -> Result<(), Denied> {
        match self.judge(account, Some(address), now).await {
            Err(Denied::Locked { .. }) => Ok(()),
            judged => judged,
        }
    }

    /// The same without asking anybody for the addresses of host names: those that are not known are taken to be right, and
    /// [`Accounts::judge_names`] looks again. The time that a name service takes would tell who exists.
    fn judge_at_once(
        &self,
        account: &Account,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), Denied> {
        let known = |name: &str| self.names.remembered(name);
        let now = now.to_zoned(self.zone());
        account.judge_attempt(address, &now, |name| known(name).unwrap_or_else(|| Vec::from_iter(address)))
    }

    /// What is left to be judged of somebody who has the password.
    async fn judge_names(&self, account: &Account, asked: &Asked<'_>) -> Result<(), Refused> {
        match self.judge(account, asked.address, asked.now).await {
            Ok(()) | Err(Denied::Locked { .. }) => Ok(()),
            Err(denied) => {
                sleep(REFUSED_AFTER).await;
                Err(Refused::Wrong(Why::Denied(denied)))
            }
        }
    }

    async fn judge(&self, account: &Account, address: Option<IpAddr>, now: Timestamp) -> Result<(), Denied> {
        let known = self.names.of(account).await;
        let now = now.to_zoned(self.zone());
        account.judge_attempt(address, &now, |name| known.get(name).cloned().unwrap_or_default())
    }

    async fn enter(self: &Arc<Self>, account: &Account, asked: &Asked<'_>) -> Result<Accepted, Refused> {
        let must_change = account.judge_entry(asked.purpose, asked.now).map_err(Refused::Denied)?;
        let every = match asked.purpose {
            Purpose::Shell => SignedDuration::ZERO,
            Purpose::Api => NOTED_EVERY,
        };
        let (address, now) = (asked.address, asked.now);
        if account.is_news(address, now, every) {
            self.note(&account.name, move |account| {
                if account.is_news(address, now, every) {
                    account.note_success(address, now);
                }
            })
            .await;
        }
        Ok(Accepted {
            name: account.name.clone(),
            role: account.role,
            must_change,
            expires_at: account.expires_at,
            generation: Generation::of(account),
        })
    }

    /// Writes what is known of an account now. That it can't be written is no reason to shut out whoever has the right password.
    async fn note(self: &Arc<Self>, name: &AccountName, note: impl FnOnce(&mut Account) + Send + 'static) {
        let (accounts, wanted) = (Arc::clone(self), name.clone());
        let written = tokio::task::spawn_blocking(move || {
            accounts.change(|book| {
                // It may have been removed meanwhile.
                if let Some(account) = book.accounts.get_mut(&wanted) {
                    note(Arc::make_mut(account));
                }
                Ok(())
            })
        });
        if let Ok(Err(fault)) = written.await {
            tracing::warn!(target: "Accounts", "the sign-in of {name} can't be noted: {fault}");
        }
    }
}
