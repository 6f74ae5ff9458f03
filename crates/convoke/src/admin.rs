//! `convoke admin add|del|list`: the accounts of this server, for who is at the machine itself.

use std::path::Path;

use convoke_directory::{Accounts, accounts::Put};
use convoke_model::{AccountRole, account::AccountName};
use convoke_runtime::{Clock, settings::Wanted};

use crate::{accounts, password, start};

/// Adds an account or changes the role and password of the one of this name, and says which.
pub fn add(
    config: &Path,
    name: &AccountName,
    role: AccountRole,
    password_file: Option<&Path>,
) -> anyhow::Result<()> {
    let accounts = open(config)?;
    let password = password::read(password_file)?;
    let did = match accounts.put(name, role, &password, Clock::system().now())? {
        Put::Added => "added",
        Put::Changed => "changed",
    };
    println!("operator {name} {did}, role {role}");
    Ok(())
}

/// Removes an account.
pub fn delete(config: &Path, name: &AccountName) -> anyhow::Result<()> {
    open(config)?.delete(name)?;
    println!("operator {name} removed");
    Ok(())
}

/// Prints the accounts, one a line: name and role.
pub fn list(config: &Path) -> anyhow::Result<()> {
    let book = open(config)?.book()?;
    let width = book.accounts.keys().map(|name| name.as_str().len()).max().unwrap_or_default();
    for (name, account) in &book.accounts {
        println!("{:width$}  {}", name.as_str(), account.role);
    }
    Ok(())
}

/// The accounts of the node of this settings file; an older database gives its operators first.
fn open(config: &Path) -> anyhow::Result<Accounts> {
    let settings = start::settings(config, Wanted::Nothing)?;
    start::make_data_dir(&settings)?;
    let accounts = Accounts::of(&settings.node.data_dir);
    accounts::take_over_from(&accounts, &settings.database, Clock::system().now())?;
    Ok(accounts)
}
