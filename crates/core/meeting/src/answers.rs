//! What people answer: to a series, to one occurrence of it, or from one on; and what of it holds.
//!
//! An answer counts as long as what was answered takes place when and where it did then ([`Plan::answers_since_of`]). What is
//! said of one date is closer to it than what is said of many, as in calendars; only who says by hand that it is about all
//! dates means all, and takes back what they said of single ones before.

use std::borrow::Borrow;

use jiff::{Timestamp, civil::DateTime};

use crate::{
    Rule, Series, day,
    plan::{
        Fate, Plan,
        agreed::{bounded, is_where_it_was},
    },
    series::SeriesParts,
};

/// What somebody answered (RFC 5545 3.2.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PartStat {
    /// Nothing yet.
    #[default]
    NeedsAction,
    /// Yes.
    Accepted,
    /// Perhaps.
    Tentative,
    /// No.
    Declined,
}

impl PartStat {
    /// As calendars write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::NeedsAction => "NEEDS-ACTION",
            Self::Accepted => "ACCEPTED",
            Self::Tentative => "TENTATIVE",
            Self::Declined => "DECLINED",
        }
    }

    /// What calendars write, in any case; `None` for other words.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::NeedsAction, Self::Accepted, Self::Tentative, Self::Declined]
            .into_iter()
            .find(|state| state.word().eq_ignore_ascii_case(word))
    }
}

/// What an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum About {
    /// All of it.
    All,
    /// This occurrence, by its original, and those after it.
    Following(DateTime),
    /// This occurrence.
    One(DateTime),
}

/// An answer of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// What it is about.
    pub about: About,
    /// What was answered.
    pub partstat: PartStat,
    /// The SEQUENCE that was answered.
    pub sequence: u32,
    /// When it was given, by the clock of whoever gave it: the later of two holds.
    pub stamped_at: Timestamp,
    /// When the person last chose that they mean all the dates that it is about, and take back what they said of single ones
    /// before: calendars answer for a series and leave single dates as they are.
    pub meant_at: Option<Timestamp>,
}

impl Answer {
    /// The answer that is kept of two about the same: the later one.
    #[must_use]
    pub fn or_later(self, other: Self) -> Self {
        let later = if other.stamped_at >= self.stamped_at { other } else { self };
        Self { meant_at: self.meant_at.max(other.meant_at), ..later }
    }
}

/// What becomes of an answer that comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It holds.
    Taken,
    /// A later one of the same person holds. What is kept of it is [`Answer::or_later`] of both, where they are about the same.
    Older,
    /// It is about another time or place than that of now.
    OutOfDate,
    /// What it is about is over, or does not take place.
    Late,
    /// It is about an occurrence that there is not.
    NoSuchOccurrence,
}

impl About {
    /// Whether it says something of everything that the other is about.
    fn covers(self, other: Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::Following(from), Self::Following(of) | Self::One(of)) => from <= of,
            (Self::One(one), Self::One(of)) => one == of,
            _ => false,
        }
    }

    /// How close it is to a single date; the greater the closer.
    fn closeness(self) -> (u8, Option<DateTime>) {
        match self {
            Self::All => (0, None),
            Self::Following(from) => (1, Some(from)),
            Self::One(one) => (2, Some(one)),
        }
    }

    /// The SEQUENCE from which on answers about it count.
    fn since(self, plan: &Plan) -> u32 {
        match self {
            Self::All => plan.answers_since,
            Self::Following(from) => plan.answers_since_around(from),
            Self::One(one) => plan.answers_since_of(one),
        }
    }
}

/// The one of a person's answers that holds for an occurrence, or for the series as such; `None` when none does.
pub fn effective<'a, A: Borrow<Answer>>(
    plan: &Plan,
    answers: &'a [A],
    original: Option<DateTime>,
) -> Option<&'a A> {
    let wanted = original.map_or(About::All, About::One);
    closest(answers, wanted, wanted.since(plan))
}

/// The one of the answers given to `since` or later that holds for all that `wanted` is about.
fn closest<A: Borrow<Answer>>(answers: &[A], wanted: About, since: u32) -> Option<&A> {
    let known: Vec<&A> = answers.iter().filter(|answer| (*answer).borrow().about.covers(wanted)).collect();
    let standing = standing(known, |_| since).into_iter();
    standing.max_by_key(|answer| {
        let answer: &Answer = (*answer).borrow();
        (answer.about.closeness(), answer.stamped_at)
    })
}

/// Those of the answers given to `since` or later that were not taken back by one about more.
fn standing<'a, A: Borrow<Answer> + 'a>(
    answers: impl IntoIterator<Item = &'a A>,
    since: impl Fn(About) -> u32,
) -> Vec<&'a A> {
    let counts = |answer: &&A| {
        let answer: &Answer = (*answer).borrow();
        answer.sequence >= since(answer.about)
    };
    let known: Vec<&A> = answers.into_iter().filter(counts).collect();
    let is_taken_back = |held: &Answer| {
        known.iter().any(|wider| {
            let wider: &Answer = (*wider).borrow();
            wider.about.covers(held.about) && wider.meant_at.is_some_and(|meant| meant > held.stamped_at)
        })
    };
    known.iter().copied().filter(|answer| !is_taken_back((*answer).borrow())).collect()
}

/// Whether what was answered still takes place when and where it did then.
pub fn counts(plan: &Plan, answer: &Answer) -> bool {
    let is_there = match answer.about {
        About::All => true,
        About::Following(original) | About::One(original) => named(plan, original) == Some(original),
    };
    is_there && answer.sequence >= answer.about.since(plan)
}

/// The occurrence that a name means: its own, or the one that it had before its series was moved.
pub fn named(plan: &Plan, name: DateTime) -> Option<DateTime> {
    let own = plan.series.at(name).map(|found| found.original);
    own.or_else(|| plan.overrides.iter().find(|(_, said)| said.former == Some(name)).map(|(name, _)| *name))
}

/// What an answer that comes in does at `now` beside those of the same person that are known.
pub fn receive<A: Borrow<Answer>>(plan: &Plan, known: &[A], incoming: &Answer, now: Timestamp) -> Received {
    let since = incoming.about.since(plan);
    let is_out_of_date = incoming.sequence < since;
    if let About::One(original) | About::Following(original) = incoming.about
        && named(plan, original) != Some(original)
    {
        // Its date went with a change that it knows nothing of.
        let is_former = incoming.sequence < plan.answers_since;
        return if is_former { Received::OutOfDate } else { Received::NoSuchOccurrence };
    }
    if is_over(plan, incoming.about, now) {
        return Received::Late;
    }
    if is_out_of_date {
        return Received::OutOfDate;
    }
    let is_newer = |known: &A| {
        let known: &Answer = known.borrow();
        let said_at = if known.about == incoming.about { Some(known.stamped_at) } else { known.meant_at };
        known.about.covers(incoming.about)
            && known.sequence >= since
            && said_at.is_some_and(|said_at| said_at > incoming.stamped_at)
    };
    if known.iter().any(is_newer) { Received::Older } else { Received::Taken }
}

/// Whether nothing of what an answer is about is still to come, or under way.
fn is_over(plan: &Plan, about: About, now: Timestamp) -> bool {
    if plan.is_cancelled {
        return true;
    }
    match about {
        About::One(original) => {
            plan.occurrence(original).is_none_or(|found| found.is_cancelled || found.time.end <= now)
        }
        About::All | About::Following(_) => {
            plan.extent().is_none_or(|(_, end)| end.is_some_and(|end| end <= now))
        }
    }
}

/// Whether a meeting that was parted from another goes on at the times and in the place of that one: then who answered to the
/// whole answered to it as well.
pub fn goes_on_alike(before: &Plan, next: &Plan) -> bool {
    let endless = |series: &Series| {
        let rule = series.rule().map(|rule| Rule { count: None, until: None, ..rule.clone() });
        Series::new(SeriesParts { rule, exdates: Vec::new(), ..series.parts() })
    };
    let alike = |series: &Series| {
        let rule = series.rule().map(|rule| Rule { count: None, until: None, ..rule.clone() });
        (series.zone().clone(), series.is_all_day(), rule)
    };
    let length = |series: &Series| day::seconds_of(series.end()) - day::seconds_of(series.start());
    let (was, is) = (&before.series, &next.series);
    before.face.place == next.face.place
        && is.is_recurring()
        && alike(was) == alike(is)
        && length(was) == length(is)
        && endless(was).is_some_and(|was| was.at(is.start()).is_some())
}

/// A meeting that was parted, as far as answers are concerned: made once, it answers for thousands of people.
#[derive(Debug, Clone)]
pub struct Parting {
    before: Plan,
    next: Plan,
    fates: Vec<Fate>,
    is_alike: bool,
}

impl Parting {
    /// Of a meeting before it was cut, what goes on as another one, and what became of the exceptions.
    pub fn new(before: &Plan, next: &Plan, fates: Vec<Fate>) -> Self {
        let (before, next) = (bounded(before), bounded(next));
        Self { is_alike: goes_on_alike(&before, &next), before, next, fates }
    }

    /// What goes on.
    pub fn next(&self) -> &Plan {
        &self.next
    }

    /// What the answers of one person become there: the place of each in `answers`, and what it is.
    pub fn carried<A: Borrow<Answer>>(&self, answers: &[A]) -> Vec<(usize, Answer)> {
        carried(self, answers)
    }
}

fn carried<A: Borrow<Answer>>(parting: &Parting, answers: &[A]) -> Vec<(usize, Answer)> {
    let Parting { before, next, fates, is_alike } = parting;
    let cut = next.series.start();
    let place = |answer: &A| answers.iter().position(|other| std::ptr::eq(other, answer));
    let as_of_next = |answer: &A, about| Answer { about, sequence: 0, ..*answer.borrow() };
    let mut carried = Vec::new();
    let mut add = |answer: Option<&A>, about| {
        carried.extend(answer.and_then(|answer| Some((place(answer)?, as_of_next(answer, about)))));
    };
    if *is_alike {
        let standing = standing(answers, |about| match about {
            About::All => before.answers_since_around(cut),
            about => about.since(before),
        });
        let about = |answer: &A| -> About { answer.borrow().about };
        let before_cut = |answer: &&A| matches!(about(answer), About::Following(from) if from <= cut);
        let latest = standing.iter().copied().filter(before_cut).max_by_key(|answer| about(answer));
        add(latest, About::Following(cut));
        for answer in standing {
            match about(answer) {
                About::All => add(Some(answer), About::All),
                About::Following(from) if from > cut && next.series.at(from).is_some() => {
                    add(Some(answer), About::Following(from));
                }
                About::Following(_) | About::One(_) => {}
            }
        }
    }
    let name_since = |original: DateTime| {
        let fate = fates.iter().find(|fate| fate.original == original);
        fate.map_or(Some(original), Fate::name_since).filter(|name| next.series.at(*name).is_some())
    };
    let single = answers.iter().filter_map(|answer| match answer.borrow().about {
        About::One(original) => Some(original),
        _ => None,
    });
    let mut originals: Vec<DateTime> = before.overrides.keys().copied().chain(single).collect();
    originals.sort_unstable();
    originals.dedup();
    let around: Vec<Answer> = carried.iter().map(|(_, answer)| *answer).collect();
    for original in originals {
        let Some(name) = name_since(original) else { continue };
        let holds = effective(before, answers, Some(original))
            .filter(|_| is_where_it_was((before, original), (next, name)));
        let by_itself = closest(&around, About::One(name), 0);
        let same = |one: Option<&Answer>, other: Option<&A>| {
            one.map(|answer| (answer.partstat, answer.stamped_at))
                == other.map(|answer| (answer.borrow().partstat, answer.borrow().stamped_at))
        };
        if same(by_itself, holds) {
            continue;
        }
        match holds {
            Some(answer) => {
                carried.extend(place(answer).map(|at| (at, as_of_next(answer, About::One(name)))))
            }
            // What was said of the rest was not said of this one.
            None => {
                let rest = by_itself.and_then(|rest| carried.iter().find(|(_, answer)| answer == rest));
                let unsaid = rest.map(|(at, rest)| {
                    (*at, Answer { about: About::One(name), partstat: PartStat::NeedsAction, ..*rest })
                });
                carried.extend(unsaid);
            }
        }
    }
    carried
}
