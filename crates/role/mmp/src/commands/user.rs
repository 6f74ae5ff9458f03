//! `user`: the accounts of this server.

use std::sync::Arc;

use convoke_directory::{Accounts, accounts::AccountsFault};
use convoke_model::{
    AccountRole,
    account::{Account, AccountName, Rules},
};
use convoke_shell::{
    rows::{self, Rows},
    words::user::User,
};
use jiff::Timestamp;

use super::passwd::{ask_twice, evicted, failed};
use crate::{
    console::Console,
    mmp::Mmp,
    outcome::{Done, Failed},
};

pub(super) async fn run(mmp: &Mmp, console: &mut Console, command: User) -> Done {
    match command {
        User::Add { name, role } => add(mmp, console, name, role).await,
        User::Del(name) => {
            not_whoever_types(mmp, console, &name)?;
            let gone = name.clone();
            let removed = change(mmp, move |accounts| accounts.delete(&gone)).await;
            // Also when its keys could not be removed with it.
            if known(mmp, &name).is_err() {
                evicted(mmp, console, &name).await?;
            }
            removed
        }
        User::List => list(mmp, console).await,
        User::Info(name) => info(mmp, console, &name).await,
        User::Evict(name) => {
            known(mmp, &name)?;
            evicted(mmp, console, &name).await
        }
        User::Expire(name) => {
            let asked = name.clone();
            change(mmp, move |accounts| accounts.expire(&asked)).await?;
            evicted(mmp, console, &name).await
        }
        User::Unlock(name) => {
            let unlocked = name.clone();
            change(mmp, move |accounts| accounts.unlock(&unlocked)).await?;
            // A name has to wait after many guesses, lock or no lock.
            Accounts::forgive(&mmp.attempts, &name);
            Ok(())
        }
        User::Host { name, is_added: true, host } => {
            let added = host.clone();
            not_oneself(mmp, console, &name, |account| account.hosts.push(added)).await?;
            change(mmp, move |accounts| accounts.allow_host(&name, host)).await
        }
        User::Host { name, is_added: false, host } => {
            not_oneself(mmp, console, &name, |account| account.hosts.retain(|there| *there != host)).await?;
            change(mmp, move |accounts| accounts.disallow_host(&name, &host)).await
        }
        User::Duty { name, hours } => {
            let asked = hours.clone();
            not_oneself(mmp, console, &name, |account| account.duty = asked).await?;
            change(mmp, move |accounts| accounts.set_duty(&name, hours)).await
        }
        User::Rules => show_rules(mmp, console).await,
        User::Rule { rule, value } => change(mmp, move |accounts| accounts.set_rule(&rule, &value)).await,
    }
}

/// Changes the accounts on a thread that may wait for their lock.
async fn change(
    mmp: &Mmp,
    change: impl FnOnce(&Accounts) -> Result<(), AccountsFault> + Send + 'static,
) -> Done {
    let accounts = Arc::clone(&mmp.accounts);
    match tokio::task::spawn_blocking(move || change(&accounts)).await {
        Ok(changed) => changed.map_err(|fault| failed(&fault)),
        Err(fault) => Err(Failed::line(format!("FAILURE: the accounts could not be changed: {fault}"))),
    }
}

/// Refuses what would shut out whoever types it, from where and when it is typed: a host that was mistyped would be noticed too late.
async fn not_oneself(
    mmp: &Mmp,
    console: &Console,
    name: &AccountName,
    edit: impl FnOnce(&mut Account),
) -> Done {
    let own = console.who.sign_in.as_ref().filter(|_| console.who.name == name.as_str());
    let Some(sign_in) = own else { return Ok(()) };
    let mut account = Account::clone(&*known(mmp, name)?);
    edit(&mut account);
    let judged = mmp.accounts.lets_in(&account, sign_in.address(), mmp.clock.now()).await;
    judged.map_err(|denied| {
        Failed::line(format!(
            "FAILURE: this would shut you out, who are signed in from {}: {denied}; nothing was changed. Another account of role admin or \
             the machine's own console (convoke mmp) may set it",
            sign_in.address()
        ))
    })
}

/// Refuses the removal of whoever types it, unless it fails anyway.
fn not_whoever_types(mmp: &Mmp, console: &Console, name: &AccountName) -> Done {
    let is_own = console.who.sign_in.is_some() && console.who.name == name.as_str();
    let book = mmp.accounts.book().map_err(|fault| failed(&fault))?;
    let admins = book.accounts.values().filter(|account| account.role == AccountRole::Admin).count();
    if !is_own || admins < 2 {
        return Ok(());
    }
    Err(Failed::line(format!(
        "FAILURE: you are signed in as {name}: another account of role admin or the machine's own console (convoke mmp) may remove it"
    )))
}

fn known(mmp: &Mmp, name: &AccountName) -> Result<Arc<Account>, Failed> {
    let book = mmp.accounts.book().map_err(|fault| failed(&fault))?;
    book.find(name).cloned().ok_or_else(|| failed(&AccountsFault::Unknown(name.to_string())))
}

async fn add(mmp: &Mmp, console: &mut Console, name: AccountName, role: AccountRole) -> Done {
    let book = mmp.accounts.book().map_err(|fault| failed(&fault))?;
    if book.find(&name).is_some() {
        return Err(failed(&AccountsFault::Exists(name.to_string())));
    }
    let (password, now) = (ask_twice(console).await?, mmp.clock.now());
    change(mmp, move |accounts| accounts.add(&name, role, &password, true, now)).await?;
    console.line("Success").await;
    Ok(())
}

async fn list(mmp: &Mmp, console: &Console) -> Done {
    let book = mmp.accounts.book().map_err(|fault| failed(&fault))?;
    let sessions = mmp.sessions.list();
    let lines: Vec<Vec<String>> = book
        .accounts
        .values()
        .map(|account| {
            let is_in = sessions.iter().any(|session| session.name == account.name.as_str());
            vec![
                account.name.to_string(),
                account.role.to_string(),
                expiry(mmp, account),
                if is_in { "yes" } else { "no" }.to_owned(),
            ]
        })
        .collect();
    for line in rows::table(&["USERNAME", "ROLE", "PASSWORD EXPIRY", "LOGGED IN"], &lines) {
        console.line(line).await;
    }
    Ok(())
}

/// `2026-Nov-05`, as the modelled system shows it.
fn expiry(mmp: &Mmp, account: &Account) -> String {
    match account.expires_at {
        Some(at) => at.to_zoned(mmp.zone()).strftime("%Y-%b-%d").to_string(),
        None => "never".to_owned(),
    }
}

async fn info(mmp: &Mmp, console: &Console, name: &AccountName) -> Done {
    let (account, now) = (known(mmp, name)?, mmp.clock.now());
    let last = account.last_sign_in.as_ref();
    let last = last.map(|last| format!("{} from {}", mmp.shown_time(last.at), last.from));
    let hosts: Vec<String> = account.hosts.iter().map(ToString::to_string).collect();
    let sessions = mmp.sessions.list();
    let open = sessions.iter().filter(|session| session.name == name.as_str());
    let open: Vec<String> =
        open.map(|open| format!("{} since {}", open.from, mmp.shown_time(open.since))).collect();
    let mut rows = Rows::new()
        .row("Username", Some(&account.name))
        .row("Role", Some(account.role))
        .row("Logged in", Some(if open.is_empty() { "no".to_owned() } else { open.join(", ") }))
        .row("Last login", Some(last.unwrap_or_else(|| "never".to_owned())))
        .row("Failed logins since last login", Some(account.failures))
        .row("Last password change", Some(mmp.shown_time(account.password_set_at)))
        .row("Password expiry", Some(password_expiry(mmp, &account, now)))
        .row("Locked", Some(locked(mmp, &account, now)));
    rows = rows.list("Allowed hosts", &hosts).row("Duty hours", account.duty.as_ref());
    for line in rows.lines() {
        console.line(line).await;
    }
    Ok(())
}

fn password_expiry(mmp: &Mmp, account: &Account, now: Timestamp) -> String {
    let at = expiry(mmp, account);
    if account.must_change {
        format!("{at} (must be changed at the next login)")
    } else if account.is_expired(now) {
        format!("{at} (expired)")
    } else {
        at
    }
}

fn locked(mmp: &Mmp, account: &Account, now: Timestamp) -> String {
    let locks: Vec<String> = account
        .locks(now)
        .into_iter()
        .map(|(network, until)| {
            let until = mmp.shown_time(until);
            match network {
                Some(network) => format!("until {until} for {network}"),
                None if account.known.is_empty() => format!("until {until}"),
                None => {
                    let known: Vec<&str> = account.known.iter().map(|known| known.network.as_str()).collect();
                    format!("until {until} for all but {}", known.join(" "))
                }
            }
        })
        .collect();
    if locks.is_empty() { "no".to_owned() } else { locks.join(", ") }
}

async fn show_rules(mmp: &Mmp, console: &Console) -> Done {
    let book = mmp.accounts.book().map_err(|fault| failed(&fault))?;
    let rows = Rules::ALL.iter();
    let rows = rows.fold(Rows::new(), |rows, rule| rows.row(rule.name(), Some(book.rules.shown(*rule))));
    let dictionary = if mmp.accounts.has_dictionary() { Some("dictionary") } else { None };
    for line in rows.row("dictionary", dictionary).lines() {
        console.line(line).await;
    }
    Ok(())
}
