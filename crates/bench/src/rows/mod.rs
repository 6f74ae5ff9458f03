//! The rows: one module each, which measures and answers lines of the table.

mod create;
mod create_postgres;
mod failover;
mod files;
mod handshakes;
mod held;
mod invitations;
mod links;
mod list;
mod recurrence;
mod schedulers;
mod start;
mod tunnel;
mod window;

use std::pin::Pin;

use crate::{bench::Bench, table::Line};

/// What a row's function gives.
pub type Measuring<'a> = Pin<Box<dyn Future<Output = anyhow::Result<Vec<Line>>> + 'a>>;

/// A row.
pub struct Row {
    /// What it is asked for by.
    pub name: &'static str,
    /// What it measures, in a few words.
    pub about: &'static str,
    /// Measures.
    pub run: for<'a> fn(&'a Bench) -> Measuring<'a>,
}

/// All rows, in the order in which they run.
pub const ROWS: &[Row] = &[
    Row {
        name: "start",
        about: "from the scheduler's start to its links, and idle memory",
        run: |bench| Box::pin(start::run(bench)),
    },
    Row {
        name: "create",
        about: "scheduling meetings on SQLite, against SQLite itself",
        run: |bench| Box::pin(create::run(bench)),
    },
    Row {
        name: "postgres",
        about: "scheduling meetings on PostgreSQL, against pgbench",
        run: |bench| Box::pin(create_postgres::run(bench)),
    },
    Row {
        name: "schedulers",
        about: "one to three schedulers side by side on one PostgreSQL",
        run: |bench| Box::pin(schedulers::run(bench)),
    },
    Row {
        name: "list",
        about: "my meetings this week, against a bare axum application",
        run: |bench| Box::pin(list::run(bench)),
    },
    Row {
        name: "recurrence",
        about: "rules from text to instants, against the crate rrule and libical",
        run: |bench| Box::pin(recurrence::run(bench)),
    },
    Row {
        name: "window",
        about: "a week of a series that began five years ago, against libical",
        run: |bench| Box::pin(window::run(bench)),
    },
    Row {
        name: "invitations",
        about: "3,000 invitations, against Postfix and smtp-source",
        run: |bench| Box::pin(invitations::run(bench)),
    },
    Row {
        name: "tunnel",
        about: "requests through the edge, against nginx",
        run: |bench| Box::pin(tunnel::run(bench)),
    },
    Row {
        name: "files",
        about: "the web app's files, against nginx",
        run: |bench| Box::pin(files::run(bench)),
    },
    Row {
        name: "handshakes",
        about: "new TLS connections, against nginx",
        run: |bench| Box::pin(handshakes::run(bench)),
    },
    Row {
        name: "held",
        about: "memory of browsers that hold an event stream",
        run: |bench| Box::pin(held::run(bench)),
    },
    Row {
        name: "links",
        about: "links after a web bridge's restart",
        run: |bench| Box::pin(links::run(bench)),
    },
    Row {
        name: "failover",
        about: "requests while a part dies",
        run: |bench| Box::pin(failover::run(bench)),
    },
];
