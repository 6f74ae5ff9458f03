//! Real mail servers for tests: aiosmtpd as a child of the test, with the behaviour that a test asks for.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use convoke_invite::{Attendee, Joining, Kind, MailContent, Person, Recipient, Snapshot, write};
use convoke_mailer::{
    Auth, Envelope, Head, Mailer, MailerSettings, Parts, Protocol, Timeouts, Trust, compose,
};
use convoke_meeting::{Draft, draft::check};
use convoke_model::Language;
use convoke_testkit::{
    ca::{Ca, Request},
    process::Process,
};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use tempfile::TempDir;

/// The Python that has aiosmtpd; see `tests/smtp_server.py`.
pub fn python() -> PathBuf {
    if let Some(python) = std::env::var_os("CONVOKE_TEST_PYTHON") {
        return PathBuf::from(python);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).unwrap();
    let python = root.join("target/test-venv/bin/python");
    assert!(
        python.exists(),
        "no {}; make it by: python3 -m venv target/test-venv && target/test-venv/bin/pip install aiosmtpd",
        python.display()
    );
    python
}

/// A file beside this crate's tests.
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// A certificate on disk, and what it takes to trust it.
pub struct Identity {
    pub folder: TempDir,
    pub trust: Trust,
}

impl Identity {
    /// A certificate for these names from a new CA.
    pub fn new(names: &[&str]) -> Self {
        Self::of(&Request::new("mail.example.test", names))
    }

    /// As asked for, from a new CA.
    pub fn of(request: &Request<'_>) -> Self {
        let ca = Ca::new(&format!("CA of {}", request.common_name));
        let leaf = ca.issue(request);
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("chain.pem"), &leaf.full_chain).unwrap();
        fs::write(folder.path().join("key.pem"), &leaf.key).unwrap();
        fs::write(folder.path().join("both.pem"), format!("{}{}", leaf.key, leaf.full_chain)).unwrap();
        let trust = Trust::Certificates(vec![CertificateDer::from_pem_slice(ca.pem().as_bytes()).unwrap()]);
        Self { folder, trust }
    }

    /// The arguments for `smtp_server.py`.
    pub fn arguments(&self) -> [String; 4] {
        let file = |name: &str| self.folder.path().join(name).display().to_string();
        ["--certificate".to_owned(), file("chain.pem"), "--key".to_owned(), file("key.pem")]
    }
}

/// A running server.
pub struct Server {
    pub process: Process,
    pub port: u16,
    pub mails: TempDir,
}

impl Server {
    /// Starts `smtp_server.py`, and waits until it listens.
    pub fn start<T: AsRef<str>>(arguments: impl IntoIterator<Item = T>) -> Self {
        let mails = TempDir::new().unwrap();
        let mut command = Command::new(python());
        command.arg(script("smtp_server.py")).arg("--folder").arg(mails.path());
        for argument in arguments {
            command.arg(argument.as_ref());
        }
        let process = Process::start(&mut command);
        let line = process.wait_for_line("port ");
        let port = line.trim_start_matches("port ").parse().unwrap();
        Self { process, port, mails }
    }

    /// The bytes of the n-th mail it took, from 1 on.
    pub fn mail(&self, number: usize) -> Vec<u8> {
        fs::read(self.mails.path().join(format!("{number}.eml"))).unwrap()
    }

    pub fn mail_count(&self) -> usize {
        fs::read_dir(self.mails.path()).unwrap().count()
    }

    /// How many connections and mails it has seen, once it has told of so many connections: its words come a moment after
    /// what it does.
    pub async fn seen(&self, connections: usize) -> (usize, usize) {
        let begun = Instant::now();
        while self.connection_count() < connections && begun.elapsed() < Duration::from_secs(20) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        (self.connection_count(), self.mail_count())
    }

    pub fn connection_count(&self) -> usize {
        self.process.lines().iter().filter(|line| *line == "connection").count()
    }
}

/// Settings for a server on this machine, by its name `localhost`, in the clear.
pub fn settings(port: u16) -> MailerSettings {
    MailerSettings {
        host: "localhost".to_owned(),
        port,
        protocol: Protocol::Smtp,
        starttls: false,
        auth: None,
        trust: Trust::Certificates(Vec::new()),
        hello: "scheduler.example.test".to_owned(),
        from: "meetings@example.test".parse().unwrap(),
        person_domains: Vec::new(),
        connections: 4,
        mails_a_connection: 100,
        timeouts: Timeouts::default(),
    }
}

/// The same with STARTTLS.
pub fn with_starttls(port: u16, trust: &Trust) -> MailerSettings {
    MailerSettings { starttls: true, trust: trust.clone(), ..settings(port) }
}

pub fn auth(username: &str, password: &str) -> Option<Auth> {
    Some(Auth { username: username.to_owned(), password: password.to_owned().into() })
}

/// Waits that end while a test looks on.
pub fn impatient() -> Timeouts {
    let short = Duration::from_millis(300);
    Timeouts { connect: Duration::from_secs(5), step: short, data: short, session: Duration::from_secs(20) }
}

pub fn mailer(settings: MailerSettings) -> Mailer {
    Mailer::new(settings).unwrap()
}

pub fn envelope(to: &str) -> Envelope {
    Envelope { from: "meetings@example.test".parse().unwrap(), to: to.parse().unwrap(), id: None }
}

fn person(name: &str, email: &str) -> Person {
    Person { name: name.to_owned(), email: email.parse().unwrap() }
}

/// An invitation of these two.
pub fn invitation(organizer: &Person, guest: &Person, summary: &str) -> MailContent {
    let draft = Draft {
        dt_start: Some("2026-12-01T10:00:00"),
        dt_end: Some("2026-12-01T10:30:00"),
        time_zone: Some("Asia/Seoul"),
        ..Draft::default()
    };
    let time = "2026-11-22T09:00:00Z".parse().unwrap();
    let meeting = Snapshot {
        uid: "19577d25-f7cf-4524-9a26-5fd418dd5f96@example.test".to_owned(),
        sequence: 0,
        summary: summary.to_owned(),
        description: format!(".\r\n.dot at the start\n{}", "가나다 ".repeat(400)),
        series: check(&draft).unwrap(),
        recurrence: None,
        exceptions: Vec::new(),
        organizer: organizer.clone(),
        answers_to: None,
        attendees: vec![Attendee { person: guest.clone(), answer: Default::default() }],
        space_name: "Test-XRP".to_owned(),
        ivr_numbers: Vec::new(),
        created_at: time,
        changed_at: time,
    };
    let joining = Joining {
        link: Some("https://join.example.test/meeting/1?secret=x".to_owned()),
        ..Joining::default()
    };
    let recipient = Recipient {
        person: guest.clone(),
        joining,
        language: Language::Korean,
        zone: None,
        answer_link: None,
    };
    write(&meeting, &recipient, &Kind::Invitation)
}

/// The bytes of an invitation from Alice to Bob.
pub fn mail() -> Vec<u8> {
    mail_between(
        &person("Alice Kim", "alice@example.test"),
        &person("홍길동", "bob@example.test"),
        "주간 회의",
    )
}

pub fn mail_between(organizer: &Person, guest: &Person, summary: &str) -> Vec<u8> {
    let content = invitation(organizer, guest, summary);
    let service = "meetings@example.test".parse().unwrap();
    let head = Head {
        service: &service,
        is_from_person: false,
        earlier: &[],
        organizer,
        recipient: guest,
        message_id: "19577d25.0.bob@example.test",
        date: "2026-11-22T09:30:00Z".parse().unwrap(),
    };
    compose(&Parts::of(&content), &head)
}

/// What Python's mail parser finds in a file.
pub fn read_by_python(file: &Path) -> String {
    let output = Command::new(python()).arg(script("read_mail.py")).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
