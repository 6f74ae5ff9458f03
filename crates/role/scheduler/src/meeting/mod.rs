//! A meeting between request, database, mail and answer.

pub(crate) mod answering;
pub(crate) mod answers;
pub(crate) mod asked_time;
pub(crate) mod body;
pub(crate) mod carried;
pub(crate) mod check;
mod copies;
pub(crate) mod events;
pub(crate) mod feed;
pub(crate) mod groups;
pub(crate) mod history;
pub(crate) mod kept;
pub(crate) mod letters;
pub(crate) mod listing;
pub(crate) mod mails;
pub(crate) mod notes;
pub(crate) mod pending;
pub(crate) mod place;
pub(crate) mod plan;
pub(crate) mod preferred;
pub(crate) mod refused;
pub(crate) mod reminding;
pub(crate) mod shown;
