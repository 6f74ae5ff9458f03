//! The server as real clients see it: OpenSSH's ssh, sftp and scp, ssh-audit, and a client that misbehaves.

mod audit;
mod changed;
mod client;
mod connections;
mod console;
mod files;
mod host;
mod sessions;
mod sign_in;
