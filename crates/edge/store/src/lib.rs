//! SQL and migrations for SQLite and PostgreSQL: the only crate that contains SQL.
//!
//! An edge crate (the outside system is the database). One code path serves both engines: a piece of work is a
//! closure over a [`Tx`], which speaks the SQL that both understand (`$1` parameters, `RETURNING`, `ON CONFLICT`),
//! with columns of BIGINT and TEXT only. On SQLite one thread writes and commits several pieces of work together
//! (each within a savepoint of its own); on PostgreSQL a few threads hold a connection each.
//!
//! To add a group of tables: a migration in `migrations/`, its number in [`migrate`], a module named for the noun with
//! functions over `&mut Tx`, and tests that run on both engines.

pub mod answer_links;
pub mod answers;
pub mod delegates;
pub mod deliveries;
pub mod digests;
pub mod engine;
pub mod fault;
pub mod feeds;
pub mod handovers;
pub mod idempotency;
pub mod imports;
pub mod keys;
pub mod lease;
pub mod lists;
pub mod mail_in;
pub mod meetings;
pub mod migrate;
pub mod objects;
pub mod operators;
pub mod outbox;
pub mod passwords;
pub mod preferences;
pub mod proposals;
mod reach;
pub mod refused_replies;
pub mod reminders;
pub mod removed_users;
pub mod schema;
pub mod space_tasks;
pub mod sql;
pub mod templates;
pub mod webhook_deliveries;
pub mod webhooks;
pub mod zones;

pub use engine::{Store, copy_sqlite};
pub use fault::{DbFault, OpenFault};
pub use migrate::Version;
pub use sql::{Row, Tx, Value};
