//! Every kind of mail in every language against the files in `golden/`, which people read when a text changes.
//!
//! `UPDATE_GOLDEN=1 cargo test -p convoke-invite` writes them anew.

mod samples;

use std::{fs, path::Path};

use convoke_invite::{
    Answer, Audience, Change, Kind, MailContent, Personal, Recipient, Said, Snapshot, Stencil, Tally,
    Template, changes, write,
};
use convoke_meeting::Zone;
use convoke_model::Language;
use jiff::civil::DateTime;
use samples::{all_day, guest, series, single, weekly};

/// Alice, whose meeting it is.
fn host(language: Language) -> Recipient {
    let mut joining = guest(language).joining;
    joining.role = Some("InternalAccessMeth".to_owned());
    joining.uri = Some("test-xrp.host@example.test".to_owned());
    joining.passcode = None;
    Recipient {
        person: samples::person("Alice Kim", "Alice@example.test"),
        joining,
        language,
        zone: None,
        answer_link: None,
    }
}

fn compare(name: &str, content: &MailContent) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let text = format!("Subject: {}\n\n{}", content.subject, content.text);
    let calendar = content.calendar.as_ref().map(|calendar| ("ics", &calendar.text));
    for (ending, made) in [("txt", &text), ("html", &content.html)].into_iter().chain(calendar) {
        let path = folder.join(format!("{name}.{ending}"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&path, made).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == *made, "{} differs; UPDATE_GOLDEN=1 writes it anew. Now:\n{made}", path.display());
    }
}

/// The weekly series as it was before: an hour later, unlimited, with other people.
fn before() -> Snapshot {
    let mut before = weekly();
    before.summary = "Weekly meeting".to_owned();
    before.series =
        series("2026-10-06T10:00:00", "2026-10-06T11:00:00", "America/New_York", Some("FREQ=WEEKLY"));
    before.space_name = "Old space".to_owned();
    before.description = String::new();
    let left = before.attendees[2].clone();
    before.attendees = vec![before.attendees[0].clone(), left];
    before.attendees[1].person = samples::person("Dan Park", "dan@example.test");
    before
}

fn kinds() -> Vec<(&'static str, Kind)> {
    let start = weekly().series.start();
    vec![
        ("invitation", Kind::Invitation),
        ("update", Kind::Update(changes(&before(), &weekly()))),
        ("cancellation", Kind::Cancellation),
        ("removal", Kind::Removal),
        ("handed-over", Kind::HandedOver),
        ("restored", Kind::Restored),
        ("resent", Kind::Resent),
        ("clocks", Kind::Clocks),
        ("reminder", Kind::Reminder { minutes: 24 * 60 }),
        ("split", Kind::Split { first: start, changes: changes(&before(), &weekly()) }),
        ("ended", Kind::Ended { last: start.date(), continues: true }),
        ("ended-for-good", Kind::Ended { last: start.date(), continues: false }),
    ]
}

fn meetings() -> [(&'static str, Snapshot); 3] {
    [("single", single()), ("weekly", weekly()), ("all-day", all_day())]
}

#[test]
fn every_mail_is_as_kept() {
    for (shape, meeting) in meetings() {
        // Those beyond the first four differ in their first sentence alone.
        let most = if shape == "weekly" { usize::MAX } else { 4 };
        for (kind_name, kind) in kinds().into_iter().take(most) {
            for language in Language::ALL {
                let content = write(&meeting, &guest(language), &kind);
                compare(&format!("{shape}.{kind_name}.{}", language.tag()), &content);
            }
        }
    }
}

#[test]
fn the_organizers_mails_are_as_kept() {
    for (kind_name, kind) in
        kinds().into_iter().filter(|(name, _)| !["removal", "handed-over"].contains(name))
    {
        for language in Language::ALL {
            let content = write(&weekly(), &host(language), &kind);
            compare(&format!("organizer.{kind_name}.{}", language.tag()), &content);
        }
    }
}

fn said(name: &str, answer: Answer, comment: &str) -> Said {
    let email = format!("{}@example.test", name.to_lowercase());
    Said {
        person: samples::person(name, &email),
        answer,
        about: None,
        proposed: None,
        comment: comment.to_owned(),
    }
}

#[test]
fn mails_of_answers_are_as_kept() {
    let at = |text: &str| text.parse::<DateTime>().unwrap();
    let times = (at("2026-10-20T14:00:00"), at("2026-10-20T15:00:00"));
    let tally = Tally { accepted: 1, tentative: 1, declined: 1, waiting: 0 };
    let one = said("Bob", Answer::Accepted, "");
    let proposal = Said {
        about: Some((at("2026-10-20T09:00:00"), false)),
        proposed: Some(times),
        ..said("Bob", Answer::Tentative, "In the afternoon I could stay for all of it.\nBob")
    };
    let several = vec![
        said("Bob", Answer::Accepted, ""),
        Said {
            about: Some((at("2026-11-03T09:00:00"), true)),
            ..said("Hong", Answer::Declined, "휴가입니다.")
        },
        proposal.clone(),
        said("Carol", Answer::NeedsAction, ""),
    ];
    for language in Language::ALL {
        for (name, said) in [
            ("answer", vec![one.clone()]),
            ("proposal", vec![proposal.clone()]),
            ("answers", several.clone()),
        ] {
            let content = write(&weekly(), &host(language), &Kind::Answers { said, tally });
            assert_eq!(content.calendar, None, "the organizer's calendar has nothing to learn of it");
            compare(&format!("organizer.{name}.{}", language.tag()), &content);
        }
        let kind = Kind::ProposalDeclined { proposed: times };
        compare(
            &format!("weekly.proposal-declined.{}", language.tag()),
            &write(&weekly(), &guest(language), &kind),
        );
    }
}

#[test]
fn a_digest_of_many_answers_names_50_and_cuts_long_comments() {
    let tally = Tally { accepted: 60, ..Tally::default() };
    let said = vec![said("Bob", Answer::Accepted, &"x".repeat(1_000)); 60];
    let text = write(&weekly(), &host(Language::English), &Kind::Answers { said, tally }).text;
    assert_eq!(text.matches("Bob: yes").count(), 50);
    assert!(text.contains("- and 10 more\n") && text.contains("60 yes"), "{text}");
    assert_eq!(text.matches('x').count(), 50 * 300);
}

#[test]
fn a_recipient_in_another_zone_reads_the_own_time_first() {
    for language in Language::ALL {
        let recipient = Recipient { zone: Some(Zone::named("Asia/Seoul").unwrap()), ..guest(language) };
        let kind = Kind::Update(changes(&before(), &weekly()));
        compare(&format!("two-zones.update.{}", language.tag()), &write(&weekly(), &recipient, &kind));
        // Whole days are the same dates everywhere, and who is in the meeting's zone reads it once.
        let usual = write(&all_day(), &guest(language), &Kind::Invitation);
        assert_eq!(write(&all_day(), &recipient, &Kind::Invitation), usual);
        let usual = write(&single(), &guest(language), &Kind::Invitation);
        assert_eq!(write(&single(), &recipient, &Kind::Invitation), usual);
    }
}

#[test]
fn an_invitation_by_a_template_is_as_kept_and_other_mails_are_built_in() {
    const TEMPLATE: &str = "Subject: %organizer%: %name%\nYou are invited to <%name%>.\n\nWhen: %when%\n#if recurrence\n\
        Repeats: %recurrence%\n#endif\n#for x in web_bridge_addresses\nJoin: %x.hyperlink%.\n#endfor\n\
        ID: %numeric_id%{% if passcode %}, passcode %passcode%{% endif %}\nAnswer: %answer_link%\n\n%description%\n";
    let template = Template::parse(TEMPLATE).unwrap();
    for language in Language::ALL {
        let Recipient { person, joining, zone, .. } = guest(language);
        let audience = Audience { joining, language, zone, is_organizer: false, is_asked: true };
        let made = |kind: &Kind, template: Option<&Template>| {
            let stencil = Stencil::with_template(&weekly(), &audience, kind, template);
            stencil.content_for(&Personal {
                person: &person,
                answer: &|_| Answer::NeedsAction,
                answer_link: Some(samples::ANSWER_LINK),
            })
        };
        compare(
            &format!("template.invitation.{}", language.tag()),
            &made(&Kind::Invitation, Some(&template)),
        );
        assert_eq!(made(&Kind::Cancellation, Some(&template)), made(&Kind::Cancellation, None));
        let too_much = Template::parse(&"%description%".repeat(5_000)).unwrap();
        let meeting = Snapshot { description: "x".repeat(1_000), ..weekly() };
        let by =
            |template| Stencil::with_template(&meeting, &audience, &Kind::Invitation, template).content();
        assert_eq!(by(Some(&too_much)), by(None), "what is too much counts as none");
    }
}

#[test]
fn the_same_arguments_give_the_same_mail() {
    let make = || write(&weekly(), &guest(Language::Korean), &Kind::Invitation);
    assert_eq!(make(), make());
}

#[test]
fn a_subject_is_one_line_of_bounded_length() {
    let meeting = Snapshot { summary: format!("a\r\nBcc: evil@x\u{2028}{}", "b".repeat(300)), ..single() };
    let subject = write(&meeting, &guest(Language::English), &Kind::Invitation).subject;
    assert!(subject.starts_with("Invitation: a Bcc: evil@x bbb"), "{subject}");
    assert!(subject.ends_with('…') && subject.chars().count() == 151, "{subject}");
}

#[test]
fn markup_in_what_people_type_stays_text() {
    let evil = "<script>alert(1)</script>\"'&";
    let mut meeting = single();
    meeting.summary = evil.to_owned();
    meeting.description = evil.to_owned();
    meeting.organizer.name = evil.to_owned();
    meeting.attendees[0].person.name = evil.to_owned();
    let mut recipient = guest(Language::English);
    recipient.joining.uri = Some(evil.to_owned());
    recipient.joining.link = Some("javascript:alert(1)".to_owned());
    let update = Kind::Update(vec![Change::Summary { before: evil.to_owned() }]);
    let html = write(&meeting, &recipient, &update).html;
    assert!(!html.contains("<script") && !html.contains("javascript:"), "{html}");
    assert_eq!(html.matches("&lt;script&gt;").count(), 8, "{html}");
}

#[test]
fn a_cancellation_tells_no_way_in() {
    for kind in [Kind::Cancellation, Kind::Removal] {
        let content = write(&single(), &guest(Language::English), &kind);
        for part in [&content.text, &content.html, &content.calendar.unwrap().text] {
            assert!(!part.contains("4711") && !part.contains("secret="), "{part}");
        }
    }
}

#[test]
fn names_the_zone_and_offset_of_each_time() {
    let text = |recipient: &Recipient| write(&single(), recipient, &Kind::Invitation).text;
    assert!(
        text(&guest(Language::English))
            .contains("When: Tuesday, 1 December 2026, 10:00–10:30 (Asia/Seoul, UTC+09:00)")
    );
    assert!(
        text(&guest(Language::Korean))
            .contains("일시: 2026년 12월 1일 화요일 오전 10:00~10:30 (Asia/Seoul, UTC+09:00)")
    );
}

#[test]
fn says_recurrences_in_words() {
    for (rule, english, korean) in [
        ("FREQ=DAILY;COUNT=5", "Every day, 5 times", "매일, 총 5회"),
        ("FREQ=DAILY;INTERVAL=2", "Every 2 days", "격일"),
        (
            "FREQ=WEEKLY;UNTIL=20261231T145959Z",
            "Every Tuesday, until 31 December 2026",
            "매주 화요일, 2026년 12월 31일까지",
        ),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "Every weekday (Monday to Friday)", "매주 평일(월요일~금요일)"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH,SU",
            "Every 2 weeks on Tuesday, Thursday and Sunday",
            "격주 화요일, 목요일, 일요일",
        ),
        ("FREQ=MONTHLY", "Every month on the 1st", "매월 1일"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "Every month on the last Friday", "매월 마지막 금요일"),
        ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-1", "Every 3 months on the last day", "3개월마다 마지막 날"),
        ("FREQ=YEARLY", "Every year on 1 December", "매년 12월 1일"),
        (
            "FREQ=YEARLY;BYMONTH=12;BYDAY=2TU",
            "Every year on the second Tuesday of December",
            "매년 12월 둘째 화요일",
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "Every month on the 1st and the 15th", "매월 1일, 15일"),
    ] {
        let mut meeting = single();
        meeting.series = series("2026-12-01T10:00", "2026-12-01T10:30", "Asia/Seoul", Some(rule));
        let text = |language| write(&meeting, &guest(language), &Kind::Invitation).text;
        let (in_english, in_korean) = (text(Language::English), text(Language::Korean));
        assert!(in_english.contains(&format!("Repeats: {english}\n")), "{rule}: {in_english}");
        assert!(in_korean.contains(&format!("반복: {korean}\n")), "{rule}: {in_korean}");
    }
}

#[test]
fn tells_nothing_of_what_stayed_the_same() {
    assert!(changes(&weekly(), &weekly()).is_empty());
    let mut answered = weekly();
    answered.attendees[0].answer = convoke_invite::Answer::Accepted;
    assert!(changes(&weekly(), &answered).is_empty());
}

#[test]
fn a_reminder_says_in_how_long_and_has_nothing_for_calendars() {
    let lead = |minutes: u32, language: Language| {
        let content = write(&single(), &guest(language), &Kind::Reminder { minutes });
        assert_eq!(content.calendar, None);
        assert!(content.text.contains("https://"), "the way in: {}", content.text);
        content.text.lines().find(|line| line.contains("begins") || line.contains("시작")).unwrap().to_owned()
    };
    let english = [0, 1, 15, 60, 90, 1_440, 40_320].map(|minutes| lead(minutes, Language::English));
    assert_eq!(
        english,
        [
            "This meeting begins now.",
            "This meeting begins in 1 minute.",
            "This meeting begins in 15 minutes.",
            "This meeting begins in 1 hour.",
            "This meeting begins in 1 hour 30 minutes.",
            "This meeting begins in 1 day.",
            "This meeting begins in 28 days.",
        ]
    );
    let korean = [0, 90].map(|minutes| lead(minutes, Language::Korean));
    assert_eq!(korean, ["회의가 지금 시작됩니다.", "회의가 1시간 30분 뒤에 시작됩니다."]);
}
