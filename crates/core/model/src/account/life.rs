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
    /// name. Without an address nothing on a white list holds it.
    pub fn judge_attempt(
        &self,
        address: Option<IpAddr>,
        now: &Zoned,
        addresses: impl Fn(&str) -> Vec<IpAddr>,
    ) -> Result<(), Denied> {
        if let Some(until) = self.tally(address).locked(now.timestamp()) {
            return Err(Denied::Locked { until });
        }
        let holds =
            |host: &AllowedHost| address.is_some_and(|address| host.holds(address, |name| addresses(name)));
        if !self.hosts.is_empty() && !self.hosts.iter().any(holds) {
            return Err(Denied::Host);
        }
        match &self.duty {
            Some(duty) if !duty.hold(now.datetime()) => Err(Denied::Duty),
            _ => Ok(()),
        }
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
mod tests {
    use super::*;

    fn now() -> Zoned {
        // A Monday.
        "2026-11-23T12:00[UTC]".parse().unwrap()
    }

    fn account(role: AccountRole) -> Account {
        let name = "bob".parse().unwrap();
        Account::new(name, role, "hash".into(), false, now().timestamp(), &Rules::default())
    }

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    fn judge(account: &Account, from: &str, now: &Zoned) -> Result<(), Denied> {
        account.judge_attempt(address(from), now, |_| Vec::new())
    }

    #[test]
    fn strangers_who_guess_do_not_lock_out_the_address_that_signed_in_before() {
        let (mut bob, now, rules) = (account(AccountRole::Admin), now(), Rules::default());
        bob.note_success(address("192.0.2.1"), now.timestamp());
        for guess in 0..rules.max_failed_logins {
            assert_eq!(judge(&bob, "203.0.113.9", &now), Ok(()), "{guess}");
            bob.note_failure(address("203.0.113.9"), now.timestamp(), &rules);
        }
        let until = now.timestamp() + super::super::FIRST_LOCK;
        assert_eq!(judge(&bob, "203.0.113.9", &now), Err(Denied::Locked { until }));
        assert_eq!(judge(&bob, "198.51.100.4", &now), Err(Denied::Locked { until }), "another stranger");
        assert_eq!(judge(&bob, "192.0.2.1", &now), Ok(()));
        assert_eq!((bob.failures, bob.locks(now.timestamp())), (5, vec![(None, until)]));
        bob.note_success(address("192.0.2.1"), now.timestamp());
        assert_eq!(bob.failures, 0);
        assert!(judge(&bob, "203.0.113.9", &now).is_err(), "strangers wait on");
        bob.unlock();
        assert_eq!(judge(&bob, "203.0.113.9", &now), Ok(()));
    }

    #[test]
    fn who_guesses_at_a_known_address_locks_that_address_alone() {
        let (mut bob, now, rules) = (account(AccountRole::Admin), now(), Rules::default());
        bob.note_success(address("192.0.2.1"), now.timestamp());
        (0..5).for_each(|_| bob.note_failure(address("192.0.2.1"), now.timestamp(), &rules));
        assert!(judge(&bob, "192.0.2.1", &now).is_err());
        assert_eq!(judge(&bob, "203.0.113.9", &now), Ok(()));
        assert_eq!(bob.locks(now.timestamp())[0].0, Some("192.0.2.1"));
        bob.set_password("new".into(), false, now.timestamp(), &rules);
        assert_eq!(judge(&bob, "192.0.2.1", &now), Ok(()), "a new password forgives");
    }

    #[test]
    fn the_last_networks_are_remembered() {
        let mut bob = account(AccountRole::Api);
        for last in 1..=MAX_KNOWN + 1 {
            bob.note_success(address(&format!("192.0.2.{last}")), now().timestamp());
        }
        bob.note_success(address("192.0.2.4"), now().timestamp());
        let known: Vec<&str> = bob.known.iter().map(|known| known.network.as_str()).collect();
        assert_eq!(known, ["192.0.2.4", "192.0.2.6", "192.0.2.5", "192.0.2.3", "192.0.2.2"]);
    }

    #[test]
    fn hosts_and_hours_are_held_to() {
        let mut bob = account(AccountRole::Admin);
        bob.hosts = vec!["10.0.0.0/8".parse().unwrap()];
        assert_eq!(judge(&bob, "10.1.2.3", &now()), Ok(()));
        assert_eq!(judge(&bob, "192.0.2.1", &now()), Err(Denied::Host));
        assert_eq!(bob.judge_attempt(None, &now(), |_| Vec::new()), Err(Denied::Host));
        bob.duty = Some(DutyHours::parse("Mo0900-1300").unwrap());
        assert_eq!(judge(&bob, "10.1.2.3", &now()), Ok(()));
        let seoul = now().with_time_zone(jiff::tz::TimeZone::fixed(jiff::tz::offset(9)));
        assert_eq!(judge(&bob, "10.1.2.3", &seoul), Err(Denied::Duty), "there it is 21:00");
    }

    #[test]
    fn each_role_enters_where_it_has_something_to_do() {
        let now = now().timestamp();
        for role in AccountRole::ALL {
            let shell = account(role).judge_entry(Purpose::Shell, now).is_ok();
            let apis = account(role).judge_entry(Purpose::Api, now).is_ok();
            assert_eq!((shell, apis), (role.may_use_shell(), role.may_use_apis()), "{role}");
        }
        let denied = account(AccountRole::Crypto).judge_entry(Purpose::Api, now).unwrap_err();
        assert_eq!(denied.to_string(), "accounts of role crypto sign in to the shell only");
    }

    #[test]
    fn a_password_that_must_change_or_has_expired_is_asked_for_in_the_shell_and_refused_by_the_apis() {
        let mut admin = account(AccountRole::Admin);
        let (now, later) = (now().timestamp(), admin.expires_at.unwrap());
        assert_eq!(later.duration_since(now), SignedDuration::from_hours(180 * 24));
        assert_eq!(admin.judge_entry(Purpose::Shell, later), Ok(true));
        assert_eq!(admin.judge_entry(Purpose::Api, later), Err(Denied::Expired { at: later }));
        assert_eq!(admin.judge_entry(Purpose::Api, later - SignedDuration::from_secs(1)), Ok(false));
        admin.expire().unwrap();
        assert_eq!(admin.judge_entry(Purpose::Shell, now), Ok(true));
        assert_eq!(admin.judge_entry(Purpose::Api, now), Err(Denied::MustChange));
        admin.set_password("new".into(), false, later, &Rules::default());
        assert_eq!(admin.judge_entry(Purpose::Api, later), Ok(false));
        assert_eq!(admin.former, ["hash"]);
    }

    #[test]
    fn a_program_is_never_asked_for_a_new_password() {
        for role in [AccountRole::AppAdmin, AccountRole::Api] {
            let mut program = account(role);
            assert_eq!(program.expire(), Err(ExpiryFault(role)));
            program.set_password("new".into(), true, now().timestamp(), &Rules::default());
            assert!(!program.must_change);
        }
    }

    #[test]
    fn a_sign_in_is_news_when_it_changes_what_is_known() {
        let (mut bob, now, every) =
            (account(AccountRole::Api), now().timestamp(), SignedDuration::from_mins(1));
        assert!(bob.is_news(address("192.0.2.1"), now, every));
        bob.note_success(address("192.0.2.1"), now);
        assert!(!bob.is_news(address("192.0.2.1"), now + SignedDuration::from_secs(59), every));
        assert!(bob.is_news(address("192.0.2.1"), now + every, every));
        assert!(bob.is_news(address("192.0.2.2"), now, every));
        bob.note_failure(address("203.0.113.9"), now, &Rules::default());
        assert!(bob.is_news(address("192.0.2.1"), now, every));
    }

    #[test]
    fn debug_hides_the_hashes() {
        assert_eq!(format!("{:?}", account(AccountRole::Api)), "Account(bob, api)");
    }
}
