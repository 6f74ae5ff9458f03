//! SQLite itself, in a loop: the same rows into the same file, without a server, a queue or a rule.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use convoke::dev::seed_meetings::{user_id, user_name};
use rusqlite::{Connection, params};

use crate::rounds::median;

/// The statements of one meeting with an organizer and three attendees.
const MEETING: &str = "INSERT INTO meeting (id, uid, organizer, revision, sequence, status, space, temporary,
    first_start_at, last_end_at, cancelled_at, created_at, updated_at)
  VALUES (?1, ?1 || '@bench', ?2, 1, 0, 'CONFIRMED', ?3, 0, ?4, ?4 + 1800000, NULL, ?5, ?5)";
const REVISION: &str = "INSERT INTO meeting_revision (meeting, revision, body, changed_by, changed_at)
  VALUES (?1, 1, ?2, 'bench', ?3)";
const LISTED: &str =
    "INSERT INTO meeting_listed (person, meeting, recurring, first_start_at, last_end_at, listing)
  VALUES (?2, ?1, 0, ?6, ?6 + 1800000, ?7), (?3, ?1, 0, ?6, ?6 + 1800000, ?7),
    (?4, ?1, 0, ?6, ?6 + 1800000, ?7), (?5, ?1, 0, ?6, ?6 + 1800000, ?7)";
const MAIL: &str = "INSERT INTO outbox (id, meeting, revision, recipient, kind, state, attempts, next_at, created_at, updated_at)
  VALUES (?1 || '1', ?1, 1, ?2, 'invitation', 'queued', 0, ?6, ?6, ?6), (?1 || '2', ?1, 1, ?3, 'invitation', 'queued', 0, ?6, ?6, ?6),
    (?1 || '3', ?1, 1, ?4, 'invitation', 'queued', 0, ?6, ?6, ?6), (?1 || '4', ?1, 1, ?5, 'invitation', 'queued', 0, ?6, ?6, ?6)";

/// People who schedule and are invited, spread over the directory as those of Convoke's row are.
const SCHEDULING: u64 = 1_000;

/// A connection that writes as durably as Convoke does.
pub struct RawSqlite {
    connection: Connection,
    listing: String,
    body: String,
    people: u64,
    number: u64,
}

/// What a loop did.
#[derive(Debug, Clone, Copy)]
pub struct Wrote {
    /// Meetings a second.
    pub rate: f64,
    /// 99th percentile of a commit, in milliseconds.
    pub p99: f64,
}

impl RawSqlite {
    /// Opens the file; texts are as long as those of a meeting that is there.
    pub fn open(file: &Path, people: u64) -> anyhow::Result<Self> {
        let connection = Connection::open(file)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        for (name, value) in [("journal_mode", "WAL"), ("synchronous", "FULL"), ("cache_size", "-4096")] {
            connection.pragma_update(None, name, value)?;
        }
        let (listing, body) = connection.query_row(
            "SELECT l.listing, r.body FROM meeting_listed l JOIN meeting_revision r ON r.meeting = l.meeting
             WHERE l.recurring = 0 LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        Ok(Self { connection, listing, body, people, number: 0 })
    }

    /// Writes for so long, so many meetings a commit.
    pub fn run(&mut self, span: Duration, meetings_a_commit: u32) -> anyhow::Result<Wrote> {
        let begun = Instant::now();
        let (mut count, mut commits) = (0_u32, Vec::new());
        while begun.elapsed() < span {
            let commit = Instant::now();
            self.connection.execute_batch("BEGIN IMMEDIATE")?;
            for _ in 0..meetings_a_commit {
                self.insert()?;
            }
            self.connection.execute_batch("COMMIT")?;
            commits.push(commit.elapsed().as_secs_f64() * 1e3);
            count += meetings_a_commit;
        }
        commits.sort_by(f64::total_cmp);
        let p99 = commits.get(commits.len() * 99 / 100).or(commits.last()).copied();
        Ok(Wrote {
            rate: f64::from(count) / begun.elapsed().as_secs_f64(),
            p99: p99.unwrap_or_else(|| median([])),
        })
    }

    fn insert(&mut self) -> anyhow::Result<()> {
        self.number += 1;
        let now = i64::try_from(std::time::SystemTime::UNIX_EPOCH.elapsed()?.as_millis())?;
        let random = self.number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        // Sorted by time as Convoke's own ids are, and as long.
        let id = format!("{now:012x}-{:05x}-{:016x}a", self.number & 0xf_ffff, random);
        // Beside the same people's rows, so that as many pages are touched; but nobody's keys, so that lists stay as they are.
        let organizer = random % (SCHEDULING - 3);
        let nth = |step: u64| (organizer + step) * self.people / SCHEDULING;
        let person = |step: u64| format!("e:{}@example.test~", user_name(nth(step)));
        let user = format!("u:{}~", user_id(nth(0)));
        let start = now + i64::try_from(random % 10_000_000_000)?;
        let run = |sql, values: &[&dyn rusqlite::ToSql]| -> anyhow::Result<()> {
            self.connection.prepare_cached(sql)?.execute(values).context("raw SQLite")?;
            Ok(())
        };
        run(MEETING, params![id, user, user, start, now])?;
        run(REVISION, params![id, self.body, now])?;
        run(LISTED, params![id, user, person(1), person(2), person(3), start, self.listing])?;
        run(MAIL, params![id, person(0), person(1), person(2), person(3), now])
    }
}
