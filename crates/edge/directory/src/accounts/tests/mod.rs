//! Accounts of a real file, by subject; here is what their tests share.

mod changes;
mod file;
mod guesses;
mod passwords;
mod sign_in;
mod standing;

use std::{fs, net::IpAddr, os::unix::fs::PermissionsExt as _, sync::Arc, thread};

use convoke_model::account::{AccountName, AccountRole, Denied, DutyHours, PasswordFinding, Purpose};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use tempfile::TempDir;

use super::*;
use crate::{Attempts, attempts::MAX_FAILURES};

const RIGHT: &str = "a right one";

fn name(text: &str) -> AccountName {
    text.parse().unwrap()
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// A server's folder with the account `admin`.
fn server() -> (TempDir, Arc<Accounts>) {
    let folder = TempDir::new().unwrap();
    let accounts = Accounts::of(folder.path());
    accounts.add(&name("admin"), AccountRole::Admin, &secret(RIGHT), false, now()).unwrap();
    (folder, Arc::new(accounts))
}

async fn try_in(
    accounts: &Arc<Accounts>,
    who: &str,
    password: &str,
    from: &str,
    purpose: Purpose,
) -> Result<Accepted, Refused> {
    let address: IpAddr = from.parse().unwrap();
    let asked = Asked { name: who, password: secret(password), address: Some(address), purpose, now: now() };
    accounts.verify(asked, &Attempts::default()).await
}

fn account(accounts: &Accounts, who: &str) -> Arc<convoke_model::account::Account> {
    Arc::clone(accounts.book().unwrap().find(&name(who)).unwrap())
}
