//! The words of mails in Korean.
//!
//! A name is always followed by 님, so that no particle depends on how the name ends.

use convoke_meeting::words;
use convoke_model::Language;
use jiff::civil::{Date, DateTime};

use super::{Labels, Notice, Texts};
use crate::{Answer, Kind, Said, Tally, content::one_line};

pub(super) struct Korean;

static LABELS: Labels = Labels {
    changed: "변경된 내용",
    name: "회의 이름",
    when: "일시",
    in_meetings_zone: "회의 시간대 기준",
    repeats: "반복",
    occurrence: "시리즈 날짜",
    exceptions: "달라진 날짜",
    no_repeat: "반복 안 함",
    no_time: "정해진 시간 없음(언제든지 참가하실 수 있습니다)",
    organizer: "주최자",
    attendees: "참석자",
    attendees_added: "추가된 참석자",
    attendees_removed: "제외된 참석자",
    space: "회의 공간",
    description: "설명",
    description_changed: "설명이 바뀌었습니다.",
    answers: "참석 응답",
    ask: "참석하시겠습니까?",
    ask_in_text: "응답하기(참석, 미정, 불참)",
    accept: "참석",
    maybe: "미정",
    decline: "불참",
    proposed: "제안한 시간",
    join: "회의 참가",
    join_link: "참가 링크",
    meeting_id: "회의 ID",
    passcode: "암호",
    uri: "영상 주소",
    role: "내 역할",
};

/// What is told when governments change their clocks.
const CLOCKS: &str = "이 회의의 시간대에서 쓰는 표준시가 안내해 드렸을 때와 달라집니다. 그 시간대의 시계로는 회의 시간이 그대로이며, 다른 시간대에서는 \
    회의 시간이 앞당겨지거나 늦춰집니다.";

/// What follows when a series goes on as another one.
const CONTINUES: &str = " 그 뒤로는 새 회의로 이어지며, 별도의 메일로 알려 드립니다.";

impl Texts for Korean {
    fn language(&self) -> Language {
        Language::Korean
    }

    fn notice(&self, kind: &Kind, to_organizer: bool) -> Notice {
        let (subject, to_organizer) = match kind {
            Kind::Invitation if to_organizer => ("회의 예약", "회의가 예약되었습니다."),
            Kind::Invitation => ("회의 초대", ""),
            Kind::Update(_) => ("회의 변경", "회의가 변경되었습니다."),
            Kind::Cancellation => ("회의 취소", "회의가 취소되었습니다."),
            Kind::Removal => ("참석자 제외", "회의 참석자에서 제외되었습니다."),
            Kind::HandedOver => ("회의 인계", "회의를 인계했습니다."),
            Kind::Restored => ("회의 취소 철회", "회의가 예정대로 열립니다."),
            Kind::Resent => ("회의 안내 다시 보냄", "회의 안내를 다시 보내 드립니다."),
            Kind::Clocks => ("표준시 변경", CLOCKS),
            Kind::ProposalDeclined { .. } => ("회의 시간 유지", "회의 시간은 그대로입니다."),
            Kind::Answers { said, .. } => return answers(said, kind.proposal().is_some()),
            Kind::Split { first, .. } => {
                let words = format!("{}부터 회의가 변경되었습니다.", self.date(first.date()));
                return Notice { subject: "회의 변경", to_organizer: words.into() };
            }
            Kind::Ended { last, continues } => {
                let more = if *continues { CONTINUES } else { "" };
                let words = format!("반복 회의의 마지막 날짜는 {}입니다.{more}", self.date(*last));
                return Notice { subject: "반복 회의 종료", to_organizer: words.into() };
            }
            Kind::Reminder { minutes } => {
                return Notice { subject: "회의 알림", to_organizer: soon(*minutes).into() };
            }
        };
        Notice { subject, to_organizer: to_organizer.into() }
    }

    fn lead(&self, kind: &Kind, organizer: &str) -> String {
        match kind {
            Kind::Invitation => format!("{organizer} 님이 회의에 초대했습니다."),
            Kind::Update(_) => format!("{organizer} 님이 회의를 변경했습니다."),
            Kind::Cancellation => format!("{organizer} 님이 회의를 취소했습니다."),
            Kind::Removal => format!("{organizer} 님이 회의 참석자 명단을 변경하여 참석이 취소되었습니다."),
            Kind::HandedOver => {
                format!("{organizer} 님에게 이 회의가 인계되어 더 이상 참석 대상이 아닙니다.")
            }
            Kind::Restored => {
                format!("{organizer} 님이 회의 취소를 철회했습니다. 회의는 예정대로 열립니다.")
            }
            Kind::Resent => format!("{organizer} 님이 회의 안내를 다시 보냈습니다."),
            Kind::Clocks => CLOCKS.to_owned(),
            Kind::ProposalDeclined { .. } => {
                format!(
                    "{organizer} 님이 제안하신 시간으로 변경하지 않기로 했습니다. 회의 시간은 그대로입니다."
                )
            }
            // Only the organizer is told of answers.
            Kind::Answers { .. } => self.notice(kind, true).to_organizer.into_owned(),
            Kind::Split { first, .. } => {
                format!("{organizer} 님이 {}부터 회의를 변경했습니다.", self.date(first.date()))
            }
            Kind::Ended { last, continues } => {
                let more = if *continues { CONTINUES } else { "" };
                let date = self.date(*last);
                format!("{organizer} 님이 반복 회의를 끝냈습니다. 마지막 날짜는 {date}입니다.{more}")
            }
            Kind::Reminder { minutes } => soon(*minutes),
        }
    }

    fn labels(&self) -> &'static Labels {
        &LABELS
    }

    fn span(&self, start: DateTime, end: DateTime, all_day: bool) -> String {
        if all_day {
            let last = end.date().yesterday().unwrap_or(end.date());
            return if last <= start.date() {
                format!("{} 하루 종일", full_date(start.date()))
            } else {
                format!("{} ~ {} 하루 종일", full_date(start.date()), full_date(last))
            };
        }
        if start.date() != end.date() {
            return format!(
                "{} {} ~ {} {}",
                full_date(start.date()),
                time(start),
                full_date(end.date()),
                time(end)
            );
        }
        let to = if half(start) == half(end) { clock(end) } else { time(end) };
        format!("{} {}~{to}", full_date(start.date()), time(start))
    }

    fn date(&self, date: Date) -> String {
        words::date(Language::Korean, date)
    }

    fn and_more(&self, count: usize) -> String {
        format!(" 외 {count}건")
    }

    fn and_more_people(&self, count: usize) -> String {
        format!(" 외 {count}명")
    }

    fn was(&self, what: &str, before: &str) -> String {
        format!("{what}, 변경 전: {before}")
    }

    fn answer(&self, answer: Answer) -> &'static str {
        match answer {
            Answer::Accepted => "참석",
            Answer::Tentative => "미정",
            Answer::Declined => "불참",
            Answer::NeedsAction => "응답 취소",
        }
    }

    fn about(&self, date: &str, following: bool) -> String {
        if following { format!(" ({date}부터)") } else { format!(" ({date})") }
    }

    fn proposes(&self, when: &str) -> String {
        format!("; 제안한 시간: {when}")
    }

    fn quoted(&self, comment: &str) -> String {
        format!(" – “{comment}”")
    }

    fn tally(&self, tally: Tally) -> String {
        let Tally { accepted, tentative, declined, waiting } = tally;
        format!("현재까지: 참석 {accepted}명, 미정 {tentative}명, 불참 {declined}명, 응답 없음 {waiting}명")
    }
}

fn answers(said: &[Said], is_proposal: bool) -> Notice {
    let (subject, words) = match said {
        [one] if is_proposal => {
            ("다른 시간 제안", format!("{} 님이 다른 시간을 제안했습니다.", one_line(one.person.shown())))
        }
        [one] => {
            let name = one_line(one.person.shown());
            match one.answer {
                Answer::Accepted => ("참석", format!("{name} 님이 참석합니다.")),
                Answer::Tentative => {
                    ("참석 미정", format!("{name} 님의 참석 여부가 아직 정해지지 않았습니다."))
                }
                Answer::Declined => ("불참", format!("{name} 님이 참석하지 않습니다.")),
                Answer::NeedsAction => ("응답 취소", format!("{name} 님이 응답을 취소했습니다.")),
            }
        }
        several => ("참석 응답", format!("회의에 대한 응답이 {}건 있습니다.", several.len())),
    };
    Notice { subject, to_organizer: words.into() }
}

/// In how long it begins, from so many minutes on.
fn soon(minutes: u32) -> String {
    let units = [(minutes / 1_440, "일"), (minutes / 60 % 24, "시간"), (minutes % 60, "분")];
    let words: Vec<String> =
        units.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}")).collect();
    if words.is_empty() {
        "회의가 지금 시작됩니다.".to_owned()
    } else {
        format!("회의가 {} 뒤에 시작됩니다.", words.join(" "))
    }
}

fn full_date(date: Date) -> String {
    format!("{} {}", Korean.date(date), words::weekday(Language::Korean, date.weekday()))
}

fn half(time: DateTime) -> &'static str {
    if time.hour() < 12 { "오전" } else { "오후" }
}

/// 오전 10:00, 오후 12:30, 오전 12:00 for midnight.
fn time(time: DateTime) -> String {
    format!("{} {}", half(time), clock(time))
}

fn clock(time: DateTime) -> String {
    let hour = match time.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    format!("{hour}:{:02}", time.minute())
}
