//! The lines of a listing that tell of occurrences which are not as their series, for one person: a line each.
//!
//! ```text
//! original TAB x                                               left out: cancelled, or this person is not in it
//! original TAB = TAB start TAB end TAB summary TAB space TAB spaceName TAB link    as it is; what is empty is as there
//! original TAB ~ TAB TAB TAB summary TAB space TAB spaceName TAB link               what those before this one say
//! original TAB -                                                                    this person is not in those before
//! * TAB .                                                      of the series there is nothing but what the lines tell
//! ```

use std::collections::HashMap;

use convoke_meeting::{
    Series,
    series::{Occurrence, SeriesParts},
};
use jiff::civil::DateTime;

use super::{
    super::body::{Attendee, Body, Override, parsed},
    Listed, link, quoted,
};

/// Appends the lines of a meeting for somebody; `None` stands for the organizer.
pub(super) fn push(listing: &mut String, body: &Body, person: Option<&Attendee>) {
    if body.overrides.is_empty() && body.eras.is_empty() {
        return;
    }
    let key = person.map(|person| person.email.to_lowercase());
    let in_series = match &key {
        Some(key) => body.attendee(key).map(|attendee| attendee.role.as_str()),
        None => Some(body.organizer.role.as_str()),
    };
    let mut line = |fields: &[&str]| {
        listing.push('\n');
        listing.push_str(&fields.join("\t"));
    };
    if in_series.is_none() {
        line(&["*", "."]);
    }
    let of =
        body.eras.iter().map(|era| (era, "~", "-")).chain(body.overrides.iter().map(|own| (own, "=", "x")));
    for (own, there, out) in of {
        let Some(role) = role_in(own, key.as_deref(), in_series).filter(|_| !own.cancelled) else {
            line(&[&own.original, out]);
            continue;
        };
        let [summary, space, name] = said(own);
        let (start, end) = own.time.as_ref().map_or(("", ""), |(start, end)| (start, end));
        let ways = own.place.as_ref().map_or(&body.ways, |place| &place.ways);
        line(&[&own.original, there, start, end, &summary, &space, &name, &link(ways, role)]);
    }
}

/// The role of a person in an occurrence; `None` when they are not in it.
fn role_in<'a>(own: &'a Override, key: Option<&str>, in_series: Option<&'a str>) -> Option<&'a str> {
    let Some(key) = key else { return own.organizer_role.as_deref().or(in_series) };
    let added = own.added.iter().find(|attendee| attendee.email.to_lowercase() == key);
    let stays = in_series.filter(|_| !own.removed.iter().any(|removed| removed == key));
    let other = own.roles.get(key).map(String::as_str);
    stays.map(|role| other.unwrap_or(role)).or(added.map(|attendee| attendee.role.as_str()))
}

/// Name, space and its name as JSON has them; empty where they are those of the series.
fn said(own: &Override) -> [String; 3] {
    let place = own.place.as_ref();
    [
        own.summary.as_deref().map(quoted).unwrap_or_default(),
        place.map(|place| quoted(&place.space)).unwrap_or_default(),
        place.map(|place| quoted(&place.space_name)).unwrap_or_default(),
    ]
}

/// The same, read.
pub(super) struct Own<'a> {
    named: HashMap<DateTime, Option<Said<'a>>>,
    /// By their ends, oldest first.
    eras: Vec<(DateTime, Option<Said<'a>>)>,
    /// Whether this person is in nothing else of the series.
    is_all: bool,
}

#[derive(Clone, Copy)]
struct Said<'a> {
    start: &'a str,
    end: &'a str,
    summary: &'a str,
    space: &'a str,
    space_name: &'a str,
    link: &'a str,
}

impl<'a> Own<'a> {
    pub(super) fn parse(lines: &'a str) -> Option<Self> {
        let mut own = Self { named: HashMap::new(), eras: Vec::new(), is_all: false };
        for line in lines.split('\n') {
            let mut fields = line.split('\t');
            let (original, kind) = (fields.next()?, fields.next()?);
            if kind == "." {
                own.is_all = true;
                continue;
            }
            let original = parsed(original)?;
            if kind == "x" {
                own.named.insert(original, None);
                continue;
            }
            if kind == "-" {
                own.eras.push((original, None));
                continue;
            }
            let said = Said {
                start: fields.next()?,
                end: fields.next()?,
                summary: fields.next()?,
                space: fields.next()?,
                space_name: fields.next()?,
                link: fields.next()?,
            };
            match kind {
                "=" => drop(own.named.insert(original, Some(said))),
                "~" => own.eras.push((original, Some(said))),
                _ => return None,
            }
        }
        Some(own)
    }

    pub(super) fn len(&self) -> usize {
        self.named.len()
    }

    /// What is shown of an occurrence of the series; `None` when it is not, or not as the series has it.
    pub(super) fn regular(&self, listed: &Listed<'a>, original: DateTime) -> Option<Listed<'a>> {
        if self.named.contains_key(&original) {
            return None;
        }
        match self.era(original) {
            Some(era) => era.map(|said| said.of(listed)),
            None => (!self.is_all).then_some(*listed),
        }
    }

    /// What the series said at this original, when that is another time's.
    fn era(&self, original: DateTime) -> Option<Option<Said<'a>>> {
        self.eras.iter().find(|(until, _)| original < *until).map(|(_, said)| *said)
    }

    /// The occurrences that are not as the series has them.
    pub(super) fn others(
        &self,
        listed: &Listed<'a>,
        series: &Series,
    ) -> impl Iterator<Item = (Listed<'a>, Occurrence)> {
        self.named.iter().filter_map(move |(original, said)| {
            let said = (*said)?;
            let occurrence = if said.start.is_empty() {
                series.at(*original)?
            } else {
                let (start, end) = (parsed(said.start)?, parsed(said.end)?);
                let single = SeriesParts {
                    start,
                    end,
                    rule: None,
                    rdates: Vec::new(),
                    exdates: Vec::new(),
                    ..series.parts()
                };
                Occurrence { original: *original, ..Series::new(single)?.first()? }
            };
            let base = self.era(*original).flatten().map_or(*listed, |era| era.of(listed));
            Some((said.of(&base), occurrence))
        })
    }
}

impl<'a> Said<'a> {
    /// The listing with what is said here in its place.
    fn of(&self, listed: &Listed<'a>) -> Listed<'a> {
        let own = |own: &'a str, base: &'a str| if own.is_empty() { base } else { own };
        Listed {
            summary: own(self.summary, listed.summary),
            space: own(self.space, listed.space),
            space_name: own(self.space_name, listed.space_name),
            link: own(self.link, listed.link),
            ..*listed
        }
    }
}
