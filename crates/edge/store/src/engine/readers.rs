//! The connections that read a SQLite file.
//!
//! Work comes to them in two ways: threads take it from a queue, or whoever asks runs it at once on the own thread. The
//! latter spares four hand-overs between threads, which cost more than a small read does, but a file that lies on a slow
//! disk would hold up everything else that thread serves. So it is done for work that touches little, for as long as the
//! file is found in memory: after one read that waited long for a disk, all go to the threads for a while.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::Receiver,
    },
    time::{Duration, Instant},
};

use convoke_runtime::process::disk_reads_of_this_thread;
use rusqlite::Connection;

use super::job::Job;
use crate::{DbFault, Tx, sql::Backend};

/// A read on the asker's thread that took longer than this has perhaps waited for a disk.
const LONG: Duration = Duration::from_millis(3);
/// For so long after one, reads go to the threads.
const WARY_FOR: Duration = Duration::from_secs(1);

/// Work that waits for a thread.
pub(super) type Queue = Arc<Mutex<Receiver<Box<dyn Job>>>>;

/// Runs what comes from the queue, until it is closed.
pub(super) fn serve(connection: &Connection, jobs: &Queue) {
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(mut job) = next else { return };
        if !job.is_wanted() {
            continue;
        }
        if let Err(error) = begin(connection) {
            job.answer(Err(error.into()));
            continue;
        }
        job.run(&mut Tx::new(Backend::Sqlite(connection)));
        let ended = end(connection);
        job.answer(ended);
    }
}

/// Connections for reads on the asker's thread, each used by one at a time.
#[derive(Debug)]
pub(super) struct Readers {
    connections: Vec<Mutex<Connection>>,
    long: Duration,
    wary_for: Duration,
    /// Counts what the calling thread has had read from disks.
    disk_reads: fn() -> i64,
    opened: Instant,
    /// Until when reads go to the threads, in milliseconds since `opened`.
    wary_until: AtomicU64,
}

impl Readers {
    pub(super) fn new(connections: Vec<Connection>) -> Self {
        // Nobody waits there while another process recovers the log.
        let at_once = |connection: &Connection| connection.busy_timeout(Duration::ZERO).is_ok();
        Self {
            connections: connections.into_iter().filter(at_once).map(Mutex::new).collect(),
            long: LONG,
            wary_for: WARY_FOR,
            disk_reads: disk_reads_of_this_thread,
            opened: Instant::now(),
            wary_until: AtomicU64::new(0),
        }
    }

    /// Runs work that touches little on this thread; `None` when it has to be left to the threads.
    pub(super) fn here<T, E>(&self, work: impl Fn(&mut Tx<'_>) -> Result<T, E>) -> Option<Result<T, E>>
    where
        E: From<DbFault>,
    {
        let begun = Instant::now();
        if self.since_opened(begun) < self.wary_until.load(Ordering::Relaxed) {
            return None;
        }
        let connection = self.idle()?;
        let disk_reads = (self.disk_reads)();
        begin(&connection).ok()?;
        let mut tx = Tx::new(Backend::Sqlite(&connection));
        let outcome = catch_unwind(AssertUnwindSafe(|| work(&mut tx)));
        let again = tx.may_retry;
        let ended = end(&connection);
        drop(connection);
        // Time alone says nothing: mostly another thread was given the processor meanwhile.
        if begun.elapsed() > self.long && (self.disk_reads)() != disk_reads {
            let until = self.since_opened(Instant::now() + self.wary_for);
            self.wary_until.store(until, Ordering::Relaxed);
        }
        if again || ended.is_err() {
            return None;
        }
        // A panic is our bug; it ends this piece of work and leaves the connection as it was.
        Some(outcome.unwrap_or_else(|_| Err(DbFault::Failed("a piece of work panicked".to_owned()).into())))
    }

    fn idle(&self) -> Option<MutexGuard<'_, Connection>> {
        self.connections.iter().find_map(|connection| connection.try_lock().ok())
    }

    fn since_opened(&self, at: Instant) -> u64 {
        u64::try_from(at.duration_since(self.opened).as_millis()).unwrap_or(u64::MAX)
    }
}

fn begin(connection: &Connection) -> rusqlite::Result<()> {
    connection.prepare_cached("BEGIN")?.execute([]).map(drop)
}

/// Ends the transaction; one that stayed open would hold the log where it is.
fn end(connection: &Connection) -> Result<(), DbFault> {
    let ended = connection.prepare_cached("COMMIT").and_then(|mut statement| statement.execute([]));
    if ended.is_err() && !connection.is_autocommit() {
        drop(connection.execute_batch("ROLLBACK"));
    }
    ended.map(drop).map_err(DbFault::from)
}

#[cfg(test)]
mod tests {
    use std::{sync::atomic::AtomicI64, thread};

    use super::*;
    use crate::Value;

    fn readers(folder: &tempfile::TempDir) -> Readers {
        let file = folder.path().join("a.db");
        Connection::open(&file)
            .unwrap()
            .execute_batch("CREATE TABLE IF NOT EXISTS a (b TEXT); DELETE FROM a; INSERT INTO a VALUES ('c')")
            .unwrap();
        // However slow the machine is, nothing here takes long unless a test says so.
        let long = Duration::from_secs(3_600);
        Readers { long, ..Readers::new(vec![Connection::open(&file).unwrap()]) }
    }

    fn count(tx: &mut Tx<'_>) -> Result<Value, DbFault> {
        Ok(tx.query_one("SELECT COUNT(*) FROM a", &[])?.unwrap().0.remove(0))
    }

    #[test]
    fn a_little_read_runs_on_the_askers_thread_and_leaves_no_transaction() {
        let folder = tempfile::tempdir().unwrap();
        let readers = readers(&folder);
        let asker = thread::current().id();
        let found = readers.here(|tx| {
            assert_eq!(thread::current().id(), asker);
            count(tx)
        });
        assert_eq!(found, Some(Ok(Value::Integer(1))));
        let refused: Option<Result<(), DbFault>> = readers.here(|_| Err(DbFault::Failed("no".into())));
        assert_eq!(refused, Some(Err(DbFault::Failed("no".into()))));
        let panicked: Option<Result<(), DbFault>> = readers.here(|_| panic!("on purpose"));
        assert!(matches!(panicked, Some(Err(DbFault::Failed(_)))), "{panicked:?}");
        assert!(readers.idle().unwrap().is_autocommit());
        assert_eq!(readers.here(count), Some(Ok(Value::Integer(1))));
    }

    #[test]
    fn a_read_that_has_to_wait_is_left_to_the_threads() {
        let folder = tempfile::tempdir().unwrap();
        let readers = readers(&folder);
        let taken = readers.idle().unwrap();
        assert_eq!(readers.here(count), None);
        drop(taken);
        // A file that somebody writes to without a log can't be read meanwhile.
        let other = Connection::open(folder.path().join("a.db")).unwrap();
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        assert_eq!(readers.here(count), None);
        other.execute_batch("COMMIT").unwrap();
        assert_eq!(readers.here(count), Some(Ok(Value::Integer(1))));
    }

    #[test]
    fn after_a_read_that_waited_for_a_disk_the_threads_read_for_a_while() {
        let folder = tempfile::tempdir().unwrap();
        let hour = Duration::from_secs(3_600);
        let in_memory = Readers { long: Duration::ZERO, disk_reads: || 7, ..readers(&folder) };
        assert_eq!(in_memory.here(count), Some(Ok(Value::Integer(1))));
        assert_eq!(in_memory.here(count), Some(Ok(Value::Integer(1))), "it took long, but not for a disk");

        static READS: AtomicI64 = AtomicI64::new(0);
        let disk_reads = || READS.fetch_add(1, Ordering::Relaxed);
        let quick = Readers { long: hour, disk_reads, ..readers(&folder) };
        assert_eq!(quick.here(count), Some(Ok(Value::Integer(1))));
        assert_eq!(quick.here(count), Some(Ok(Value::Integer(1))), "a disk was read, but quickly");

        let readers = Readers { long: Duration::ZERO, wary_for: hour, disk_reads, ..readers(&folder) };
        assert_eq!(readers.here(count), Some(Ok(Value::Integer(1))));
        assert_eq!(readers.here(count), None);
        readers.wary_until.store(readers.since_opened(Instant::now()), Ordering::Relaxed);
        assert_eq!(readers.here(count), Some(Ok(Value::Integer(1))));
    }
}
