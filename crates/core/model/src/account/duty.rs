//! Duty hours: at which hours of the week an account may sign in (seed's MMP: `user duty`).
//!
//! `MoTu1200-1400|We1400-1500`: days of two letters (`Mo` to `Su`, `Wk` weekdays, `Wd` weekend, `Al` all), where naming a day
//! again unsets it (`MoWk`: weekdays except Monday); `!` before them turns the rule round; an end that is no later than its
//! beginning lies in the next day; `|` joins rules. Days without hours are whole days. Hours are those of the server's zone.

use std::{fmt, str::FromStr};

use jiff::civil::{DateTime, Weekday};

/// Most rules that are joined by `|`.
pub const MAX_DUTY_RULES: usize = 20;
/// Longest text of duty hours, in characters.
pub const MAX_DUTY_CHARS: usize = 400;

const DAYS: [(&str, u8); 10] = [
    ("Mo", 1),
    ("Tu", 1 << 1),
    ("We", 1 << 2),
    ("Th", 1 << 3),
    ("Fr", 1 << 4),
    ("Sa", 1 << 5),
    ("Su", 1 << 6),
    ("Wk", WEEKDAYS),
    ("Wd", WEEKEND),
    ("Al", ALL),
];
const WEEKDAYS: u8 = 0b001_1111;
const WEEKEND: u8 = 0b110_0000;
const ALL: u8 = 0b111_1111;
const DAY: u16 = 24 * 60;

/// When an account may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyHours {
    rules: Vec<DutyRule>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct DutyRule {
    turned: bool,
    /// A bit a day, Monday's the lowest.
    days: u8,
    /// Minutes of the day, from and until (which may lie in the next day).
    hours: Option<(u16, u16)>,
}

/// What is wrong with a text of duty hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DutyFault {
    /// More than [`MAX_DUTY_CHARS`] characters.
    TooLong,
    /// More than [`MAX_DUTY_RULES`] rules.
    TooMany,
    /// A rule names no day.
    NoDay {
        /// Which rule, counted from 1.
        rule: usize,
    },
    /// Two letters are no day.
    NotADay {
        /// Which rule, counted from 1.
        rule: usize,
        /// What stands there.
        text: String,
    },
    /// What follows the days is no range of hours.
    NotHours {
        /// Which rule, counted from 1.
        rule: usize,
        /// What stands there.
        text: String,
    },
}

impl fmt::Display for DutyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "duty hours have at most {MAX_DUTY_CHARS} characters"),
            Self::TooMany => write!(f, "duty hours have at most {MAX_DUTY_RULES} rules"),
            Self::NoDay { rule } => {
                write!(f, "rule {rule} names no day; expected Mo Tu We Th Fr Sa Su, Wk, Wd or Al")
            }
            Self::NotADay { rule, text } => {
                write!(f, "rule {rule}: \"{text}\" is no day; expected Mo Tu We Th Fr Sa Su, Wk, Wd or Al")
            }
            Self::NotHours { rule, text } => write!(
                f,
                "rule {rule}: \"{text}\" is no range of hours; expected HHMM-HHMM such as 0900-1730 (0000 to 2400)"
            ),
        }
    }
}

impl std::error::Error for DutyFault {}

impl DutyHours {
    /// Reads duty hours. Errors: every fault found, at least one.
    pub fn parse(text: &str) -> Result<Self, Vec<DutyFault>> {
        if text.chars().count() > MAX_DUTY_CHARS {
            return Err(vec![DutyFault::TooLong]);
        }
        let parts: Vec<&str> = text.split('|').collect();
        if parts.len() > MAX_DUTY_RULES {
            return Err(vec![DutyFault::TooMany]);
        }
        let (mut rules, mut faults) = (Vec::new(), Vec::new());
        for (index, part) in parts.into_iter().enumerate() {
            match DutyRule::parse(part.trim(), index + 1) {
                Ok(rule) => rules.push(rule),
                Err(found) => faults.extend(found),
            }
        }
        if faults.is_empty() { Ok(Self { rules }) } else { Err(faults) }
    }

    /// Whether this moment of the server's clock and calendar is within them.
    pub fn hold(&self, moment: DateTime) -> bool {
        let minute = u16::from(moment.hour().unsigned_abs()) * 60 + u16::from(moment.minute().unsigned_abs());
        self.rules.iter().any(|rule| rule.holds(bit(moment.weekday()), minute))
    }
}

impl DutyHours {
    /// Whether there is any moment of the week within them: `MoMo` has none.
    pub fn ever_hold(&self) -> bool {
        let holds = |rule: &DutyRule, day: u32| (0..DAY).any(|minute| rule.holds(1 << day, minute));
        self.rules.iter().any(|rule| (0..7).any(|day| holds(rule, day)))
    }
}

fn bit(day: Weekday) -> u8 {
    1 << day.to_monday_zero_offset()
}

impl DutyRule {
    fn parse(text: &str, rule: usize) -> Result<Self, Vec<DutyFault>> {
        let (turned, text) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let split = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
        let (names, hours) = text.split_at(split);
        let mut faults = Vec::new();
        let mut days = 0;
        let letters: Vec<char> = names.chars().collect();
        for pair in letters.chunks(2) {
            let name: String = pair.iter().collect();
            match DAYS.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                Some((_, bits)) => days ^= bits,
                None => faults.push(DutyFault::NotADay { rule, text: name }),
            }
        }
        if letters.is_empty() {
            faults.push(DutyFault::NoDay { rule });
        }
        let read = range(hours);
        if read.is_none() {
            faults.push(DutyFault::NotHours { rule, text: hours.to_owned() });
        }
        match read {
            Some(hours) if faults.is_empty() => Ok(Self { turned, days, hours }),
            _ => Err(faults),
        }
    }

    fn holds(self, day: u8, minute: u16) -> bool {
        let today = self.days & day != 0;
        let within = match self.hours {
            None => today,
            Some((from, until)) if from < until => today && (from..until).contains(&minute),
            Some((from, until)) => {
                // Sunday follows Saturday, and Monday Sunday.
                let before = if day == 1 { 1 << 6 } else { day >> 1 };
                (today && minute >= from) || (self.days & before != 0 && minute < until)
            }
        };
        within != self.turned
    }
}

/// Hours as minutes of the day; the inner `None` when there are none.
#[expect(clippy::option_option, reason = "no hours is another answer than wrong ones")]
fn range(text: &str) -> Option<Option<(u16, u16)>> {
    if text.is_empty() {
        return Some(None);
    }
    let (from, until) = text.split_once('-')?;
    Some(Some((minutes(from).filter(|minutes| *minutes < DAY)?, minutes(until)?)))
}

fn minutes(text: &str) -> Option<u16> {
    if text.len() != 4 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hour, minute): (u16, u16) = (text.get(..2)?.parse().ok()?, text.get(2..)?.parse().ok()?);
    let minutes = hour * 60 + minute;
    (minute < 60 && minutes <= DAY).then_some(minutes)
}

impl fmt::Display for DutyHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, rule) in self.rules.iter().enumerate() {
            if index > 0 {
                f.write_str("|")?;
            }
            rule.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for DutyRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.turned {
            f.write_str("!")?;
        }
        match self.days {
            // No day at all has no name of its own.
            0 => f.write_str("MoMo")?,
            ALL => f.write_str("Al")?,
            WEEKDAYS => f.write_str("Wk")?,
            WEEKEND => f.write_str("Wd")?,
            days => {
                for (name, _) in DAYS[..7].iter().filter(|(_, bits)| days & bits != 0) {
                    f.write_str(name)?;
                }
            }
        }
        match self.hours {
            Some((from, until)) => {
                write!(f, "{:02}{:02}-{:02}{:02}", from / 60, from % 60, until / 60, until % 60)
            }
            None => Ok(()),
        }
    }
}

impl FromStr for DutyHours {
    type Err = Vec<DutyFault>;

    fn from_str(text: &str) -> Result<Self, Vec<DutyFault>> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2026-11-23 is a Monday.
    fn at(day: i8, hour: i8, minute: i8) -> DateTime {
        jiff::civil::date(2026, 11, 22 + day).at(hour, minute, 0, 0)
    }

    fn hold(text: &str, day: i8, hour: i8, minute: i8) -> bool {
        DutyHours::parse(text).unwrap().hold(at(day, hour, minute))
    }

    #[test]
    fn hours_hold_from_their_first_minute_to_before_their_last() {
        let text = "MoTu1200-1400|We1400-1500";
        for (day, hour, minute, expected) in [
            (1, 11, 59, false),
            (1, 12, 0, true),
            (1, 13, 59, true),
            (1, 14, 0, false),
            (2, 12, 0, true),
            (3, 12, 0, false),
            (3, 14, 59, true),
            (4, 12, 0, false),
        ] {
            assert_eq!(hold(text, day, hour, minute), expected, "{day} {hour}:{minute}");
        }
    }

    #[test]
    fn a_day_named_again_is_unset() {
        assert!((1..=7).all(|day| !hold("MoMo", day, 12, 0)));
        let days = |text: &str| (1..=7).filter(|day| hold(text, *day, 12, 0)).collect::<Vec<i8>>();
        assert_eq!(days("MoWk"), [2, 3, 4, 5]);
        assert_eq!(days("Wk"), [1, 2, 3, 4, 5]);
        assert_eq!(days("Wd"), [6, 7]);
        assert_eq!(days("AlSu"), [1, 2, 3, 4, 5, 6]);
        assert_eq!(days("WkWd"), [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(days("!We"), [1, 2, 4, 5, 6, 7]);
    }

    #[test]
    fn an_earlier_end_lies_in_the_next_day() {
        let text = "Su2200-0600";
        assert!(hold(text, 7, 22, 0) && !hold(text, 7, 21, 59) && !hold(text, 7, 5, 59));
        assert!(hold(text, 1, 5, 59) && !hold(text, 1, 6, 0) && !hold(text, 1, 22, 0));
        // As late as it began is the same hour of the next day.
        assert!(
            hold("Mo0900-0900", 1, 9, 0) && hold("Mo0900-0900", 2, 8, 59) && !hold("Mo0900-0900", 2, 9, 0)
        );
        assert!(hold("Mo0000-2400", 1, 23, 59) && !hold("Mo0000-2400", 2, 0, 0));
        assert!(!hold("!Al0900-1700", 3, 12, 0) && hold("!Al0900-1700", 3, 17, 0));
    }

    #[test]
    fn every_fault_is_told() {
        let faults = DutyHours::parse("Xx0900-1700||Mo9-17|MoT2500-1000").unwrap_err();
        assert_eq!(
            faults,
            [
                DutyFault::NotADay { rule: 1, text: "Xx".into() },
                DutyFault::NoDay { rule: 2 },
                DutyFault::NotHours { rule: 3, text: "9-17".into() },
                DutyFault::NotADay { rule: 4, text: "T".into() },
                DutyFault::NotHours { rule: 4, text: "2500-1000".into() },
            ]
        );
        assert!(DutyHours::parse("Mo2400-0100").is_err() && DutyHours::parse("Mo0960-1000").is_err());
    }

    #[test]
    fn duty_hours_have_limits() {
        let most = vec!["Mo"; MAX_DUTY_RULES].join("|");
        assert!(DutyHours::parse(&most).is_ok());
        assert_eq!(DutyHours::parse(&(most + "|Mo")).unwrap_err(), [DutyFault::TooMany]);
        assert!(DutyHours::parse(&"Mo".repeat(MAX_DUTY_CHARS / 2)).is_ok());
        assert_eq!(
            DutyHours::parse(&("Mo".repeat(MAX_DUTY_CHARS / 2) + "!")).unwrap_err(),
            [DutyFault::TooLong]
        );
    }

    proptest! {
        #[test]
        fn what_is_shown_means_the_same(text in "!?(Mo|tu|We|TH|Fr|Sa|Su|Wk|Wd|Al){1,4}(0[0-9][0-5][0-9]-(1[0-9][0-5][0-9]|2400))?(\\|!?(Mo|Wk)2200-0600)?") {
            let read = DutyHours::parse(&text).unwrap();
            prop_assert_eq!(&DutyHours::parse(&read.to_string()).unwrap(), &read);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "([A-Za-z]{2}|[0-9-]{0,9}|[!|]|.){0,12}") {
            if let Err(faults) = DutyHours::parse(&text) {
                prop_assert!(!faults.is_empty());
            }
        }
    }

    #[test]
    fn hours_that_never_come_are_known_as_such() {
        for (text, ever) in
            [("MoMo", false), ("!Al", false), ("MoMo|Tu", true), ("Mo2359-2400", true), ("!MoMo", true)]
        {
            assert_eq!(DutyHours::parse(text).unwrap().ever_hold(), ever, "{text}");
        }
    }
}
