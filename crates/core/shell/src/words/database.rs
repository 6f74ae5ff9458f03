//! `database`: the file or the PostgreSQL server that call bridge and scheduler keep what they know in.

use super::Command;
use crate::grammar::{Word, form, not_here};

/// What is to be done with the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// Show the configuration.
    Show,
    /// Which database.
    Url(Option<String>),
    /// Ask for PostgreSQL's password, or forget it.
    Password {
        /// Whether it is to be forgotten.
        none: bool,
    },
    /// Whom to trust as the PostgreSQL server; the connection is encrypted then.
    Trust(Option<String>),
    /// Say whether it answers, and how old its tables are.
    Status,
    /// Bring the tables up to date.
    Migrate,
    /// The model's clusters of databases.
    Cluster,
}

/// The word.
pub const DATABASE: Word = Word {
    name: "database",
    about: "Configure database",
    forms: &[
        form("database", |_| ok(Database::Show)),
        form("database url <url>", |args| ok(Database::Url(Some(args.text(0))))),
        form("database url none", |_| ok(Database::Url(None))),
        form("database password", |_| ok(Database::Password { none: false })),
        form("database password none", |_| ok(Database::Password { none: true })),
        form("database trust <bundle>", |args| ok(Database::Trust(Some(args.text(0))))),
        form("database trust none", |_| ok(Database::Trust(None))),
        form("database status", |_| ok(Database::Status)),
        form("database migrate", |_| ok(Database::Migrate)),
        form("database cluster status", |_| ok(Database::Cluster)),
        not_here(
            "database cluster <anything>...",
            "the servers of a cluster name the same PostgreSQL database (\"database url\"), which is kept and replicated by PostgreSQL's own tools",
        ),
    ],
    notes: "The url is `sqlite:<name>` for a file of this server, or `postgres://<user>@<host>:<port>/<database>`; its password is asked for, and \
            never stands in the url. The servers of a cluster name the same PostgreSQL database.",
};

fn ok(database: Database) -> Result<Command, String> {
    Ok(Command::Database(database))
}
