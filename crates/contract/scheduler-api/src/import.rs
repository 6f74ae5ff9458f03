//! What became of a calendar file.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Meetings of one file at most.
pub const MAX_IMPORTED: usize = 500;

/// What became of a calendar file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Imported {
    /// The meetings that were made.
    pub made: Vec<ImportedMeeting>,
    /// Those that were made of it, or of another file with the same UID, before.
    pub known: Vec<ImportedMeeting>,
    /// What of it came to nothing, and why; of a meeting that was made, what is missing in it.
    pub faults: Vec<ImportFault>,
}

/// A meeting that was made of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportedMeeting {
    /// Which VEVENT of the file it is, from 1 on.
    pub component: usize,
    /// The UID that the file has; the meeting has one of its own.
    pub uid: String,
    /// The meeting's id.
    pub meeting: String,
    /// Its name.
    pub summary: String,
}

/// What of a file came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportFault {
    /// Which VEVENT of the file it is, from 1 on.
    pub component: usize,
    /// Its name, where it has one.
    pub summary: Option<String>,
    /// Why, as a word.
    pub code: String,
    /// Why.
    pub reason: String,
}
