//! The words of mails in English.

use convoke_meeting::words;
use convoke_model::Language;
use jiff::civil::{Date, DateTime};

use super::{Labels, Notice, Texts};
use crate::{Answer, Kind, Said, Tally, content::one_line};

pub(super) struct English;

static LABELS: Labels = Labels {
    changed: "What changed",
    name: "Name",
    when: "When",
    in_meetings_zone: "In the meeting's zone",
    repeats: "Repeats",
    occurrence: "Date of the series",
    exceptions: "Other dates",
    no_repeat: "not repeated",
    no_time: "No fixed time: join whenever you like",
    organizer: "Organizer",
    attendees: "Attendees",
    attendees_added: "Attendees added",
    attendees_removed: "Attendees removed",
    space: "Space",
    description: "Description",
    description_changed: "The description is new.",
    answers: "Answers",
    ask: "Will you attend?",
    ask_in_text: "Answer: accept, maybe or decline",
    accept: "Accept",
    maybe: "Maybe",
    decline: "Decline",
    proposed: "Proposed time",
    join: "Join the meeting",
    join_link: "Join link",
    meeting_id: "Meeting ID",
    passcode: "Passcode",
    uri: "Video address",
    role: "Your role",
};

/// What is told when governments change their clocks.
const CLOCKS: &str = "The clocks of this meeting's time zone are to show another time than was known when you were told of it. \
    The meeting stays at the time that those clocks show; in other time zones it is earlier or later than before.";

/// What follows when a series goes on as another one.
const CONTINUES: &str = " After that it goes on as another one; a mail of its own tells of it.";

impl Texts for English {
    fn language(&self) -> Language {
        Language::English
    }

    fn notice(&self, kind: &Kind, to_organizer: bool) -> Notice {
        let (subject, to_organizer) = match kind {
            Kind::Invitation if to_organizer => ("Scheduled", "Your meeting is scheduled."),
            Kind::Invitation => ("Invitation", ""),
            Kind::Update(_) => ("Updated", "Your meeting has changed."),
            Kind::Cancellation => ("Cancelled", "Your meeting is cancelled."),
            Kind::Removal => ("Cancelled for you", "You are not part of this meeting any more."),
            Kind::HandedOver => ("Handed over", "You have handed this meeting over."),
            Kind::Restored => ("Takes place after all", "Your meeting takes place after all."),
            Kind::Resent => ("Sent again", "This is your meeting, sent again."),
            Kind::Clocks => ("Clocks change", CLOCKS),
            Kind::ProposalDeclined { .. } => ("Time stays", "The time of your meeting stays as it is."),
            Kind::Answers { said, .. } => return answers(said, kind.proposal().is_some()),
            Kind::Split { first, .. } => {
                let words = format!("Your meeting has changed from {} on.", self.date(first.date()));
                return Notice { subject: "Updated", to_organizer: words.into() };
            }
            Kind::Ended { last, continues } => {
                let more = if *continues { CONTINUES } else { "" };
                let words = format!("The last date of your series is {}.{more}", self.date(*last));
                return Notice { subject: "Ends", to_organizer: words.into() };
            }
            Kind::Reminder { minutes } => {
                let words = format!("Your meeting begins {}.", soon(*minutes));
                return Notice { subject: "Reminder", to_organizer: words.into() };
            }
        };
        Notice { subject, to_organizer: to_organizer.into() }
    }

    fn lead(&self, kind: &Kind, organizer: &str) -> String {
        match kind {
            Kind::Invitation => format!("{organizer} invites you to a meeting."),
            Kind::Update(_) => format!("{organizer} has changed this meeting."),
            Kind::Cancellation => format!("{organizer} has cancelled this meeting."),
            Kind::Removal => format!("{organizer} has removed you from this meeting."),
            Kind::HandedOver => {
                format!("This meeting was handed over to {organizer}; you are not part of it any more.")
            }
            Kind::Restored => {
                format!("{organizer} has taken the cancellation back: this meeting takes place after all.")
            }
            Kind::Resent => format!("{organizer} sends you this invitation again."),
            Kind::Clocks => CLOCKS.to_owned(),
            Kind::ProposalDeclined { .. } => {
                format!("{organizer} can't take the time that you proposed; the meeting stays as planned.")
            }
            // Only the organizer is told of answers.
            Kind::Answers { .. } => self.notice(kind, true).to_organizer.into_owned(),
            Kind::Split { first, .. } => {
                format!("{organizer} has changed this meeting from {} on.", self.date(first.date()))
            }
            Kind::Ended { last, continues } => {
                let more = if *continues { CONTINUES } else { "" };
                format!("{organizer} has ended this series; its last date is {}.{more}", self.date(*last))
            }
            Kind::Reminder { minutes } => format!("This meeting begins {}.", soon(*minutes)),
        }
    }

    fn labels(&self) -> &'static Labels {
        &LABELS
    }

    fn span(&self, start: DateTime, end: DateTime, all_day: bool) -> String {
        if all_day {
            let last = end.date().yesterday().unwrap_or(end.date());
            return if last <= start.date() {
                format!("{}, all day", full_date(start.date()))
            } else {
                format!("{} – {}, all day", full_date(start.date()), full_date(last))
            };
        }
        let (from, to) = (time(start), time(end));
        if start.date() == end.date() {
            format!("{}, {from}–{to}", full_date(start.date()))
        } else {
            format!("{}, {from} – {}, {to}", full_date(start.date()), full_date(end.date()))
        }
    }

    fn date(&self, date: Date) -> String {
        words::date(Language::English, date)
    }

    fn and_more(&self, count: usize) -> String {
        format!(" and {count} more")
    }

    fn was(&self, what: &str, before: &str) -> String {
        format!("{what}, before: {before}")
    }

    fn answer(&self, answer: Answer) -> &'static str {
        match answer {
            Answer::Accepted => "yes",
            Answer::Tentative => "maybe",
            Answer::Declined => "no",
            Answer::NeedsAction => "takes the answer back",
        }
    }

    fn about(&self, date: &str, following: bool) -> String {
        if following { format!(" (from {date} on)") } else { format!(" ({date})") }
    }

    fn proposes(&self, when: &str) -> String {
        format!("; proposes {when}")
    }

    fn quoted(&self, comment: &str) -> String {
        format!(" – “{comment}”")
    }

    fn tally(&self, tally: Tally) -> String {
        let Tally { accepted, tentative, declined, waiting } = tally;
        format!("So far: {accepted} yes, {tentative} maybe, {declined} no, {waiting} without an answer")
    }
}

fn answers(said: &[Said], is_proposal: bool) -> Notice {
    let (subject, words) = match said {
        [one] if is_proposal => {
            ("New time proposed", format!("{} proposes another time.", one_line(one.person.shown())))
        }
        [one] => {
            let name = one_line(one.person.shown());
            match one.answer {
                Answer::Accepted => ("Accepted", format!("{name} will attend.")),
                Answer::Tentative => ("Maybe", format!("{name} may attend.")),
                Answer::Declined => ("Declined", format!("{name} will not attend.")),
                Answer::NeedsAction => ("Answer taken back", format!("{name} takes the answer back.")),
            }
        }
        several => ("Answers", format!("There are {} answers to your meeting.", several.len())),
    };
    Notice { subject, to_organizer: words.into() }
}

/// In how long, from so many minutes on.
fn soon(minutes: u32) -> String {
    let units = [(minutes / 1_440, "day"), (minutes / 60 % 24, "hour"), (minutes % 60, "minute")];
    let words: Vec<String> = units
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    if words.is_empty() { "now".to_owned() } else { format!("in {}", words.join(" ")) }
}

fn full_date(date: Date) -> String {
    format!("{}, {}", words::weekday(Language::English, date.weekday()), English.date(date))
}

fn time(time: DateTime) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}
