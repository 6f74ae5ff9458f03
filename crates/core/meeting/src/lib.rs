//! Meetings in time: series, occurrences, recurrence, zones, clean-up rules.
//!
//! A crate of rules (core): values in, values out. It reads no clock, no file and no environment: zone data is
//! compiled in, and the present time is an argument. Nothing here loops without a bound, whatever the rule says.
//!
//! The policy where RFC 5545 is silent or contradicts itself:
//! - the start of a meeting is always its first occurrence, on the rule or not, and counts towards `COUNT`;
//! - a start that a clock change skips moves forward by the length of the gap and still counts;
//! - a start that a clock change repeats is its first occurrence;
//! - what a rule leaves open comes from the start (`FREQ=YEARLY;BYWEEKNO=20` keeps the start's weekday).

mod day;
mod zone_clock;
pub mod zone_data;
pub mod zone_rules;
mod zone_table;

pub mod answers;
pub mod cleanup;
pub mod draft;
pub mod expand;
pub mod plan;
pub mod reminders;
pub mod rule;
pub mod series;
pub mod words;
pub mod zone;

pub use draft::{Draft, Finding};
pub use rule::{Frequency, Rule, Until};
pub use series::{Occurrence, Series};
pub use zone::Zone;
