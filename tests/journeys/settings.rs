//! The commented settings file that operators start from, held against the program: every key, and none that is gone.

use std::{fs, path::Path};

use convoke_runtime::{Settings, settings::Faults};
use convoke_testkit::ca::{self, Ca, Request};

const EXAMPLE: &str = include_str!("../../docs/operating/convoke.toml");

/// A folder with every file that the example names.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (tls, secrets) = (folder.path().join("tls"), folder.path().join("secrets"));
    fs::create_dir(&tls).unwrap();
    fs::create_dir(&secrets).unwrap();
    let ca = Ca::new("Example");
    for name in ["callbridge", "webbridge", "scheduler"] {
        ca.issue_into(&tls, name, &Request::new(name, &["meet.example.com"]));
    }
    for name in ["webbridges.crt", "callbridges.crt", "database-ca.crt", "mail-ca.crt", "receivers-ca.crt"] {
        ca::write(&tls, name, ca.pem(), 0o644);
    }
    // The certificates above the own ones stand beside them already.
    ca::write(&tls, "intermediates.crt", "", 0o644);
    for name in ["database.password", "mail.password"] {
        ca::write(&secrets, name, "secret\n", 0o600);
    }
    folder
}

/// The example with every key that it shows in a comment.
fn with_all_keys() -> String {
    let shown =
        |line: &&str| line.strip_prefix('#').is_some_and(|rest| rest.starts_with(char::is_alphabetic));
    EXAMPLE.lines().map(|line| if shown(&line) { &line[1..] } else { line }.to_owned() + "\n").collect()
}

fn check(text: &str, folder: &Path) -> Result<(), Faults> {
    Settings::parse(text, folder).map(drop)
}

#[test]
fn the_example_has_no_faults_as_it_stands_and_with_every_key() {
    let folder = folder();
    for text in [EXAMPLE.to_owned(), with_all_keys()] {
        if let Err(faults) = check(&text, folder.path()) {
            panic!("{faults}");
        }
    }
}

#[test]
fn the_example_shows_every_key_that_the_program_knows() {
    let folder = folder();
    let whole = with_all_keys();
    let sections: Vec<&str> = whole.lines().filter(|line| line.starts_with('[')).collect();
    assert_eq!(sections.len(), 21, "{sections:?}");
    for section in sections.into_iter().filter(|section| *section != "[interfaces]") {
        let asked = whole.replacen(&format!("\n{section}\n"), &format!("\n{section}\nnonsense = 1\n"), 1);
        let told = check(&asked, folder.path()).unwrap_err();
        let fault = told.0.iter().find(|fault| fault.reason == "unknown key").expect("the key is unknown");
        let own = whole.split(&format!("\n{section}")).nth(1).unwrap().split("\n[").next().unwrap();
        for key in fault.expected.trim_start_matches("one of: ").split(", ") {
            let subsection = format!("[{}.{key}]", section.trim_matches(['[', ']']));
            let shown = own.contains(&format!("\n{key} = ")) || whole.contains(&subsection);
            assert!(shown, "{section} {key} is not shown");
        }
    }
}

#[test]
fn the_default_that_a_comment_shows_is_the_programs_own() {
    let folder = folder();
    let settings = Settings::parse(EXAMPLE, folder.path()).unwrap();
    let callbridge = settings.callbridge.unwrap();
    assert_eq!((callbridge.jwt_expiry_hours, callbridge.domain.as_str()), (24, "meet.example.com"));
    assert_eq!(settings.log.level, "info");
    let email = settings.scheduler.unwrap().email.unwrap();
    assert_eq!((email.port, email.starttls, email.smtps, email.auth.is_none()), (25, false, false, true));
    assert_eq!(settings.interfaces.0["lo"].to_string(), "127.0.0.1");
    assert!(settings.webbridge.unwrap().frame_ancestors.is_none());
}
