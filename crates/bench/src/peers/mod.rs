//! The programs that Convoke is measured against.

pub mod hello;
pub mod nginx;
pub mod pgbench;
pub mod raw_sqlite;
