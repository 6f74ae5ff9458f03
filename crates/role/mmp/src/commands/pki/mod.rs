//! `pki`: keys and certificates, one file a verb.

mod csr;
mod inspect;
mod list;
mod make;
mod matching;
mod pkcs12;
mod remove;
mod selfsigned;
mod sign;
mod verify;

use std::path::PathBuf;

use convoke_shell::words::pki::Pki;
use convoke_trust::{Looked, look};

use crate::{
    console::Console,
    files::{ENDINGS, is_of_pki, read_pem},
    mmp::Mmp,
    outcome::{Done, Failed},
    uses,
};

pub(super) async fn run(mmp: &Mmp, console: &mut Console, command: Pki) -> Done {
    match command {
        Pki::Csr(new) => csr::run(mmp, console, new).await,
        Pki::SelfSigned { new, days } => selfsigned::run(mmp, console, new, days).await,
        Pki::Sign { csr, ca, days, overwrite } => {
            sign::run(mmp, console, sign::Asked { csr, ca, days, overwrite }).await
        }
        Pki::List => list::run(mmp, console).await,
        Pki::Inspect(file) => inspect::run(mmp, console, &file).await,
        Pki::Match { key, certificate } => matching::run(mmp, console, &key, &certificate).await,
        Pki::Verify { certificate, bundle } => verify::run(mmp, console, &certificate, &bundle).await,
        Pki::Remove(file) => remove::run(mmp, console, &file).await,
        Pki::FromPkcs12 { file, overwrite } => pkcs12::run(mmp, console, &file, overwrite).await,
    }
}

/// A key or certificate that is there.
fn existing(mmp: &Mmp, name: &str) -> Result<PathBuf, Failed> {
    let path = mmp.files.place(name)?;
    if !is_of_pki(name) {
        return Err(Failed::line(format!(
            "FAILURE: \"{name}\" is no key or certificate by its name: expected one that ends in {}",
            ENDINGS.join(" ")
        )));
    }
    if path.is_file() { Ok(path) } else { mmp.files.existing(name) }
}

/// A key or certificate, looked at; what is wrong with it is a failure.
fn read(mmp: &Mmp, name: &str) -> Result<Looked, Failed> {
    let looked = glance(mmp, name)?;
    if looked.faults.is_empty() {
        return Ok(looked);
    }
    Err(Failed::Lines(looked.faults.iter().map(|fault| format!("FAILURE: {name}: {fault}")).collect()))
}

/// The same with whatever is wrong with it.
fn glance(mmp: &Mmp, name: &str) -> Result<Looked, Failed> {
    let path = existing(mmp, name)?;
    read_pem(&path)
        .map(|data| look(&data))
        .map_err(|fault| Failed::line(format!("FAILURE: \"{name}\" can't be read: {fault}")))
}

/// Which commands set this file for a service: it is in use.
fn users_of(mmp: &Mmp, name: &str) -> Result<Vec<String>, Failed> {
    uses::users_of(&mmp.settings, &mmp.files, name)
}

/// Whether files of these names may be written: none is there, or it was said that they may be replaced. A key in use breaks its
/// service at the next start; whoever replaces one is told.
async fn may_write(mmp: &Mmp, console: &Console, names: &[&str], overwrite: bool) -> Done {
    let mut lines = Vec::new();
    for name in names {
        let users = users_of(mmp, name)?;
        let is_there = mmp.files.place(name)?.exists();
        match (is_there || !users.is_empty(), users.is_empty()) {
            (false, _) => {}
            (true, _) if overwrite => {
                for user in users {
                    console
                        .line(format!(
                            "WARNING: {name} is used by \"{user}\", which needs a matching key and certificate at its next start"
                        ))
                        .await;
                }
            }
            (true, true) => lines.push(format!(
                "FAILURE: there is a file {name} already; choose another basename, or add \"overwrite\" to replace it"
            )),
            (true, false) => lines.push(format!(
                "FAILURE: {name} is in use by \"{}\", and a new one would break that service; choose another basename, or add \"overwrite\" \
                 to replace it all the same",
                users.join("\" and \"")
            )),
        }
    }
    if lines.is_empty() { Ok(()) } else { Err(Failed::Lines(lines)) }
}

/// The same for what Ctrl-C may put an end to: nothing comes of it then.
async fn compute_unless_interrupted<T: Send + 'static>(
    console: &mut Console,
    what: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, Failed> {
    tokio::select! {
        computed = compute(what) => computed,
        () = console.interrupted() => Err(Failed::Interrupted),
    }
}

/// Does what computes for long, on a thread that may.
async fn compute<T: Send + 'static>(
    what: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, Failed> {
    match tokio::task::spawn_blocking(what).await {
        Ok(done) => done.map_err(|fault| Failed::line(format!("FAILURE: {fault}"))),
        Err(fault) => Err(Failed::line(format!("FAILURE: {fault}"))),
    }
}

#[cfg(test)]
mod tests {
    use convoke_model::AccountRole;
    use tokio::sync::mpsc;

    use super::*;
    use crate::console::{FromTerminal, Who};

    #[tokio::test]
    async fn nothing_comes_of_what_ctrl_c_was_pressed_for() {
        let (to, _shown) = mpsc::channel(1);
        let (typed, from) = mpsc::channel(1);
        let who = Who { name: "a".into(), role: AccountRole::Admin, from: "b".into(), sign_in: None };
        let mut console = Console::new(who, true, to, from);
        let (goes_on, until) = std::sync::mpsc::channel::<()>();
        typed.send(FromTerminal::Interrupt).await.unwrap();
        let computing = move || until.recv().map_err(|fault| fault.to_string());
        let answer = compute_unless_interrupted(&mut console, computing).await;
        assert_eq!(answer, Err(Failed::Interrupted));
        drop(goes_on);
        let other = compute_unless_interrupted(&mut console, || Ok(7));
        assert_eq!(other.await, Ok(7));
    }
}
