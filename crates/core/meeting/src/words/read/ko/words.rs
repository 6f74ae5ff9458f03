//! The Korean words for units, weekdays, places and numbers; longer ones stand before their beginnings.

use jiff::civil::Weekday;

use super::super::pieces::Unit::{self, Day, HalfYear, Hour, Minute, Month, Quarter, Week, Year};

/// Words that say a recurrence by themselves; 매 월요일 is another thing.
pub(super) const UNITS: &[(&str, (Unit, u32))] = &[
    ("매시간", (Hour, 1)),
    ("매 시간", (Hour, 1)),
    ("매일", (Day, 1)),
    ("매 일", (Day, 1)),
    ("날마다", (Day, 1)),
    ("격일", (Day, 2)),
    ("하루 걸러", (Day, 2)),
    ("하루걸러", (Day, 2)),
    ("매주", (Week, 1)),
    ("매 주", (Week, 1)),
    ("주마다", (Week, 1)),
    ("격주", (Week, 2)),
    ("한 주 걸러", (Week, 2)),
    ("한주 걸러", (Week, 2)),
    ("매월", (Month, 1)),
    ("매 월", (Month, 1)),
    ("매달", (Month, 1)),
    ("매 달", (Month, 1)),
    ("달마다", (Month, 1)),
    ("격월", (Month, 2)),
    ("한 달 걸러", (Month, 2)),
    ("매 분기", (Quarter, 1)),
    ("매분기", (Quarter, 1)),
    ("분기마다", (Quarter, 1)),
    ("분기별", (Quarter, 1)),
    ("매 반기", (HalfYear, 1)),
    ("매반기", (HalfYear, 1)),
    ("반기마다", (HalfYear, 1)),
    ("반기별", (HalfYear, 1)),
    ("반년마다", (HalfYear, 1)),
    ("매년", (Year, 1)),
    ("매 년", (Year, 1)),
    ("매해", (Year, 1)),
    ("해마다", (Year, 1)),
    ("격년", (Year, 2)),
];

/// Units after a number.
pub(super) const COUNTED_UNITS: &[(&str, (Unit, u32))] = &[
    ("시간", (Hour, 1)),
    ("분기", (Quarter, 1)),
    ("분", (Minute, 1)),
    ("주일", (Week, 1)),
    ("주", (Week, 1)),
    ("일", (Day, 1)),
    ("개월", (Month, 1)),
    ("달", (Month, 1)),
    ("년", (Year, 1)),
];

/// Units with their number in one word.
pub(super) const WHOLE_UNITS: &[(&str, (u32, Unit))] = &[
    ("일주일", (1, Week)),
    ("보름", (15, Day)),
    ("하루", (1, Day)),
    ("이틀", (2, Day)),
    ("사흘", (3, Day)),
    ("나흘", (4, Day)),
    ("닷새", (5, Day)),
    ("열흘", (10, Day)),
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

/// Numbers as words, as they stand before what is counted; blanks may follow.
pub(super) const NUMBERS: &[(&str, u32)] = &[
    ("열두", 12),
    ("열한", 11),
    ("열", 10),
    ("아홉", 9),
    ("여덟", 8),
    ("일곱", 7),
    ("여섯", 6),
    ("다섯", 5),
    ("네", 4),
    ("세", 3),
    ("석", 3),
    ("두", 2),
    ("한", 1),
];

/// Particles and words that say nothing here.
pub(super) const FILLERS: &[&str] = &[
    "에는",
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
    "반복",
    "정기",
    "회의",
    "미팅",
    "모든",
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
        [] | [' ' | ',' | '·' | '/' | ')' | '~' | '-' | '에' | '마' | '만' | '까' | '부', ..] => {
            Some((weekday, 1))
        }
        [next, ..] if named(next).is_some() => Some((weekday, 1)),
        _ => None,
    }
}
