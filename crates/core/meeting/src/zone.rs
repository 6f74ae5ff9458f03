//! Time zones by IANA name, from the data that holds ([`crate::zone_data`]).
//!
//! Apart from the rest so that no other file can reach the zone files of the operating system, which are often
//! years old.

use std::{
    collections::HashMap,
    fmt,
    str::FromStr,
    sync::{OnceLock, PoisonError, RwLock},
};

use jiff::tz::TimeZone;

use crate::{zone_data, zone_table::ZoneTable};

/// Longest name looked at, in characters; the longest real one has 32.
pub const MAX_ZONE_NAME_CHARS: usize = 64;
/// How many near names an error suggests at most.
const MAX_SUGGESTIONS: usize = 3;

/// A zone of the IANA database under the name it was asked for, in that database's spelling.
#[derive(Clone)]
pub struct Zone(&'static Known);

/// A zone that was asked for once; it stays, as there are only so many names.
struct Known {
    zone: TimeZone,
    table: OnceLock<ZoneTable>,
}

/// The zones that were asked for, by their names in the database's spelling.
static KNOWN: RwLock<Option<HashMap<&'static str, &'static Known>>> = RwLock::new(None);

fn asked_before(name: &str) -> Option<&'static Known> {
    let all = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    all.as_ref().and_then(|all| all.get(name)).copied()
}

fn known(zone: TimeZone) -> &'static Known {
    let mut all = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    let all = all.get_or_insert_default();
    let name = zone.iana_name().unwrap_or("UTC");
    if let Some(known) = all.get(name) {
        return known;
    }
    let known: &'static Known = Box::leak(Box::new(Known { zone, table: OnceLock::new() }));
    all.insert(known.zone.iana_name().unwrap_or("UTC"), known);
    known
}

/// There is no zone of that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownZone {
    /// What was asked for, shortened when overlong.
    pub name: String,
    /// Names that are near, best first; may be empty.
    pub suggestions: Vec<String>,
}

impl fmt::Display for UnknownZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no time zone {:?}; expected an IANA name such as ", self.name)?;
        match self.suggestions.split_first() {
            None => f.write_str("Asia/Seoul or Europe/London"),
            Some((first, rest)) => {
                f.write_str(first)?;
                rest.iter().try_for_each(|name| write!(f, " or {name}"))
            }
        }
    }
}

impl std::error::Error for UnknownZone {}

impl Zone {
    /// Coordinated Universal Time.
    pub fn utc() -> Self {
        static UTC: OnceLock<&'static Known> = OnceLock::new();
        Self(UTC.get_or_init(|| known(TimeZone::UTC)))
    }

    /// Looks a zone up by its IANA name, in any case of letters.
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        Self::of_name(name).ok_or_else(|| UnknownZone {
            name: name.chars().take(MAX_ZONE_NAME_CHARS).collect(),
            suggestions: near_names(name),
        })
    }

    /// The same without looking for near names where there is none, which takes a thousand times as long: for names that nobody
    /// typed.
    pub fn of_name(name: &str) -> Option<Self> {
        if let Some(known) = asked_before(name) {
            return Some(Self(known));
        }
        if name.len() > MAX_ZONE_NAME_CHARS || !is_zone_name(name) {
            return None;
        }
        let (spelled, _) = zone_data::file(name)?;
        asked_before(spelled).or_else(|| zone_data::find(spelled).map(known)).map(Self)
    }

    /// The name in the database's spelling, such as `Asia/Seoul`.
    pub fn name(&self) -> &str {
        self.0.zone.iana_name().unwrap_or("UTC")
    }

    /// The rules of the zone.
    pub fn time_zone(&self) -> &TimeZone {
        &self.0.zone
    }

    /// Its changes of the clock as a table.
    pub(crate) fn table(&self) -> &'static ZoneTable {
        self.0.table.get_or_init(|| ZoneTable::of(&self.0.zone))
    }

    /// Every name that can be looked up, sorted.
    pub fn all_names() -> Vec<String> {
        let mut names: Vec<String> =
            zone_data::names().into_iter().filter(|name| is_zone_name(name)).collect();
        names.sort();
        names
    }
}

/// Leaves out what the database holds beside places: the placeholder of an unset clock.
fn is_zone_name(name: &str) -> bool {
    !name.eq_ignore_ascii_case("Factory") && !name.eq_ignore_ascii_case("Etc/Unknown")
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0) || self.name() == other.name()
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        Self::named(name)
    }
}

/// Names whose place or whole text differs from what was asked for by a few letters.
fn near_names(wanted: &str) -> Vec<String> {
    let wanted: String = wanted.trim().replace(' ', "_").to_lowercase();
    if wanted.is_empty() || wanted.len() > MAX_ZONE_NAME_CHARS {
        return Vec::new();
    }
    let place = last_part(&wanted);
    let mut near: Vec<(usize, String)> = Zone::all_names()
        .into_iter()
        .filter_map(|name| {
            let lower = name.to_lowercase();
            let whole = distance(&wanted, &lower);
            let by_place = distance(place, last_part(&lower)) + usize::from(wanted.contains('/'));
            let best = whole.min(by_place);
            (best <= 1 + wanted.chars().count() / 5).then_some((best, name))
        })
        .collect();
    near.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.contains('/').cmp(&a.1.contains('/'))));
    near.into_iter().take(MAX_SUGGESTIONS).map(|(_, name)| name).collect()
}

fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Levenshtein's distance: how many letters to add, drop or change.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_the_spelling_of_the_database() {
        for (asked, name) in
            [("asia/seoul", "Asia/Seoul"), ("AMERICA/NEW_YORK", "America/New_York"), ("utc", "UTC")]
        {
            assert_eq!(Zone::named(asked).unwrap().name(), name);
        }
    }

    #[test]
    fn suggests_names_that_are_near() {
        let error = Zone::named("Asia/Seol").unwrap_err();
        assert_eq!(error.suggestions.first().map(String::as_str), Some("Asia/Seoul"));
        assert!(error.to_string().contains("such as Asia/Seoul"), "{error}");
        assert_eq!(Zone::named("Seoul").unwrap_err().suggestions[0], "Asia/Seoul");
        assert_eq!(Zone::named("new york").unwrap_err().suggestions[0], "America/New_York");
        assert!(Zone::named("").unwrap_err().to_string().contains("Europe/London"));
    }

    #[test]
    fn refuses_what_is_no_place() {
        for name in
            ["Factory", "Etc/Unknown", "EST5EDT4,M3.2.0,M11.1.0", "+09:00", "../etc/passwd", " Asia/Seoul"]
        {
            assert!(Zone::named(name).is_err(), "{name}");
        }
        assert!(Zone::named(&"x".repeat(100_000)).unwrap_err().suggestions.is_empty());
    }

    #[test]
    fn knows_the_rules_of_2026_whatever_the_machine_has() {
        let vancouver = Zone::named("America/Vancouver").unwrap();
        let winter = jiff::civil::date(2026, 12, 1).at(9, 0, 0, 0);
        let offset = vancouver.time_zone().to_timestamp(winter).unwrap();
        assert_eq!(offset.to_string(), "2026-12-01T16:00:00Z");
    }
}
