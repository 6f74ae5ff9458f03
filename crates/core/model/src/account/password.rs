//! Whether a new password holds to the rules; every rule that it breaks is told.
//!
//! Two rules need what is not here: former passwords are known by their hashes only, and the dictionary is a file. Whoever has
//! them adds their findings.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::{AccountName, Rules};

/// The characters that count as special (seed's MMP: `user rule min_special`).
pub const SPECIAL: &str = "!@#$%^&*()_+=?><,.\"\\/";

/// Longest password, in characters; what hashes it has a limit in bytes.
pub const MAX_PASSWORD_CHARS: usize = 512;

/// A password that somebody wants to have.
#[derive(Clone, Copy)]
pub struct NewPassword<'a> {
    /// Whose it is to be.
    pub name: &'a AccountName,
    /// The password.
    pub password: &'a str,
    /// The present one, if it was typed.
    pub present: Option<&'a str>,
}

/// A rule that a password breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordFinding {
    /// Too few characters.
    Short {
        /// How many there are to be.
        least: u32,
    },
    /// More than [`MAX_PASSWORD_CHARS`].
    Long,
    /// Too few of a kind of character.
    Few {
        /// Which kind.
        what: &'static str,
        /// How many there are to be.
        least: u32,
    },
    /// Too many digits in a row.
    DigitsRun {
        /// How many may be.
        most: u32,
    },
    /// The same character too often in a row.
    Repeated {
        /// How many may be.
        most: u32,
    },
    /// Too much of the present password is kept.
    LittleChanged {
        /// How many characters are to be changed.
        least: u32,
    },
    /// It is the present password.
    Same,
    /// It has characters other than ASCII's.
    NotAscii,
    /// It has control characters, which not everybody can type.
    Control,
    /// It holds the account's name.
    HoldsName,
    /// It reads the same from behind.
    Palindrome,
    /// It was one of the last.
    Former {
        /// How many of the last can't be taken again.
        most: u32,
    },
    /// It stands in the dictionary.
    Dictionary,
    /// The present one is too young.
    TooSoon {
        /// From when on it may be changed.
        from: Timestamp,
    },
}

impl fmt::Display for PasswordFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short { least } => write!(f, "the password has fewer than {least} characters"),
            Self::Long => write!(f, "the password has more than {MAX_PASSWORD_CHARS} characters"),
            Self::Few { what, least } => write!(f, "the password has fewer than {least} {what}"),
            Self::DigitsRun { most } => write!(f, "the password has more than {most} digits in a row"),
            Self::Repeated { most } => {
                write!(f, "the password has the same character more than {most} times in a row")
            }
            Self::LittleChanged { least } => {
                write!(f, "the password differs from the present one in fewer than {least} characters")
            }
            Self::Same => f.write_str("the password is the present one"),
            Self::NotAscii => f.write_str("the password has characters other than ASCII's"),
            Self::Control => f.write_str("the password has control characters"),
            Self::HoldsName => f.write_str("the password holds the user name"),
            Self::Palindrome => f.write_str("the password reads the same from behind"),
            Self::Former { most } => write!(f, "the password was used before (the last {most} can't be)"),
            Self::Dictionary => f.write_str("the password stands in the dictionary"),
            Self::TooSoon { from } => {
                write!(f, "the password was changed lately; it can be changed from {from} on")
            }
        }
    }
}

impl Rules {
    /// Every rule that the password breaks, former ones and the dictionary aside.
    pub fn check_password(&self, new: &NewPassword<'_>) -> Vec<PasswordFinding> {
        let password = new.password;
        let chars: Vec<char> = password.chars().collect();
        let count = |good: fn(&char) -> bool| {
            u32::try_from(chars.iter().filter(|c| good(c)).count()).unwrap_or(u32::MAX)
        };
        let mut findings = Vec::new();
        if chars.len() < (self.min_length as usize).max(1) {
            findings.push(PasswordFinding::Short { least: self.min_length.max(1) });
        }
        if chars.len() > MAX_PASSWORD_CHARS {
            return vec![PasswordFinding::Long];
        }
        for (least, what, good) in [
            (self.min_special, "special characters", (|c| SPECIAL.contains(*c)) as fn(&char) -> bool),
            (self.min_uppercase, "capital letters", |c| c.is_uppercase()),
            (self.min_lowercase, "small letters", |c| c.is_lowercase()),
            (self.min_digits, "digits", char::is_ascii_digit),
        ] {
            if count(good) < least {
                findings.push(PasswordFinding::Few { what, least });
            }
        }
        let digits = longest_run(&chars, |a, b| a.is_ascii_digit() && b.is_ascii_digit());
        if exceeds(self.longest_digits_run, digits) {
            findings.push(PasswordFinding::DigitsRun { most: self.longest_digits_run });
        }
        if exceeds(self.max_repeated_char, longest_run(&chars, |a, b| a == b)) {
            findings.push(PasswordFinding::Repeated { most: self.max_repeated_char });
        }
        if password.contains(char::is_control) {
            findings.push(PasswordFinding::Control);
        }
        if self.only_ascii && !password.is_ascii() {
            findings.push(PasswordFinding::NotAscii);
        }
        if self.no_username && password.to_lowercase().contains(new.name.as_str()) {
            findings.push(PasswordFinding::HoldsName);
        }
        if self.no_palindrome && !chars.is_empty() && chars.iter().eq(chars.iter().rev()) {
            findings.push(PasswordFinding::Palindrome);
        }
        findings.extend(new.present.and_then(|present| self.check_change(present, &chars)));
        findings
    }

    fn check_change(&self, present: &str, new: &[char]) -> Option<PasswordFinding> {
        let present: Vec<char> = present.chars().take(MAX_PASSWORD_CHARS).collect();
        if present == new {
            return Some(PasswordFinding::Same);
        }
        let least = self.min_changed_characters;
        (distance(&present, new) < least as usize).then_some(PasswordFinding::LittleChanged { least })
    }

    /// What stands in the way of people's changing their own password so soon after the last time.
    pub fn check_age(&self, set_at: Timestamp, must_change: bool, now: Timestamp) -> Option<PasswordFinding> {
        let hours = i64::from(self.min_password_age) * 24;
        let from = set_at.checked_add(SignedDuration::from_hours(hours)).ok()?;
        (!must_change && now < from).then_some(PasswordFinding::TooSoon { from })
    }
}

fn exceeds(most: u32, run: usize) -> bool {
    most > 0 && run > most as usize
}

/// The most characters in a row of which each two neighbours are alike.
fn longest_run(chars: &[char], alike: impl Fn(char, char) -> bool) -> usize {
    let (mut longest, mut run) = (0, 0);
    for (index, c) in chars.iter().enumerate() {
        run = if index > 0 && alike(chars[index - 1], *c) { run + 1 } else { 1 };
        longest = longest.max(run);
    }
    longest
}

/// Characters to be added, removed or replaced to make one text of the other: a password that is only shifted is not changed.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = corner + usize::from(from != to);
            corner = row[j + 1];
            row[j + 1] = replaced.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// What of a password is looked for in a dictionary: itself in small letters, and what is left without the digits and signs at its
/// ends (`Winter2026!`: `winter`), if that has 4 letters or more.
pub fn word_forms(password: &str) -> Vec<String> {
    let whole = password.to_lowercase();
    let bare = whole.trim_matches(|c: char| !c.is_alphabetic()).to_owned();
    let mut forms = vec![whole];
    if bare.chars().count() >= 4 && bare != forms[0] {
        forms.push(bare);
    }
    forms
}

/// Whether a line of a dictionary is one of these forms.
pub fn is_word(line: &str, forms: &[String]) -> bool {
    let word = line.trim();
    !word.is_empty()
        && forms
            .iter()
            .any(|form| *form == word || (form.len() >= word.len() && *form == word.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rules: &Rules, password: &str) -> Vec<PasswordFinding> {
        check_against(rules, password, None)
    }

    fn check_against(rules: &Rules, password: &str, present: Option<&str>) -> Vec<PasswordFinding> {
        let name = "bob".parse().unwrap();
        rules.check_password(&NewPassword { name: &name, password, present })
    }

    fn with(name: &str, value: &str) -> Rules {
        let mut rules = Rules::default();
        rules.set("min_length", "none").unwrap();
        rules.set(name, value).unwrap();
        rules
    }

    #[test]
    fn each_rule_holds_at_its_edge() {
        for (rule, value, good, bad) in [
            ("min_length", "9", "관리자관리자관리자", "관리자관리자관리"),
            ("min_special", "2", "a!b/", "a!b-"),
            ("min_uppercase", "2", "AbÄ", "Abc"),
            ("min_lowercase", "2", "AbÄc", "AbC"),
            ("min_digits", "2", "1a2", "1ab"),
            ("longest_digits_run", "3", "123a456", "1234"),
            ("max_repeated_char", "2", "aabb", "aaab"),
            ("only_ascii", "true", "abc", "abcä"),
            ("no_username", "true", "bo-b", "xBoBx"),
            ("no_palindrome", "true", "abcb", "abcba"),
        ] {
            let rules = with(rule, value);
            assert_eq!(check(&rules, good), [], "{rule}: {good}");
            assert_eq!(check(&rules, bad).len(), 1, "{rule}: {bad}");
        }
        assert_eq!(check(&with("longest_digits_run", "1"), "a1b2"), []);
        assert_eq!(check(&with("no_username", "false"), "bob"), []);
    }

    #[test]
    fn every_rule_that_is_broken_is_told() {
        let mut rules = Rules::default();
        for (name, value) in [("min_special", "1"), ("min_digits", "1"), ("no_palindrome", "true")] {
            rules.set(name, value).unwrap();
        }
        let findings: Vec<String> = check(&rules, "bob").iter().map(ToString::to_string).collect();
        assert_eq!(
            findings,
            [
                "the password has fewer than 8 characters",
                "the password has fewer than 1 special characters",
                "the password has fewer than 1 digits",
                "the password holds the user name",
                "the password reads the same from behind",
            ]
        );
    }

    #[test]
    fn a_password_is_changed_by_as_many_characters_as_are_asked_for() {
        let rules = with("min_changed_characters", "3");
        assert_eq!(check_against(&rules, "abcdef", Some("abcdef")), [PasswordFinding::Same]);
        let little = [PasswordFinding::LittleChanged { least: 3 }];
        assert_eq!(check_against(&rules, "abcdeXY", Some("abcdef")), little);
        assert_eq!(check_against(&rules, "1abcdef", Some("abcdef")), little, "only shifted");
        assert_eq!(check_against(&rules, "abcXYZ", Some("abcdef")), []);
        assert_eq!(check(&rules, "abcdef"), []);
    }

    #[test]
    fn no_rules_still_want_a_password() {
        let rules = with("no_username", "false");
        assert_eq!(check(&rules, ""), [PasswordFinding::Short { least: 1 }]);
        assert_eq!(check(&rules, &"x".repeat(MAX_PASSWORD_CHARS)), []);
        assert_eq!(check(&rules, &"x".repeat(MAX_PASSWORD_CHARS + 1)), [PasswordFinding::Long]);
        assert_eq!(check(&rules, "a\tb"), [PasswordFinding::Control]);
    }

    #[test]
    fn a_password_is_kept_as_long_as_asked_unless_a_new_one_is_demanded() {
        let mut rules = Rules::default();
        rules.set("min_password_age", "2").unwrap();
        let (set, two_days) = (Timestamp::UNIX_EPOCH, SignedDuration::from_hours(48));
        let early = set + two_days - SignedDuration::from_secs(1);
        assert_eq!(
            rules.check_age(set, false, early),
            Some(PasswordFinding::TooSoon { from: set + two_days })
        );
        assert_eq!(rules.check_age(set, false, set + two_days), None);
        assert_eq!(rules.check_age(set, true, early), None);
        assert_eq!(Rules::default().check_age(set, false, set), None);
    }

    #[test]
    fn a_word_with_digits_around_it_is_still_a_word() {
        let forms = word_forms("1Winter2026!");
        assert!(is_word("Winter\r", &forms) && is_word("1winter2026!", &forms));
        assert!(!is_word("wint", &forms) && !is_word("", &forms) && !is_word("  ", &forms));
        assert_eq!(word_forms("abc123"), ["abc123"]);
    }
}
