//! `backup`: a copy of the whole server in one file, and the way back.

use super::Command;
use crate::grammar::{Word, form};

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backup {
    /// Make one.
    Snapshot(String),
    /// Go back to one.
    Rollback(String),
    /// List them.
    List,
}

/// The word.
pub const BACKUP: Word = Word {
    name: "backup",
    about: "Make and restore backups",
    forms: &[
        form("backup snapshot <name>", |args| Ok(Command::Backup(Backup::Snapshot(args.text(0))))),
        form("backup rollback <backup>", |args| Ok(Command::Backup(Backup::Rollback(args.text(0))))),
        form("backup list", |_| Ok(Command::Backup(Backup::List))),
    ],
    notes: "`<name>.bak` holds settings, accounts, keys, certificates and the SQLite database; fetch it by SFTP and keep it as secret as the keys. A \
            PostgreSQL database has its own backups. A rollback needs the same version of Convoke, and starts all services again.",
};
