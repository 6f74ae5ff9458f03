//! What people said of a meeting, as the rules judge it and the database keeps it.

use std::{borrow::Borrow, collections::HashMap};

use convoke_meeting::{
    answers::{About, Answer, PartStat, effective},
    plan::Plan,
};
use convoke_scheduler_api::answer::{self, AnswerSource};
use convoke_store::answers::AnswerRow;
use jiff::{Timestamp, civil::DateTime};

use super::body::{local, parsed};

/// An answer as it is kept, and as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    /// As it is kept.
    pub(crate) row: AnswerRow,
    answer: Answer,
}

impl Borrow<Answer> for Known {
    fn borrow(&self) -> &Answer {
        &self.answer
    }
}

impl Known {
    /// `None` when what is kept has been damaged.
    pub(crate) fn of(row: AnswerRow) -> Option<Self> {
        let about = about(&row.recurrence, row.following)?;
        let answer = Answer {
            about,
            partstat: PartStat::of_word(&row.partstat)?,
            sequence: u32::try_from(row.sequence).ok()?,
            stamped_at: Timestamp::from_millisecond(row.stamped_at).ok()?,
            meant_at: row.meant_at.map(Timestamp::from_millisecond).transpose().ok()?,
        };
        Some(Self { row, answer })
    }

    /// What it is about.
    pub(crate) fn about(&self) -> About {
        self.answer.about
    }

    /// What was answered.
    pub(crate) fn partstat(&self) -> PartStat {
        self.answer.partstat
    }
}

/// The row of an answer, with what else belongs to it.
pub(crate) fn row_of(answer: &Answer, all_day: bool, rest: AnswerRow) -> AnswerRow {
    let (recurrence, following) = words(answer.about, all_day);
    AnswerRow {
        recurrence,
        following,
        partstat: answer.partstat.word().to_owned(),
        sequence: answer.sequence.into(),
        stamped_at: answer.stamped_at.as_millisecond(),
        meant_at: answer.meant_at.map(Timestamp::as_millisecond),
        ..rest
    }
}

/// What an answer is about, as it is kept: an original, and whether those after it are meant too.
pub(crate) fn words(about: About, all_day: bool) -> (String, bool) {
    match about {
        About::All => (String::new(), false),
        About::Following(from) => (local(from, all_day), true),
        About::One(one) => (local(one, all_day), false),
    }
}

/// What is kept of what an answer is about; `None` when it has been damaged.
pub(crate) fn about(recurrence: &str, following: bool) -> Option<About> {
    match (recurrence, following) {
        ("", _) => Some(About::All),
        (text, true) => parsed(text).map(About::Following),
        (text, false) => parsed(text).map(About::One),
    }
}

/// What everybody said of a meeting, by address in lower case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answers(HashMap<String, Vec<Known>>);

impl Answers {
    /// Of what is kept.
    pub(crate) fn of(rows: Vec<AnswerRow>) -> Self {
        let mut people: HashMap<String, Vec<Known>> = HashMap::new();
        for known in rows.into_iter().filter_map(Known::of) {
            people.entry(known.row.person.clone()).or_default().push(known);
        }
        Self(people)
    }

    /// What a person said that holds for an occurrence, or for the series as such.
    pub(crate) fn holding(&self, plan: &Plan, person: &str, original: Option<DateTime>) -> Option<&Known> {
        effective(plan, self.0.get(person)?, original)
    }

    /// What a person said.
    pub(crate) fn of_person(&self, person: &str) -> &[Known] {
        self.0.get(person).map_or(&[], Vec::as_slice)
    }

    /// Whether nobody has said anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// An answer in the words of the API.
pub(crate) fn shown_partstat(partstat: PartStat) -> answer::PartStat {
    match partstat {
        PartStat::NeedsAction => answer::PartStat::NeedsAction,
        PartStat::Accepted => answer::PartStat::Accepted,
        PartStat::Tentative => answer::PartStat::Tentative,
        PartStat::Declined => answer::PartStat::Declined,
    }
}

/// An answer that the API's words tell.
pub(crate) fn partstat_of(partstat: answer::PartStat) -> PartStat {
    match partstat {
        answer::PartStat::NeedsAction => PartStat::NeedsAction,
        answer::PartStat::Accepted => PartStat::Accepted,
        answer::PartStat::Tentative => PartStat::Tentative,
        answer::PartStat::Declined => PartStat::Declined,
    }
}

/// By which way an answer that is kept came.
pub(crate) fn shown_source(word: &str) -> Option<AnswerSource> {
    match word {
        "mail" => Some(AnswerSource::Mail),
        "link" => Some(AnswerSource::Link),
        "web" => Some(AnswerSource::Web),
        "organizer" => Some(AnswerSource::Organizer),
        _ => None,
    }
}
