//! The zone that the machine's clock shows. Apart because duty hours alone are told in it.

use std::{env, fs};

use jiff::tz::TimeZone;

/// Largest zone file that is read, in bytes.
const MAX_ZONE_BYTES: u64 = 1 << 20;

/// The zone of the variable `TZ` when it names one, else that of `/etc/localtime`, else UTC.
pub(super) fn of_the_machine() -> TimeZone {
    let named = env::var("TZ").ok().and_then(|name| TimeZone::get(name.trim_start_matches(':')).ok());
    named.or_else(local).unwrap_or(TimeZone::UTC)
}

fn local() -> Option<TimeZone> {
    let path = "/etc/localtime";
    let small = fs::metadata(path).ok()?.len() <= MAX_ZONE_BYTES;
    small.then(|| fs::read(path).ok()).flatten().and_then(|data| TimeZone::tzif("Local", &data).ok())
}
