//! How the others are known to differ: what a difference covers is decided here, why stands in `differences.txt`.

use convoke_meeting::{Frequency, Rule, Zone};
use jiff::civil::{DateTime, date};

use crate::cases::Case;

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    Dateutil,
    Libical,
}

/// Rules in which a peer may differ.
pub struct Class {
    pub name: &'static str,
    pub peer: Peer,
    covers: fn(&Asked) -> bool,
}

/// The first that covers a case is its class.
pub const CLASSES: &[Class] = &[
    Class {
        name: "dateutil: weeks without a weekday",
        peer: Peer::Dateutil,
        covers: |rule| {
            rule.has("BYWEEKNO") && !rule.has("BYDAY") && !rule.has("BYMONTHDAY") && !rule.has("BYYEARDAY")
        },
    },
    Class {
        name: "dateutil: weeks at the year's edge",
        peer: Peer::Dateutil,
        covers: |rule| rule.has_week_at_edge(),
    },
    Class {
        name: "dateutil: weekdays with and without a place",
        peer: Peer::Dateutil,
        covers: |rule| !rule.rule.nth_weekdays().is_empty() && rule.rule.weekdays().next().is_some(),
    },
    Class {
        name: "dateutil: positions in the first week",
        peer: Peer::Dateutil,
        covers: |rule| rule.rule.frequency() == Frequency::Weekly && rule.has("BYSETPOS"),
    },
    Class {
        name: "libical: weeks without a weekday",
        peer: Peer::Libical,
        covers: |rule| rule.has("BYWEEKNO") && !rule.has("BYDAY"),
    },
    Class {
        name: "libical: weeks at the year's edge",
        peer: Peer::Libical,
        covers: |rule| rule.has_week_at_edge(),
    },
    Class {
        name: "libical: positions among times",
        peer: Peer::Libical,
        covers: |rule| {
            let places = rule.rule.frequency() < Frequency::Monthly
                || ["BYHOUR", "BYMINUTE", "BYSECOND"].iter().any(|part| rule.has(part));
            rule.has("BYSETPOS") && places
        },
    },
    Class {
        name: "libical: days of every month",
        peer: Peer::Libical,
        covers: |rule| {
            rule.rule.frequency() == Frequency::Yearly && rule.has("BYMONTHDAY") && !rule.has("BYMONTH")
        },
    },
    Class {
        name: "libical: every minute or second of those named",
        peer: Peer::Libical,
        covers: |rule| match rule.rule.frequency() {
            Frequency::Hourly => rule.has("BYHOUR"),
            Frequency::Minutely => rule.has("BYHOUR") || rule.has("BYMINUTE"),
            Frequency::Secondly => rule.has("BYHOUR") || rule.has("BYMINUTE") || rule.has("BYSECOND"),
            _ => false,
        },
    },
    Class {
        name: "libical: a day that is named twice",
        peer: Peer::Libical,
        covers: |rule| rule.has("BYSETPOS") && (rule.has("BYMONTHDAY") || rule.has("BYYEARDAY")),
    },
    Class {
        name: "libical: weeks that do not begin on Monday",
        peer: Peer::Libical,
        covers: |rule| rule.rule.frequency() == Frequency::Weekly && rule.has("WKST") && rule.has("INTERVAL"),
    },
];

/// The class that covers a difference.
pub fn class_of(peer: Peer, case: &Case) -> Option<&'static str> {
    let asked = Asked { text: &case.rule, rule: Rule::parse(&case.rule).unwrap() };
    CLASSES.iter().find(|class| class.peer == peer && (class.covers)(&asked)).map(|class| class.name)
}

/// A rule with its text.
struct Asked<'a> {
    text: &'a str,
    rule: Rule,
}

impl Asked<'_> {
    fn has(&self, part: &str) -> bool {
        self.text.split(';').any(|one| one.split('=').next() == Some(part))
    }

    /// Weeks that may reach over a new year.
    fn has_week_at_edge(&self) -> bool {
        let weeks = self.text.split(';').find_map(|part| part.strip_prefix("BYWEEKNO="));
        weeks.is_some_and(|weeks| {
            weeks.split(',').any(|week| ["1", "52", "53", "-1", "-52", "-53"].contains(&week))
        })
    }
}

/// One entry of `differences.txt`: the class's name, the start, the rule, what both say, and the reason.
pub struct Entry {
    pub class: String,
    start: DateTime,
    rule: String,
    pub ours: Vec<String>,
    pub theirs: Vec<String>,
}

impl Entry {
    /// All of the file.
    pub fn all() -> Vec<Self> {
        include_str!("differences.txt").trim().split("\n\n").skip(1).map(Self::read).collect()
    }

    fn read(block: &str) -> Self {
        let mut lines = block.lines();
        let class = lines.next().and_then(|line| line.strip_prefix("# ")).expect(block).to_owned();
        let mut field = |name: &str| {
            let line = lines
                .next()
                .and_then(|line| line.strip_prefix(name))
                .unwrap_or_else(|| panic!("{name} of {class}"));
            line.trim().to_owned()
        };
        let start = DateTime::strptime("%Y%m%dT%H%M%S", field("start")).expect(block);
        let rule = field("rule");
        let list = |text: String| text.split_whitespace().map(str::to_owned).collect();
        let (ours, theirs) = (list(field("ours")), list(field("theirs")));
        for reason in ["right", "why"] {
            assert!(!field(reason).is_empty(), "{reason} of {block}");
        }
        Self { class, start, rule, ours, theirs }
    }

    pub fn case(&self) -> Case {
        let horizon = date(2040, 12, 31).at(23, 59, 59, 0);
        Case { rule: self.rule.clone(), start: self.start, zone: Zone::utc(), horizon }
    }

    pub fn known_class(&self) -> &'static Class {
        CLASSES
            .iter()
            .find(|class| class.name == self.class)
            .unwrap_or_else(|| panic!("no class {}", self.class))
    }
}
