//! The schema's versions: forward only, each run once, under the engine's lock.
//!
//! The SQL is the same for both engines; columns are BIGINT and TEXT. Where a table is laid out differently, the words for
//! one engine stand in `{{sqlite: ...}}` or `{{postgres: ...}}`.

use crate::{OpenFault, Tx};

/// Which engine runs the migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Dialect {
    /// The SQL with this engine's own words, without those of the other.
    fn words(self, sql: &str) -> String {
        let mut text = String::with_capacity(sql.len());
        let mut rest = sql;
        while let Some((before, marked)) = rest.split_once("{{") {
            let (inner, after) = marked.split_once("}}").unwrap_or((marked, ""));
            text.push_str(before);
            match (self, inner.split_once(": ")) {
                (Self::Sqlite, Some(("sqlite", words))) | (Self::Postgres, Some(("postgres", words))) => {
                    text.push_str(words);
                }
                _ => {}
            }
            rest = after;
        }
        text.push_str(rest);
        text
    }
}

/// Every migration: its number and its SQL. One that has been released is never edited.
pub const MIGRATIONS: &[(i64, &str)] = &[
    (1, include_str!("../migrations/0001_callbridge.sql")),
    (2, include_str!("../migrations/0002_scheduler.sql")),
    (3, include_str!("../migrations/0003_lists.sql")),
    (4, include_str!("../migrations/0004_user_names.sql")),
    (5, include_str!("../migrations/0005_lists_alone.sql")),
    (6, include_str!("../migrations/0006_writes.sql")),
    (7, include_str!("../migrations/0007_outbox.sql")),
    (8, include_str!("../migrations/0008_answers.sql")),
    (9, include_str!("../migrations/0009_mail_in.sql")),
    (10, include_str!("../migrations/0010_reminders.sql")),
    (11, include_str!("../migrations/0011_people.sql")),
    (12, include_str!("../migrations/0012_outward.sql")),
    (13, include_str!("../migrations/0013_zones.sql")),
    (14, include_str!("../migrations/0014_last_texts.sql")),
    (15, include_str!("../migrations/0015_pauses.sql")),
];

/// How old the tables of a database are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// The last migration that was run there; 0 where there are no tables.
    pub found: i64,
    /// The last one that this program knows.
    pub known: i64,
}

impl Version {
    /// Tables as this program makes them.
    pub(crate) fn known() -> Self {
        let known = MIGRATIONS.last().map_or(0, |(version, _)| *version);
        Self { found: known, known }
    }
}

/// Looks how old the tables are, and changes nothing.
pub(crate) fn look(tx: &mut Tx<'_>) -> Result<Version, OpenFault> {
    let Version { known, .. } = Version::known();
    let rows = match tx.query("SELECT COALESCE(MAX(version), 0) FROM schema_version", &[]) {
        Ok(rows) => rows,
        // SQLite's words, and PostgreSQL's.
        Err(fault)
            if ["no such table", "does not exist"].iter().any(|none| fault.to_string().contains(none)) =>
        {
            return Ok(Version { found: 0, known });
        }
        Err(fault) => return Err(fault.into()),
    };
    let found = rows.first().map_or(Ok(0), |row| row.integer(0));
    Ok(Version { found: found?, known })
}

/// Brings the schema up to date within the transaction that is given.
pub(crate) fn run(tx: &mut Tx<'_>, dialect: Dialect) -> Result<(), OpenFault> {
    tx.batch(
        "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL)",
    )?;
    let rows = tx.query("SELECT COALESCE(MAX(version), 0) FROM schema_version", &[])?;
    let found = rows.first().map_or(Ok(0), |row| row.integer(0))?;
    let known = MIGRATIONS.last().map_or(0, |(version, _)| *version);
    if found > known {
        return Err(OpenFault::TooNew { found, known });
    }
    let now = match dialect {
        Dialect::Sqlite => "CAST(strftime('%s', 'now') AS BIGINT) * 1000",
        Dialect::Postgres => "CAST(EXTRACT(EPOCH FROM now()) * 1000 AS BIGINT)",
    };
    for (version, sql) in MIGRATIONS.iter().filter(|(version, _)| *version > found) {
        let applied = tx.batch(&dialect.words(sql)).and_then(|()| {
            tx.execute(
                &format!("INSERT INTO schema_version (version, applied_at) VALUES ($1, {now})"),
                &[(*version).into()],
            )
        });
        applied.map_err(|fault| OpenFault::Migration { version: *version, reason: fault.to_string() })?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "migrate_tests.rs"]
mod tests;
