//! The times of day that a rule names: second offsets from the start of a period.

use crate::{Frequency, Rule, day::DAY_SECONDS, rule::bits};

/// The offsets, upwards, of all times in one period of the rule: in a day, or in an hour or a minute where the
/// rule repeats by those. What the rule does not name is the start's.
pub(super) fn offsets(rule: &Rule, start: i64) -> Vec<u32> {
    let in_day = start.rem_euclid(DAY_SECONDS) as u32;
    let hours = match rule.frequency {
        Frequency::Secondly | Frequency::Minutely | Frequency::Hourly => 1,
        _ => or_start(u64::from(rule.hours), in_day / 3_600),
    };
    let minutes = match rule.frequency {
        Frequency::Secondly | Frequency::Minutely => 1,
        _ => or_start(rule.minutes, in_day / 60 % 60),
    };
    let seconds = match rule.frequency {
        Frequency::Secondly => 1,
        _ => or_start(rule.seconds, in_day % 60),
    };
    let count = hours.count_ones() * minutes.count_ones() * seconds.count_ones();
    let mut offsets = Vec::with_capacity(count as usize);
    for hour in bits(hours) {
        for minute in bits(minutes) {
            for second in bits(seconds) {
                offsets.push(u32::from(hour) * 3_600 + u32::from(minute) * 60 + u32::from(second));
            }
        }
    }
    offsets
}

fn or_start(named: u64, of_start: u32) -> u64 {
    if named == 0 { 1 << of_start } else { named }
}
