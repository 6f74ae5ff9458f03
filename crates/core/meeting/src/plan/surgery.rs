//! The one way in which a plan changes: this occurrence, this and the following ones, or all of them.
//!
//! What has begun stays as it was. A series that has begun and is to have other times is cut: what lies behind keeps its plan,
//! what lies ahead gets one of its own, with a name of its own in calendars, so that the two can arrive in any order.

use jiff::{Timestamp, civil::DateTime};

use super::{
    Decision, Era, Face, Fate, MAX_ERAS, MAX_OVERRIDES, Outcome, Override, Plan, Planned, agreed, cut,
    exceptions::{Rebased, rebase},
    parting::{following, from_the_first, is_first, part},
    times::{first_instead, has_same_past, has_same_times, moved_by, next_original},
};
use crate::{Series, series::SeriesParts};

/// How far a change reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All that has not begun.
    All,
    /// This occurrence, by its original, and those after it.
    Following(DateTime),
    /// This occurrence.
    One(DateTime),
}

/// What is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    /// One occurrence says this, at this local time.
    Occurrence {
        /// Its start.
        start: DateTime,
        /// Its end.
        end: DateTime,
        /// What it says.
        face: Face,
    },
    /// The series is this one. For [`Scope::Following`] it is the series of the occurrence and those after it.
    Series(Box<Series>, Face),
    /// It does not take place.
    Cancelled,
    /// A single occurrence takes place after all.
    Restored,
}

/// A change that is asked for.
#[derive(Debug, Clone)]
pub struct Edit<'a> {
    /// How far it reaches.
    pub scope: Scope,
    /// What is to be.
    pub aim: Aim,
    /// What is to become of exceptions that find no place, by their originals.
    pub decisions: &'a [(DateTime, Decision)],
    /// The same of those that are not named there.
    pub every: Option<Decision>,
}

/// A change, carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surgery {
    /// The plan as it is now.
    pub after: Plan,
    /// What follows it, when it was cut.
    pub next: Option<Plan>,
    /// What became of the exceptions; not one is left unmentioned when times change.
    pub fates: Vec<Fate>,
}

impl Surgery {
    /// Exceptions of which somebody has to say what becomes of them; the change can't be kept before.
    pub fn undecided(&self) -> impl Iterator<Item = DateTime> {
        let open = self.fates.iter().filter(|fate| fate.outcome == Outcome::Undecided);
        open.map(|fate| fate.original)
    }
}

/// Why a change can't be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SurgeryFault {
    /// The series has no such original.
    #[error("The meeting has no occurrence with this recurrence.")]
    NoSuchOccurrence,
    /// What has begun stays as it was.
    #[error("This occurrence has begun; only its name and its text can still change.")]
    AlreadyStarted,
    /// Nothing of it lies ahead.
    #[error("The meeting is over; schedule a new one.")]
    Over,
    /// Nothing lies ahead afterwards.
    #[error("Nothing of the changed series lies ahead; give it a later date, or cancel it.")]
    NothingAhead,
    /// The changed series would not have had what has taken place.
    #[error("Occurrences that have begun stay as they were; change the series from the next one on.")]
    ChangesThePast,
    /// It does not take place.
    #[error("It is cancelled and can't be changed.")]
    Cancelled,
    /// It takes place.
    #[error("It is not cancelled.")]
    NotCancelled,
    /// No rule gives just what follows.
    #[error("The series can't be parted at this date; choose the next one, or change this one alone.")]
    CannotCut,
    /// More than [`MAX_OVERRIDES`].
    #[error("A series has at most 500 occurrences of their own; change all that follow instead.")]
    TooManyOverrides,
    /// The aim does not fit the scope, or the times make no meeting.
    #[error("The end has to be after the start.")]
    NoTime,
}

/// Carries a change out at `now`.
pub fn operate(plan: &Plan, edit: &Edit<'_>, now: Timestamp) -> Result<Surgery, SurgeryFault> {
    if plan.is_cancelled {
        return Err(SurgeryFault::Cancelled);
    }
    let mut surgery = match (&edit.scope, &edit.aim) {
        (Scope::One(original), aim) => one(plan, *original, aim, now)?,
        (Scope::Following(original), aim) => {
            let planned = plan.occurrence(*original).ok_or(SurgeryFault::NoSuchOccurrence)?;
            let original = planned.time.original;
            if planned.time.start <= now {
                return Err(SurgeryFault::AlreadyStarted);
            }
            // It was moved to after ones that have begun.
            if next_original(&plan.series, now).is_none_or(|next| next > original) {
                return Err(SurgeryFault::ChangesThePast);
            }
            if is_first(plan, original) {
                from_the_first(plan, original, aim, edit, now)?
            } else {
                following(plan, original, aim, edit, now)?
            }
        }
        (Scope::All, aim) => all(plan, aim, edit, now)?,
    };
    for half in std::iter::once(&mut surgery.after).chain(&mut surgery.next) {
        if half.overrides.len() > MAX_OVERRIDES {
            return Err(SurgeryFault::TooManyOverrides);
        }
        let spare = half.eras.len().saturating_sub(MAX_ERAS);
        half.eras.drain(..spare);
    }
    let is_cut = surgery.next.is_some() || edit.aim == Aim::Cancelled;
    agreed::note(plan, &mut surgery.after, &surgery.fates, is_cut);
    if let Some(next) = &mut surgery.next {
        agreed::begin(next);
    }
    if surgery.after != *plan {
        surgery.after.sequence = plan.sequence + 1;
    }
    Ok(surgery)
}

fn one(plan: &Plan, original: DateTime, aim: &Aim, now: Timestamp) -> Result<Surgery, SurgeryFault> {
    let planned = plan.occurrence(original).ok_or(SurgeryFault::NoSuchOccurrence)?;
    // Two names can find one occurrence, where a gap of the clock moves the earlier to the later.
    let original = planned.time.original;
    let has_begun = planned.time.start <= now;
    let known = plan.overrides.get(&original);
    let said = match aim {
        Aim::Cancelled | Aim::Restored => {
            let is_cancelled = *aim == Aim::Cancelled;
            if planned.is_cancelled == is_cancelled {
                return Ok(unchanged(plan));
            }
            if has_begun {
                return Err(SurgeryFault::AlreadyStarted);
            }
            Override { is_cancelled, ..known.cloned().unwrap_or_default() }
        }
        Aim::Occurrence { start, end, face } => {
            if planned.is_cancelled {
                return Err(SurgeryFault::Cancelled);
            }
            if has_begun && !is_of_words_alone(&planned, (*start, *end), face) {
                return Err(SurgeryFault::AlreadyStarted);
            }
            changed(plan, original, (*start, *end), face)?
        }
        Aim::Series(..) => return Err(SurgeryFault::NoTime),
    };
    if known.is_none() && said.is_plain() {
        return Ok(unchanged(plan));
    }
    let mut after = plan.clone();
    after.overrides.insert(original, said);
    // A meeting of which nothing takes place any more is cancelled, and comes back as it was.
    if after.extent().is_none() {
        after = Plan { is_cancelled: true, ..plan.clone() };
    }
    Ok(Surgery { after, ..unchanged(plan) })
}

/// What an occurrence says of its own to be at this time and to say this.
fn changed(
    plan: &Plan,
    original: DateTime,
    time: (DateTime, DateTime),
    face: &Face,
) -> Result<Override, SurgeryFault> {
    let regular = plan.series.at(original).ok_or(SurgeryFault::NoSuchOccurrence)?;
    let own = ((regular.local_start, regular.local_end) != time).then_some(time);
    if let Some((start, end)) = own {
        let single = SeriesParts {
            start,
            end,
            rule: None,
            rdates: Vec::new(),
            exdates: Vec::new(),
            ..plan.series.parts()
        };
        Series::new(single).ok_or(SurgeryFault::NoTime)?;
    }
    let former = plan.overrides.get(&original).and_then(|said| said.former);
    Ok(Override { former, ..Override::between(plan.face_at(original), face, own) })
}

/// Whether a change of an occurrence is one of its name and its text alone.
fn is_of_words_alone(planned: &Planned, time: (DateTime, DateTime), face: &Face) -> bool {
    let words = Face {
        summary: planned.face.summary.clone(),
        description: planned.face.description.clone(),
        ..face.clone()
    };
    (planned.time.local_start, planned.time.local_end) == time && words == planned.face
}

fn unchanged(plan: &Plan) -> Surgery {
    Surgery { after: plan.clone(), next: None, fates: Vec::new() }
}

pub(super) fn all(plan: &Plan, aim: &Aim, edit: &Edit<'_>, now: Timestamp) -> Result<Surgery, SurgeryFault> {
    let extent = plan.extent();
    let is_over = extent.is_some_and(|(_, end)| end.is_some_and(|end| end <= now));
    // A single meeting is no past of anything while it runs: late guests come, and it goes on longer.
    let has_begun = extent.is_some_and(|(first, _)| first <= now) && (plan.series.is_recurring() || is_over);
    let next = next_original(&plan.series, now);
    let nothing_ahead = if is_over { SurgeryFault::Over } else { SurgeryFault::AlreadyStarted };
    match aim {
        Aim::Cancelled if !has_begun || !plan.series.is_recurring() => {
            Ok(Surgery { after: Plan { is_cancelled: true, ..plan.clone() }, ..unchanged(plan) })
        }
        Aim::Cancelled => match next {
            Some(next) => following(plan, next, aim, edit, now),
            None => rest_cancelled(plan, now).ok_or(nothing_ahead),
        },
        Aim::Series(series, face) if !has_begun => {
            let by = moved_by(&plan.series, series);
            let (after, fates) = replaced(plan, &plan.series, series, face, by, (edit, now));
            Ok(Surgery { after, next: None, fates })
        }
        Aim::Series(series, face) if has_same_times(&plan.series, series) => {
            if !has_same_past(&plan.series, series, now) {
                return Err(SurgeryFault::ChangesThePast);
            }
            let (after, fates) = replaced(plan, &plan.series, series, face, 0, (edit, now));
            if plan.face == *face {
                return Ok(Surgery { after, next: None, fates });
            }
            let until = next_original(series, now).ok_or(nothing_ahead)?;
            Ok(Surgery { after: with_era(plan, after, until, now), next: None, fates })
        }
        Aim::Series(series, face) => {
            let next = next.ok_or(nothing_ahead)?;
            let first = first_instead(&plan.series, series, next, now).ok_or(SurgeryFault::NothingAhead)?;
            let tail = cut::tail(series, first).ok_or(SurgeryFault::CannotCut)?;
            let by = moved_by(&plan.series, series);
            part(plan, next, Some((&tail, face, by)), edit, now)
        }
        Aim::Restored => Err(SurgeryFault::NotCancelled),
        Aim::Occurrence { .. } => Err(SurgeryFault::NoTime),
    }
}

/// The plan with another series and face, its exceptions where they belong then.
pub(super) fn replaced(
    plan: &Plan,
    from: &Series,
    to: &Series,
    face: &Face,
    by: i64,
    (edit, now): (&Edit<'_>, Timestamp),
) -> (Plan, Vec<Fate>) {
    let Rebased { series, overrides, fates } =
        rebase((from, to, by), &plan.overrides, edit.decisions, edit.every, now);
    let settled = |(original, said): (DateTime, Override)| (original, settled(said, &plan.face, face));
    let overrides = overrides.into_iter().map(settled).collect();
    (Plan { series, face: face.clone(), overrides, ..plan.clone() }, fates)
}

/// What an occurrence still says of its own when its series says something else: what people of the series do, it follows.
pub(super) fn settled(mut said: Override, before: &Face, after: &Face) -> Override {
    if before == after {
        return said;
    }
    said.removed.retain(|key| after.person(key).is_some());
    said.roles.retain(|key, _| after.person(key).is_some());
    said.added.retain(|person| after.person(&person.key()).is_none());
    // Roles are those of a place.
    if before.place != after.place && said.place.is_none() {
        said.roles.clear();
        said.organizer_role = None;
    }
    said
}

/// Begins an era: what has begun says what it said in `plan`, and what has not says what it says in `after`, whichever side
/// of `until` their originals lie on.
fn with_era(plan: &Plan, mut after: Plan, until: DateTime, now: Timestamp) -> Plan {
    let newer = after.face.clone();
    after.eras.push(Era { until, face: plan.face.clone(), answers_since: plan.answers_since });
    let names: Vec<DateTime> = after.overrides.keys().copied().collect();
    for original in names {
        let (Some(said), Some(planned)) =
            (after.overrides.get(&original).cloned(), plan.occurrence(original))
        else {
            continue;
        };
        let has_begun = planned.time.start <= now;
        let face = if has_begun { planned.face } else { said.face(&newer) };
        let between = Override::between(after.face_at(original), &face, said.time);
        after
            .overrides
            .insert(original, Override { is_cancelled: said.is_cancelled, former: said.former, ..between });
    }
    after
}

/// The plan without what single occurrences still have ahead, when its series has nothing more; `None` when nothing is ahead.
fn rest_cancelled(plan: &Plan, now: Timestamp) -> Option<Surgery> {
    let mut after = plan.clone();
    let mut fates = Vec::new();
    for (original, said) in &mut after.overrides {
        let is_ahead =
            plan.occurrence(*original).is_some_and(|found| found.time.start > now && !found.is_cancelled);
        if is_ahead {
            said.is_cancelled = true;
            fates.push(Fate { original: *original, outcome: Outcome::Dropped });
        }
    }
    (!fates.is_empty()).then_some(Surgery { after, next: None, fates })
}
