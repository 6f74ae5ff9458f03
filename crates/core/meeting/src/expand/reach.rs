//! Whether the steps of a rule can ever meet what it names: `FREQ=MINUTELY;INTERVAL=60;BYMINUTE=30` from ten o'clock can't.
//!
//! Steps of a fixed length come back to the same places of a day, a week or a year. So one look at the remainders tells what
//! a walk would need hundreds of thousands of periods for.

use crate::{Frequency, Rule, day, rule::bits};

/// Whether a series that starts at the local time `start` can have an occurrence on its steps, and one of its `BYSETPOS` a
/// place in a period.
pub(super) fn is_possible(rule: &Rule, start: i64, times_in_period: usize) -> bool {
    let days_in_period = match rule.frequency {
        Frequency::Yearly => 7 * 53,
        Frequency::Monthly => 31,
        Frequency::Weekly => 7,
        _ => 1,
    };
    let most = days_in_period * times_in_period;
    let beyond = |place: &i16| usize::from(place.unsigned_abs()) > most;
    if !rule.positions.is_empty() && rule.positions.iter().all(beyond) {
        return false;
    }
    let interval = i64::from(rule.interval);
    match rule.frequency {
        Frequency::Monthly => {
            let first = i64::from(super::days::month_index(start.div_euclid(day::DAY_SECONDS) as i32));
            meets(rule.months, |month| (i64::from(month) - 1 - first) % gcd(interval, 12) == 0)
        }
        Frequency::Daily => {
            let first = i64::from(day::weekday(start.div_euclid(day::DAY_SECONDS) as i32));
            meets(rule.weekdays.into(), |weekday| (i64::from(weekday) - first) % gcd(interval, 7) == 0)
        }
        Frequency::Hourly if rule.hours != 0 => times_meet(rule, start, 3_600, interval),
        Frequency::Minutely if rule.hours != 0 || rule.minutes != 0 => times_meet(rule, start, 60, interval),
        Frequency::Secondly if rule.hours != 0 || rule.minutes != 0 || rule.seconds != 0 => {
            times_meet(rule, start, 1, interval)
        }
        _ => true,
    }
}

/// Whether any of those named fits; none named is no limit.
fn meets(named: u16, fits: impl Fn(u8) -> bool) -> bool {
    named == 0 || bits(named.into()).any(fits)
}

/// Whether steps of `interval` units reach one of the times of day that are named.
fn times_meet(rule: &Rule, start: i64, unit: i64, interval: i64) -> bool {
    let step = gcd(interval, day::DAY_SECONDS / unit);
    let of_start = start.rem_euclid(day::DAY_SECONDS) / unit % step;
    let or_all = |named: u64, all: u32| if named == 0 { (1 << all) - 1 } else { named };
    let hours = or_all(rule.hours.into(), 24);
    let minutes = if unit > 60 { 1 } else { or_all(rule.minutes, 60) };
    let seconds = if unit > 1 { 1 } else { or_all(rule.seconds, 60) };
    bits(hours).any(|hour| {
        bits(minutes).any(|minute| {
            bits(seconds).any(|second| {
                let time = i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second);
                (time / unit - of_start) % step == 0
            })
        })
    })
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expand::times::Times;

    #[test]
    fn tells_rules_whose_steps_miss_what_they_name() {
        // 2026-01-05 is a Monday; the series starts at 10:00:00.
        let start = i64::from(day::from_civil(2026, 1, 5)) * day::DAY_SECONDS + 10 * 3_600;
        for (rule, possible) in [
            ("FREQ=MINUTELY;INTERVAL=60;BYMINUTE=30", false),
            ("FREQ=MINUTELY;INTERVAL=45;BYMINUTE=30", true),
            ("FREQ=MINUTELY;INTERVAL=45;BYMINUTE=31", false),
            ("FREQ=SECONDLY;INTERVAL=60;BYSECOND=30", false),
            ("FREQ=SECONDLY;INTERVAL=7;BYSECOND=30", true),
            ("FREQ=SECONDLY;INTERVAL=86400;BYHOUR=11", false),
            ("FREQ=HOURLY;INTERVAL=24;BYHOUR=11", false),
            ("FREQ=HOURLY;INTERVAL=25;BYHOUR=11", true),
            ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", false),
            ("FREQ=DAILY;INTERVAL=6;BYDAY=TU", true),
            ("FREQ=MONTHLY;INTERVAL=12;BYMONTH=2", false),
            ("FREQ=MONTHLY;INTERVAL=5;BYMONTH=2", true),
            ("FREQ=DAILY;BYHOUR=1,2;BYSETPOS=3", false),
            ("FREQ=DAILY;BYHOUR=1,2;BYSETPOS=3,-2", true),
            ("FREQ=WEEKLY;BYHOUR=1,2;BYSETPOS=14", true),
        ] {
            let rule = Rule::parse(rule).unwrap();
            let times = Times::of(&rule, start).count();
            assert_eq!(is_possible(&rule, start, times), possible, "{rule}");
        }
    }
}
