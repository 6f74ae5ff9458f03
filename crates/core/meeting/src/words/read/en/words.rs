//! The English words for units, weekdays, months, places and numbers.

use jiff::civil::Weekday;

use super::super::pieces::Unit;

/// `tue`, `tues`, `tuesday`, `tuesdays`.
pub(super) fn weekday(word: &str) -> Option<Weekday> {
    const NAMES: [(&str, Weekday); 7] = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    named(&NAMES, word)
}

/// `jan`, `sept`, `january`: 1 to 12.
pub(super) fn month(word: &str) -> Option<i8> {
    const NAMES: [(&str, i8); 12] = [
        ("january", 1),
        ("february", 2),
        ("march", 3),
        ("april", 4),
        ("may", 5),
        ("june", 6),
        ("july", 7),
        ("august", 8),
        ("september", 9),
        ("october", 10),
        ("november", 11),
        ("december", 12),
    ];
    named(&NAMES, word)
}

/// Something by its name, its plural or its beginning of three letters and more.
fn named<T: Copy>(names: &[(&str, T)], word: &str) -> Option<T> {
    let single = word.strip_suffix('s').filter(|single| single.len() >= 3);
    let fits = |name: &str| {
        (word.len() >= 3 && name.starts_with(word)) || single.is_some_and(|single| name.starts_with(single))
    };
    names.iter().find(|(name, _)| fits(name)).map(|(_, value)| *value)
}

/// A unit of a day and more, and how many of it the word stands for.
pub(super) fn unit(word: &str) -> Option<(Unit, u32)> {
    Some(match word {
        "day" | "days" => (Unit::Day, 1),
        "week" | "weeks" | "wk" | "wks" => (Unit::Week, 1),
        "fortnight" | "fortnights" => (Unit::Week, 2),
        "month" | "months" | "mo" | "mos" => (Unit::Month, 1),
        "quarter" | "quarters" => (Unit::Quarter, 1),
        "year" | "years" | "yr" | "yrs" => (Unit::Year, 1),
        _ => return None,
    })
}

/// The same, and units within a day.
pub(super) fn repeated_unit(word: &str) -> Option<(Unit, u32)> {
    match short_unit(word) {
        Some(60) => Some((Unit::Hour, 1)),
        Some(_) => Some((Unit::Minute, 1)),
        None => unit(word),
    }
}

/// The minutes of a unit within a day.
pub(super) fn short_unit(word: &str) -> Option<i64> {
    match word {
        "hour" | "hours" | "hr" | "hrs" | "h" => Some(60),
        "minute" | "minutes" | "min" | "mins" | "m" => Some(1),
        _ => None,
    }
}

/// `daily`, `fortnightly`.
pub(super) fn adverb(word: &str) -> Option<(Unit, u32)> {
    Some(match word {
        "hourly" => (Unit::Hour, 1),
        "daily" | "everyday" => (Unit::Day, 1),
        "weekly" => (Unit::Week, 1),
        "fortnightly" => (Unit::Week, 2),
        "monthly" => (Unit::Month, 1),
        "quarterly" => (Unit::Quarter, 1),
        "yearly" | "annually" | "annual" => (Unit::Year, 1),
        "semiannually" | "semiannual" => (Unit::HalfYear, 1),
        _ => return None,
    })
}

/// What is counted.
pub(super) fn is_counted(word: &str) -> bool {
    matches!(word, "times" | "time" | "occurrences" | "occurrence" | "meetings" | "sessions" | "x")
}

/// The ending of a place in digits.
pub(super) fn is_ordinal_ending(word: &str) -> bool {
    matches!(word, "st" | "nd" | "rd" | "th")
}

/// What shows that a number is one of a time of day.
pub(super) fn is_time_word(word: &str) -> bool {
    matches!(word, "am" | "pm" | "a" | "p" | "oclock")
}

/// `first` to `twelfth`.
pub(super) fn place(word: &str) -> Option<u32> {
    const WORDS: [&str; 12] = [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
        "eleventh", "twelfth",
    ];
    WORDS.iter().position(|known| *known == word).map(|place| place as u32 + 1)
}

/// `one` to `twelve`, and a few that are said often.
pub(super) fn number(word: &str) -> Option<u32> {
    const WORDS: [&str; 12] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    match word {
        "a" | "an" => Some(1),
        "fifteen" => Some(15),
        "twenty" => Some(20),
        "thirty" => Some(30),
        "forty" => Some(40),
        "fifty" => Some(50),
        word => WORDS.iter().position(|known| *known == word).map(|place| place as u32 + 1),
    }
}

/// Words that say nothing here.
pub(super) fn is_filler(word: &str) -> bool {
    matches!(
        word,
        "the"
            | "and"
            | "on"
            | "of"
            | "in"
            | "a"
            | "meeting"
            | "meet"
            | "repeat"
            | "repeats"
            | "repeating"
            | "recurring"
            | "occurs"
            | "always"
    )
}
