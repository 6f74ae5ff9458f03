//! Whose lists a meeting stands in, and what they show of it.

use crate::{DbFault, Tx, Value, meetings::MeetingRow};

/// A person in whose lists a meeting stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// `u:` and the id of the organizer, or `e:` and the address of somebody invited in lower case.
    pub person: String,
    /// What this person's lists show.
    pub listing: String,
}

/// How a meeting stands in lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// In whose.
    pub people: Vec<PersonRow>,
    /// Whether it may take place more than once.
    pub recurring: bool,
}

/// A meeting in a list, for one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedRow<'a> {
    /// The meeting's id.
    pub meeting: &'a str,
    /// Whose list it stands in, as [`PersonRow::person`].
    pub person: &'a str,
    /// What that person's lists show.
    pub listing: &'a str,
}

/// What [`MeetingRow::last_end_at`] is for a series without end, where a number is needed.
pub const ENDLESS: i64 = i64::MAX;

/// People of one statement at most: beside 4 parameters for all, each takes 2; most meetings have few.
const PEOPLE_AT_ONCE: usize = 10;

/// Puts a meeting into lists, unless it is cancelled.
pub(crate) fn put(tx: &mut Tx<'_>, row: &MeetingRow, standing: &Standing) -> Result<(), DbFault> {
    if row.is_cancelled {
        return Ok(());
    }
    for chunk in standing.people.chunks(PEOPLE_AT_ONCE) {
        let mut sql =
            "INSERT INTO meeting_listed (meeting, recurring, first_start_at, last_end_at, person, listing) VALUES "
                .to_owned();
        let mut values: Vec<Value> = vec![
            row.id.to_string().into(),
            standing.recurring.into(),
            row.first_start_at.into(),
            row.last_end_at.unwrap_or(ENDLESS).into(),
        ];
        for (number, person) in chunk.iter().enumerate() {
            let separator = if number == 0 { "" } else { ", " };
            let at = values.len();
            sql.push_str(&format!("{separator}($1, $2, $3, $4, ${}, ${})", at + 1, at + 2));
            values.extend([person.person.as_str().into(), person.listing.as_str().into()]);
        }
        tx.send(&sql, &values)?;
    }
    Ok(())
}

/// Takes a meeting out of lists by the very keys that it was put in with, so that no index by meeting has to be kept.
pub(crate) fn take_out(tx: &mut Tx<'_>, row: &MeetingRow, standing: &Standing) -> Result<(), DbFault> {
    for person in &standing.people {
        tx.send(
            "DELETE FROM meeting_listed WHERE person = $1 AND recurring = $2 AND first_start_at = $3 AND meeting = $4",
            &[
                person.person.as_str().into(),
                standing.recurring.into(),
                row.first_start_at.into(),
                row.id.to_string().into(),
            ],
        )?;
    }
    Ok(())
}

/// Gives a meeting that stands in lists by the instants of `former` those of its row, if it still is at that revision; `false`
/// when somebody else changed it.
pub fn moved(
    tx: &mut Tx<'_>,
    row: &MeetingRow,
    former: &MeetingRow,
    standing: &Standing,
) -> Result<bool, DbFault> {
    let changed = tx.execute(
        "UPDATE meeting SET first_start_at = $1, last_end_at = $2 WHERE id = $3 AND revision = $4",
        &[
            row.first_start_at.into(),
            row.last_end_at.into(),
            row.id.to_string().into(),
            former.revision.into(),
        ],
    )?;
    if changed == 1 {
        take_out(tx, former, standing)?;
        put(tx, row, standing)?;
    }
    Ok(changed == 1)
}

/// Tells `each` the meetings of a person, who is known by two keys, that may overlap the window.
///
/// `longest_ms` is how long one occurrence may last: a single meeting that starts earlier can't reach the window. A meeting
/// that stands under both keys is told twice.
pub fn list_of(
    tx: &mut Tx<'_>,
    keys: &[String; 2],
    from: i64,
    until: i64,
    longest_ms: i64,
    each: &mut dyn FnMut(ListedRow<'_>),
) -> Result<(), DbFault> {
    // Four looks into one tree, each at rows that lie side by side.
    tx.each(
        "SELECT meeting, person, listing FROM meeting_listed
         WHERE person = $1 AND recurring = 0 AND first_start_at >= $3 AND first_start_at < $4 AND last_end_at > $5
         UNION ALL SELECT meeting, person, listing FROM meeting_listed
         WHERE person = $1 AND recurring = 1 AND first_start_at < $4 AND last_end_at > $5
         UNION ALL SELECT meeting, person, listing FROM meeting_listed
         WHERE person = $2 AND recurring = 0 AND first_start_at >= $3 AND first_start_at < $4 AND last_end_at > $5
         UNION ALL SELECT meeting, person, listing FROM meeting_listed
         WHERE person = $2 AND recurring = 1 AND first_start_at < $4 AND last_end_at > $5",
        &[
            keys[0].as_str().into(),
            keys[1].as_str().into(),
            from.saturating_sub(longest_ms).into(),
            until.into(),
            from.into(),
        ],
        &mut |[meeting, person, listing]| each(ListedRow { meeting, person, listing }),
    )
}

/// Tells `each` everybody's meetings that may overlap the window, as their organizers' lists have them, at most `most`.
pub fn list_all(
    tx: &mut Tx<'_>,
    from: i64,
    until: i64,
    most: i64,
    each: &mut dyn FnMut(ListedRow<'_>),
) -> Result<(), DbFault> {
    tx.each(
        "SELECT l.meeting, l.person, l.listing FROM meeting m
         JOIN meeting_listed l ON l.person = 'u:' || m.organizer AND l.recurring IN (0, 1)
           AND l.first_start_at = m.first_start_at AND l.meeting = m.id
         WHERE m.first_start_at < $1 AND (m.last_end_at IS NULL OR m.last_end_at > $2) AND m.status = 'CONFIRMED'
         ORDER BY m.first_start_at, m.id LIMIT $3",
        &[until.into(), from.into(), most.into()],
        &mut |[meeting, person, listing]| each(ListedRow { meeting, person, listing }),
    )
}
