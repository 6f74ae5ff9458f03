//! The English words for units, weekdays, months, places and numbers.

use jiff::civil::Weekday;

use crate::Frequency;

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

/// A unit and how many of it the word stands for.
pub(super) fn unit(word: &str) -> Option<(Frequency, u32)> {
    Some(match word {
        "hour" | "hours" | "hr" | "hrs" => (Frequency::Hourly, 1),
        "day" | "days" => (Frequency::Daily, 1),
        "week" | "weeks" | "wk" | "wks" => (Frequency::Weekly, 1),
        "fortnight" | "fortnights" => (Frequency::Weekly, 2),
        "month" | "months" => (Frequency::Monthly, 1),
        "quarter" | "quarters" => (Frequency::Monthly, 3),
        "year" | "years" => (Frequency::Yearly, 1),
        _ => return None,
    })
}

/// `daily`, `fortnightly`.
pub(super) fn adverb(word: &str) -> Option<(Frequency, u32)> {
    Some(match word {
        "hourly" => (Frequency::Hourly, 1),
        "daily" => (Frequency::Daily, 1),
        "weekly" => (Frequency::Weekly, 1),
        "biweekly" | "fortnightly" => (Frequency::Weekly, 2),
        "monthly" => (Frequency::Monthly, 1),
        "bimonthly" => (Frequency::Monthly, 2),
        "quarterly" => (Frequency::Monthly, 3),
        "yearly" | "annually" | "annual" => (Frequency::Yearly, 1),
        _ => return None,
    })
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
            | "meeting"
            | "meet"
            | "repeat"
            | "repeats"
            | "plus"
            | "always"
            | "only"
    )
}
