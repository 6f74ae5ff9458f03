//! What becomes of people's answers when the meeting changes: they follow the occurrence that they are about, into a meeting
//! that was parted from this one too, and go with those who are not invited any more.

use std::collections::HashSet;

use convoke_meeting::{answers::Parting, plan::Fate};
use convoke_model::MeetingId;
use convoke_store::{DbFault, Tx, answers, answers::AnswerRow};

use super::{
    answers::{Known, row_of},
    body::{Attendee, Body, local},
    kept::NewMeeting,
};

/// What a change means to the answers of a meeting.
#[derive(Debug, Clone)]
pub(crate) struct Carried {
    /// Originals that have another name since.
    renamed: Vec<(String, String)>,
    /// Addresses in lower case of those who are not in it any more.
    gone: Vec<String>,
    /// What goes on as a meeting of its own.
    parted: Option<(MeetingId, Parting)>,
}

impl Carried {
    /// Of a change from one state to another, and to what follows it; `None` when what is kept has been damaged.
    pub(crate) fn of(
        before: &Body,
        after: &Body,
        next: Option<&NewMeeting>,
        fates: Vec<Fate>,
    ) -> Option<Self> {
        let key = |attendee: &Attendee| attendee.email.to_lowercase();
        let there: HashSet<String> = after.everybody().into_iter().map(key).collect();
        let gone = before.everybody().into_iter().map(key).filter(|key| !there.contains(key)).collect();
        let all_day = |body: &Body| body.time.all_day;
        let Some(next) = next else {
            let moved = fates.iter().filter_map(|fate| Some((fate.original, fate.name_since()?)));
            let renamed = moved
                .filter(|(from, to)| from != to || all_day(before) != all_day(after))
                .map(|(from, to)| (local(from, all_day(before)), local(to, all_day(after))));
            return Some(Self { renamed: renamed.collect(), gone, parted: None });
        };
        let parting = Parting::new(&before.plan(false)?, &next.body.plan(false)?, fates);
        let parted = Some((next.row.id, parting));
        Some(Self { renamed: Vec::new(), gone, parted })
    }

    /// Writes it.
    pub(crate) fn write(&self, tx: &mut Tx<'_>, meeting: MeetingId) -> Result<(), DbFault> {
        answers::rename(tx, meeting, &self.renamed)?;
        if let Some((next, parting)) = &self.parted {
            let rows = answers::of_meeting(tx, meeting)?;
            let invited = parting.next().everybody();
            let people = rows.chunk_by(|one, other| one.person == other.person);
            let stays =
                |rows: &&[AnswerRow]| rows.first().is_some_and(|first| invited.contains(&first.person));
            for rows in people.filter(stays) {
                part(tx, rows, *next, parting)?;
            }
        }
        answers::forget(tx, meeting, &self.gone)
    }
}

/// Writes the answers of one person to what goes on as a meeting of its own.
fn part(tx: &mut Tx<'_>, rows: &[AnswerRow], next: MeetingId, parting: &Parting) -> Result<(), DbFault> {
    let known: Vec<Known> = rows.iter().cloned().filter_map(Known::of).collect();
    for (place, answer) in parting.carried(&known) {
        let Some(from) = known.get(place) else { continue };
        let all_day = parting.next().series.is_all_day();
        answers::put(tx, next, &row_of(&answer, all_day, from.row.clone()))?;
    }
    Ok(())
}
