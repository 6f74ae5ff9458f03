//! An account from its making to its end: its password's age, its sign-ins, and who is let in.

use std::{fmt, net::IpAddr};

use jiff::{SignedDuration, Timestamp, Zoned};

use super::{
    AccountName, AccountRole, AllowedHost, DutyHours, Rules,
    lock::{Known, MAX_KNOWN, Tally},
};
use crate::network::network_of;

/// An account of a server.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// What it is called.
    pub name: AccountName,
    /// What it may do.
    pub role: AccountRole,
    /// The hash of the password.
    pub hash: String,
    /// The hashes of former passwords, the last one first.
    pub former: Vec<String>,
    /// Whether the next sign-in to the shell begins with a new password.
    pub must_change: bool,
    /// Since when the password holds.
    pub password_set_at: Timestamp,
    /// Until when it holds; `None`: for ever.
    pub expires_at: Option<Timestamp>,
    /// The last sign-in.
    pub last_sign_in: Option<SignIn>,
    /// Failed attempts since.
    pub failures: u32,
    /// Failures from everywhere but [`Account::known`].
    pub strangers: Tally,
    /// The networks of the last sign-ins, the last one first.
    pub known: Vec<Known>,
    /// From where it may sign in; from everywhere when empty.
    pub hosts: Vec<AllowedHost>,
    /// When it may sign in; always when there are none.
    pub duty: Option<DutyHours>,
}

/// A sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// When.
    pub at: Timestamp,
    /// From which address, or `console`.
    pub from: String,
}

/// What somebody signs in to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The shell and its files.
    Shell,
    /// The APIs.
    Api,
}

/// Why an account that exists is not let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// There were too many failures from that side.
    Locked {
        /// Until when.
        until: Timestamp,
    },
    /// The address is not on the account's white list.
    Host,
    /// It is not within the account's duty hours.
    Duty,
    /// The role has nothing to do there.
    Role(AccountRole),
    /// The password must be changed first, which an API can't ask for.
    MustChange,
    /// The password has expired, and an API can't ask for a new one.
    Expired {
        /// Since when.
        at: Timestamp,
    },
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked { until } => write!(f, "locked until {until} after too many failures"),
            Self::Host => f.write_str("the address is not among its allowed hosts"),
            Self::Duty => f.write_str("it is outside its duty hours"),
            Self::Role(role @ (AccountRole::Crypto | AccountRole::Audit)) => {
                write!(f, "accounts of role {role} sign in to the shell only")
            }
            Self::Role(role) => write!(f, "accounts of role {role} sign in to the APIs only"),
            Self::MustChange => f.write_str(
                "the password must be changed first: sign in to the shell, or ask an administrator",
            ),
            Self::Expired { at } => {
                write!(f, "the password expired at {at}: an administrator has to set a new one")
            }
        }
    }
}

/// Nobody could be asked for a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpiryFault(pub AccountRole);

impl fmt::Display for ExpiryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "accounts of role {} can't be asked for a new password, since they do not sign in to the shell; set one by \
             passwd <username>",
            self.0
        )
    }
}

impl std::error::Error for ExpiryFault {}

impl Account {
    /// A new account. Its password is to be changed at the first sign-in when `must_change` and the role can be asked for one.
    pub fn new(
        name: AccountName,
        role: AccountRole,
        hash: String,
        must_change: bool,
        now: Timestamp,
        rules: &Rules,
    ) -> Self {
        Self {
            name,
            role,
            hash,
            former: Vec::new(),
            must_change: must_change && role.may_use_shell(),
            password_set_at: now,
            expires_at: rules.expiry(now),
            last_sign_in: None,
            failures: 0,
            strangers: Tally::default(),
            known: Vec::new(),
            hosts: Vec::new(),
            duty: None,
        }
    }

    /// Sets a new password, which begins its own life and forgives what was guessed at the old one.
    pub fn set_password(&mut self, hash: String, must_change: bool, now: Timestamp, rules: &Rules) {
        let old = std::mem::replace(&mut self.hash, hash);
        self.former.insert(0, old);
        self.former.truncate(Rules::MAX_HISTORY as usize);
        self.must_change = must_change && self.role.may_use_shell();
        self.password_set_at = now;
        self.expires_at = rules.expiry(now);
        self.unlock();
    }

    /// Asks for a new password at the next sign-in.
    pub fn expire(&mut self) -> Result<(), ExpiryFault> {
        if !self.role.may_use_shell() {
            return Err(ExpiryFault(self.role));
        }
        self.must_change = true;
        Ok(())
    }

    /// Ends every lock and forgives the failures that led to it.
    pub fn unlock(&mut self) {
        self.strangers = Tally::default();
        self.known.iter_mut().for_each(|known| known.tally = Tally::default());
    }

    /// Until when strangers, and until when each known network has to wait, as far as they have to.
    pub fn locks(&self, now: Timestamp) -> Vec<(Option<&str>, Timestamp)> {
        let strangers = self.strangers.locked(now).map(|until| (None, until));
        let known = self.known.iter();
        let known = known.filter_map(|known| Some((Some(known.network.as_str()), known.tally.locked(now)?)));
        strangers.into_iter().chain(known).collect()
    }

    /// Whether the password has expired at `now`.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| now >= at)
    }

    /// What can be said before the password is looked at; `now` is in the server's zone, and `addresses` tells those of a host
    /// name. Without an address nothing on a white list holds it. A lock is told only where nothing else stands against it.
    pub fn judge_attempt(
        &self,
        address: Option<IpAddr>,
        now: &Zoned,
        addresses: impl Fn(&str) -> Vec<IpAddr>,
    ) -> Result<(), Denied> {
        let holds =
            |host: &AllowedHost| address.is_some_and(|address| host.holds(address, |name| addresses(name)));
        if !self.hosts.is_empty() && !self.hosts.iter().any(holds) {
            return Err(Denied::Host);
        }
        if self.duty.as_ref().is_some_and(|duty| !duty.hold(now.datetime())) {
            return Err(Denied::Duty);
        }
        // Last: whoever passes over a lock has been held to the rest.
        self.locked(address, now.timestamp()).map_or(Ok(()), |until| Err(Denied::Locked { until }))
    }

    /// What is said to somebody who has shown the password: whether a new one must be chosen first.
    pub fn judge_entry(&self, purpose: Purpose, now: Timestamp) -> Result<bool, Denied> {
        match purpose {
            Purpose::Shell if !self.role.may_use_shell() => Err(Denied::Role(self.role)),
            Purpose::Shell => Ok(self.must_change || self.is_expired(now)),
            Purpose::Api if !self.role.may_use_apis() => Err(Denied::Role(self.role)),
            Purpose::Api if self.must_change => Err(Denied::MustChange),
            Purpose::Api => match self.expires_at {
                Some(at) if self.is_expired(now) => Err(Denied::Expired { at }),
                _ => Ok(false),
            },
        }
    }

    /// Notes a sign-in. Its network is known from now on.
    pub fn note_success(&mut self, address: Option<IpAddr>, now: Timestamp) {
        self.failures = 0;
        let from = address.map_or_else(|| "unknown".to_owned(), |address| address.to_canonical().to_string());
        self.last_sign_in = Some(SignIn { at: now, from });
        if let Some(address) = address {
            let network = network_of(address);
            self.known.retain(|known| known.network != network);
            self.known.insert(0, Known { network, tally: Tally::default() });
            self.known.truncate(MAX_KNOWN);
        }
    }

    /// Whether a sign-in at `now` is worth noting: failures are to be forgiven, the network is new, or the last note is older than
    /// `every`.
    pub fn is_news(&self, address: Option<IpAddr>, now: Timestamp, every: SignedDuration) -> bool {
        let known = address.map(network_of);
        let known = known.is_none_or(|network| self.known.iter().any(|known| known.network == network));
        let last = self.last_sign_in.as_ref();
        !known || self.failures > 0 || last.is_none_or(|last| now.duration_since(last.at).abs() >= every)
    }

    /// Notes a wrong password.
    pub fn note_failure(&mut self, address: Option<IpAddr>, now: Timestamp, rules: &Rules) {
        self.failures = self.failures.saturating_add(1);
        let most = rules.max_failed_logins;
        match self.known_index(address) {
            Some(index) => self.known[index].tally.note_failure(now, most),
            None => self.strangers.note_failure(now, most),
        }
    }

    /// The network of this address when the account signed in from there before, and `None` of strangers: failures from either are
    /// no failures of the other.
    pub fn known_network(&self, address: Option<IpAddr>) -> Option<&str> {
        self.known_index(address).map(|index| self.known[index].network.as_str())
    }

    /// Until when guesses from this address have to wait, if they have to at `now`.
    pub fn locked(&self, address: Option<IpAddr>, now: Timestamp) -> Option<Timestamp> {
        self.tally(address).locked(now)
    }

    fn tally(&self, address: Option<IpAddr>) -> &Tally {
        self.known_index(address).map_or(&self.strangers, |index| &self.known[index].tally)
    }

    fn known_index(&self, address: Option<IpAddr>) -> Option<usize> {
        let network = network_of(address?);
        self.known.iter().position(|known| known.network == network)
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({}, {})", self.name, self.role)
    }
}

#[cfg(test)]
#[path = "life_tests.rs"]
mod tests;
