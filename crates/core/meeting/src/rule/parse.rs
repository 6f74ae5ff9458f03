//! Reading a rule: every fault is told, each with what would be right.

use jiff::{
    civil::{Date, DateTime, Time},
    tz::Offset,
};

use super::{
    Frequency, MAX_COUNT, MAX_INTERVAL, MAX_RULE_CHARS, NthWeekday, Rule, RuleFault, Until,
    display::WEEKDAY_LETTERS, weekday_from,
};

/// The parts of RFC 5545; the place in this list is the part's bit in `Reader::seen`.
const PARTS: [&str; 14] = [
    "FREQ",
    "UNTIL",
    "COUNT",
    "INTERVAL",
    "BYSECOND",
    "BYMINUTE",
    "BYHOUR",
    "BYDAY",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYMONTH",
    "BYSETPOS",
    "WKST",
];

pub(super) fn parse(text: &str) -> Result<Rule, Vec<RuleFault>> {
    let text = text.trim();
    if text.is_empty() {
        return Err(vec![fault("required", "the rule is empty; expected for instance FREQ=WEEKLY;COUNT=10")]);
    }
    if text.chars().nth(MAX_RULE_CHARS).is_some() {
        let reason = format!("the rule is longer than {MAX_RULE_CHARS} characters");
        return Err(vec![RuleFault { code: "tooLong", text: reason }]);
    }
    let mut reader = Reader { rule: Rule::every(Frequency::Daily), seen: 0, faults: Vec::new() };
    let body = match text.get(..6) {
        Some(prefix) if prefix.eq_ignore_ascii_case("RRULE:") => {
            reader.fault("invalid", "leave out \"RRULE:\"; the rule starts with FREQ=".to_owned());
            &text[6..]
        }
        _ => text,
    };
    for part in body.split(';') {
        reader.part(part.trim());
    }
    reader.finish()
}

fn fault(code: &'static str, text: &str) -> RuleFault {
    RuleFault { code, text: text.to_owned() }
}

struct Reader {
    rule: Rule,
    seen: u16,
    faults: Vec<RuleFault>,
}

impl Reader {
    fn fault(&mut self, code: &'static str, text: String) {
        self.faults.push(RuleFault { code, text });
    }

    fn has(&self, name: &str) -> bool {
        PARTS.iter().position(|part| *part == name).is_some_and(|bit| self.seen & (1 << bit) != 0)
    }

    fn part(&mut self, part: &str) {
        let Some((name, value)) = part.split_once('=') else {
            let shown = if part.is_empty() { "an empty part".to_owned() } else { format!("{part:?}") };
            return self
                .fault("invalid", format!("{shown} is no part of a rule; each part looks like NAME=VALUE"));
        };
        let Some(bit) = PARTS.iter().position(|known| known.eq_ignore_ascii_case(name)) else {
            return self.unknown_part(name);
        };
        if self.seen & (1 << bit) != 0 {
            return self.fault("duplicate", format!("{} stands more than once; one is allowed", PARTS[bit]));
        }
        self.seen |= 1 << bit;
        self.value(PARTS[bit], value);
    }

    fn unknown_part(&mut self, name: &str) {
        if name.eq_ignore_ascii_case("RSCALE") || name.eq_ignore_ascii_case("SKIP") {
            let text =
                format!("{} is not supported; only the Gregorian calendar is", name.to_ascii_uppercase());
            return self.fault("unsupported", text);
        }
        self.fault("invalid", format!("{name:?} is no part of a rule; the parts are {}", PARTS.join(", ")));
    }

    fn value(&mut self, name: &'static str, value: &str) {
        match name {
            "FREQ" => self.frequency(value),
            "UNTIL" => self.until(value),
            "COUNT" => self.rule.count = self.number(name, value, MAX_COUNT),
            "INTERVAL" => self.rule.interval = self.number(name, value, MAX_INTERVAL).unwrap_or(1),
            "BYDAY" => self.weekdays(value),
            "WKST" => match weekday(value) {
                Some(day) => self.rule.week_start = day,
                None => {
                    self.fault("invalid", format!("WKST is {value:?}; expected one of {}", weekday_list()))
                }
            },
            // A leap second is read as the second before it (RFC 5545 3.3.12).
            "BYSECOND" => self.each(name, value, 0, 60, |rule, n| rule.seconds |= 1 << n.min(59)),
            "BYMINUTE" => self.each(name, value, 0, 59, |rule, n| rule.minutes |= 1 << n),
            "BYHOUR" => self.each(name, value, 0, 23, |rule, n| rule.hours |= 1 << n),
            "BYMONTH" => self.each(name, value, 1, 12, |rule, n| rule.months |= 1 << n),
            "BYMONTHDAY" => self.each(name, value, -31, 31, |rule, n| rule.month_days.insert(n)),
            "BYWEEKNO" => self.each(name, value, -53, 53, |rule, n| rule.week_numbers.insert(n)),
            "BYYEARDAY" => self.each(name, value, -366, 366, |rule, n| rule.year_days.push(n)),
            _ => self.each(name, value, -366, 366, |rule, n| rule.positions.push(n)),
        }
    }

    fn frequency(&mut self, value: &str) {
        match Frequency::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(value)) {
            Some(frequency) => self.rule.frequency = frequency,
            None => {
                let names = Frequency::ALL.map(Frequency::name).join(", ");
                self.fault("invalid", format!("FREQ is {value:?}; expected one of {names}"));
            }
        }
    }

    fn until(&mut self, value: &str) {
        self.rule.until = until(value);
        if self.rule.until.is_none() {
            let text = format!(
                "UNTIL is {value:?}; expected a date such as 20261231, a local time such as 20261231T235959, or \
                 an instant in UTC such as 20261231T145959Z"
            );
            self.fault("invalid", text);
        }
    }

    fn number(&mut self, name: &str, value: &str, max: u32) -> Option<u32> {
        let number = digits(value).filter(|n| (1..=max).contains(n));
        if number.is_none() {
            self.fault("outOfRange", format!("{name} is {value:?}; expected a whole number from 1 to {max}"));
        }
        number
    }

    /// Reads a list of numbers; where `low` is negative, 0 is not among those allowed.
    fn each(&mut self, name: &str, value: &str, low: i16, high: i16, add: impl Fn(&mut Rule, i16)) {
        for item in value.split(',') {
            match signed(item).filter(|n| (low..=high).contains(n) && (low >= 0 || *n != 0)) {
                Some(number) => add(&mut self.rule, number),
                None => {
                    let range = if low < 0 {
                        format!("1 to {high} or from {low} to -1")
                    } else {
                        format!("{low} to {high}")
                    };
                    self.fault(
                        "outOfRange",
                        format!("{name} has {item:?}; each value is a number from {range}"),
                    );
                }
            }
        }
    }

    fn weekdays(&mut self, value: &str) {
        for item in value.split(',') {
            let cut = item.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(item.len());
            let (place, letters) = item.split_at(cut);
            let place = if place.is_empty() {
                Some(0)
            } else {
                signed(place).filter(|n| *n != 0 && (-53..=53).contains(n))
            };
            match (place, weekday(letters)) {
                (Some(0), Some(day)) => self.rule.weekdays |= 1 << day,
                (Some(place), Some(day)) => {
                    self.rule
                        .nth_weekdays
                        .push(NthWeekday { place: place as i8, weekday: weekday_from(day) });
                }
                _ => {
                    let text = format!(
                        "BYDAY has {item:?}; each value is one of {}, or such a day with a place before it from \
                         1 to 53 or -53 to -1, as in 2TU or -1FR",
                        weekday_list()
                    );
                    self.fault("invalid", text);
                }
            }
        }
    }

    fn finish(mut self) -> Result<Rule, Vec<RuleFault>> {
        if !self.has("FREQ") {
            self.fault(
                "required",
                "FREQ is missing; a rule says at least how often, as in FREQ=WEEKLY".to_owned(),
            );
        } else {
            self.check_frequency();
        }
        if self.has("COUNT") && self.has("UNTIL") {
            self.fault("conflict", "COUNT and UNTIL can't stand together; keep one of them".to_owned());
        }
        let by_parts =
            PARTS.iter().any(|part| part.starts_with("BY") && *part != "BYSETPOS" && self.has(part));
        if self.has("BYSETPOS") && !by_parts {
            let text =
                "BYSETPOS picks from what another BY part gives; add one, as in BYDAY=MO,TU;BYSETPOS=1";
            self.fault("conflict", text.to_owned());
        }
        if !self.faults.is_empty() {
            return Err(self.faults);
        }
        canonical_order(&mut self.rule);
        Ok(self.rule)
    }

    /// Which parts a frequency can't have (the table and notes of RFC 5545 3.3.10).
    fn check_frequency(&mut self) {
        use Frequency::{Daily, Monthly, Weekly, Yearly};
        let frequency = self.rule.frequency;
        if self.has("BYWEEKNO") && frequency != Yearly {
            self.fault("conflict", "BYWEEKNO can stand only with FREQ=YEARLY".to_owned());
        }
        if self.has("BYYEARDAY") && matches!(frequency, Daily | Weekly | Monthly) {
            self.fault("conflict", format!("BYYEARDAY can't stand with FREQ={}", frequency.name()));
        }
        if self.has("BYMONTHDAY") && frequency == Weekly {
            self.fault("conflict", "BYMONTHDAY can't stand with FREQ=WEEKLY; use FREQ=MONTHLY".to_owned());
        }
        if self.rule.nth_weekdays.is_empty() {
            return;
        }
        if !matches!(frequency, Monthly | Yearly) {
            let text = "a day with a place, as in 2TU, can stand only with FREQ=MONTHLY or FREQ=YEARLY";
            self.fault("conflict", text.to_owned());
        } else if self.has("BYWEEKNO") {
            self.fault("conflict", "a day with a place, as in 2TU, can't stand with BYWEEKNO".to_owned());
        }
    }
}

fn canonical_order(rule: &mut Rule) {
    rule.nth_weekdays.sort_by_key(|nth| (nth.weekday.to_monday_zero_offset(), nth.place < 0, nth.place));
    rule.nth_weekdays.dedup();
    rule.year_days.sort_by_key(|n| (*n < 0, n.abs()));
    rule.year_days.dedup();
    rule.positions.sort_by_key(|n| (*n < 0, n.abs()));
    rule.positions.dedup();
}

fn weekday_list() -> String {
    WEEKDAY_LETTERS.join(", ")
}

fn weekday(letters: &str) -> Option<u8> {
    WEEKDAY_LETTERS.iter().position(|known| known.eq_ignore_ascii_case(letters)).map(|place| place as u8)
}

/// Digits and nothing else, at most nine of them.
fn digits(text: &str) -> Option<u32> {
    let plain = (1..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.bytes().fold(0, |sum, b| sum * 10 + u32::from(b - b'0')))
}

fn signed(text: &str) -> Option<i16> {
    let (negative, number) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let number = i16::try_from(digits(number)?).ok()?;
    Some(if negative { -number } else { number })
}

fn until(text: &str) -> Option<Until> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| text.get(from..to).and_then(digits);
    let date = || Date::new(number(0, 4)? as i16, number(4, 6)? as i8, number(6, 8)? as i8).ok();
    if bytes.len() == 8 {
        return Some(Until::Date(date()?));
    }
    let utc = bytes.len() == 16 && bytes[15].eq_ignore_ascii_case(&b'Z');
    if !(utc || bytes.len() == 15) || !bytes[8].eq_ignore_ascii_case(&b'T') {
        return None;
    }
    let second = match number(13, 15)? {
        60 => 59,
        second => second,
    };
    let time = Time::new(number(9, 11)? as i8, number(11, 13)? as i8, second as i8, 0).ok()?;
    let local: DateTime = date()?.to_datetime(time);
    if !utc {
        return Some(Until::Local(local));
    }
    Offset::UTC.to_timestamp(local).ok().map(Until::Utc)
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
