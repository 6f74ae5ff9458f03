//! `passwd`: a new password, asked for twice.

use std::sync::Arc;

use convoke_directory::accounts::AccountsFault;
use convoke_model::account::AccountName;
use convoke_shell::words::passwd::Passwd;
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    console::{Console, Interrupted},
    mmp::Mmp,
    outcome::{Done, Failed},
    sign_in::SignIn,
};

pub(super) async fn run(mmp: &Mmp, console: &mut Console, Passwd(name): Passwd) -> Done {
    let own: Option<AccountName> = console.who.name.parse().ok();
    let own_name = match (name, own) {
        (None, None) => {
            return Err(Failed::line(
                "FAILURE: the machine's own console has no password; \"passwd <username>\" sets that of an account",
            ));
        }
        (Some(name), own) if own.as_ref() != Some(&name) => return set(mmp, console, name).await,
        (_, Some(own)) => own,
        (Some(name), None) => name,
    };
    let present = console.ask_secret("Please enter current password: ").await?;
    let new = ask_twice(console).await?;
    let (accounts, now) = (Arc::clone(&mmp.accounts), mmp.clock.now());
    let address = console.who.sign_in.as_ref().map(SignIn::address);
    let changed = tokio::task::spawn_blocking(move || {
        accounts.change_own_password(&own_name, address, &present, &new, now)
    });
    let changed = changed.await;
    match (&console.who.sign_in, &changed) {
        (Some(sign_in), Ok(Ok(fresh))) => sign_in.renew(*fresh),
        (Some(sign_in), Ok(Err(AccountsFault::WrongPassword))) => sign_in.guessed_wrong(),
        _ => {}
    }
    told(console, changed.map(|changed| changed.map(drop))).await
}

/// An administrator sets somebody else's.
async fn set(mmp: &Mmp, console: &mut Console, name: AccountName) -> Done {
    let book = mmp.accounts.book().map_err(|fault| failed(&fault))?;
    if book.find(&name).is_none() {
        return Err(failed(&AccountsFault::Unknown(name.to_string())));
    }
    let new = ask_twice(console).await?;
    let (accounts, now) = (Arc::clone(&mmp.accounts), mmp.clock.now());
    let account = name.clone();
    let changed = tokio::task::spawn_blocking(move || accounts.set_password(&account, &new, now));
    told(console, changed.await).await?;
    evicted(mmp, console, &name).await
}

async fn told(console: &Console, changed: Result<Result<(), AccountsFault>, tokio::task::JoinError>) -> Done {
    match changed {
        Ok(Ok(())) => {
            console.line("Success").await;
            Ok(())
        }
        Ok(Err(fault)) => Err(failed(&fault)),
        Err(fault) => Err(Failed::line(format!("FAILURE: the password could not be changed: {fault}"))),
    }
}

/// Ends the account's connections, since what they signed in by holds no more; how many there were is told.
pub(super) async fn evicted(mmp: &Mmp, console: &Console, name: &AccountName) -> Done {
    match mmp.sessions.evict(name.as_str()) {
        0 => {}
        1 => console.line(format!("1 session of {name} was ended")).await,
        several => console.line(format!("{several} sessions of {name} were ended")).await,
    }
    Ok(())
}

/// A new password, typed the same twice.
pub(super) async fn ask_twice(console: &mut Console) -> Result<SecretString, Failed> {
    let ask = async |console: &mut Console, prompt: &str| -> Result<SecretString, Interrupted> {
        console.ask_secret(prompt).await
    };
    let first = ask(console, "Please enter new password: ").await?;
    let second = ask(console, "Please enter new password again: ").await?;
    if first.expose_secret() != second.expose_secret() {
        return Err(Failed::line("FAILURE: the two passwords are not the same; nothing was changed"));
    }
    Ok(first)
}

/// What accounts refuse, in the shell's words: a line for each rule that a password breaks.
pub(super) fn failed(fault: &AccountsFault) -> Failed {
    match fault {
        AccountsFault::Password(findings) => {
            Failed::Lines(findings.iter().map(|finding| format!("FAILURE: {finding}")).collect())
        }
        other => Failed::line(format!("FAILURE: {other}")),
    }
}
