//! People to be invited, read from a text.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::group::{GroupRequest, UserGroup};

/// People of one text at most: as many as a meeting can have by any setting.
pub const MAX_READ_PEOPLE: usize = 5_000;
/// Faults of one text that are shown at most.
pub const MAX_SHOWN_FAULTS: usize = 200;

/// A text with people in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct IntakeRequest {
    /// Anything with addresses in it, at most 512 KiB.
    pub text: String,
    /// What it is; a text when absent.
    pub format: IntakeFormat,
    /// Groups whose people are shown too, at most 20, after those of the text.
    pub groups: Vec<GroupRequest>,
}

/// What a text is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum IntakeFormat {
    /// Addresses with and without names, apart by commas, semicolons, tabs or lines.
    #[default]
    Text,
    /// A table, with or without a header, apart by commas, semicolons or tabs.
    Csv,
}

/// What a text says. Nobody is mailed, and nothing is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Intake {
    /// Everybody, in their order, as `attendees` of a meeting takes them.
    pub attendees: Vec<IntakePerson>,
    /// What needs a look, in its order, at most 200.
    pub faults: Vec<IntakeFault>,
    /// How many faults there are in all.
    pub fault_count: usize,
    /// Addresses that were there before, at most 200.
    pub duplicates: Vec<IntakeDuplicate>,
    /// How many these are in all.
    pub duplicate_count: usize,
    /// The groups that were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<UserGroup>,
}

/// Somebody who was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntakePerson {
    /// Their address.
    pub email: String,
    /// Their name; empty where there was none.
    pub name: String,
    /// The role that was said of their group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

/// Something that needs a look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntakeFault {
    /// The line, from 1 on.
    pub line: usize,
    /// What stands there, at most 200 characters.
    pub text: String,
    /// `noAddress`, `invalid`, or `doubtfulDomain` for an address that was taken but looks mistyped.
    pub code: String,
    /// Why, in words.
    pub reason: String,
    /// What may have been meant.
    pub suggestion: Option<String>,
}

/// An address that was there before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntakeDuplicate {
    /// The line, from 1 on.
    pub line: usize,
    /// The address.
    pub email: String,
}
