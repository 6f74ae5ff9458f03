//! A series in two is the series: what lies before a cut and what follows are together what there was, to the second.

use convoke_meeting::{
    Occurrence, Rule, Series, Zone,
    plan::{Aim, Edit, Face, Plan, Scope, operate},
    series::SeriesParts,
};
use jiff::{
    Timestamp, ToSpan,
    civil::{DateTime, date},
};
use proptest::prelude::*;

const RULES: &[&str] = &[
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=DAILY;BYDAY=MO,WE,FR",
    "FREQ=DAILY;BYHOUR=1,2,3",
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1",
    "FREQ=MONTHLY",
    "FREQ=MONTHLY;BYMONTHDAY=-1,15",
    "FREQ=MONTHLY;BYDAY=2TU,-1FR",
    "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1,1",
    "FREQ=YEARLY",
    "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
    "FREQ=YEARLY;BYWEEKNO=1,12,53",
    "FREQ=YEARLY;INTERVAL=2;BYYEARDAY=60,-1",
    "FREQ=HOURLY;INTERVAL=5",
    "FREQ=HOURLY;BYHOUR=1,2,3;BYMINUTE=0,30",
    "FREQ=MINUTELY;INTERVAL=45",
    "FREQ=MINUTELY;INTERVAL=20;BYHOUR=0,1,2,3",
];
const ZONES: &[&str] = &[
    "Europe/London",
    "America/New_York",
    "Asia/Seoul",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Pacific/Chatham",
];
/// Lengths in minutes.
const LENGTHS: &[i64] = &[15, 60, 300, 26 * 60];

#[derive(Debug, Clone)]
struct Drawn {
    rule: usize,
    zone: usize,
    length: usize,
    end: u8,
    days: i32,
    quarters: i64,
    extra: Vec<i64>,
    excluded: Vec<usize>,
    cut: usize,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let dates = (prop::collection::vec(1..2_000_i64, 0..3), prop::collection::vec(0..30_usize, 0..3));
    (0..RULES.len(), 0..ZONES.len(), 0..LENGTHS.len(), 0..4_u8, 0..1_200_i32, 0..20_i64, dates, 1..25_usize)
        .prop_map(|(rule, zone, length, end, days, quarters, (extra, excluded), cut)| Drawn {
            rule,
            zone,
            length,
            end,
            days,
            quarters,
            extra,
            excluded,
            cut,
        })
}

fn series(drawn: &Drawn, all_day: bool) -> Option<Series> {
    let start = date(2024, 1, 1) + drawn.days.days();
    let start = start.at(0, 0, 0, 0) + if all_day { 0 } else { drawn.quarters * 15 }.minutes();
    let rule = RULES[drawn.rule];
    if all_day && (rule.contains("HOUR") || rule.contains("MINUTE")) {
        return None;
    }
    let rule = match drawn.end {
        0 => format!("{rule};COUNT=20"),
        1 => format!("{rule};UNTIL={}", (start + 400.days()).strftime("%Y%m%d")),
        _ => rule.to_owned(),
    };
    let length = if all_day { 1 + drawn.length as i64 } else { LENGTHS[drawn.length] };
    let end = start + if all_day { length.days() } else { length.minutes() };
    let parts = SeriesParts {
        start,
        end,
        zone: Zone::named(ZONES[drawn.zone]).unwrap(),
        all_day,
        rule: Some(Rule::parse(&rule).unwrap()),
        rdates: drawn
            .extra
            .iter()
            .map(|hours| start + if all_day { (hours / 24 + 1).days() } else { hours.hours() })
            .collect(),
        exdates: Vec::new(),
    };
    // Started on its rule, and in no fold of its own.
    let second =
        Series::new(SeriesParts { rdates: Vec::new(), ..parts.clone() })?.occurrences().nth(1)?.original;
    let length = parts.end.duration_since(parts.start);
    let whole = Series::new(SeriesParts { start: second, end: second + length, ..parts.clone() })?;
    let rdates = parts.rdates.into_iter().filter(|extra| *extra > second).collect();
    let names: Vec<DateTime> = whole.occurrences().take(31).map(|one| one.original).collect();
    let exdates = drawn.excluded.iter().filter_map(|place| names.get(*place).copied()).collect();
    Series::new(SeriesParts { rdates, exdates, ..whole.parts() })
}

/// Whether a series can begin with an occurrence: lengths follow from start and end on the wall, so one whose end lies in an hour
/// that the clock repeats can't, nor can one of a series that itself began in an hour that the clock skips.
fn can_begin(series: &Series, one: &Occurrence) -> bool {
    let alone = SeriesParts {
        start: one.original,
        end: one.local_end,
        rule: None,
        rdates: Vec::new(),
        exdates: Vec::new(),
        ..series.parts()
    };
    let began_in_gap = !series.is_all_day()
        && series
            .start()
            .to_zoned(series.zone().time_zone().clone())
            .is_ok_and(|start| start.datetime() != series.start());
    !began_in_gap
        && Series::new(alone).and_then(|alone| alone.first()).is_some_and(|alone| alone.end == one.end)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_parts_of_a_series_are_the_series(drawn in drawn(), all_day in any::<bool>()) {
        let Some(whole) = series(&drawn, all_day) else { return Ok(()) };
        let Some(at) = whole.occurrences().nth(drawn.cut) else { return Ok(()) };
        let plan = Plan::new(whole.clone(), Face::default());
        let edit = Edit { scope: Scope::Following(at.original), aim: Aim::Cancelled, decisions: &[], every: None };
        let head = operate(&plan, &edit, Timestamp::UNIX_EPOCH).unwrap().after;
        let before: Vec<Occurrence> = whole.occurrences().take_while(|one| one.original != at.original).filter(|one| one.original < at.original).collect();
        let found: Vec<Occurrence> = head.series.occurrences().take(200).collect();
        prop_assert_eq!(&found, &before, "before {} of {:?}", at.original, whole.rule().map(ToString::to_string));
        let Some(tail) = plan.series_from(at.original) else {
            // From an extra date that the rule does not lead to.
            prop_assert!(!drawn.extra.is_empty() || !can_begin(&whole, &at), "{drawn:?}");
            return Ok(());
        };
        let after = whole.occurrences().filter(|one| one.original >= at.original).take(60);
        let (after, found): (Vec<Occurrence>, Vec<Occurrence>) = (after.collect(), tail.occurrences().take(60).collect());
        prop_assert_eq!(&found, &after, "from {} of {:?}", at.original, whole.rule().map(ToString::to_string));
    }
}
