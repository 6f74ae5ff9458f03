//! Lines read by the grammar, right and wrong.

use proptest::prelude::*;

use super::*;
use crate::{help, words::scheduler::Scheduler};

fn admin(line: &str) -> Result<Command, Vec<String>> {
    read(line, AccountRole::Admin).map(|reading| reading.command).map_err(|fault| fault.lines())
}

/// A word that fits into this place.
fn sample(element: &Element) -> String {
    match &element.kind {
        ElementKind::Word(word) => (*word).to_owned(),
        ElementKind::Choice(choices) => choices[0].to_owned(),
        ElementKind::Argument("port" | "time" | "hours" | "days") => "7".to_owned(),
        ElementKind::Argument("attribute") => "CN:x".to_owned(),
        ElementKind::Argument("option") => "overwrite".to_owned(),
        ElementKind::Argument("duty hours") => "Mo".to_owned(),
        ElementKind::Argument(_) => "x".to_owned(),
    }
}

#[test]
fn every_form_reads_what_it_shows() {
    for form in words::ALL.iter().flat_map(|word| word.forms) {
        let elements = form.elements();
        let line: Vec<String> = elements.iter().map(sample).collect();
        let role = form.roles[0];
        let reading =
            read(&line.join(" "), role).unwrap_or_else(|fault| panic!("{}: {fault:?}", form.pattern));
        assert_eq!(reading.form.pattern, form.pattern);
        let shortest: Vec<String> = elements.iter().filter(|e| !e.optional).map(sample).collect();
        assert_eq!(read(&shortest.join(" "), role).unwrap().form.pattern, form.pattern);
    }
}

#[test]
fn every_word_begins_its_own_forms_and_stands_once() {
    for word in words::ALL {
        assert!(
            word.forms.iter().all(|form| form.pattern.split(' ').next() == Some(word.name)),
            "{}",
            word.name
        );
        assert_eq!(words::ALL.iter().filter(|other| other.name == word.name).count(), 1);
    }
}

#[test]
fn help_scheduler_is_the_seeds() {
    let expected = "\
Configure scheduler

Usage:
  scheduler
  scheduler https listen <interface> <port>
  scheduler https listen none
  scheduler https certs <key-file> <cert-fullchain-file>
  scheduler https certs none
  scheduler c2w certs <key-file> <cert-fullchain-file>
  scheduler c2w certs none
  scheduler c2w trust <bundle>
  scheduler c2w trust none
  scheduler email server <hostname|address> <port>
  scheduler email server none
  scheduler email username <smtp username>
  scheduler email remove username
  scheduler email protocol <smtp|smtps>
  scheduler email auth <enable|disable>
  scheduler email starttls <enable|disable>
  scheduler email trust <bundle>
  scheduler email trust none
  scheduler timedLogging
  scheduler timedLogging (webBridge|api|email) <time>
  scheduler enable
  scheduler disable
  scheduler restart
  scheduler status";
    assert_eq!(help::named("scheduler", AccountRole::Admin).unwrap().join("\n"), expected);
}

#[test]
fn the_seeds_lines_mean_what_they_say() {
    for (line, meant) in [
        ("scheduler https listen a 9443", Scheduler::HttpsListen(Some(("a".into(), 9443)))),
        ("scheduler https listen none", Scheduler::HttpsListen(None)),
        ("scheduler c2w trust wbbundle.cer", Scheduler::C2wTrust(Some("wbbundle.cer".into()))),
        ("scheduler email username \"mail user\"", Scheduler::EmailUsername("mail user".into())),
        ("scheduler email starttls enable", Scheduler::EmailStarttls(true)),
        ("scheduler enable", Scheduler::Enable),
    ] {
        assert_eq!(admin(line), Ok(Command::Scheduler(meant)), "{line}");
    }
}

#[test]
fn what_is_wrong_is_told_with_what_would_be_right() {
    for (line, told) in [
        ("shceduler", vec!["ERROR: \"shceduler\" is no command; did you mean \"scheduler\"?"]),
        ("frobnicate", vec!["ERROR: \"frobnicate\" is no command; \"help\" lists them"]),
        (
            "scheduler https lisen a 9443",
            vec![
                "ERROR: \"lisen\" is not known here; did you mean \"listen\"?",
                "Usage:",
                "  scheduler https listen <interface> <port>",
                "  scheduler https listen none",
            ],
        ),
        (
            "scheduler https listen a",
            vec![
                "ERROR: \"scheduler https listen a\" is not complete",
                "Usage:",
                "  scheduler https listen <interface> <port>",
            ],
        ),
        (
            "scheduler https listen a 70000",
            vec![
                "ERROR: \"70000\" is not a port: expected a whole number from 1 to 65535",
                "Usage:",
                "  scheduler https listen <interface> <port>",
            ],
        ),
        (
            "scheduler timedLogging api 86401",
            vec![
                "ERROR: \"86401\" is not a time: expected a whole number from 0 to 86400",
                "Usage:",
                "  scheduler timedLogging (webBridge|api|email) <time>",
            ],
        ),
        ("scheduler enable now", vec!["ERROR: \"now\" is not known here", "Usage:", "  scheduler enable"]),
        ("scheduler \"", vec!["ERROR: the quotation mark \" is not closed"]),
    ] {
        assert_eq!(admin(line).unwrap_err(), told, "{line}");
    }
}

#[test]
fn a_role_may_do_what_its_forms_say() {
    let refused = read("scheduler enable", AccountRole::Audit).unwrap_err();
    assert_eq!(refused, Misread::NotPermitted);
    assert_eq!(refused.lines(), ["ERROR: permission denied: your role does not include this command"]);
    assert!(read("log lines=5", AccountRole::Audit).is_ok());
    assert!(read("version", AccountRole::Crypto).is_ok());
    assert_eq!(help::named("scheduler", AccountRole::Crypto), Err(Misread::NotPermitted));
}

#[test]
fn sources_of_frames_are_taken_as_they_are_typed() {
    use crate::words::webbridge3::WebBridge3;
    for (typed, meant) in [
        ("'self' https://*.example.com", Some("'self' https://*.example.com")),
        ("\"https://a.example.com 'self'\"", Some("https://a.example.com 'self'")),
        ("none", None),
    ] {
        let line = format!("webbridge3 https frame-ancestors {typed}");
        let expected = WebBridge3::FrameAncestors(meant.map(str::to_owned));
        assert_eq!(admin(&line), Ok(Command::WebBridge3(expected)), "{typed}");
    }
}

proptest! {
    #[test]
    fn no_line_makes_it_stumble(line in "\\PC{0,60}", words in prop::collection::vec("[a-z0-9:]{0,8}", 0..6)) {
        let _ = read(&line, AccountRole::Admin);
        let line = format!("scheduler {}", words.join(" "));
        let _ = read(&line, AccountRole::Admin);
        let _ = help::at(&line, AccountRole::Admin);
    }
}

#[test]
fn what_the_modelled_system_has_and_this_one_does_not_says_what_to_do_instead() {
    for (line, name) in [
        ("ping 192.0.2.1", "ping"),
        ("dns lookup SRV _xmpp-client._tcp.example.com", "dns lookup SRV"),
        ("tls sip min-tls-version 1.2", "tls sip"),
        ("tls webadmin min-tls-version 1.0", "tls webadmin min-tls-version 1.0"),
        ("database cluster join 192.0.2.1", "database cluster"),
        ("callbridge ucm add host axl presence", "callbridge ucm"),
    ] {
        let Command::Absent(absent) = read(line, AccountRole::Admin).unwrap().command else {
            panic!("{line}")
        };
        assert_eq!(absent.name, name);
    }
    // Nothing shows them.
    let help = crate::help::of_word(crate::words::find("callbridge").unwrap(), AccountRole::Admin);
    assert!(!help.iter().any(|line| line.contains("ucm")), "{help:?}");
    assert_eq!(
        read("database cluster status", AccountRole::Admin).unwrap().form.pattern,
        "database cluster status"
    );
}

#[test]
fn a_slip_is_answered_with_the_forms_that_may_be_meant_alone() {
    let Err(fault) = read("scheduler statu", AccountRole::Admin) else { panic!("understood") };
    assert_eq!(
        fault.lines(),
        ["ERROR: \"statu\" is not known here; did you mean \"status\"?", "Usage:", "  scheduler status"]
    );
}
