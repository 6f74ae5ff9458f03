//! What became of the mails about a meeting, person by person: the other side of the [`crate::outbox`].

use std::collections::HashMap;

use convoke_model::MeetingId;

use crate::{DbFault, Tx, outbox::BESIDE};

/// The last mail to a person about a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Whose, in lower case.
    pub recipient: String,
    /// `invitation`, `update` and so on.
    pub kind: String,
    /// `queued`, `deferred`, `sent`, `failed`, `bounced` or `withdrawn`.
    pub state: String,
    /// Why, in the mail server's words.
    pub detail: Option<String>,
    /// Failed tries.
    pub attempts: i64,
    /// Since when it is so, in milliseconds since 1970.
    pub at: i64,
    /// The newest revision that the person was told, or is being told; none, when no mail can have reached them.
    pub told: Option<i64>,
}

/// The last mail to each person about a meeting.
pub fn of_meeting(tx: &mut Tx<'_>, meeting: MeetingId) -> Result<Vec<Delivery>, DbFault> {
    // In order of the revisions, and of the times within one.
    let sql = format!(
        "SELECT recipient, kind, state, detail, attempts, updated_at, revision FROM outbox
         WHERE meeting = $1 AND kind NOT IN ({BESIDE}) ORDER BY revision, id"
    );
    let mut last: HashMap<String, Delivery> = HashMap::new();
    for row in tx.query(&sql, &[meeting.to_string().into()])? {
        let (recipient, state) = (row.text(0)?, row.text(2)?);
        let before = last.get(&recipient).and_then(|delivery| delivery.told);
        let is_told = !matches!(state.as_str(), "failed" | "bounced" | "withdrawn");
        let told = if is_told { Some(row.integer(6)?) } else { before };
        let delivery = Delivery {
            recipient: recipient.clone(),
            kind: row.text(1)?,
            state,
            detail: row.optional_text(3)?,
            attempts: row.integer(4)?,
            at: row.integer(5)?,
            told,
        };
        last.insert(recipient, delivery);
    }
    let mut deliveries: Vec<Delivery> = last.into_values().collect();
    deliveries.sort_by(|a, b| a.recipient.cmp(&b.recipient));
    Ok(deliveries)
}

/// How many mails of this kind somebody was sent about a meeting since then (milliseconds since 1970), and when the oldest of them
/// was queued.
pub fn count_since(
    tx: &mut Tx<'_>,
    (meeting, recipient, kind): (MeetingId, &str, &str),
    since: i64,
) -> Result<(i64, Option<i64>), DbFault> {
    let row = tx.query_one(
        "SELECT COUNT(*), MIN(created_at) FROM outbox
         WHERE meeting = $1 AND recipient = $2 AND kind = $3 AND created_at > $4",
        &[meeting.to_string().into(), recipient.to_lowercase().into(), kind.into(), since.into()],
    )?;
    row.map_or(Ok((0, None)), |row| Ok((row.integer(0)?, row.optional_integer(1)?)))
}
