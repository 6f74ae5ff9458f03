//! Rules made up by chance, so that each part stands beside each other one sooner or later.

use convoke_meeting::{Frequency, Rule, Series, Zone, series::SeriesParts};
use jiff::{
    Timestamp, ToSpan,
    civil::{DateTime, date},
};

/// Most occurrences compared.
pub const MOST: usize = 20;

/// One series for all sides.
pub struct Case {
    pub rule: String,
    pub start: DateTime,
    pub zone: Zone,
    /// The last local time that is compared.
    pub horizon: DateTime,
}

/// A generator of numbers that is the same everywhere: SplitMix64.
pub struct Chance(pub u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.next() % (high - low + 1).unsigned_abs()).cast_signed()
    }

    fn percent(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.between(0, all.len() as i64 - 1) as usize]
    }
}

impl Case {
    /// The next one; `zones` are the names to choose from.
    pub fn make(chance: &mut Chance, zones: &[String]) -> Self {
        loop {
            let zone = Zone::named(&chance.of::<String>(zones)[..]).unwrap();
            let start = start(chance, &zone);
            let rule = rule(chance, start);
            // Programs differ on a start that is off its rule, so the series begins with the rule's own first occurrence.
            let Some(start) = second(&rule, start) else { continue };
            // How far the peers can look in a few milliseconds.
            let days = match Rule::parse(&rule).unwrap().frequency() {
                Frequency::Secondly => 1,
                Frequency::Minutely => 3,
                Frequency::Hourly => 30,
                Frequency::Daily => 2 * 366,
                Frequency::Weekly => 4 * 366,
                Frequency::Monthly => 6 * 366,
                Frequency::Yearly => 15 * 366,
            };
            let horizon = (start + days.days()).min(date(2040, 12, 31).at(23, 59, 59, 0));
            return Self { rule, start, zone, horizon };
        }
    }

    /// The series in a zone.
    pub fn series(&self, zone: &Zone) -> Series {
        series(&self.rule, self.start, zone)
    }

    /// The case for a peer, a line.
    pub fn line(&self, number: usize) -> String {
        let Self { rule, start, zone, horizon } = self;
        let form = "%Y%m%dT%H%M%S";
        format!("{number}\t{}\t{zone}\t{}\t{MOST}\t{rule}\n", start.strftime(form), horizon.strftime(form))
    }
}

fn series(rule: &str, start: DateTime, zone: &Zone) -> Series {
    let parts = SeriesParts {
        start,
        end: start + 30.minutes(),
        zone: zone.clone(),
        all_day: false,
        rule: Some(Rule::parse(rule).unwrap_or_else(|faults| panic!("{rule}: {faults:?}"))),
        rdates: Vec::new(),
        exdates: Vec::new(),
    };
    Series::new(parts).unwrap()
}

fn second(rule: &str, start: DateTime) -> Option<DateTime> {
    let found = series(rule, start, &Zone::utc()).occurrences().nth(1)?.original;
    (found.year() < 2035).then_some(found)
}

/// A local start from 2000 to 2034; one of three lies in the nights around a change of the zone's clock.
fn start(chance: &mut Chance, zone: &Zone) -> DateTime {
    let any = Timestamp::from_second(chance.between(946_684_800, 2_050_000_000)).unwrap();
    let change = chance.percent(33).then(|| zone.time_zone().following(any).next()).flatten();
    let change = change.filter(|change| change.timestamp().as_second() < 2_050_000_000);
    match change {
        Some(change) => {
            let at = zone.time_zone().to_datetime(change.timestamp());
            let day = at.date() + chance.between(-7, 3).days();
            day.at(at.hour(), [0, 0, 15, 30][chance.between(0, 3) as usize], 0, 0)
                - chance.between(0, 2).hours()
        }
        None => {
            let at = zone.time_zone().to_datetime(any);
            at.date().at(
                at.hour(),
                5 * (at.minute() / 5),
                if chance.percent(10) { at.second() } else { 0 },
                0,
            )
        }
    }
}

const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// A rule that our own parser takes.
fn rule(chance: &mut Chance, start: DateTime) -> String {
    loop {
        let frequency = *chance.of(&[
            "YEARLY", "YEARLY", "YEARLY", "YEARLY", "YEARLY", "MONTHLY", "MONTHLY", "MONTHLY", "MONTHLY",
            "MONTHLY", "WEEKLY", "WEEKLY", "WEEKLY", "WEEKLY", "DAILY", "DAILY", "DAILY", "HOURLY",
            "MINUTELY", "SECONDLY",
        ]);
        let mut text = format!("FREQ={frequency}");
        if chance.percent(40) {
            text += &format!(";INTERVAL={}", chance.of(&[2, 2, 2, 3, 3, 4, 5, 7, 10, 12, 13]));
        }
        for part in by_parts(chance, frequency) {
            text += &part;
        }
        if text.contains("BY") && chance.percent(15) {
            text += &numbers(chance, "BYSETPOS", &[1, 1, 2, 3, 4, 5, -1, -1, -2, -3]);
        }
        if chance.percent(25) {
            text += &format!(";WKST={}", chance.of(&WEEKDAYS));
        }
        match chance.between(0, 9) {
            0..=2 => text += &format!(";COUNT={}", chance.between(1, 30)),
            3..=4 => {
                let until = start + chance.between(1, 2_000).days();
                text += &format!(";UNTIL={}", until.strftime("%Y%m%dT%H%M%S"));
            }
            _ => {}
        }
        if let Ok(rule) = Rule::parse(&text) {
            // In its canonical order: libical takes lists as they come, and gives their dates in that order.
            return rule.to_string();
        }
    }
}

fn by_parts(chance: &mut Chance, frequency: &str) -> Vec<String> {
    let coarse = matches!(frequency, "YEARLY" | "MONTHLY");
    let mut parts = Vec::new();
    if chance.percent(25) {
        parts.push(list(chance, "BYMONTH", 1, 12));
    }
    if frequency == "YEARLY" && chance.percent(20) {
        parts.push(numbers(chance, "BYWEEKNO", &[1, 1, 2, 10, 20, 26, 51, 52, 53, -1, -1, -2, -52, -53]));
    }
    if !matches!(frequency, "DAILY" | "WEEKLY" | "MONTHLY") && chance.percent(12) {
        parts.push(numbers(
            chance,
            "BYYEARDAY",
            &[1, 2, 59, 60, 61, 100, 200, 365, 366, -1, -2, -100, -306, -365, -366],
        ));
    }
    if frequency != "WEEKLY" && chance.percent(25) {
        parts.push(numbers(chance, "BYMONTHDAY", &[1, 2, 13, 15, 28, 29, 30, 31, -1, -2, -3, -15, -29, -31]));
    }
    if chance.percent(45) {
        // With and without a place in one list is rare: dateutil then looks in vain for seconds.
        let share = match chance.between(1, 100) {
            1 => 50,
            2..=50 => 100,
            _ => 0,
        };
        let days: Vec<String> = (0..chance.between(1, 3))
            .map(|_| {
                let place = match coarse && chance.percent(share) {
                    true => chance.of(&["1", "2", "3", "4", "5", "-1", "-2", "-5"]),
                    false => "",
                };
                format!("{place}{}", chance.of(&WEEKDAYS))
            })
            .collect();
        parts.push(format!(";BYDAY={}", days.join(",")));
    }
    for (name, high) in [("BYHOUR", 23), ("BYMINUTE", 59), ("BYSECOND", 59)] {
        if chance.percent(8) {
            parts.push(list(chance, name, 0, high));
        }
    }
    parts
}

fn list(chance: &mut Chance, name: &str, low: i64, high: i64) -> String {
    let values: Vec<String> =
        (0..chance.between(1, 3)).map(|_| chance.between(low, high).to_string()).collect();
    format!(";{name}={}", values.join(","))
}

fn numbers(chance: &mut Chance, name: &str, from: &[i64]) -> String {
    let values: Vec<String> = (0..chance.between(1, 3)).map(|_| chance.of(from).to_string()).collect();
    format!(";{name}={}", values.join(","))
}
