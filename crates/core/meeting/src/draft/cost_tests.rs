//! What checking a rule costs at most, counted in periods looked at: a clock would tell of the machine.

use jiff::{ToSpan, civil::date};
use proptest::prelude::*;

use super::*;
use crate::{
    expand::{MAX_EMPTY_PERIODS, MAX_PERIODS},
    rule::MAX_RULE_CHARS,
};

/// At 10 to 20 ns a period this is less than 5 ms.
const MOST: u32 = 200_000;

/// Periods that [`Check::extent`] looks at; `None` for a text that is no rule.
fn cost(rule: &str, zone: &str) -> Option<u32> {
    let start = date(2026, 1, 5).at(10, 0, 0, 0);
    let parts = SeriesParts {
        start,
        end: start + 30.minutes(),
        zone: Zone::named(zone).unwrap(),
        all_day: false,
        rule: Some(Rule::parse(rule).ok()?),
        rdates: Vec::new(),
        exdates: Vec::new(),
    };
    let series = Series::new(parts).unwrap();
    let mut check = Check { kind: Kind::Time, findings: Vec::new(), looked_at: 0, most: MAX_OCCURRENCES };
    check.extent(&series);
    Some(check.looked_at)
}

/// `all` values of a part, as many as there is room for.
fn many(part: &str, values: impl Iterator<Item = i32>) -> String {
    let mut text = format!(";{part}=");
    for value in values {
        if text.len() + 6 > MAX_RULE_CHARS / 2 {
            break;
        }
        text += &format!("{value},");
    }
    text.trim_end_matches(',').to_owned()
}

#[test]
fn expansion_is_capped_whatever_the_rule() {
    let days = many("BYYEARDAY", 1..366);
    let rules = [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30".to_owned(),
        "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4;COUNT=10000".to_owned(),
        "FREQ=WEEKLY;INTERVAL=2;BYMONTH=2;BYSETPOS=7".to_owned(),
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU".to_owned(),
        "FREQ=DAILY;INTERVAL=3;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;COUNT=10000".to_owned(),
        "FREQ=DAILY;BYHOUR=1;BYSETPOS=2".to_owned(),
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=3".to_owned(),
        "FREQ=MINUTELY;INTERVAL=99991;BYHOUR=3;BYMINUTE=59;BYDAY=MO;BYMONTH=2;BYMONTHDAY=29;COUNT=9"
            .to_owned(),
        "FREQ=SECONDLY;INTERVAL=99991;BYSECOND=7;BYMINUTE=3;BYHOUR=1;BYMONTHDAY=31;BYDAY=FR;COUNT=99"
            .to_owned(),
        "FREQ=SECONDLY;INTERVAL=60;BYSECOND=30".to_owned(),
        "FREQ=SECONDLY;BYSETPOS=2;BYSECOND=1".to_owned(),
        "FREQ=SECONDLY;COUNT=1000000".to_owned(),
        "FREQ=SECONDLY;UNTIL=21001231T000000Z".to_owned(),
        format!("FREQ=YEARLY;BYMONTH=2;BYDAY=53MO;COUNT=10000{days}"),
        format!("FREQ=SECONDLY;INTERVAL=7;BYDAY=MO;BYMONTHDAY=13;COUNT=10000{days}"),
        format!("FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6{days}"),
    ];
    for rule in rules {
        let cost = cost(&rule, "Europe/London").unwrap();
        assert!(cost <= MOST, "{rule} looks at {cost} periods");
    }
    const { assert!(MAX_EMPTY_PERIODS <= MOST && MAX_PERIODS <= 2 * MOST) };
}

proptest! {
    #[test]
    fn no_rule_costs_more(
        frequency in 0usize..7,
        interval in 1u32..100_000,
        small in any::<bool>(),
        parts in proptest::sample::subsequence(vec![
            "BYMONTH=2,11", "BYDAY=MO,SU", "BYDAY=2TU,-1FR", "BYMONTHDAY=29", "BYMONTHDAY=13,-1", "BYWEEKNO=7,53,-1",
            "BYYEARDAY=5,366,-5", "BYHOUR=2,3", "BYMINUTE=1,30", "BYSECOND=0,59", "BYSETPOS=-1,2", "BYSETPOS=300",
            "COUNT=10000", "UNTIL=20991231T000000", "WKST=SU",
        ], 0..6),
    ) {
        let interval = if small { interval % 60 + 1 } else { interval };
        let frequency = crate::Frequency::ALL[frequency].name();
        let rule = format!("FREQ={frequency};INTERVAL={interval};{}", parts.join(";"));
        let cost = cost(rule.trim_end_matches(';'), "America/New_York").unwrap_or_default();
        // The most that any walk looks at, and a look beyond the first occurrence.
        prop_assert!(cost <= MAX_PERIODS + 1_000, "{} looks at {} periods", rule, cost);
    }
}
