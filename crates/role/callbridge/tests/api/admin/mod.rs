//! The API of administrators and their programs.

mod conventions;
mod every_kind;
mod limits;
mod lists;
mod nodes;
mod removal;
mod rules;
mod uniqueness;
