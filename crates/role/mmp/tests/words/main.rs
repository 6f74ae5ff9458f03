//! Command words on a server's folder, typed as a session types them.

mod accounts;
mod certificates;
mod settings;
mod support;
