//! People read from what others paste and export.

use convoke_invite::intake::{FaultKind, Form, Intake, MAX_READ_NAME_CHARS, MAX_SHOWN_CHARS, read};
use convoke_model::EmailAddress;
use proptest::prelude::*;

fn text(text: &str) -> Intake {
    read(text, Form::Text, &["example.test".to_owned()])
}

fn table(text: &str) -> Intake {
    read(text, Form::Table, &[])
}

/// Everybody as `name <address>`.
fn people(intake: &Intake) -> Vec<String> {
    intake.people.iter().map(|one| format!("{} <{}>", one.name, one.email)).collect()
}

/// Each fault as its line, its text and what may have been meant.
fn faults(intake: &Intake) -> Vec<String> {
    let one = |fault: &convoke_invite::intake::Fault| {
        let kind = match fault.kind {
            FaultKind::NoAddress => "none",
            FaultKind::Invalid(_) => "invalid",
            FaultKind::DoubtfulDomain => "doubtful",
        };
        format!("{} {kind} {} -> {}", fault.line, fault.text, fault.suggestion.as_deref().unwrap_or("-"))
    };
    intake.faults.iter().map(one).collect()
}

#[test]
fn whatever_parts_them_everybody_is_found_with_their_name() {
    for (given, expected) in [
        ("bob@c.test", &[" <bob@c.test>"][..]),
        ("Kim Alice <a@b>; bob@c, ", &["Kim Alice <a@b>", " <bob@c>"]),
        (
            "\"Kim, Alice\" <a@b.test>, 'Bob Lee' <bob@c.test>",
            &["Kim, Alice <a@b.test>", "Bob Lee <bob@c.test>"],
        ),
        ("Kim, Alice <a@b.test>; Lee, Bob <b@b.test>", &["Kim, Alice <a@b.test>", "Lee, Bob <b@b.test>"]),
        ("a@b.test\r\nb@b.test\rc@b.test\n\n", &[" <a@b.test>", " <b@b.test>", " <c@b.test>"]),
        ("<mailto:a@b.test>, MAILTO:b@b.test?subject=Hi", &[" <a@b.test>", " <b@b.test>"]),
        (
            "김철수＜chulsoo＠b.test＞；박 영희 <young@b.test>、c@b.test",
            &["김철수 <chulsoo@b.test>", "박 영희 <young@b.test>", " <c@b.test>"],
        ),
        ("Bob Lee bob@b.test Carol carol@b.test", &["Bob Lee <bob@b.test>", "Carol <carol@b.test>"]),
        ("3M Support (Desk) <a@b.test>", &["3M Support (Desk) <a@b.test>"]),
        ("bob@b.test (Bob Lee)", &["Bob Lee <bob@b.test>"]),
        ("참석자: 김철수 <a@b.test>, b@b.test.", &["김철수 <a@b.test>", " <b@b.test>"]),
        ("To: a@b.test and b@b.test; Cc: c@b.test", &[" <a@b.test>", " <b@b.test>", " <c@b.test>"]),
        (
            "1. Alice <a@b.test>\n2) Bob <b@b.test>\n- c@b.test!",
            &["Alice <a@b.test>", "Bob <b@b.test>", " <c@b.test>"],
        ),
        ("a@b.test입니다. b@b.test/c@b.test", &[" <a@b.test>", " <b@b.test>", " <c@b.test>"]),
        ("Alice <a@b.test, Bob b@b.test>", &["Alice <a@b.test>", "Bob <b@b.test>"]),
        ("“Alice” <o'neil@b.test>\u{a0}", &["Alice <o'neil@b.test>"]),
        ("김철수\ta@b.test\n박영희\tb@b.test\t010-1234", &["김철수 <a@b.test>", "박영희 <b@b.test>"]),
        ("\"Kim <a@b.test>", &["Kim <a@b.test>"]),
    ] {
        let found = text(given);
        assert_eq!(people(&found), expected, "{given}");
        assert_eq!((faults(&found), found.duplicates), (vec![], vec![]), "{given}");
    }
}

#[test]
fn what_is_no_address_is_told_with_its_line_and_what_may_have_been_meant() {
    let found = text(
        "bob, carol@c.test\ndave@, e@@x.test\n밥b@x.test; f@gmial.com\ng@exmaple.test, @, G@EXMAPLE.test",
    );
    assert_eq!(people(&found), [" <carol@c.test>", " <f@gmial.com>", " <g@exmaple.test>"]);
    assert_eq!(
        faults(&found),
        [
            "1 none bob -> -",
            "2 invalid dave@ -> -",
            "2 invalid e@@x.test -> e@x.test",
            "3 invalid 밥b@x.test -> b@x.test",
            "3 doubtful f@gmial.com -> f@gmail.com",
            "4 doubtful g@exmaple.test -> g@example.test",
            "4 invalid @ -> -",
        ]
    );
    let twice: Vec<_> = found.duplicates.iter().map(|one| (one.line, one.email.as_str())).collect();
    assert_eq!(twice, [(4, "G@exmaple.test")]);
}

#[test]
fn who_stands_there_twice_is_told_and_has_the_name_that_was_given() {
    let found = text("a@b.test; Alice <A@b.test>; Other <a@B.test>");
    assert_eq!((people(&found), found.duplicates.len()), (vec!["Alice <a@b.test>".to_owned()], 2));
}

#[test]
fn tables_are_read_in_both_languages_and_by_whatever_parts_their_cells() {
    for (given, expected) in [
        (
            "\u{feff}Name,Email\r\nAlice,a@b.test\r\n\"Lee, Bob\",b@b.test\r\n",
            &["Alice <a@b.test>", "Lee, Bob <b@b.test>"][..],
        ),
        ("이메일;이름\na@b.test;김철수\n", &["김철수 <a@b.test>"]),
        ("성\t이름\t메일 주소\n김\t철수\ta@b.test", &["김철수 <a@b.test>"]),
        (
            "First Name,Last Name,E-mail Address,E-mail 2 Address\nBob,Lee,b@b.test,c@b.test",
            &["Bob Lee <b@b.test>", " <c@b.test>"],
        ),
        ("Phone,E-Mail,Display Name\n1,a@b.test,\"Kim \"\"K\"\" Alice\"", &["Kim \"K\" Alice <a@b.test>"]),
        ("a@b.test,Alice\nBob,b@b.test", &["Alice <a@b.test>", "Bob <b@b.test>"]),
        (
            "email\na@b.test\n\"b@b.test, Carol <c@b.test>\"",
            &[" <a@b.test>", " <b@b.test>", "Carol <c@b.test>"],
        ),
        ("name,email\n\"two\nlines\",a@b.test", &["two lines <a@b.test>"]),
        ("name,email\nb@b.test,", &[" <b@b.test>"]),
        ("name,email\n\"Alice,a@b.test", &["\"Alice <a@b.test>"]),
    ] {
        let found = table(given);
        assert_eq!(people(&found), expected, "{given}");
        assert_eq!(faults(&found), [""; 0], "{given}");
    }
    // A table that is pasted is one too.
    assert_eq!(people(&text("이름\t이메일\n김철수\ta@b.test")), ["김철수 <a@b.test>"]);
    let found = table("name,email\n\"two\nlines\",a@b.test\nBob,\n\n,,");
    assert_eq!((people(&found).len(), faults(&found)), (1, vec!["4 none Bob -> -".to_owned()]));
}

#[test]
fn what_is_long_is_cut_where_it_is_shown() {
    let name = "가".repeat(MAX_READ_NAME_CHARS + 1);
    let found = text(&format!("{name} <a@b.test>; {}", "x".repeat(MAX_SHOWN_CHARS + 1)));
    assert_eq!(found.people[0].name.chars().count(), MAX_READ_NAME_CHARS);
    assert_eq!(found.faults[0].text.chars().count(), MAX_SHOWN_CHARS);
}

/// An address that is one for sure.
#[test]
fn rows_of_very_many_cells_are_read_with_their_addresses() {
    let read = table(&format!(
        "mail,{}name\n,{}b@x.test{}",
        "mail,".repeat(20_000),
        ",".repeat(30_000),
        ",".repeat(30_000)
    ));
    assert_eq!(people(&read), [" <b@x.test>"]);
}

fn address() -> impl Strategy<Value = String> {
    ("[a-z0-9]{1,8}([._+-][a-z0-9]{1,5})?", "[a-z]{1,8}(-[a-z]{1,4})?(\\.[a-z]{2,5}){0,2}")
        .prop_map(|(local, domain)| format!("{local}@{domain}"))
}

/// How somebody writes it.
fn written() -> impl Strategy<Value = (String, String)> {
    let name = "([A-Z][a-z]{1,6}|[가-힣]{2,4})( [A-Z][a-z]{1,6})?";
    let way = prop_oneof![
        Just("{a}"),
        Just("<{a}>"),
        Just("{n} <{a}>"),
        Just("\"{n}, x\" <{a}>"),
        Just("{n} {a}"),
        Just("{a} ({n})"),
        Just("mailto:{a}"),
        Just("'{n}' <{a}>"),
        Just("{n}＜{a}＞"),
    ];
    (address(), name, way).prop_map(|(a, n, way)| (way.replace("{a}", &a).replace("{n}", &n), a))
}

proptest! {
    #[test]
    fn no_address_is_lost(
        many in prop::collection::vec((written(), prop_oneof![Just(", "), Just(";"), Just("\n"), Just("\r\n"), Just("; "), Just("，"), Just("\t")]), 1..20),
        form in prop_oneof![Just(Form::Text), Just(Form::Table)],
    ) {
        let given: String = many.iter().map(|((text, _), separator)| format!("{text}{separator}")).collect();
        let found = read(&given, form, &[]);
        let all: Vec<&str> = found.people.iter().map(|one| one.email.as_str()).chain(found.duplicates.iter().map(|one| one.email.as_str())).collect();
        for ((_, address), _) in &many {
            prop_assert!(all.contains(&address.as_str()), "{address} in {given:?}: {found:?}");
        }
        prop_assert_eq!(all.len(), many.len(), "{:?}: {:?}", given, found);
    }

    #[test]
    fn any_text_is_read_and_nothing_with_an_at_vanishes(text in "\\PC*|[ -~\n\t]*|[a@.,;<>\" \n\t가]*", form in prop_oneof![Just(Form::Text), Just(Form::Table)]) {
        let found = read(&text, form, &[]);
        let told = found.people.len() + found.faults.len() + found.duplicates.len();
        prop_assert!(told > 0 || !text.contains(['@', '＠']), "{:?}", text);
        for one in &found.people {
            prop_assert!(one.email.as_str().parse::<EmailAddress>().is_ok() && one.line >= 1);
            prop_assert!(!one.name.chars().any(char::is_control) && one.name.chars().count() <= MAX_READ_NAME_CHARS);
        }
    }
}
