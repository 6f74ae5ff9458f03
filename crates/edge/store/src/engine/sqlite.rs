//! SQLite: one thread writes and commits in groups, a few read, one moves the log into the file.
//!
//! Other processes of the node use the same file, so every writing transaction is IMMEDIATE and waits its turn.
//! `synchronous=FULL`: an answer is sent after the commit has reached the disk.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags};

use super::{
    QUEUE,
    job::{Job, Ran},
    readers::{Queue, Readers, serve},
};
use crate::{
    DbFault, OpenFault, Tx,
    migrate::{self, Dialect, Version},
    sql::Backend,
};

/// Copies a database as it is at one moment, while others read and write it, into a file that must not exist.
pub fn copy_sqlite(from: &Path, to: &Path) -> Result<(), DbFault> {
    let copied = || {
        let connection = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
        Ok(())
    };
    copied().map_err(|fault: rusqlite::Error| DbFault::from(fault))
}

/// Looks at a file; one that is not there has no tables, and may be made.
pub(super) fn look(file: &Path) -> Result<Version, OpenFault> {
    if !file.exists() {
        let folder = file.parent().filter(|folder| folder.is_dir());
        folder.ok_or_else(|| OpenFault::Open(format!("{}: there is no such folder", file.display())))?;
        return Ok(Version { found: 0, ..Version::known() });
    }
    let fault = |e: rusqlite::Error| OpenFault::Open(format!("{}: {e}", file.display()));
    let connection = connect(file, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(fault)?;
    migrate::look(&mut Tx::new(Backend::Sqlite(&connection)))
}

/// Pieces of work that one commit carries at most.
const GROUP: usize = 64;
/// How long a writer waits for another process's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// The pause before a file that is busy is opened again.
const OPEN_AGAIN_AFTER: Duration = Duration::from_millis(20);
/// Threads that read, with a connection each.
const READERS: usize = 2;
/// Connections beside them for reads on the asker's thread, one for each thread that serves a role's requests.
const READERS_HERE: usize = 2;
/// Pages that a connection keeps in memory, in KiB.
const CACHE_KIB: i64 = 6 * 1024;
/// The same of a connection for reads on the asker's thread, which does most of the reading.
const CACHE_HERE_KIB: i64 = 10 * 1024;
/// The same of a reading thread's.
const CACHE_THREAD_KIB: i64 = 2 * 1024;
/// How often the log is moved into the file, in a thread of its own so that no commit has to wait for it.
const CHECKPOINT_EVERY: Duration = Duration::from_millis(500);
/// Pages (of 4 KiB) from which on the log is begun anew: 64 MiB.
const LONG_LOG: i64 = 16 * 1024;
/// The same, whatever is left for the writer to move: 1 GiB.
const LONGEST_LOG: i64 = 256 * 1024;
/// What may be left for the writer to move, in pages: 16 MiB.
const SHORT_REST: i64 = 4 * 1024;
/// Steps in which the log is moved at most, one after the other.
const CATCH_UP: usize = 8;
/// How long writers wait at most for readers to leave a long log.
const LOG_TIMEOUT: Duration = Duration::from_millis(200);
/// Prepared statements kept a connection.
const STATEMENTS: usize = 128;

#[derive(Debug)]
pub(super) struct Engine {
    writes: SyncSender<Box<dyn Job>>,
    reads: SyncSender<Box<dyn Job>>,
    readers: Readers,
    /// Dropped with the engine, which ends the checkpoint thread.
    _open: SyncSender<()>,
}

impl Engine {
    pub(super) fn open(file: &Path) -> Result<Self, OpenFault> {
        let fault = |e: rusqlite::Error| OpenFault::Open(format!("{}: {e}", file.display()));
        let mut writer = connect(file, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
            .map_err(fault)?;
        restrict(file);
        migrate_under_lock(&mut writer)?;

        let (writes, write_jobs) = sync_channel(QUEUE);
        let log_is_long = Arc::new(AtomicBool::new(false));
        let told = log_is_long.clone();
        spawn("sqlite-writer", move || write_groups(&writer, &write_jobs, &told))?;

        let (reads, read_jobs) = sync_channel(QUEUE);
        let read_jobs: Queue = Arc::new(Mutex::new(read_jobs));
        let reader = |cache_kib: i64| {
            let connection = connect(file, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(fault)?;
            connection.pragma_update(None, "cache_size", -cache_kib).map_err(fault)?;
            Ok(connection)
        };
        for _ in 0..READERS {
            let (connection, jobs) = (reader(CACHE_THREAD_KIB)?, read_jobs.clone());
            spawn("sqlite-reader", move || serve(&connection, &jobs))?;
        }
        let here: Result<_, OpenFault> = (0..READERS_HERE).map(|_| reader(CACHE_HERE_KIB)).collect();
        let readers = Readers::new(here?);

        let (open, closed) = sync_channel(0);
        let checkpointer = connect(file, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(fault)?;
        spawn("sqlite-checkpoint", move || checkpoint(&checkpointer, &log_is_long, &closed))?;
        Ok(Self { writes, reads, readers, _open: open })
    }

    pub(super) fn write(&self, job: Box<dyn Job>) -> Result<(), DbFault> {
        submit(&self.writes, job)
    }

    pub(super) fn read(&self, job: Box<dyn Job>) -> Result<(), DbFault> {
        submit(&self.reads, job)
    }

    /// See [`Readers::here`].
    pub(super) fn read_here<T, E>(&self, work: impl Fn(&mut Tx<'_>) -> Result<T, E>) -> Option<Result<T, E>>
    where
        E: From<DbFault>,
    {
        self.readers.here(work)
    }
}

pub(super) fn submit<W>(queue: &SyncSender<W>, job: W) -> Result<(), DbFault> {
    queue.try_send(job).map_err(|refused| match refused {
        TrySendError::Full(_) => DbFault::Busy,
        TrySendError::Disconnected(_) => DbFault::Unreachable("the database was closed".to_owned()),
    })
}

pub(super) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), OpenFault> {
    let started = thread::Builder::new().name(name.to_owned()).spawn(run);
    started.map(|_| ()).map_err(|e| OpenFault::Open(format!("no thread could be started: {e}")))
}

/// Opens the file. SQLite does not wait by itself while another process changes the journal's mode or recovers what a
/// killed one left.
fn connect(file: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let begun = Instant::now();
    loop {
        match connect_at_once(file, flags) {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && begun.elapsed() < BUSY_TIMEOUT =>
            {
                thread::sleep(OPEN_AGAIN_AFTER);
            }
            opened => return opened,
        }
    }
}

fn connect_at_once(file: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    if flags.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
        // SQLite opens a file that it may not write to all the same, and would never write to it again.
        if connection.is_readonly(MAIN_DB)? {
            let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_READONLY);
            let words = "the file or its file system is read-only";
            return Err(rusqlite::Error::SqliteFailure(code, Some(words.to_owned())));
        }
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        connection.pragma_update(None, "journal_size_limit", LONG_LOG * 4096)?;
    }
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    Ok(connection)
}

/// The file holds password hashes and keys: nobody but the owner reads it.
fn restrict(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    for suffix in ["", "-wal", "-shm"] {
        let mut path = file.as_os_str().to_owned();
        path.push(suffix);
        let path = PathBuf::from(path);
        if let Err(error) = std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))
            && path.exists()
        {
            tracing::warn!("{} could not be closed to others: {error}", path.display());
        }
    }
}

fn migrate_under_lock(connection: &mut Connection) -> Result<(), OpenFault> {
    let open = |e: rusqlite::Error| OpenFault::Open(e.to_string());
    connection.execute_batch("BEGIN IMMEDIATE").map_err(open)?;
    let migrated = migrate::run(&mut Tx::new(Backend::Sqlite(connection)), Dialect::Sqlite);
    connection.execute_batch(if migrated.is_ok() { "COMMIT" } else { "ROLLBACK" }).map_err(open)?;
    migrated
}

fn write_groups(connection: &Connection, jobs: &Receiver<Box<dyn Job>>, log_is_long: &AtomicBool) {
    while let Ok(first) = jobs.recv() {
        // Whoever has gone meanwhile was told of no change, and may have tried again.
        if !first.is_wanted() {
            continue;
        }
        let mut group = Vec::with_capacity(GROUP);
        if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
            let fault = DbFault::from(error);
            // They have waited as long, and each would wait as long again.
            std::iter::once(first).chain(jobs.try_iter()).for_each(|job| job.answer(Err(fault.clone())));
            continue;
        }
        let mut next = Some(first);
        while let Some(mut job) = next {
            run_in_savepoint(connection, &mut job);
            group.push(job);
            // A full disk makes SQLite undo the whole transaction by itself; what came after would stand alone.
            let is_open = !connection.is_autocommit();
            let mut wanted = jobs.try_iter().filter(|job| job.is_wanted());
            next = if is_open && group.len() < GROUP { wanted.next() } else { None };
        }
        let committed = if connection.is_autocommit() {
            Err(DbFault::Unreachable("the database undid the transaction".to_owned()))
        } else {
            end(connection)
        };
        for job in group {
            job.answer(committed.clone());
        }
        if log_is_long.swap(false, Ordering::Relaxed) {
            begin_log_anew(connection);
        }
    }
}

/// Commits; a commit that failed leaves the transaction open, and with it the thread could never begin another.
fn end(connection: &Connection) -> Result<(), DbFault> {
    let committed = connection.execute_batch("COMMIT").map_err(DbFault::from);
    if committed.is_err() && !connection.is_autocommit() {
        drop(connection.execute_batch("ROLLBACK"));
    }
    committed
}

fn run_in_savepoint(connection: &Connection, job: &mut Box<dyn Job>) {
    let control = |sql| connection.prepare_cached(sql).and_then(|mut statement| statement.execute([]));
    let begun = control("SAVEPOINT job");
    let ran = job.run(&mut Tx::new(Backend::Sqlite(connection)));
    if ran == Ran::Undo && begun.is_ok() {
        drop(control("ROLLBACK TO job"));
    }
    drop(control("RELEASE job"));
}

/// Moves the log into the file beside running transactions. Under steady load that never comes to the log's end, and the log
/// would grow for ever: the writer is told of a long one, once what is left for it to move is short.
fn checkpoint(connection: &Connection, log_is_long: &AtomicBool, closed: &Receiver<()>) {
    while closed.recv_timeout(CHECKPOINT_EVERY) == Err(RecvTimeoutError::Timeout) {
        for _ in 0..CATCH_UP {
            match move_log(connection, "PASSIVE") {
                Ok(log) if log.pages <= LONG_LOG => break,
                Ok(log) if log.pages - log.moved <= SHORT_REST => {
                    log_is_long.store(true, Ordering::Relaxed);
                    break;
                }
                // While this was moved as much was written; the next step is shorter.
                Ok(log) => log_is_long.store(log.pages > LONGEST_LOG, Ordering::Relaxed),
                Err(error) => {
                    tracing::warn!("the write-ahead log could not be moved into the database: {error}");
                    break;
                }
            }
        }
    }
}

/// Moves the rest of a long log and has the next transaction begin it anew. In the writer's thread, which alone never has to
/// wait for the writer; the rest is short, and readers are waited for no longer than [`LOG_TIMEOUT`].
fn begin_log_anew(connection: &Connection) {
    let begun = connection.busy_timeout(LOG_TIMEOUT).and_then(|()| move_log(connection, "RESTART").map(drop));
    if let Err(error) = begun.and(connection.busy_timeout(BUSY_TIMEOUT)) {
        tracing::debug!("the write-ahead log could not be begun anew yet: {error}");
    }
}

/// How long the log is, and how much of it stands in the file, in pages.
#[derive(Debug, Clone, Copy)]
struct Log {
    pages: i64,
    moved: i64,
}

fn move_log(connection: &Connection, how: &str) -> rusqlite::Result<Log> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |row| {
        Ok(Log { pages: row.get(1)?, moved: row.get(2)? })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_stays_short_when_the_writer_begins_it_anew() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let writer = connect(&file, flags).unwrap();
        writer.execute_batch("PRAGMA synchronous = OFF; CREATE TABLE a (b TEXT)").unwrap();
        let row = "x".repeat(40_000);
        for number in 1..=1_000 {
            writer.execute("INSERT INTO a VALUES ($1)", [&row]).unwrap();
            if number % 100 == 0 {
                begin_log_anew(&writer);
            }
        }
        let longest = std::fs::metadata(file.with_extension("db-wal")).unwrap().len();
        assert!(longest < 6_000_000, "{longest} bytes of 40 MB");
        // A reader in the middle of a transaction keeps nobody waiting for long, and loses nothing.
        let reader = connect(&file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        reader.execute_batch("BEGIN").unwrap();
        let count = |connection: &Connection| {
            connection.query_row("SELECT COUNT(*) FROM a", [], |row| row.get::<_, i64>(0)).unwrap()
        };
        assert_eq!(count(&reader), 1_000);
        writer.execute("INSERT INTO a VALUES ($1)", [&row]).unwrap();
        begin_log_anew(&writer);
        writer.execute("INSERT INTO a VALUES ($1)", [&row]).unwrap();
        assert_eq!((count(&reader), count(&writer)), (1_000, 1_002));
    }
}
