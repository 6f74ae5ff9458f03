//! The programs that Convoke is measured against.

pub mod nginx;
