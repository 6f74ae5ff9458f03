//! In which language and zone people have their mails, and since when: a mail is written with what held when it was queued.

use std::collections::HashMap;

use crate::{DbFault, Tx, Value};

/// In which language and zone somebody has their mails; empty where nothing is preferred.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PreferenceRow {
    /// The tag of the language.
    pub language: String,
    /// The IANA name of the zone.
    pub time_zone: String,
}

/// People of one statement.
const AT_ONCE: usize = 90;

/// What these people (addresses in lower case) had come to prefer before `at` (milliseconds since 1970); those who preferred nothing are
/// missing. What came in that very millisecond may have come after a mail that was queued in it was sent, and says nothing of it.
pub fn as_of<'p>(
    tx: &mut Tx<'_>,
    people: impl IntoIterator<Item = &'p str>,
    at: i64,
) -> Result<HashMap<String, PreferenceRow>, DbFault> {
    let people: Vec<&str> = people.into_iter().collect();
    let mut found = HashMap::new();
    for some in people.chunks(AT_ONCE) {
        let places: Vec<String> = (2..some.len() + 2).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT person, language, time_zone FROM person_preference p
             WHERE person IN ({}) AND since =
               (SELECT MAX(since) FROM person_preference o WHERE o.person = p.person AND o.since < $1)",
            places.join(", ")
        );
        let values: Vec<Value> =
            std::iter::once(at.into()).chain(some.iter().map(|person| (*person).into())).collect();
        for row in tx.query(&sql, &values)? {
            let preference = PreferenceRow { language: row.text(1)?, time_zone: row.text(2)? };
            found.insert(row.text(0)?, preference);
        }
    }
    Ok(found)
}

/// What somebody prefers now.
pub fn of(tx: &mut Tx<'_>, person: &str) -> Result<PreferenceRow, DbFault> {
    Ok(as_of(tx, [person], i64::MAX)?.remove(person).unwrap_or_default())
}

/// Makes this what somebody prefers from `now_ms` on; `false` when they have changed it `most` times since `since`. It holds
/// from after what holds now, also when another machine's clock, which wrote that, is ahead.
pub fn put(
    tx: &mut Tx<'_>,
    person: &str,
    preference: &PreferenceRow,
    now_ms: i64,
    (most, since): (i64, i64),
) -> Result<bool, DbFault> {
    let row = tx.query_one(
        "SELECT COALESCE(MAX(since), 0), COUNT(CASE WHEN since >= $2 THEN 1 END) FROM person_preference WHERE person = $1",
        &[person.into(), since.into()],
    )?;
    let (last, count) = match row {
        Some(row) => (row.integer(0)?, row.integer(1)?),
        None => (0, 0),
    };
    if count >= most {
        return Ok(false);
    }
    tx.execute(
        "INSERT INTO person_preference (person, since, language, time_zone) VALUES ($1, $2, $3, $4)",
        &[
            person.into(),
            now_ms.max(last + 1).into(),
            preference.language.as_str().into(),
            preference.time_zone.as_str().into(),
        ],
    )?;
    Ok(true)
}

/// Forgets what did not hold any more at `before`, a bounded number at once; how many they were.
pub fn forget(tx: &mut Tx<'_>, before: i64, most: i64) -> Result<u64, DbFault> {
    tx.execute(
        "DELETE FROM person_preference WHERE (person, since) IN
           (SELECT person, since FROM person_preference p WHERE since < $1 AND EXISTS
              (SELECT 1 FROM person_preference n WHERE n.person = p.person AND n.since > p.since AND n.since < $1) LIMIT $2)",
        &[before.into(), most.into()],
    )
}
