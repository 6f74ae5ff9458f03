//! A recurrence in words: as it is told, and as somebody types it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A recurrence in words, one text a language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Words {
    /// English: `Every month on the last Friday at 09:00, until 18 December 2026, 2 times`.
    pub en: String,
    /// Korean.
    pub ko: String,
}

/// Words that somebody typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct UnderstandRequest {
    /// The words, at most 300 characters: `every other Tuesday at 9:00, until 18 December`.
    pub text: String,
    /// Their language, `en` or `ko`; without it the text tells.
    pub language: Option<String>,
    /// The local start that the meeting has so far: gives the time of day and the first date where the words don't.
    /// "Tomorrow" and the like go by the present day all the same.
    pub dt_start: Option<String>,
    /// The IANA zone; UTC without it.
    pub time_zone: Option<String>,
    /// Whether the meeting takes whole days.
    pub is_full_day_meeting: bool,
}

/// What the words mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Understood {
    /// The recurrence.
    #[serde(flatten)]
    pub recurrence: UnderstoodRecurrence,
    /// What others mean by the same words, whole as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alternative: Option<UnderstoodRecurrence>,
}

/// A recurrence and the words for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnderstoodRecurrence {
    /// The rule.
    pub rrule: String,
    /// Local start of the first occurrence.
    pub dt_start: String,
    /// Local end of the first occurrence, where the words say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dt_end: Option<String>,
    /// Local starts that are left out, all of them dates of the series.
    pub exdate: Vec<String>,
    /// The same in the words of Convoke.
    pub words: Words,
}
