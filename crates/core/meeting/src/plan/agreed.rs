//! From which SEQUENCE on answers count: who said yes to Tuesday has said nothing of Thursday.
//!
//! Apart from [`super::surgery`], because it is found by looking at what was and at what is, whichever way led there.

use jiff::civil::DateTime;

use super::{Fate, Plan, times::has_same_times};

impl Plan {
    /// The SEQUENCE from which on answers count for an occurrence.
    pub fn answers_since_of(&self, original: DateTime) -> u32 {
        let own = self.overrides.get(&original).and_then(|said| said.answers_since);
        own.unwrap_or_else(|| self.answers_since_around(original))
    }

    /// The same of those beside it that say nothing of their own.
    pub(crate) fn answers_since_around(&self, original: DateTime) -> u32 {
        let era = self.eras.iter().find(|era| original < era.until);
        era.map_or(self.answers_since, |era| era.answers_since)
    }
}

/// Notes in `after`, whose SEQUENCE is still that of `before`, of what people have to be asked anew.
///
/// Where a series is cut, or ends, what is left of it takes place as it was.
pub(super) fn note(before: &Plan, after: &mut Plan, fates: &[Fate], is_cut: bool) {
    let sequence = before.sequence + 1;
    let is_same = has_same_times(&before.series, &after.series) && before.face.place == after.face.place;
    if !is_cut && !is_same {
        after.answers_since = sequence;
    }
    if after.overrides.is_empty() {
        return;
    }
    let (was, is) = (bounded(before), bounded(after));
    for (name, said) in &mut after.overrides {
        // Of a cut, the fates are those of what follows.
        let moved = fates.iter().filter(|_| !is_cut).find(|fate| fate.name_since() == Some(*name));
        let former = moved.map_or(*name, |fate| fate.original);
        let around = is.answers_since_around(*name);
        said.answers_since = if is_where_it_was((&was, former), (&is, *name)) {
            let known = was.overrides.get(&former).and_then(|said| said.answers_since);
            let around_before = was.answers_since_around(former);
            known.or((around_before != around).then_some(around_before))
        } else {
            (around != sequence).then_some(sequence)
        };
    }
}

/// A meeting that has just begun to be one of its own has answers of its own.
pub(super) fn begin(next: &mut Plan) {
    next.answers_since = 0;
    next.eras.iter_mut().for_each(|era| era.answers_since = 0);
    next.overrides.values_mut().for_each(|said| said.answers_since = None);
}

/// Whether an occurrence of one plan is at the same time and place as one of another.
pub(crate) fn is_where_it_was((was, former): (&Plan, DateTime), (is, name): (&Plan, DateTime)) -> bool {
    let at = |plan: &Plan, original: DateTime| {
        let planned = plan.occurrence(original)?;
        Some((planned.time.start, planned.time.end, planned.face.place))
    };
    at(was, former).is_some_and(|found| Some(found) == at(is, name))
}

/// The same plan, whose `COUNT` nobody counts again for each occurrence.
pub(crate) fn bounded(plan: &Plan) -> Plan {
    let series = plan.series.clone();
    let last = series.last();
    Plan { series: series.bounded_by(last), ..plan.clone() }
}
