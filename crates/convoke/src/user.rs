//! `convoke user add|del|list`: people of the built-in directory.

use std::path::Path;

use anyhow::{anyhow, bail, ensure};
use convoke_callbridge::{
    objects::Refused,
    users::{self, MAX_NAME_CHARS, NewUser},
};
use convoke_model::{EmailAddress, Jid, UserId};
use convoke_runtime::{Clock, random};
use convoke_store::{DbFault, Store, objects, objects::Query};
use secrecy::SecretString;

use crate::{database::Session, password};

/// A person as the command line names one.
#[derive(Debug, Clone)]
pub struct Person {
    /// `user@domain`.
    pub jid: Jid,
    /// The name that people see.
    pub name: String,
    /// Where invitations go.
    pub email: EmailAddress,
}

/// Adds a person or changes the one of this JID, and says which.
pub fn add(config: &Path, person: Person, password_file: Option<&Path>) -> anyhow::Result<()> {
    check_name(&person.name)?;
    let session = Session::open(config)?;
    let password = password::read(password_file)?;
    let jid = person.jid.clone();
    let known: Result<_, DbFault> =
        session.wait(session.store.read(move |tx| users::named(tx, jid.as_str())));
    let did = if known?.is_some_and(|user| user.get("userJid") == Some(person.jid.as_str())) {
        "changed"
    } else {
        "added"
    };
    let jid = person.jid.clone();
    let id = session.wait(put(&session.store, person, &password))?;
    println!("user {jid} {did}: {id}");
    Ok(())
}

/// Adds a person or changes the one of this JID.
pub async fn put(store: &Store, person: Person, password: &SecretString) -> anyhow::Result<UserId> {
    check_name(&person.name)?;
    let new = NewUser {
        jid: person.jid,
        name: person.name.trim().to_owned(),
        email: person.email,
        password_hash: convoke_directory::password::hash(password)?,
    };
    let (id, now) = (random::guid(), Clock::system().now_ms());
    store.write(move |tx| users::put(tx, &new, id, now)).await.map_err(refused)
}

/// Removes a person.
pub fn delete(config: &Path, jid: Jid) -> anyhow::Result<()> {
    let session = Session::open(config)?;
    let now = Clock::system().now_ms();
    let wanted = jid.clone();
    let found = session.wait(session.store.write(move |tx| users::delete(tx, &wanted, now)));
    if !found.map_err(refused)? {
        bail!("there is no user {jid}");
    }
    println!("user {jid} removed");
    Ok(())
}

/// Prints the people, one a line: JID, name and e-mail address.
pub fn list(config: &Path) -> anyhow::Result<()> {
    let session = Session::open(config)?;
    let query = Query { limit: i64::MAX, ..Query::default() };
    let found: Result<_, DbFault> =
        session.wait(session.store.read(move |tx| objects::list(tx, "users", &query)));
    let mut people: Vec<_> = found?.1.iter().map(users::shown).collect();
    people.sort_by(|a, b| a.user_jid.cmp(&b.user_jid));
    let width = people.iter().map(|user| user.user_jid.chars().count()).max().unwrap_or_default();
    for user in people {
        println!("{:width$}  {} <{}>", user.user_jid, user.name, user.email);
    }
    Ok(())
}

fn check_name(name: &str) -> anyhow::Result<()> {
    let chars = name.trim().chars().count();
    ensure!(
        (1..=MAX_NAME_CHARS).contains(&chars) && !name.chars().any(char::is_control),
        "a name has 1 to {MAX_NAME_CHARS} characters, none of them a control character"
    );
    Ok(())
}

fn refused(refused: Refused) -> anyhow::Error {
    match refused {
        Refused::Db(fault) => fault.into(),
        Refused::Failure(failure) => anyhow!("refused: {failure:?}"),
    }
}
