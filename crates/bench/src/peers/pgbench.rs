//! PostgreSQL's own load generator, with the transaction that a scheduled meeting is.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, ensure};
use convoke_testkit::postgres::Postgres;
use tokio::process::Command;

use crate::{bench::Bench, filled::Filled};

/// pgbench with its script.
pub struct PgBench {
    program: PathBuf,
    script: PathBuf,
    url: String,
}

impl PgBench {
    /// Writes the script: texts are as long as those of a meeting that is there. The rows go into tables of the same form
    /// in a database of its own.
    pub async fn new(bench: &Bench, server: &Postgres, filled: &Filled) -> anyhow::Result<Self> {
        let url = server.database("pgbench");
        let settings = convoke_runtime::settings::database::Database::Postgres {
            url: url.clone(),
            password: None,
            trust: None,
            connections: 1,
        };
        // Opening it makes the tables.
        tokio::task::spawn_blocking(move || convoke_store::Store::open(&settings)).await??;
        let (listing, body) = filled.texts().await?;
        let script = bench.folder("pgbench")?.join("meeting.sql");
        std::fs::write(&script, transaction(&quoted(&listing), &quoted(&body)))?;
        Ok(Self { program: server.program("pgbench"), script, url })
    }

    /// Transactions a second.
    pub async fn run(&self, clients: usize, span: Duration) -> anyhow::Result<f64> {
        let mut command = Command::new(&self.program);
        command.args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--file"]).arg(&self.script);
        command.arg(format!("--client={clients}")).arg(format!("--time={}", span.as_secs().max(1)));
        let output = command.arg(&self.url).output().await.context("pgbench can't be run")?;
        let text = String::from_utf8_lossy(&output.stdout);
        ensure!(output.status.success(), "pgbench: {text}{}", String::from_utf8_lossy(&output.stderr));
        let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next());
        Ok(rate.with_context(|| format!("pgbench told no rate: {text}"))?.parse()?)
    }
}

fn quoted(text: &str) -> String {
    // A colon before a word would be a variable of pgbench's.
    text.replace('\'', "''").replace(':', ";")
}

fn transaction(listing: &str, body: &str) -> String {
    let id = "'00000000-0000-7000-8000-' || lpad(:number::bigint::text, 20, '0')";
    let person = |step: u32| format!("'e.p' || (:number::bigint % 99991 + {step})::text || '@example.test'");
    let listed: Vec<String> = (0..4)
        .map(|step| {
            format!("({}, 0, :start::bigint, {id}, :start::bigint + 1800000, '{listing}')", person(step))
        })
        .collect();
    let mails: Vec<String> = (0..4)
        .map(|step| {
            format!(
                "({id} || '{step}', {id}, 1, {}, 'invitation', 'queued', 0, :start::bigint, :start::bigint, :start::bigint)",
                person(step)
            )
        })
        .collect();
    format!(
        "\\set number random(1, 9000000000000000000)
\\set start random(1795000000000, 1858000000000)
BEGIN;
INSERT INTO meeting (id, uid, organizer, revision, sequence, status, space, temporary, first_start_at, last_end_at, cancelled_at, created_at, updated_at) VALUES ({id}, {id} || '@bench', '00c00000-0000-4000-8000-000000000001', 1, 0, 'CONFIRMED', {id}, 0, :start::bigint, :start::bigint + 1800000, NULL, :start::bigint, :start::bigint);
INSERT INTO meeting_revision (meeting, revision, body, changed_by, changed_at) VALUES ({id}, 1, '{body}', 'bench', :start::bigint);
INSERT INTO meeting_listed (person, recurring, first_start_at, meeting, last_end_at, listing) VALUES {};
INSERT INTO outbox (id, meeting, revision, recipient, kind, state, attempts, next_at, created_at, updated_at) VALUES {};
COMMIT;
",
        listed.join(", "),
        mails.join(", ")
    )
}
