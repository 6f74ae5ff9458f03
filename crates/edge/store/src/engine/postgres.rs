//! PostgreSQL: a few threads hold a connection each and take work from one queue.
//!
//! Transactions are SERIALIZABLE, so that a rule checked within one holds at its commit, as it does with SQLite's one
//! writer; those that say so are READ COMMITTED. Contention and a connection lost before the commit are tried again; a
//! connection lost within the commit is told as unknown.

use std::{
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use convoke_runtime::random;
use convoke_trust::Bundle;
use rustls::{ClientConfig, RootCertStore};
use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::{Config, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    QUEUE,
    job::{Job, Ran},
    session::Session,
    sqlite::{spawn, submit},
};
use crate::{
    DbFault, OpenFault, Tx,
    migrate::{self, Dialect, Version},
    sql::Backend,
};

/// How long a piece of work is run again before contention is told to whoever asked; as long as SQLite's writer waits.
const RETRY_FOR: Duration = Duration::from_secs(10);
/// The same for a server that is lost on the way.
const REACH_FOR: Duration = Duration::from_secs(3);
/// Longest pause between two runs, in milliseconds.
const MAX_PAUSE_MS: u64 = 64;
/// Longest wait for a connection to one host.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// A server that has gone without a word is noticed after this and a few probes.
const KEEPALIVE: Duration = Duration::from_secs(5);
/// Between two probes.
const PROBE_EVERY: Duration = Duration::from_secs(1);
/// Probes without an answer until the connection is given up.
const PROBES: u32 = 3;
/// A server that does not acknowledge what it was sent is given up after this.
const UNACKNOWLEDGED: Duration = Duration::from_secs(5);
/// For so long after a connection failed, work fails at once rather than each piece after a wait of its own.
const AWAY: Duration = Duration::from_millis(500);
/// Work that has waited longer than this for a connection is refused as busy.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// What the server does with a session whose process has stopped in the middle, or that waits for another's rows. It gives up
/// before we do ([`super::session`]'s `ANSWER_TIMEOUT`): a wait that it ends is contention and tried again, one that we end costs
/// the connection, and nobody knows what became of it.
const SESSION: &str = "SET synchronous_commit = on; SET idle_in_transaction_session_timeout = '6s';
    SET lock_timeout = '2s'; SET statement_timeout = '4s'";
/// The advisory lock that migrations run under ("convoke" as a number).
const MIGRATION_LOCK: i64 = 0x0063_6f6e_766f_6b65;

type Queue = Arc<Mutex<Receiver<Work>>>;

/// A piece of work on its way to a connection.
struct Work {
    guard: Guard,
    job: Box<dyn Job>,
    queued_at: Instant,
}

/// What a transaction is guarded against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    /// It only reads, and sees one state of the database.
    Reading,
    /// It only reads, and each statement sees the state of its own moment.
    Little,
    /// Its rules rest on what it reads, so nothing that it read may change before its commit.
    Rules,
    /// Its rules rest on constraints and on the conditions of single statements.
    Rows,
}

impl Guard {
    fn begin(self) -> Option<&'static str> {
        match self {
            Self::Reading => Some("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
            Self::Little => None,
            Self::Rules => Some("BEGIN ISOLATION LEVEL SERIALIZABLE"),
            Self::Rows => Some("BEGIN ISOLATION LEVEL READ COMMITTED"),
        }
    }

    fn only_reads(self) -> bool {
        matches!(self, Self::Reading | Self::Little)
    }
}

#[derive(Debug)]
pub(super) struct Engine {
    jobs: SyncSender<Work>,
}

#[derive(Clone)]
struct Connector {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    /// When the server was last found to be away, and why.
    away: Arc<Mutex<Option<(Instant, DbFault)>>>,
}

/// Looks at a server.
pub(super) fn look(
    url: &str,
    password: Option<&SecretString>,
    trust: Option<&Bundle>,
) -> Result<Version, OpenFault> {
    let connector = Connector::new(url, password, trust)?;
    // A session blocks on a runtime of its own, which must not happen within another runtime.
    let looked = thread::spawn(move || {
        let mut session = connector.connect()?;
        migrate::look(&mut Tx::new(Backend::Postgres(&mut session)))
    });
    looked.join().map_err(|_| OpenFault::Open("the connection's thread panicked".to_owned()))?
}

impl Engine {
    pub(super) fn open(
        url: &str,
        password: Option<&SecretString>,
        trust: Option<&Bundle>,
        connections: usize,
    ) -> Result<Self, OpenFault> {
        let connector = Connector::new(url, password, trust)?;
        // A session blocks on a runtime of its own, which must not happen within another runtime.
        let migrating = connector.clone();
        let first = thread::spawn(move || -> Result<Session, OpenFault> {
            let mut session = migrating.connect()?;
            migrate_under_lock(&mut session)?;
            session.set(SESSION)?;
            Ok(session)
        });
        let first = first
            .join()
            .map_err(|_| OpenFault::Open("the first connection's thread panicked".to_owned()))??;

        let (sender, jobs) = sync_channel(QUEUE);
        let jobs: Queue = Arc::new(Mutex::new(jobs));
        let mut first = Some(first);
        for _ in 0..connections {
            let (connector, jobs, session) = (connector.clone(), jobs.clone(), first.take());
            spawn("postgres", move || work(&connector, session, &jobs))?;
        }
        Ok(Self { jobs: sender })
    }

    pub(super) fn run(&self, guard: Guard, job: Box<dyn Job>) -> Result<(), DbFault> {
        submit(&self.jobs, Work { guard, job, queued_at: Instant::now() })
    }
}

impl Connector {
    fn new(url: &str, password: Option<&SecretString>, trust: Option<&Bundle>) -> Result<Self, OpenFault> {
        let mut config: Config =
            url.parse().map_err(|e| OpenFault::Open(format!("the URL is not understood: {e}")))?;
        config
            .connect_timeout(CONNECT_TIMEOUT)
            .keepalives_idle(KEEPALIVE)
            .keepalives_interval(PROBE_EVERY)
            .keepalives_retries(PROBES)
            .tcp_user_timeout(UNACKNOWLEDGED)
            .application_name("convoke");
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
        Ok(Self { config, tls, away: Arc::default() })
    }

    fn connect(&self) -> Result<Session, DbFault> {
        let mut away = self.away.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        if let Some((_, fault)) = away.take_if(|(since, _)| since.elapsed() < AWAY) {
            return Err(fault);
        }
        let connected = Session::connect(&self.config, self.tls.as_ref());
        let found = connected.as_ref().err().map(|fault| (Instant::now(), fault.clone()));
        *self.away.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = found;
        connected
    }

    /// A session for work, with its limits set.
    fn session(&self) -> Result<Session, DbFault> {
        let mut session = self.connect()?;
        session.set(SESSION)?;
        Ok(session)
    }
}

fn migrate_under_lock(session: &mut Session) -> Result<(), OpenFault> {
    // Taken outside of the transaction, so that the one who waited sees what the other one did.
    session.batch(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))?;
    session.batch("BEGIN")?;
    let migrated = migrate::run(&mut Tx::new(Backend::Postgres(session)), Dialect::Postgres);
    session.batch(if migrated.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    session.batch(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})"))?;
    migrated
}

fn work(connector: &Connector, mut session: Option<Session>, jobs: &Queue) {
    loop {
        let next = jobs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv();
        let Ok(Work { guard, mut job, queued_at }) = next else { return };
        if !job.is_wanted() {
            continue;
        }
        let done = match queued_at.elapsed() {
            waited if waited > LONGEST_WAIT => Err(DbFault::Busy),
            _ => attempt(connector, &mut session, guard, &mut job),
        };
        job.answer(done);
        // Whoever only read need not wait for the end of the transaction.
        if guard.only_reads()
            && let Some(session) = &mut session
        {
            session.roll_back();
        }
    }
}

/// Runs a job until it is committed, undone for good, or has been tried for long enough.
fn attempt(
    connector: &Connector,
    session: &mut Option<Session>,
    guard: Guard,
    job: &mut Box<dyn Job>,
) -> Result<(), DbFault> {
    let begun = Instant::now();
    let mut longest_pause_ms = 1;
    loop {
        let open = match session {
            Some(open) if !open.is_closed() => open,
            _ => session.insert(connector.session()?),
        };
        match once(open, guard, job) {
            Ok(()) => return Ok(()),
            Err(Failure { fault, again }) if !again || begun.elapsed() >= patience(&fault) => {
                return Err(fault);
            }
            Err(_) => {}
        }
        // A random pause spreads rivals out; those that met will not meet again at once.
        let pause_ms = u64::from_be_bytes(random::bytes()) % (longest_pause_ms + 1);
        thread::sleep(Duration::from_millis(pause_ms));
        longest_pause_ms = (longest_pause_ms * 2).min(MAX_PAUSE_MS);
    }
}

/// How long a piece of work is tried again after this fault. Nobody waits long for a server that is away: another process
/// may reach it.
fn patience(fault: &DbFault) -> Duration {
    if matches!(fault, DbFault::Unreachable(_)) { REACH_FOR } else { RETRY_FOR }
}

struct Failure {
    fault: DbFault,
    again: bool,
}

fn once(session: &mut Session, guard: Guard, job: &mut Box<dyn Job>) -> Result<(), Failure> {
    session.begin(guard.begin());
    let mut tx = Tx::new(Backend::Postgres(session));
    let ran = job.run(&mut tx);
    let may_retry = tx.may_retry;
    if ran == Ran::Undo {
        session.roll_back();
        if may_retry {
            let fault = match session.is_closed() {
                true => DbFault::Unreachable("the connection was lost".to_owned()),
                false => DbFault::Contention("several times in a row".to_owned()),
            };
            return Err(Failure { fault, again: true });
        }
        return Ok(());
    }
    if guard.only_reads() {
        return Ok(());
    }
    session.commit().map_err(|fault| {
        let again = matches!(fault, DbFault::Contention(_) | DbFault::Unreachable(_));
        session.roll_back();
        Failure { fault, again }
    })
}
