//! A reply that was not taken, because nothing proves whose it is, as it is kept until the organizer says.

use convoke_meeting::answers::PartStat;
use convoke_model::MeetingId;
use convoke_runtime::random;
use convoke_store::{DbFault, Tx, refused_replies, refused_replies::RefusedRow};
use serde::{Deserialize, Serialize};

use super::{
    answering::{Proposed, Said, Source, shortened},
    answers::{about, words},
    body::{local, parsed},
};
use crate::asked::Whence;

/// What a reply says, as the database keeps it (JSON).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reply {
    /// Which occurrence it is about; empty for all of them.
    pub(crate) recurrence: String,
    /// Whether those after it are meant too.
    pub(crate) following: bool,
    /// The answer.
    pub(crate) partstat: String,
    /// What was said with it.
    pub(crate) comment: String,
    /// The SEQUENCE that was answered, where it says one.
    pub(crate) sequence: Option<u32>,
    /// When it was given, in milliseconds since 1970.
    pub(crate) stamped_at: i64,
    /// Another time that is proposed with it: local start and end, and their zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) proposed: Option<(String, String, Option<String>)>,
}

impl Reply {
    /// Of what somebody is said to say.
    pub(crate) fn of(said: &Said, all_day: bool) -> Self {
        let (recurrence, following) = words(said.about, all_day);
        let proposed = said.proposed.as_ref().map(|Proposed { start, end, zone }| {
            let zone = zone.as_ref().map(|zone| zone.name().to_owned());
            (local(*start, all_day), local(*end, all_day), zone)
        });
        Self {
            recurrence,
            following,
            partstat: said.partstat.word().to_owned(),
            comment: shortened(&said.comment),
            sequence: said.sequence,
            stamped_at: said.stamped_at,
            proposed,
        }
    }

    /// The answer of this person, as somebody accepts it for them; `None` when what is kept has been damaged.
    pub(crate) fn said(&self, meeting: MeetingId, person: String, by: &Whence) -> Option<Said> {
        let proposed = match &self.proposed {
            None => None,
            Some((start, end, zone)) => Some(Proposed {
                start: parsed(start)?,
                end: parsed(end)?,
                zone: zone.as_deref().and_then(|zone| convoke_meeting::Zone::named(zone).ok()),
            }),
        };
        Some(Said {
            meeting,
            person,
            about: about(&self.recurrence, self.following)?,
            partstat: PartStat::of_word(&self.partstat)?,
            comment: self.comment.clone(),
            proposed,
            source: Source::Mail,
            sequence: self.sequence,
            stamped_at: self.stamped_at,
            entered_by: Some(by.by.clone()),
            on_behalf_of: by.on_behalf_of.clone(),
            address: None,
        })
    }
}

/// Notes a reply that is not taken, for `reason` (a stable word), which the address `sender` sent in the name of `said.person`.
pub(crate) fn refuse(
    tx: &mut Tx<'_>,
    said: &Said,
    (sender, reason): (&str, &str),
    all_day: bool,
    now_ms: i64,
) -> Result<(), DbFault> {
    let reply = Reply::of(said, all_day);
    let json = serde_json::to_string(&reply)
        .map_err(|fault| DbFault::Failed(format!("a reply can't be written: {fault}")))?;
    let row = RefusedRow {
        id: random::guid_at(now_ms),
        claimed: said.person.clone(),
        sender: sender.to_lowercase(),
        reason: reason.to_owned(),
        said: json,
        received_at: now_ms,
        settled_at: None,
        settled_by: None,
    };
    refused_replies::insert(tx, said.meeting, &row)
}
