//! What a listing says of its meeting as such: for those who look through somebody's lists, and show nothing of them.

use super::{CO_ORGANIZER, Listed};

/// Whose meeting a line tells of, and as what its person stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Headed {
    /// The name.
    pub(crate) summary: String,
    /// The organizer, as `user@domain`.
    pub(crate) organizer: String,
    /// Whether the line is a co-organizer's.
    pub(crate) is_co_organizers: bool,
}

impl Headed {
    /// What a listing says of it; `None` when that has been damaged.
    pub(crate) fn of(listing: &str) -> Option<Self> {
        let listed = Listed::parse(listing.lines().next()?)?;
        let jid = if listed.organizer_jid.is_empty() { listed.organizer_email } else { listed.organizer_jid };
        Some(Self {
            summary: serde_json::from_str(listed.summary).ok()?,
            organizer: serde_json::from_str(jid).ok()?,
            is_co_organizers: listed.flag == CO_ORGANIZER,
        })
    }
}
