//! What was imported of whose calendars, by the UIDs of the files.

use std::collections::HashMap;

use convoke_model::MeetingId;

use crate::{DbFault, Tx, Value};

/// UIDs of one statement.
const AT_ONCE: usize = 90;

/// Which of these were imported for a user before, and as which meetings; those that were cancelled since don't count.
pub fn known(
    tx: &mut Tx<'_>,
    organizer: &str,
    uids: &[String],
) -> Result<HashMap<String, MeetingId>, DbFault> {
    let mut known = HashMap::new();
    for some in uids.chunks(AT_ONCE) {
        let places: Vec<String> = (2..some.len() + 2).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT imported.uid, imported.meeting FROM imported JOIN meeting ON meeting.id = imported.meeting
             WHERE imported.organizer = $1 AND meeting.status = 'CONFIRMED' AND imported.uid IN ({})",
            places.join(", ")
        );
        let values: Vec<Value> =
            std::iter::once(organizer.into()).chain(some.iter().map(|uid| uid.as_str().into())).collect();
        for row in tx.query(&sql, &values)? {
            known.insert(row.text(0)?, row.id(1)?);
        }
    }
    Ok(known)
}

/// Notes that a meeting is made of a UID; `false` when one was made before.
pub fn note(
    tx: &mut Tx<'_>,
    organizer: &str,
    uid: &str,
    meeting: MeetingId,
    now_ms: i64,
) -> Result<bool, DbFault> {
    let noted = tx.execute(
        "INSERT INTO imported (organizer, uid, meeting, imported_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (organizer, uid) DO UPDATE SET meeting = excluded.meeting, imported_at = excluded.imported_at
           WHERE NOT EXISTS (SELECT 1 FROM meeting WHERE meeting.id = imported.meeting AND meeting.status = 'CONFIRMED')",
        &[organizer.into(), uid.into(), meeting.to_string().into(), now_ms.into()],
    )?;
    Ok(noted == 1)
}
