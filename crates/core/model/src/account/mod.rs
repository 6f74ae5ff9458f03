//! Accounts of a server: those who administer it by the shell and its APIs. People who meet are users, and another matter.

mod duty;
mod hosts;
mod life;
mod lock;
mod name;
mod password;
mod role;
mod rules;

pub use duty::{DutyFault, DutyHours, MAX_DUTY_CHARS, MAX_DUTY_RULES};
pub use hosts::{AllowedHost, MAX_HOSTS, NotAHost};
pub use life::{Account, Denied, ExpiryFault, Purpose, SignIn};
pub use lock::{FIRST_LOCK, FORGOTTEN_AFTER, Known, LONGEST_LOCK, MAX_KNOWN, Tally};
pub use name::{AccountName, MAX_NAME_CHARS, NotAName};
pub use password::{MAX_PASSWORD_CHARS, NewPassword, PasswordFinding, SPECIAL, is_word, word_forms};
pub use role::{AccountRole, NotARole};
pub use rules::{MAX_PASSWORD_AGE_DAYS, Rule, RuleFault, Rules};
