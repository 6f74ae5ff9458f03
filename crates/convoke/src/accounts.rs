//! How a server comes to its accounts: those of an older database are taken over once, and a new server begins with one.

use std::io::{self, Write};

use anyhow::Context as _;
use convoke_directory::{Accounts, accounts::Taken};
use convoke_model::AccountRole;
use convoke_runtime::{Settings, random, settings::database::Database};
use convoke_store::{DbFault, Store, operators};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

/// The account that a new server begins with.
const FIRST: &str = "admin";

/// Makes sure that a server has accounts: takes over those of an older database, and else begins with [`FIRST`] when there is a shell
/// that asks it for a password of its own.
pub fn prepare(settings: &Settings, now: Timestamp) -> anyhow::Result<()> {
    let accounts = Accounts::of(&settings.node.data_dir);
    take_over_from(&accounts, &settings.database, now)?;
    if settings.mmp.is_some() { begin(&accounts, now, io::stdout().lock()) } else { Ok(()) }
}

/// Takes over the operators of the node's database, unless there are accounts already. A SQLite file that is not there is not made.
pub fn take_over_from(accounts: &Accounts, database: &Database, now: Timestamp) -> anyhow::Result<()> {
    let is_there = match database {
        Database::Sqlite { file } => file.exists(),
        Database::Postgres { .. } => true,
    };
    if accounts.exist()? || !is_there {
        return Ok(());
    }
    let store =
        Store::open(database).context("an older database may hold operators, who are to become accounts")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(take_over(accounts, &store, now)).map(drop)
}

/// Takes over the operators of a database as accounts, unless there are accounts already: how many.
pub async fn take_over(accounts: &Accounts, store: &Store, now: Timestamp) -> anyhow::Result<usize> {
    if accounts.exist()? {
        return Ok(0);
    }
    let found: Result<Vec<_>, DbFault> = store.read(operators::list).await;
    let taken: Vec<Taken> = found
        .context("the operators of the database can't be taken over as accounts")?
        .into_iter()
        .filter_map(|operator| {
            let (name, role) = (operator.name.parse(), operator.role.parse::<AccountRole>());
            if name.is_err() || role.is_err() {
                tracing::warn!(target: "Accounts", "operator {:?} can't be taken over as an account", operator.name);
            }
            Some(Taken { name: name.ok()?, role: role.ok()?, hash: operator.hash })
        })
        .collect();
    let count = taken.len();
    // Without any the file stays away: a new server has not begun yet.
    if count == 0 || !accounts.take_over(taken, now)? {
        return Ok(0);
    }
    tracing::info!(target: "Accounts", "{count} operators of the database are accounts of this server now");
    Ok(count)
}

/// Adds [`FIRST`] with a random password when nobody of role admin is there, which it says once to `shown`, and before: there is
/// never an account whose password nobody could read.
fn begin(accounts: &Accounts, now: Timestamp, mut shown: impl Write) -> anyhow::Result<()> {
    let name = FIRST.parse()?;
    let book = accounts.book()?;
    if book.has_admin() {
        return Ok(());
    }
    if book.find(&name).is_some() {
        tracing::warn!(target: "Accounts", "no account of role admin is there; convoke admin add adds one");
        return Ok(());
    }
    let password = SecretString::from(random::text(b"abcdefghjkmnpqrstuvwxyz23456789", 16));
    writeln!(
        shown,
        "First start: the account {FIRST} has the password {} (shown only now; the first sign-in asks for another one)",
        password.expose_secret()
    )
    .and_then(|()| shown.flush())
    .with_context(|| format!("the password of the first account, {FIRST}, can't be shown on standard output"))?;
    accounts.add(&name, AccountRole::Admin, &password, true, now)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use convoke_store::operators::Operator;
    use tempfile::TempDir;

    use super::*;

    /// Standard output that nobody reads.
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_server_without_an_admin_begins_with_one_that_has_to_choose_a_password() {
        let folder = TempDir::new().unwrap();
        let accounts = Accounts::of(folder.path());
        let reader = "reader".parse().unwrap();
        let password = SecretString::from("a secret one");
        accounts.add(&reader, AccountRole::Api, &password, false, Timestamp::UNIX_EPOCH).unwrap();
        begin(&accounts, Timestamp::UNIX_EPOCH, Closed).unwrap_err();
        assert!(accounts.book().unwrap().find(&FIRST.parse().unwrap()).is_none(), "nobody could read it");
        let mut shown = Vec::new();
        begin(&accounts, Timestamp::UNIX_EPOCH, &mut shown).unwrap();
        assert!(
            String::from_utf8(shown).unwrap().starts_with("First start: the account admin has the password ")
        );
        let book = accounts.book().unwrap();
        let admin = book.find(&FIRST.parse().unwrap()).unwrap();
        assert!(admin.must_change && admin.role == AccountRole::Admin);
        begin(&accounts, Timestamp::UNIX_EPOCH, Closed).unwrap();
        assert_eq!(accounts.book().unwrap(), book, "once");
    }

    #[test]
    fn operators_of_an_older_database_become_accounts_once() {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&Database::Sqlite { file: folder.path().join("convoke.db") }).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let accounts = Accounts::of(folder.path());
            assert_eq!(take_over(&accounts, &store, Timestamp::UNIX_EPOCH).await.unwrap(), 0);
            assert!(!accounts.exist().unwrap());
            for (name, role) in [("admin", "admin"), ("reader", "api"), ("odd", "king")] {
                let old = Operator { name: name.into(), role: role.into(), hash: format!("hash of {name}") };
                let put: Result<(), DbFault> = store.write(move |tx| operators::put(tx, &old, 0)).await;
                put.unwrap();
            }
            assert_eq!(take_over(&accounts, &store, Timestamp::UNIX_EPOCH).await.unwrap(), 2);
            let reader = Accounts::of(folder.path()).book().unwrap();
            let reader = reader.find(&"reader".parse().unwrap()).unwrap();
            assert_eq!((reader.role, reader.hash.as_str()), (AccountRole::Api, "hash of reader"));
            accounts.delete(&"reader".parse().unwrap()).unwrap();
            assert_eq!(take_over(&accounts, &store, Timestamp::UNIX_EPOCH).await.unwrap(), 0, "once");
            assert!(accounts.book().unwrap().find(&"reader".parse().unwrap()).is_none());
        });
    }
}
