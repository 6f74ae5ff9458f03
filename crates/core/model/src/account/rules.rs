//! The rules for passwords by name, as `user rule` sets them: their values, their limits, their texts.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

/// Longest life of a password, in days: a hundred years. More would be for ever, which 0 says.
pub const MAX_PASSWORD_AGE_DAYS: u32 = 36_500;

/// What passwords have to be like, and how long they hold. A number of 0 means that the rule is not asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Former passwords that can't be taken again; the present one never can.
    pub max_history: u32,
    /// Days that a new password holds; changing it leaves the accounts that are there alone.
    pub password_age: u32,
    /// Days before people may change their password again.
    pub min_password_age: u32,
    /// Characters at least.
    pub min_length: u32,
    /// Characters of [`super::SPECIAL`] at least.
    pub min_special: u32,
    /// Capital letters at least.
    pub min_uppercase: u32,
    /// Small letters at least.
    pub min_lowercase: u32,
    /// Digits in a row at most.
    pub longest_digits_run: u32,
    /// Digits at least.
    pub min_digits: u32,
    /// The same character in a row at most.
    pub max_repeated_char: u32,
    /// Characters to be changed at least against the password that people change.
    pub min_changed_characters: u32,
    /// Whether only ASCII is allowed.
    pub only_ascii: bool,
    /// Whether the account's name can't stand in it.
    pub no_username: bool,
    /// Whether it can't read the same from behind.
    pub no_palindrome: bool,
    /// Failures that lock; each as many more lock again for longer.
    pub max_failed_logins: u32,
}

impl Default for Rules {
    /// Length counts more than the mixture of characters (NIST SP 800-63B 5.1.1.2), and half a year is the life of a password in
    /// the modelled system.
    fn default() -> Self {
        Self {
            max_history: 0,
            password_age: 180,
            min_password_age: 0,
            min_length: 8,
            min_special: 0,
            min_uppercase: 0,
            min_lowercase: 0,
            longest_digits_run: 0,
            min_digits: 0,
            max_repeated_char: 0,
            min_changed_characters: 0,
            only_ascii: false,
            no_username: true,
            no_palindrome: false,
            max_failed_logins: 5,
        }
    }
}

/// A rule, by which [`Rules`] can be shown and set.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// A number.
    Number {
        /// Its name.
        name: &'static str,
        /// The greatest value.
        most: u32,
        /// Where it stands.
        place: fn(&mut Rules) -> &mut u32,
    },
    /// Yes or no.
    Flag {
        /// Its name.
        name: &'static str,
        /// Where it stands.
        place: fn(&mut Rules) -> &mut bool,
    },
}

/// What is wrong with setting a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleFault {
    /// There is no rule of this name.
    Unknown {
        /// The name that was given.
        name: String,
    },
    /// The value is no number, or out of range.
    NotANumber {
        /// The rule.
        name: &'static str,
        /// What was given.
        given: String,
        /// The greatest value.
        most: u32,
    },
    /// The value is neither `true` nor `false`.
    NotAFlag {
        /// The rule.
        name: &'static str,
        /// What was given.
        given: String,
    },
    /// No password could fulfil this together with another rule.
    Impossible {
        /// Why.
        why: String,
    },
}

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name } => {
                let known: Vec<&str> = Rules::ALL.iter().map(Rule::name).collect();
                write!(f, "there is no rule {name}; expected one of {}", known.join(" "))
            }
            Self::NotANumber { name, given, most } => {
                write!(f, "{name} is a number from 1 to {most}, or none (0), and not {given}")
            }
            Self::NotAFlag { name, given } => write!(f, "{name} is true or false, and not {given}"),
            Self::Impossible { why } => f.write_str(why),
        }
    }
}

impl std::error::Error for RuleFault {}

const fn number(name: &'static str, most: u32, place: fn(&mut Rules) -> &mut u32) -> Rule {
    Rule::Number { name, most, place }
}

const fn flag(name: &'static str, place: fn(&mut Rules) -> &mut bool) -> Rule {
    Rule::Flag { name, place }
}

impl Rules {
    /// Former passwords remembered at most: each is tried against a new one, 25 ms a piece.
    pub const MAX_HISTORY: u32 = 24;
    /// What a length may be asked to be at most; longer passwords can be chosen.
    const MAX_LENGTH: u32 = 64;
    /// What may be asked of a kind of character at most.
    const MAX_OF_A_KIND: u32 = 16;

    /// Every rule, in the order in which they are shown.
    pub const ALL: [Rule; 15] = [
        number("max_history", Self::MAX_HISTORY, |rules| &mut rules.max_history),
        number("password_age", MAX_PASSWORD_AGE_DAYS, |rules| &mut rules.password_age),
        number("min_password_age", 365, |rules| &mut rules.min_password_age),
        number("min_length", Self::MAX_LENGTH, |rules| &mut rules.min_length),
        number("min_special", Self::MAX_OF_A_KIND, |rules| &mut rules.min_special),
        number("min_uppercase", Self::MAX_OF_A_KIND, |rules| &mut rules.min_uppercase),
        number("min_lowercase", Self::MAX_OF_A_KIND, |rules| &mut rules.min_lowercase),
        number("longest_digits_run", Self::MAX_LENGTH, |rules| &mut rules.longest_digits_run),
        number("min_digits", Self::MAX_OF_A_KIND, |rules| &mut rules.min_digits),
        number("max_repeated_char", Self::MAX_LENGTH, |rules| &mut rules.max_repeated_char),
        number("min_changed_characters", Self::MAX_OF_A_KIND, |rules| &mut rules.min_changed_characters),
        flag("only_ascii", |rules| &mut rules.only_ascii),
        flag("no_username", |rules| &mut rules.no_username),
        flag("no_palindrome", |rules| &mut rules.no_palindrome),
        number("max_failed_logins", 100, |rules| &mut rules.max_failed_logins),
    ];

    /// Sets the rule of this name. `none` is 0; a value that is refused changes nothing.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), RuleFault> {
        let rule = Self::ALL.iter().find(|rule| rule.name() == name);
        let mut changed = self.clone();
        match *rule.ok_or_else(|| RuleFault::Unknown { name: name.to_owned() })? {
            Rule::Number { name, most, place } => {
                let given = if value == "none" { Some(0) } else { value.parse().ok() };
                let fault = || RuleFault::NotANumber { name, given: value.to_owned(), most };
                *place(&mut changed) = given.filter(|given| *given <= most).ok_or_else(fault)?;
            }
            Rule::Flag { name, place } => {
                let fault = || RuleFault::NotAFlag { name, given: value.to_owned() };
                *place(&mut changed) = value.parse().map_err(|_| fault())?;
            }
        }
        changed.check()?;
        *self = changed;
        Ok(())
    }

    /// Whether the rules can be fulfilled together, and are within their limits.
    pub fn check(&self) -> Result<(), RuleFault> {
        for rule in Self::ALL {
            if let Rule::Number { name, most, place } = rule {
                let value = *place(&mut self.clone());
                if value > most {
                    return Err(RuleFault::NotANumber { name, given: value.to_string(), most });
                }
            }
        }
        if self.password_age > 0 && self.min_password_age >= self.password_age {
            return Err(RuleFault::Impossible {
                why: format!(
                    "min_password_age ({}) has to be less than password_age ({})",
                    self.min_password_age, self.password_age
                ),
            });
        }
        Ok(())
    }

    /// The value of a rule as it is shown: a number, `none`, `true` or `false`.
    pub fn shown(&self, rule: Rule) -> String {
        let mut rules = self.clone();
        match rule {
            Rule::Number { place, .. } => match *place(&mut rules) {
                0 => "none".to_owned(),
                value => value.to_string(),
            },
            Rule::Flag { place, .. } => place(&mut rules).to_string(),
        }
    }

    /// Until when a password that is set at `now` holds; `None`: for ever.
    pub fn expiry(&self, now: Timestamp) -> Option<Timestamp> {
        let days = self.password_age.min(MAX_PASSWORD_AGE_DAYS);
        // Past the end of the calendar is for ever.
        (days > 0).then(|| now.checked_add(SignedDuration::from_hours(i64::from(days) * 24)).ok()).flatten()
    }
}

impl Rule {
    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Number { name, .. } | Self::Flag { name, .. } => name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_can_be_set_to_its_greatest_value_and_none_beyond_it() {
        for rule in Rules::ALL {
            let mut rules = Rules::default();
            match rule {
                Rule::Number { name, most, .. } => {
                    rules.set("password_age", "none").unwrap();
                    rules.set(name, &most.to_string()).unwrap();
                    assert_eq!(rules.shown(rule), most.to_string());
                    for refused in [(most + 1).to_string(), "-1".into(), "x".into(), "99999999999999".into()]
                    {
                        assert!(rules.set(name, &refused).is_err(), "{name} {refused}");
                    }
                    rules.set(name, "none").unwrap();
                    assert_eq!(rules.shown(rule), "none");
                }
                Rule::Flag { name, .. } => {
                    for value in ["true", "false"] {
                        rules.set(name, value).unwrap();
                        assert_eq!(rules.shown(rule), value);
                    }
                    assert!(rules.set(name, "yes").is_err());
                }
            }
        }
    }

    #[test]
    fn an_age_beyond_the_calendar_is_refused_with_what_would_be_right() {
        let mut rules = Rules::default();
        let fault = rules.set("password_age", "3000000").unwrap_err();
        assert_eq!(
            fault.to_string(),
            "password_age is a number from 1 to 36500, or none (0), and not 3000000"
        );
        assert_eq!(rules, Rules::default());
        rules.set("password_age", "36500").unwrap();
        assert!(rules.expiry("2026-11-23T00:00:00Z".parse().unwrap()).is_some());
        assert_eq!(rules.expiry(Timestamp::MAX), None);
        rules.set("password_age", "none").unwrap();
        assert_eq!(rules.expiry(Timestamp::UNIX_EPOCH), None);
    }

    #[test]
    fn a_password_has_to_live_longer_than_it_must_be_kept() {
        let mut rules = Rules::default();
        rules.set("min_password_age", "179").unwrap();
        assert!(matches!(rules.set("min_password_age", "180"), Err(RuleFault::Impossible { .. })));
        assert!(matches!(rules.set("password_age", "100"), Err(RuleFault::Impossible { .. })));
        let unknown = rules.set("min_age", "1").unwrap_err();
        assert!(unknown.to_string().starts_with("there is no rule min_age; expected one of max_history "));
    }
}
