//! The call bridge's three interfaces as their clients meet them, on a real database. One program for all topics, so
//! that it is linked once.

mod admin;
mod figures;
mod loopback;
mod support;
mod web;
