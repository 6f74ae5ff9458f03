//! A database that is open: work goes in as closures, answers come out after the commit.

mod job;
mod postgres;
mod readers;
pub(crate) mod session;
mod sqlite;

pub use sqlite::copy_sqlite;

use std::sync::Arc;

use convoke_runtime::settings::database::Database;
use tokio::sync::oneshot;

use crate::{DbFault, OpenFault, Tx, migrate::Version, reach::Reach};
use job::{Job, Task};
use postgres::Guard;

/// Pieces of work waiting for a thread at most, for writing and for reading each; more are refused as busy.
pub const QUEUE: usize = 4096;

/// An open database. Clones share it; it closes when the last is dropped.
#[derive(Debug, Clone)]
pub struct Store {
    engine: Arc<Engine>,
    pub(crate) reach: Reach,
}

#[derive(Debug)]
enum Engine {
    Sqlite(sqlite::Engine),
    Postgres(postgres::Engine),
}

impl Store {
    /// Opens the database and brings its schema up to date, under a lock that other processes respect.
    ///
    /// Blocks on files and the network: call it before serving, or on a thread for blocking work.
    pub fn open(settings: &Database) -> Result<Self, OpenFault> {
        let engine = match settings {
            Database::Sqlite { file } => Engine::Sqlite(sqlite::Engine::open(file)?),
            Database::Postgres { url, password, trust, connections } => Engine::Postgres(
                postgres::Engine::open(url, password.as_ref(), trust.as_ref(), *connections)?,
            ),
        };
        Ok(Self { engine: Arc::new(engine), reach: Reach::default() })
    }

    /// Whether a database answers, and how old its tables are; nothing is changed or made. Blocks as [`Store::open`] does.
    pub fn look(settings: &Database) -> Result<Version, OpenFault> {
        match settings {
            Database::Sqlite { file } => sqlite::look(file),
            Database::Postgres { url, password, trust, .. } => {
                postgres::look(url, password.as_ref(), trust.as_ref())
            }
        }
    }

    /// Does `work` in one transaction and answers after its commit. An `Err` of `work` undoes it.
    ///
    /// `work` may run more than once (contention), so it must not have effects of its own.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbFault> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.run(work, |engine, job| match engine {
            Engine::Sqlite(engine) => engine.write(job),
            Engine::Postgres(engine) => engine.run(Guard::Rules, job),
        })
        .await
    }

    /// As [`Store::write`], for work whose rules all rest on constraints of the schema and on the conditions of single
    /// statements: what it reads in one statement may have changed by the next. Rivals then wait for each other's rows
    /// rather than undo each other.
    pub async fn write_rows<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbFault> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.run(work, |engine, job| match engine {
            Engine::Sqlite(engine) => engine.write(job),
            Engine::Postgres(engine) => engine.run(Guard::Rows, job),
        })
        .await
    }

    /// Does `work`, which only reads, on a consistent view.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbFault> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.run(work, |engine, job| match engine {
            Engine::Sqlite(engine) => engine.read(job),
            Engine::Postgres(engine) => engine.run(Guard::Reading, job),
        })
        .await
    }

    /// As [`Store::read`], for work that touches a few rows by one statement, or by several of which none rests on another:
    /// what one of them saw may have changed by the next. It may run on the caller's thread, which then does nothing else
    /// meanwhile.
    pub async fn read_little<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbFault> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        if let Engine::Sqlite(engine) = &*self.engine
            && let Some(answer) = engine.read_here(&work)
        {
            return answer;
        }
        self.run(work, |engine, job| match engine {
            Engine::Sqlite(engine) => engine.read(job),
            Engine::Postgres(engine) => engine.run(Guard::Little, job),
        })
        .await
    }

    async fn run<T, E, F>(
        &self,
        work: F,
        submit: impl FnOnce(&Engine, Box<dyn Job>) -> Result<(), DbFault>,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbFault> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        submit(&self.engine, Box::new(Task::new(work, reply)))?;
        let answered = answer
            .await
            .unwrap_or_else(|_| Err(DbFault::Unreachable("the database was closed".to_owned()).into()));
        if answered.is_ok() {
            self.reach.note_answer();
        }
        answered
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), DbFault> {
        self.read(|tx| tx.query("SELECT 1", &[]).map(|_| ())).await
    }

    /// `SQLite` or `PostgreSQL`.
    pub fn kind(&self) -> &'static str {
        match *self.engine {
            Engine::Sqlite(_) => "SQLite",
            Engine::Postgres(_) => "PostgreSQL",
        }
    }
}
