//! The words of mails, a file a language. To add one: a new file, one line in [`of`], new golden files.
//!
//! Names and addresses stand in these sentences as they are, so sentences are built not to bend with them.

mod en;
mod ko;

use std::borrow::Cow;

use convoke_meeting::{Occurrence, Series, Zone};
use convoke_model::Language;
use jiff::civil::{Date, DateTime};

use crate::{Answer, Kind, Tally};

/// What every language says. All texts are plain; escaping is not their business.
pub(crate) trait Texts: Sync {
    /// Which language it is.
    fn language(&self) -> Language;
    /// What the mail is about.
    fn notice(&self, kind: &Kind, to_organizer: bool) -> Notice;
    /// The opening sentence of a mail to an attendee.
    fn lead(&self, kind: &Kind, organizer: &str) -> String;
    /// The captions of the facts.
    fn labels(&self) -> &'static Labels;
    /// Local start and end in words, without the zone.
    fn span(&self, start: DateTime, end: DateTime, all_day: bool) -> String;
    /// A date in words, without the weekday.
    fn date(&self, date: Date) -> String;
    /// How many more there are than those listed.
    fn and_more(&self, count: usize) -> String;

    /// The same of people.
    fn and_more_people(&self, count: usize) -> String {
        self.and_more(count)
    }
    /// What something was before a change.
    fn was(&self, what: &str, before: &str) -> String;
    /// What somebody answered, in a word or two.
    fn answer(&self, answer: Answer) -> &'static str;
    /// Which occurrence an answer is about, to follow it.
    fn about(&self, date: &str, following: bool) -> String;
    /// Another time that is proposed, to follow an answer.
    fn proposes(&self, when: &str) -> String;
    /// A comment, to follow an answer.
    fn quoted(&self, comment: &str) -> String;
    /// How all have answered.
    fn tally(&self, tally: Tally) -> String;
}

/// The fixed words of a kind of mail.
pub(crate) struct Notice {
    /// What the subject starts with.
    pub(crate) subject: &'static str,
    /// The opening sentence of a mail to the organizer.
    pub(crate) to_organizer: Cow<'static, str>,
}

/// Captions.
pub(crate) struct Labels {
    pub(crate) changed: &'static str,
    pub(crate) name: &'static str,
    pub(crate) when: &'static str,
    pub(crate) in_meetings_zone: &'static str,
    pub(crate) repeats: &'static str,
    pub(crate) occurrence: &'static str,
    pub(crate) exceptions: &'static str,
    pub(crate) no_repeat: &'static str,
    pub(crate) no_time: &'static str,
    pub(crate) organizer: &'static str,
    pub(crate) attendees: &'static str,
    pub(crate) attendees_added: &'static str,
    pub(crate) attendees_removed: &'static str,
    pub(crate) space: &'static str,
    pub(crate) description: &'static str,
    pub(crate) description_changed: &'static str,
    pub(crate) answers: &'static str,
    pub(crate) ask: &'static str,
    pub(crate) ask_in_text: &'static str,
    pub(crate) accept: &'static str,
    pub(crate) maybe: &'static str,
    pub(crate) decline: &'static str,
    pub(crate) proposed: &'static str,
    pub(crate) join: &'static str,
    pub(crate) join_link: &'static str,
    pub(crate) meeting_id: &'static str,
    pub(crate) passcode: &'static str,
    pub(crate) uri: &'static str,
    pub(crate) role: &'static str,
}

/// The texts of a language.
pub(crate) fn of(language: Language) -> &'static dyn Texts {
    match language {
        Language::English => &en::English,
        Language::Korean => &ko::Korean,
    }
}

/// When an occurrence takes place, in words, with its zone.
pub(crate) fn when(texts: &dyn Texts, series: &Series, occurrence: &Occurrence) -> String {
    if series.is_unscheduled() {
        return texts.labels().no_time.to_owned();
    }
    let words = texts.span(occurrence.local_start, occurrence.local_end, series.is_all_day());
    in_zone(&words, series.zone(), occurrence)
}

/// The same as another zone's clocks show it.
pub(crate) fn when_there(texts: &dyn Texts, zone: &Zone, occurrence: &Occurrence) -> String {
    let clock = zone.time_zone();
    let words = texts.span(clock.to_datetime(occurrence.start), clock.to_datetime(occurrence.end), false);
    in_zone(&words, zone, occurrence)
}

fn in_zone(words: &str, zone: &Zone, occurrence: &Occurrence) -> String {
    let offset = zone.time_zone().to_offset(occurrence.start).seconds();
    let sign = if offset < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset.abs() / 3_600, offset.abs() / 60 % 60);
    format!("{words} ({}, UTC{sign}{hours:02}:{minutes:02})", zone.name())
}

/// A local start in words: what names an occurrence.
pub(crate) fn start(texts: &dyn Texts, start: DateTime, all_day: bool) -> String {
    let date = texts.date(start.date());
    if all_day { date } else { format!("{date}, {:02}:{:02}", start.hour(), start.minute()) }
}
