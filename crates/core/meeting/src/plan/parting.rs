//! This occurrence and those after it: a plan is parted in two, or changed whole where nothing lies before.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::DateTime};

use super::{
    Aim, Edit, Face, Fate, Outcome, Override, Plan, Scope, Surgery, SurgeryFault, cut,
    surgery::{all, replaced, settled},
    times::moved_by,
};
use crate::{Series, series::SeriesParts};

/// Whether nothing that takes place lies before this original.
pub(super) fn is_first(plan: &Plan, original: DateTime) -> bool {
    let earlier = plan.series.occurrences().take_while(|found| found.original < original);
    !earlier.map(|found| plan.planned(found)).any(|found| !found.is_cancelled)
}

/// Changes all that takes place, of which this is the first original. What is asked for begins there, while the series may begin
/// earlier, with dates that were cancelled: these have not moved to where it begins.
pub(super) fn from_the_first(
    plan: &Plan,
    original: DateTime,
    aim: &Aim,
    edit: &Edit<'_>,
    now: Timestamp,
) -> Result<Surgery, SurgeryFault> {
    let (Aim::Series(series, face), true) = (aim, original != plan.series.start()) else {
        return all(plan, aim, edit, now);
    };
    let Some(rest) = plan.series_from(original) else { return all(plan, aim, edit, now) };
    if **series == rest {
        let aim = Aim::Series(Box::new(plan.series.clone()), face.clone());
        return all(plan, &aim, edit, now);
    }
    let mut base = Plan { series: rest, ..plan.clone() };
    let kept = base.overrides.split_off(&original);
    let gone = std::mem::replace(&mut base.overrides, kept);
    let mut surgery = all(&base, aim, edit, now)?;
    let dropped = gone.into_keys().map(|original| Fate { original, outcome: Outcome::Dropped });
    surgery.fates.splice(0..0, dropped);
    Ok(surgery)
}

/// Changes an occurrence and those after it, which become a plan of their own.
pub(super) fn following(
    plan: &Plan,
    original: DateTime,
    aim: &Aim,
    edit: &Edit<'_>,
    now: Timestamp,
) -> Result<Surgery, SurgeryFault> {
    match aim {
        Aim::Cancelled => part(plan, original, None, edit, now),
        Aim::Series(series, face) => {
            let tail = cut::tail(&plan.series, original).ok_or(SurgeryFault::CannotCut)?;
            let by = moved_by(&tail, series);
            part(plan, original, Some((series, face, by)), edit, now)
        }
        Aim::Restored => Err(SurgeryFault::NotCancelled),
        Aim::Occurrence { .. } => Err(SurgeryFault::NoTime),
    }
}

/// Cuts a plan at an original. What follows is another plan of this series and face, or nothing.
pub(super) fn part(
    plan: &Plan,
    original: DateTime,
    to: Option<(&Series, &Face, i64)>,
    edit: &Edit<'_>,
    now: Timestamp,
) -> Result<Surgery, SurgeryFault> {
    let (mut behind, mut ahead) = (BTreeMap::new(), BTreeMap::new());
    let mut extra = Vec::new();
    for (name, said) in &plan.overrides {
        let Some(planned) = plan.occurrence(*name) else { continue };
        // One that was moved to before the cut and has begun stays behind, as a date of its own.
        let stays = *name < original || (planned.time.start <= now && !planned.is_cancelled);
        if stays && *name >= original {
            extra.push(*name);
        }
        let half = if stays { &mut behind } else { &mut ahead };
        half.insert(*name, said.clone());
    }
    let head = match cut::head(&plan.series, original) {
        Some(head) => Series::new(SeriesParts {
            rdates: head.rdates().chain(extra.iter().copied()).collect(),
            ..head.parts()
        }),
        // Nothing lies behind but what was moved there.
        None => only_dates(&plan.series, &extra),
    };
    let is_all = matches!(edit.scope, Scope::All);
    let mut kept = Vec::new();
    for (name, said) in behind.iter_mut().filter(|(name, _)| **name < original) {
        let Some(planned) =
            plan.occurrence(*name).filter(|found| found.time.start > now && !found.is_cancelled)
        else {
            continue;
        };
        // Its name lies before the cut and its time is still to come: a change of all reaches it.
        match to {
            None if is_all || planned.time.local_start >= original => {
                said.is_cancelled = true;
                kept.push(Fate { original: *name, outcome: Outcome::Dropped });
            }
            Some((_, face, _)) if is_all => {
                let own = settled(said.clone(), &plan.face, face).face(face);
                let between = Override::between(plan.face_at(*name), &own, said.time);
                *said = Override { former: said.former, ..between };
                kept.push(Fate { original: *name, outcome: Outcome::Kept });
            }
            _ => {}
        }
    }
    let after = Plan { series: head.ok_or(SurgeryFault::NoTime)?, overrides: behind, ..plan.clone() };
    let Some((series, face, by)) = to else {
        kept.extend(ahead.keys().map(|original| Fate { original: *original, outcome: Outcome::Dropped }));
        return Ok(Surgery { after, next: None, fates: kept });
    };
    let tail = cut::tail(&plan.series, original).ok_or(SurgeryFault::CannotCut)?;
    let without = |series: &Series| {
        let excluded = series.exdates().chain(extra.iter().copied()).collect();
        Series::new(SeriesParts { exdates: excluded, ..series.parts() }).unwrap_or_else(|| series.clone())
    };
    let rest = Plan { overrides: ahead, ..Plan::new(without(&tail), plan.face.clone()) };
    // What has taken place earlier than planned does not take place again.
    let (next, mut fates) = replaced(&rest, &rest.series, &without(series), face, by, (edit, now));
    fates.retain(|fate| !extra.contains(&fate.original));
    fates.extend(kept);
    fates.sort_by_key(|fate| fate.original);
    Ok(Surgery { after, next: Some(next), fates })
}

/// A series of just these dates.
fn only_dates(series: &Series, dates: &[DateTime]) -> Option<Series> {
    let (first, rest) = dates.split_first()?;
    Series::new(SeriesParts {
        start: *first,
        end: series.end_of_first(*first),
        rule: None,
        rdates: rest.to_vec(),
        exdates: Vec::new(),
        ..series.parts()
    })
}
