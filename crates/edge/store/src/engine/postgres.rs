//! PostgreSQL: a few threads hold a connection each and take work from one queue.
//!
//! Transactions are SERIALIZABLE, so that a rule checked within one holds at its commit, as it does with SQLite's one
//! writer. Contention and a connection lost before the commit are tried again; a connection lost within the
//! commit is told as unknown.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use convoke_runtime::random;
use convoke_trust::Bundle;
use postgres::{Config, NoTls, config::SslMode};
use rustls::{ClientConfig, RootCertStore};
use secrecy::{ExposeSecret, SecretString};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    QUEUE,
    job::{Job, Ran},
    sqlite::{spawn, submit},
};
use crate::{
    DbFault, OpenFault, Tx,
    migrate::{self, Dialect},
    sql::{Backend, PostgresConnection},
};

/// How long a piece of work is run again before contention is told to whoever asked; as long as SQLite's writer waits.
const RETRY_FOR: Duration = Duration::from_secs(10);
/// Longest pause between two runs, in milliseconds.
const MAX_PAUSE_MS: u64 = 64;
/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A server that has gone without a word is noticed after this and a few probes.
const KEEPALIVE: Duration = Duration::from_secs(5);
/// The advisory lock that migrations run under ("convoke" as a number).
const MIGRATION_LOCK: i64 = 0x0063_6f6e_766f_6b65;

type Queue = Arc<Mutex<Receiver<Box<dyn Job>>>>;

#[derive(Debug)]
pub(super) struct Engine {
    jobs: SyncSender<Box<dyn Job>>,
}

#[derive(Clone)]
struct Connector {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

impl Engine {
    pub(super) fn open(
        url: &str,
        password: Option<&SecretString>,
        trust: Option<&Bundle>,
        connections: usize,
    ) -> Result<Self, OpenFault> {
        let connector = Connector::new(url, password, trust)?;
        // The `postgres` crate blocks on a runtime of its own, which must not happen within another runtime.
        let migrating = connector.clone();
        let first = thread::spawn(move || -> Result<PostgresConnection, OpenFault> {
            let mut connection = migrating.connect().map_err(|e| OpenFault::Open(e.to_string()))?;
            migrate_under_lock(&mut connection)?;
            Ok(connection)
        });
        let first = first
            .join()
            .map_err(|_| OpenFault::Open("the first connection's thread panicked".to_owned()))??;

        let (sender, jobs) = sync_channel(QUEUE);
        let jobs: Queue = Arc::new(Mutex::new(jobs));
        let mut first = Some(first);
        for _ in 0..connections {
            let (connector, jobs, connection) = (connector.clone(), jobs.clone(), first.take());
            spawn("postgres", move || work(&connector, connection, &jobs))?;
        }
        Ok(Self { jobs: sender })
    }

    pub(super) fn run(&self, job: Box<dyn Job>) -> Result<(), DbFault> {
        submit(&self.jobs, job)
    }
}

impl Connector {
    fn new(url: &str, password: Option<&SecretString>, trust: Option<&Bundle>) -> Result<Self, OpenFault> {
        let mut config: Config =
            url.parse().map_err(|e| OpenFault::Open(format!("the URL is not understood: {e}")))?;
        config.connect_timeout(CONNECT_TIMEOUT).keepalives_idle(KEEPALIVE).application_name("convoke");
        if let Some(password) = password {
            config.password(password.expose_secret());
        }
        let tls = match trust {
            None => None,
            Some(bundle) => {
                config.ssl_mode(SslMode::Require);
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(
                    bundle.certificates().iter().map(|certificate| certificate.der().clone()),
                );
                let client = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
                Some(MakeRustlsConnect::new(client))
            }
        };
        Ok(Self { config, tls })
    }

    fn connect(&self) -> Result<PostgresConnection, postgres::Error> {
        let mut client = match &self.tls {
            Some(tls) => self.config.connect(tls.clone())?,
            None => self.config.connect(NoTls)?,
        };
        client.batch_execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE; SET synchronous_commit = on")?;
        Ok(PostgresConnection { client, prepared: HashMap::new() })
    }
}

fn migrate_under_lock(connection: &mut PostgresConnection) -> Result<(), OpenFault> {
    let open = |e: postgres::Error| OpenFault::Open(e.to_string());
    // Taken outside of the transaction, so that the one who waited sees what the other one did.
    connection.client.execute("SELECT pg_advisory_lock($1)", &[&MIGRATION_LOCK]).map_err(open)?;
    connection.client.batch_execute("BEGIN").map_err(open)?;
    let migrated = migrate::run(&mut Tx::new(Backend::Postgres(connection)), Dialect::Postgres);
    connection.client.batch_execute(if migrated.is_ok() { "COMMIT" } else { "ROLLBACK" }).map_err(open)?;
    connection.client.execute("SELECT pg_advisory_unlock($1)", &[&MIGRATION_LOCK]).map_err(open)?;
    migrated
}

fn work(connector: &Connector, mut connection: Option<PostgresConnection>, jobs: &Queue) {
    loop {
        let next = jobs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv();
        let Ok(mut job) = next else { return };
        let done = attempt(connector, &mut connection, &mut job);
        job.answer(done);
    }
}

/// Runs a job until it is committed, undone for good, or has been tried for long enough.
fn attempt(
    connector: &Connector,
    connection: &mut Option<PostgresConnection>,
    job: &mut Box<dyn Job>,
) -> Result<(), DbFault> {
    let until = Instant::now() + RETRY_FOR;
    let mut longest_pause_ms = 1;
    loop {
        if connection.as_ref().is_none_or(|open| open.client.is_closed()) {
            *connection = match connector.connect() {
                Ok(open) => Some(open),
                Err(error) => return Err(DbFault::Unreachable(error.to_string())),
            };
        }
        let Some(open) = connection.as_mut() else { return Err(DbFault::Busy) };
        match once(open, job) {
            Ok(()) => return Ok(()),
            Err(Failure { fault, again }) if !again || Instant::now() >= until => return Err(fault),
            Err(_) => {}
        }
        // A random pause spreads rivals out; those that met will not meet again at once.
        let pause_ms = u64::from_be_bytes(random::bytes()) % (longest_pause_ms + 1);
        thread::sleep(Duration::from_millis(pause_ms));
        longest_pause_ms = (longest_pause_ms * 2).min(MAX_PAUSE_MS);
    }
}

struct Failure {
    fault: DbFault,
    again: bool,
}

fn once(connection: &mut PostgresConnection, job: &mut Box<dyn Job>) -> Result<(), Failure> {
    let begun = connection.client.batch_execute("BEGIN").map_err(DbFault::from);
    begun.map_err(|fault| Failure { fault, again: true })?;
    let mut tx = Tx::new(Backend::Postgres(connection));
    let ran = job.run(&mut tx);
    let may_retry = tx.may_retry;
    if ran == Ran::Undo {
        let undone = connection.client.batch_execute("ROLLBACK").map_err(DbFault::from);
        return match undone {
            _ if may_retry => {
                Err(Failure { fault: DbFault::Contention("several times in a row".to_owned()), again: true })
            }
            Ok(()) => Ok(()),
            Err(fault) => Err(Failure { fault, again: false }),
        };
    }
    match connection.client.batch_execute("COMMIT").map_err(DbFault::from) {
        Ok(()) => Ok(()),
        Err(fault @ DbFault::Contention(_)) => {
            drop(connection.client.batch_execute("ROLLBACK"));
            Err(Failure { fault, again: true })
        }
        Err(DbFault::Unreachable(text)) => Err(Failure { fault: DbFault::Unknown(text), again: false }),
        Err(fault) => Err(Failure { fault, again: false }),
    }
}
