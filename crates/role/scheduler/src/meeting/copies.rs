//! What of a change one person's calendar has to learn, where single occurrences differ from their series.
//!
//! Apart from [`super::letters`], because a meeting of which all occurrences are alike needs nothing of it: there everybody's
//! copy is the same but for the way in.

use std::collections::BTreeSet;

use convoke_invite::{Attendee as Invited, Change, Exception, Joining, Kind, Person, Snapshot, changes};
use convoke_meeting::{
    Series,
    plan::{self, Copy, Plan, Planned},
    series::SeriesParts,
};
use jiff::{Timestamp, civil::DateTime};

use super::{
    body::Body,
    letters::{SaidOf, joining},
    mails,
};

/// A meeting before and after a change.
#[derive(Debug)]
pub(super) struct Copies {
    before: Option<Side>,
    after: Side,
    /// What everybody needs is new, such as the ways in: nobody is told of single occurrences alone.
    is_around: bool,
    said: SaidOf,
}

/// A meeting on one side of a change.
#[derive(Debug)]
struct Side {
    body: Body,
    plan: Plan,
    calendars: plan::Calendars,
}

/// What of it a mail tells. Whose are equal get the same calendar object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct View {
    /// The role in the series, if the mail tells of the series.
    series: Option<String>,
    /// Its originals that this person is not to show.
    left_out: Vec<DateTime>,
    /// The occurrences that are told one by one, with the role in them.
    own: Vec<(DateTime, String)>,
    /// Whether these are taken away.
    is_off: bool,
}

impl Copies {
    /// Nothing when all occurrences were and are alike.
    pub(super) fn of(
        before: Option<&Body>,
        after: &Body,
        changed_at: Timestamp,
        said: &SaidOf,
    ) -> Option<Self> {
        let differs = |body: &Body| !body.overrides.is_empty();
        if !differs(after) && !before.is_some_and(differs) {
            return None;
        }
        let side = |body: &Body| Side::of(body, changed_at);
        let is_around = before.is_some_and(|before| before.is_around_another(after));
        Some(Self { before: before.and_then(side), after: side(after)?, is_around, said: said.clone() })
    }

    /// Of a meeting as it is, whether its occurrences are alike or not.
    pub(super) fn of_all(body: &Body, now: Timestamp, said: &SaidOf) -> Option<Self> {
        Some(Self { before: None, after: Side::of(body, now)?, is_around: false, said: said.clone() })
    }

    /// All that a person's calendar is to show, by the address in lower case, but for these dates.
    pub(super) fn all_but(&self, key: &str, gone: &BTreeSet<DateTime>) -> Option<View> {
        let mut view = View::whole(&self.after.calendars.copy_for(key)?, false);
        view.own.retain(|(original, _)| !gone.contains(original));
        if view.series.is_some() {
            let left_out: BTreeSet<DateTime> = view.left_out.iter().chain(gone).copied().collect();
            let own: BTreeSet<DateTime> = view.own.iter().map(|(original, _)| *original).collect();
            let mut some = self.after.plan.series.occurrences().take(left_out.len() + own.len() + 1);
            // A series of which nothing is left is none.
            if some.any(|time| !left_out.contains(&time.original) && !own.contains(&time.original)) {
                view.left_out = left_out.into_iter().collect();
            } else {
                view.series = None;
                view.left_out.clear();
            }
        }
        (view.series.is_some() || !view.own.is_empty()).then_some(view)
    }

    /// These dates alone, as far as the person is in them, each for itself.
    pub(super) fn none_but(&self, key: &str, dates: &BTreeSet<DateTime>) -> Option<View> {
        let Side { plan, calendars, .. } = &self.after;
        let copy = calendars.copy_for(key)?;
        let is_shown = |date: &DateTime| match copy.series {
            Some(_) => !copy.left_out.contains(date) && !calendars.is_off(*date),
            None => copy.own.contains_key(date),
        };
        let role = |date: &DateTime| Some((*date, role_in(&plan.occurrence(*date)?, key)?));
        let own: Vec<_> = dates.iter().filter(|date| is_shown(date)).filter_map(role).collect();
        (!own.is_empty()).then_some(View { series: None, left_out: Vec::new(), own, is_off: false })
    }

    /// What a mail of this kind tells a person, by the address in lower case; the organizer's is empty. `None` when they
    /// have nothing of it.
    pub(super) fn view(&self, key: &str, kind: &str) -> Option<View> {
        let was = self.before.as_ref().and_then(|before| before.calendars.copy_for(key));
        let is = self.after.calendars.copy_for(key);
        match (kind, was, is) {
            // In single occurrences only, some are gone and others have come: what is gone goes by a mail of its own.
            (mails::CANCELLATION, Some(was), Some(is)) if was.series.is_none() => {
                let is_lost = |(original, _): &(DateTime, String)| !is.own.contains_key(original);
                let own: Vec<_> = View::whole(&was, true).own.into_iter().filter(is_lost).collect();
                // Nothing has come instead: all that they were in is cancelled with the meeting.
                if own.is_empty() {
                    return Some(View::whole(&was, true));
                }
                Some(View { series: None, left_out: Vec::new(), own, is_off: true })
            }
            (mails::CANCELLATION | mails::REMOVAL, was, is) => was.or(is).map(|was| View::whole(&was, true)),
            (mails::UPDATE, Some(was), Some(is)) if was.series == is.series && !self.is_around => {
                Some(self.single(key, &was, &is))
            }
            (_, _, is) => is.map(|is| View::whole(&is, false)),
        }
    }

    /// The series is as it was, and only some occurrences are not.
    fn single(&self, key: &str, was: &Copy, is: &Copy) -> View {
        let originals: BTreeSet<DateTime> =
            [was, is].iter().flat_map(|copy| copy.own.keys().chain(&copy.left_out)).copied().collect();
        let changed: Vec<DateTime> = originals
            .into_iter()
            .filter(|o| {
                was.own.get(o) != is.own.get(o) || was.left_out.contains(o) != is.left_out.contains(o)
            })
            .collect();
        let is_lost =
            |o: &DateTime| is.left_out.contains(o) || (is.series.is_none() && !is.own.contains_key(o));
        let (lost, there): (Vec<DateTime>, Vec<DateTime>) = changed.into_iter().partition(is_lost);
        // A series that was told without a date shows that date only when it is told with it again.
        let is_back = there.iter().any(|original| was.left_out.contains(original));
        let (of, plan, is_off) = match (&lost[..], &there[..], &self.before) {
            ([_, ..], [], Some(before)) => (lost, &before.plan, true),
            ([], [_, ..], _) if !is_back => (there, &self.after.plan, false),
            // Some come and some go, or nothing changed and they are told anyway: all of it.
            _ => return View::whole(is, false),
        };
        let own: Vec<(DateTime, String)> =
            of.into_iter().filter_map(|o| Some((o, role_in(&plan.occurrence(o)?, key)?))).collect();
        if own.is_empty() {
            return View::whole(is, false);
        }
        View { series: None, left_out: Vec::new(), own, is_off }
    }

    /// What the mail says, with the way into the part of it that comes first.
    pub(super) fn told(
        &self,
        view: &View,
        kind: &Kind,
        master: &Snapshot,
    ) -> Option<(Snapshot, Joining, Kind)> {
        let Side { body, plan, .. } =
            if view.is_off { self.before.as_ref().unwrap_or(&self.after) } else { &self.after };
        let mut single = view.own.iter().filter_map(|(original, role)| {
            let planned = plan.occurrence(*original)?;
            let way = body.place(&planned.face.place)?.ways.into_iter().find(|way| way.role == *role);
            let joining = way.as_ref().map(joining).unwrap_or_default();
            Some(Exception { meeting: occurrence(master, body, &planned, &self.said)?, joining })
        });
        if let Some(role) = &view.series {
            let parts = master.series.parts();
            let exdates = parts.exdates.iter().chain(&view.left_out).copied().collect();
            let snapshot = Snapshot {
                series: Series::new(SeriesParts { exdates, ..parts })?,
                exceptions: single.collect(),
                ..master.clone()
            };
            return Some((snapshot, body.way(role).map(joining).unwrap_or_default(), kind.clone()));
        }
        let first = single.next()?;
        let kind = match kind {
            Kind::Update(_) if view.is_off => self.off(view),
            Kind::Update(_) => Kind::Update(self.changes(view, &first.meeting, master)),
            other => other.clone(),
        };
        let snapshot = Snapshot { exceptions: single.collect(), ..first.meeting };
        Some((snapshot, first.joining, kind))
    }

    /// The role that somebody has in an occurrence, by the address in lower case; the organizer's is empty.
    pub(super) fn role_of(&self, original: DateTime, key: &str) -> Option<String> {
        role_in(&self.after.plan.occurrence(original)?, key)
    }

    /// Whether the occurrences that are taken away take place without this person, or not at all.
    fn off(&self, view: &View) -> Kind {
        let is_cancelled = |original: &DateTime| self.after.calendars.is_off(*original);
        if view.own.iter().all(|(original, _)| is_cancelled(original)) {
            Kind::Cancellation
        } else {
            Kind::Removal
        }
    }

    /// What changed of the one occurrence that a mail tells of.
    fn changes(&self, view: &View, now: &Snapshot, master: &Snapshot) -> Vec<Change> {
        let [(original, _)] = &view.own[..] else { return Vec::new() };
        let before = self.before.as_ref().and_then(|Side { body, plan, .. }| {
            let planned = plan.occurrence(*original).filter(|planned| !planned.is_cancelled)?;
            occurrence(master, body, &planned, &self.said)
        });
        before.map(|before| changes(&before, now)).unwrap_or_default()
    }
}

impl Side {
    fn of(body: &Body, at: Timestamp) -> Option<Self> {
        let plan = body.plan(false)?;
        Some(Self { body: body.clone(), calendars: plan.calendars(at), plan })
    }
}

impl View {
    fn whole(copy: &Copy, is_off: bool) -> Self {
        let role = |shown: &convoke_meeting::plan::Shown| shown.role.clone();
        // Taking a series away takes its occurrences with it.
        let own = copy.own.iter().filter(|_| !is_off || copy.series.is_none());
        Self {
            series: copy.series.as_ref().map(|(_, shown)| role(shown)),
            left_out: copy.left_out.iter().copied().collect(),
            own: own.map(|(original, (_, _, shown))| (*original, role(shown))).collect(),
            is_off,
        }
    }
}

fn role_in(planned: &Planned, key: &str) -> Option<String> {
    match key {
        "" => Some(planned.face.organizer_role.clone()),
        key => planned.face.person(key).map(|person| person.role.clone()),
    }
}

/// One occurrence of a meeting as a mail tells it.
pub(super) fn occurrence(
    master: &Snapshot,
    body: &Body,
    planned: &Planned,
    said: &SaidOf,
) -> Option<Snapshot> {
    let invited = |person: &convoke_meeting::plan::Invitee| {
        let person = Person { name: person.name.clone(), email: person.email.parse().ok()? };
        let answer = said.answer(&person.email.key(), Some(planned.time.original));
        Some(Invited { person, answer })
    };
    let parts = SeriesParts {
        start: planned.time.local_start,
        end: planned.time.local_end,
        rule: None,
        rdates: Vec::new(),
        exdates: Vec::new(),
        ..body.time.series()?.parts()
    };
    Some(Snapshot {
        series: Series::new(parts)?,
        recurrence: Some(planned.time.original),
        summary: planned.face.summary.clone(),
        description: planned.face.description.clone(),
        attendees: planned.face.people.iter().filter_map(invited).collect(),
        space_name: body.place(&planned.face.place)?.space_name,
        exceptions: Vec::new(),
        ..master.clone()
    })
}
