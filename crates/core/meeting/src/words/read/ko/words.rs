//! The Korean words for units, weekdays, places and numbers; longer ones stand before their beginnings.

use jiff::civil::Weekday;

use crate::Frequency::{self, Daily, Hourly, Monthly, Weekly, Yearly};

/// Words that say a recurrence by themselves.
pub(super) const UNITS: &[(&str, (Frequency, u32))] = &[
    ("매시간", (Hourly, 1)),
    ("매일", (Daily, 1)),
    ("날마다", (Daily, 1)),
    ("격일", (Daily, 2)),
    ("하루 걸러", (Daily, 2)),
    ("매주", (Weekly, 1)),
    ("주마다", (Weekly, 1)),
    ("격주", (Weekly, 2)),
    ("한 주 걸러", (Weekly, 2)),
    ("매월", (Monthly, 1)),
    ("매달", (Monthly, 1)),
    ("달마다", (Monthly, 1)),
    ("격월", (Monthly, 2)),
    ("매 분기", (Monthly, 3)),
    ("매분기", (Monthly, 3)),
    ("분기마다", (Monthly, 3)),
    ("분기별", (Monthly, 3)),
    ("매년", (Yearly, 1)),
    ("해마다", (Yearly, 1)),
];

/// Units after a number.
pub(super) const COUNTED_UNITS: &[(&str, (Frequency, u32))] = &[
    ("시간", (Hourly, 1)),
    ("주일", (Weekly, 1)),
    ("주", (Weekly, 1)),
    ("일", (Daily, 1)),
    ("개월", (Monthly, 1)),
    ("달", (Monthly, 1)),
    ("분기", (Monthly, 3)),
    ("년", (Yearly, 1)),
];

/// Places in a month.
pub(super) const PLACES: &[(&str, i8)] = &[
    ("첫 번째", 1),
    ("첫번째", 1),
    ("첫째", 1),
    ("두 번째", 2),
    ("두번째", 2),
    ("둘째", 2),
    ("세 번째", 3),
    ("세번째", 3),
    ("셋째", 3),
    ("네 번째", 4),
    ("네번째", 4),
    ("넷째", 4),
    ("다섯 번째", 5),
    ("다섯번째", 5),
    ("다섯째", 5),
    ("첫", 1),
    ("마지막", -1),
];

/// Numbers as words, as they stand before what is counted.
pub(super) const NUMBERS: &[(&str, u32)] = &[
    ("열두 ", 12),
    ("열한 ", 11),
    ("열 ", 10),
    ("아홉 ", 9),
    ("여덟 ", 8),
    ("일곱 ", 7),
    ("여섯 ", 6),
    ("다섯 ", 5),
    ("네 ", 4),
    ("세 ", 3),
    ("석 ", 3),
    ("두 ", 2),
    ("한 ", 1),
];

/// Particles and words that say nothing here.
pub(super) const FILLERS: &[&str] = &[
    "에는",
    "에만",
    "에",
    "마다",
    "씩",
    "은",
    "는",
    "의",
    "으로",
    "로",
    "및",
    "와",
    "과",
    "그리고",
    "총",
    "반복",
    "회의",
    "모든",
    "매",
];

const WEEKDAYS: [(char, Weekday); 7] = [
    ('월', Weekday::Monday),
    ('화', Weekday::Tuesday),
    ('수', Weekday::Wednesday),
    ('목', Weekday::Thursday),
    ('금', Weekday::Friday),
    ('토', Weekday::Saturday),
    ('일', Weekday::Sunday),
];

/// A weekday and how many letters it takes: 월요일, 월욜, or 월 where nothing follows that makes another word of it.
pub(super) fn weekday(letters: &[char]) -> Option<(Weekday, usize)> {
    let named =
        |letter: &char| WEEKDAYS.iter().find(|(known, _)| known == letter).map(|(_, weekday)| *weekday);
    let weekday = letters.first().and_then(named)?;
    match &letters[1..] {
        ['요', '일', ..] => Some((weekday, 3)),
        ['욜', ..] => Some((weekday, 2)),
        [] | [' ' | ',' | '·' | ')' | '~' | '-' | '에' | '마', ..] => Some((weekday, 1)),
        [next, ..] if named(next).is_some() => Some((weekday, 1)),
        _ => None,
    }
}
