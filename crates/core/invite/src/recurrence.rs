//! What kind of recurrence a rule is, as far as people have words for it; the words are in `texts`.

use convoke_meeting::{Frequency, Rule};
use jiff::civil::{DateTime, Weekday};

/// A recurrence that there are words for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// Every so many days.
    Days { every: u32 },
    /// On these weekdays, Monday first, every so many weeks.
    Weeks { every: u32, on: Vec<Weekday> },
    /// Every so many months.
    Months { every: u32, on: Day },
    /// Every so many years, in a month (1 to 12).
    Years { every: u32, month: i8, on: Day },
}

/// A day within a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Day {
    /// 1 to 31.
    Number(i8),
    /// The last one.
    Last,
    /// The n-th such weekday, 1 to 5, or -1 for the last.
    Weekday(i8, Weekday),
    /// The first (1) or last (-1) day from Monday to Friday.
    Workday(i8),
}

/// Monday to Friday.
pub(crate) const WORKDAYS: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

impl Pattern {
    /// The pattern of a rule for a series that starts at `start`; `None` when there are no simple words for it.
    pub(crate) fn of(rule: &Rule, start: DateTime) -> Option<Self> {
        if rule.has_rare_parts() {
            return None;
        }
        let every = rule.interval();
        let weekdays: Vec<Weekday> = rule.weekdays().collect();
        let month_days: Vec<i8> = rule.month_days().collect();
        let months: Vec<u8> = rule.months().collect();
        let plain = month_days.is_empty() && months.is_empty() && rule.positions().is_empty();
        match rule.frequency() {
            Frequency::Daily if plain && weekdays.is_empty() => Some(Self::Days { every }),
            Frequency::Daily if plain && every == 1 => Some(Self::Weeks { every, on: weekdays }),
            Frequency::Weekly if plain => {
                let on = if weekdays.is_empty() { vec![start.weekday()] } else { weekdays };
                Some(Self::Weeks { every, on })
            }
            Frequency::Monthly if months.is_empty() => {
                Some(Self::Months { every, on: day(rule, &weekdays, &month_days, start)? })
            }
            Frequency::Yearly => {
                let month = match months[..] {
                    [] if weekdays.is_empty() && rule.nth_weekdays().is_empty() && month_days.is_empty() => {
                        start.month()
                    }
                    [month] => month as i8,
                    _ => return None,
                };
                Some(Self::Years { every, month, on: day(rule, &weekdays, &month_days, start)? })
            }
            _ => None,
        }
    }
}

/// The one day of a month that a rule names.
fn day(rule: &Rule, weekdays: &[Weekday], month_days: &[i8], start: DateTime) -> Option<Day> {
    match (weekdays, rule.nth_weekdays(), month_days, rule.positions()) {
        ([], [], [], []) => Some(Day::Number(start.day())),
        ([], [], [-1], []) => Some(Day::Last),
        ([], [], [day], []) if *day > 0 => Some(Day::Number(*day)),
        ([], [nth], [], []) if is_spoken(nth.place) => Some(Day::Weekday(nth.place, nth.weekday)),
        ([weekday], [], [], [place]) if is_spoken(i8::try_from(*place).ok()?) => {
            Some(Day::Weekday(i8::try_from(*place).ok()?, *weekday))
        }
        (days, [], [], [place @ (1 | -1)]) if *days == WORKDAYS => Some(Day::Workday(*place as i8)),
        _ => None,
    }
}

fn is_spoken(place: i8) -> bool {
    (1..=5).contains(&place) || place == -1
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn pattern(rule: &str) -> Option<Pattern> {
        Pattern::of(&Rule::parse(rule).unwrap(), date(2026, 12, 1).at(10, 0, 0, 0))
    }

    #[test]
    fn knows_the_common_rules() {
        use Weekday::{Monday, Tuesday};
        for (rule, expected) in [
            ("FREQ=DAILY;INTERVAL=3", Pattern::Days { every: 3 }),
            ("FREQ=WEEKLY", Pattern::Weeks { every: 1, on: vec![Tuesday] }),
            ("FREQ=DAILY;BYDAY=MO", Pattern::Weeks { every: 1, on: vec![Monday] }),
            ("FREQ=MONTHLY", Pattern::Months { every: 1, on: Day::Number(1) }),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", Pattern::Months { every: 1, on: Day::Last }),
            ("FREQ=MONTHLY;BYDAY=2TU", Pattern::Months { every: 1, on: Day::Weekday(2, Tuesday) }),
            ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", Pattern::Months { every: 1, on: Day::Weekday(2, Tuesday) }),
            (
                "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
                Pattern::Months { every: 1, on: Day::Workday(-1) },
            ),
            ("FREQ=YEARLY", Pattern::Years { every: 1, month: 12, on: Day::Number(1) }),
            (
                "FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO",
                Pattern::Years { every: 1, month: 5, on: Day::Weekday(-1, Monday) },
            ),
        ] {
            assert_eq!(pattern(rule), Some(expected), "{rule}");
        }
    }

    #[test]
    fn has_no_words_for_the_others() {
        for rule in [
            "FREQ=HOURLY",
            "FREQ=DAILY;BYHOUR=9,15",
            "FREQ=MONTHLY;BYMONTHDAY=1,15",
            "FREQ=MONTHLY;BYDAY=TU",
            "FREQ=WEEKLY;BYMONTH=1",
            "FREQ=YEARLY;BYWEEKNO=20",
            "FREQ=YEARLY;BYDAY=20MO",
            "FREQ=YEARLY;BYMONTH=1,2",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=2",
            "FREQ=DAILY;INTERVAL=2;BYDAY=MO",
            "FREQ=MONTHLY;BYMONTHDAY=-2",
        ] {
            assert_eq!(pattern(rule), None, "{rule}");
        }
    }
}
