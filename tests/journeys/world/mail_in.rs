//! Mails that come in to a world: settings of the ways, a guest's calendar that answers, and LMTP by hand.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use convoke_testkit::{
    ca::{Ca, Request},
    dovecot::Dovecot,
    free_port, own_address,
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

/// The address that answers go to, where a world says so; mails come from another one without it.
pub const ANSWERS: &str = "answers@example.test";
/// The address that mails come from.
pub const SERVICE: &str = "meetings@example.test";
/// The server whose word on senders counts, where a world has one.
pub const AUTHSERV_ID: &str = "mx.example.test";

/// A change of a node's settings for [`Plan`](super::Plan): what is before `[scheduler.email]`.
fn with_section(node: usize, section: &str) -> (usize, String, String) {
    let before = "[scheduler.email]".to_owned();
    (node, before.clone(), format!("{section}\n{before}"))
}

/// A node that takes mails by LMTP.
pub struct Lmtp {
    pub address: SocketAddr,
    pub settings: (usize, String, String),
}

impl Lmtp {
    /// On a free port of the node's host. `more` is added to the section `[scheduler.replies]`.
    pub fn of(node: usize, more: &str) -> Self {
        let host = own_address(u8::try_from(node).unwrap());
        let port = free_port(host.into());
        let section = format!(
            "[scheduler.replies]\nmode = \"lmtp\"\n{more}\n[scheduler.replies.lmtp]\nlisten = \"lo:{port}\"\n"
        );
        let address = (host, port).into();
        Self { address, settings: with_section(node, &section) }
    }

    /// Hands a mail over; the answer to its end.
    pub async fn hand_over(&self, mail: &[u8]) -> std::io::Result<String> {
        let mut conversation = self.up_to_content(mail).await?;
        let mut answer = String::new();
        conversation.read_line(&mut answer).await?;
        Ok(answer)
    }

    /// Hands a mail over and goes without waiting for the answer to its end.
    pub async fn drop_and_go(&self, mail: &[u8]) -> std::io::Result<()> {
        self.up_to_content(mail).await.map(drop)
    }

    async fn up_to_content(&self, mail: &[u8]) -> std::io::Result<BufReader<TcpStream>> {
        let mut stream = BufReader::new(TcpStream::connect(self.address).await?);
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        for command in
            ["LHLO test", "MAIL FROM:<bounces@guest.test>", &format!("RCPT TO:<{SERVICE}>"), "DATA"]
        {
            stream.write_all(format!("{command}\r\n").as_bytes()).await?;
            loop {
                line.clear();
                if stream.read_line(&mut line).await? == 0 {
                    return Err(std::io::ErrorKind::UnexpectedEof.into());
                }
                if line.as_bytes().get(3) != Some(&b'-') {
                    break;
                }
            }
            assert!(line.starts_with(['2', '3']), "{command}: {line}");
        }
        stream.write_all(mail).await?;
        stream.write_all(b"\r\n.\r\n").await?;
        Ok(stream)
    }

    /// Says this and reads all that is answered.
    pub async fn talk(&self, text: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(self.address).await?;
        stream.write_all(text.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }
}

/// A node that reads a mailbox.
pub struct Mailbox {
    pub dovecot: Dovecot,
    section: String,
    _folder: TempDir,
}

impl Mailbox {
    /// Of a Dovecot of its own. `more` is added to the section `[scheduler.replies]`.
    pub fn new(more: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let ca = Ca::new("CA of the mailbox");
        let (key, chain) = ca.issue_into(folder.path(), "imap", &Request::new("imap", &["localhost"]));
        let trust = convoke_testkit::ca::write(folder.path(), "ca.crt", ca.pem(), 0o644);
        let password = convoke_testkit::ca::write(folder.path(), "password", "open-sesame\n", 0o600);
        let dovecot = Dovecot::start("meetings", "open-sesame", (&chain, &key), "");
        let section = format!(
            "[scheduler.replies]\nmode = \"imap\"\n{more}\n[scheduler.replies.imap]\nserver = \"localhost\"\nport = {}\n\
             username = \"meetings\"\npassword_file = \"{}\"\ntrust_file = \"{}\"\n",
            dovecot.imaps,
            password.display(),
            trust.display()
        );
        Self { dovecot, section, _folder: folder }
    }

    /// The settings of a node that reads it.
    pub fn settings(&self, node: usize) -> (usize, String, String) {
        with_section(node, &self.section)
    }
}

/// The Python that has icalendar.
fn python() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let python = root.join("target/test-venv/bin/python");
    std::env::var_os("CONVOKE_TEST_PYTHON").map_or(python, PathBuf::from)
}

/// What a guest's calendar answers to the invitation in this file: whom it takes for the organizer, and the mail. It is handed over
/// by LMTP, where `to` says where.
pub fn answer_to(invitation: &Path, wish: &Value, to: Option<SocketAddr>) -> (String, Vec<u8>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let mut command = Command::new(python());
    command.arg(root.join("tests/journeys/answers_by_mail.py")).arg(invitation).arg(wish.to_string());
    if let Some(to) = to {
        command.arg(to.ip().to_string()).arg(to.port().to_string());
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let at = output.stdout.iter().position(|byte| *byte == b'\n').unwrap();
    let organizer = String::from_utf8_lossy(&output.stdout[..at]).into_owned();
    (organizer, output.stdout[at + 1..].to_vec())
}
