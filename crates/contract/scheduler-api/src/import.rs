//! What became of a calendar file.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Meetings of one file at most.
pub const MAX_IMPORTED: usize = 500;
/// Faults of one file that are told at most.
pub const MAX_IMPORT_FAULTS: usize = 200;

/// What became of a calendar file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Imported {
    /// The meetings that were made.
    pub made: Vec<ImportedMeeting>,
    /// Those that were made of it, or of another file with the same UID, before.
    pub known: Vec<ImportedMeeting>,
    /// What of it came to nothing, and why; of a meeting that was made, what is missing in it. The first 200.
    pub faults: Vec<ImportFault>,
    /// How many faults there are.
    pub fault_count: usize,
    /// How many meetings were not looked at, as the mails of the one before them are too many now. Send the file again later: what is
    /// made is not made twice.
    pub left: usize,
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
