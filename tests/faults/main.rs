//! Whole systems of real processes under faults: what was acknowledged stays, what is refused is refused in words, and
//! everything recovers by itself.
//!
//! `make test` runs each in a short form; `make soak` gives `CONVOKE_SOAK_SECONDS` to those that can go on for longer.
//! What is random comes from one number, which is printed and can be given as `CONVOKE_SEED`.

mod chance;
mod cut;
mod database;
mod invitations;
mod killed;
mod load;
mod mail_server;
mod mails;
mod moody_server;
mod proxy;
mod replies;
mod starved;
mod stopped;
#[path = "../journeys/world/mod.rs"]
mod world;
