//! One mail's whole way through Postfix: STARTTLS, queue, delivery into a Maildir, read by Python's mail parser.
//!
//! An instance of its own in a temporary folder on a free port; Postfix starts as root only.

use std::{
    fs,
    net::{Ipv4Addr, TcpStream},
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::Command,
};

use convoke_mailer::{
    Envelope,
    incoming::{
        Content, Outcome, Received,
        lmtp::{LmtpListener, LmtpSettings, Verdict, serve},
        read,
    },
};
use tokio::sync::mpsc;

use crate::servers::{Identity, envelope, mail, mailer, read_by_python, with_starttls};
use convoke_testkit::{free_port, process::Process, wait_for};

/// The user that mail is delivered as: `nobody`.
const DELIVERY_ID: u32 = 65_534;

fn main_settings(folder: &Path, certificate: &Path) -> String {
    let folder = folder.display();
    let certificate = certificate.display();
    format!(
        "compatibility_level = 3.6\n\
         queue_directory = {folder}/queue\n\
         data_directory = {folder}/data\n\
         maillog_file = {folder}/log/mail.log\n\
         maillog_file_prefixes = {folder}/log\n\
         myhostname = mail.example.test\n\
         mydestination =\n\
         inet_interfaces = 127.0.0.1\n\
         inet_protocols = ipv4\n\
         alias_maps =\n\
         alias_database =\n\
         smtpd_relay_restrictions = reject_unauth_destination\n\
         smtpd_tls_security_level = encrypt\n\
         smtpd_tls_chain_files = {certificate}\n\
         virtual_mailbox_domains = example.test\n\
         virtual_mailbox_base = {folder}/mail\n\
         virtual_mailbox_maps = static:box/\n\
         virtual_uid_maps = static:{DELIVERY_ID}\n\
         virtual_gid_maps = static:{DELIVERY_ID}\n"
    )
}

fn services(port: u16) -> String {
    format!(
        "127.0.0.1:{port} inet n - n - - smtpd\n\
         cleanup unix n - n - 0 cleanup\n\
         qmgr unix n - n 300 1 qmgr\n\
         tlsmgr unix - - n 1000? 1 tlsmgr\n\
         rewrite unix - - n - - trivial-rewrite\n\
         bounce unix - - n - 0 bounce\n\
         defer unix - - n - 0 bounce\n\
         trace unix - - n - 0 bounce\n\
         proxymap unix - - n - - proxymap\n\
         virtual unix - n n - - virtual\n\
         lmtp unix - - n - - lmtp\n\
         error unix - - n - - error\n\
         retry unix - - n - - error\n\
         anvil unix - - n - 1 anvil\n\
         postlog unix-dgram n - n - 1 postlogd\n"
    )
}

/// A running Postfix that takes mails for example.test.
pub struct Postfix {
    _process: Process,
    folder: tempfile::TempDir,
    pub port: u16,
}

impl Postfix {
    /// Starts one with these lines more in its `main.cf`.
    pub fn start(identity: &Identity, more: &str) -> Self {
        let folder = tempfile::TempDir::new().unwrap();
        let open = |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        open(folder.path());
        for name in ["etc", "queue", "data", "log", "mail"] {
            let path = folder.path().join(name);
            fs::create_dir(&path).unwrap();
            open(&path);
        }
        let (user, group) = postfix_ids();
        chown(folder.path().join("data"), Some(user), Some(group)).unwrap();
        chown(folder.path().join("mail"), Some(DELIVERY_ID), Some(DELIVERY_ID)).unwrap();
        let port = free_port(Ipv4Addr::LOCALHOST.into());
        let etc = folder.path().join("etc");
        let certificate = identity.folder.path().join("both.pem");
        let settings = main_settings(folder.path(), &certificate);
        fs::write(etc.join("main.cf"), format!("{settings}{more}")).unwrap();
        fs::write(etc.join("master.cf"), services(port)).unwrap();
        let checked = Command::new("/usr/sbin/postfix").arg("-c").arg(&etc).arg("check").output();
        let checked = checked.expect("Postfix is installed (apt-get install postfix)");
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
        let process =
            Process::start(Command::new("/usr/lib/postfix/sbin/master").arg("-c").arg(&etc).arg("-d"));
        wait_for("Postfix listens", || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok());
        Self { _process: process, folder, port }
    }

    /// The mails in the Maildir, once there are so many.
    pub fn delivered(&self, count: usize) -> Vec<PathBuf> {
        let new = self.folder.path().join("mail/box/new");
        let found = std::panic::catch_unwind(|| {
            wait_for("mails in the Maildir", || {
                let files: Vec<PathBuf> =
                    fs::read_dir(&new).ok()?.flatten().map(|entry| entry.path()).collect();
                (files.len() >= count).then_some(files)
            })
        });
        found.unwrap_or_else(|_| panic!("not delivered:\n{}", self.log()))
    }

    /// What Postfix has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log/mail.log")).unwrap_or_default()
    }
}

/// The user and group that Postfix's own files belong to.
fn postfix_ids() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let line = users.lines().find(|line| line.starts_with("postfix:")).expect("Postfix is installed");
    let fields: Vec<&str> = line.split(':').collect();
    (fields[2].parse().unwrap(), fields[3].parse().unwrap())
}

#[tokio::test]
async fn a_mail_goes_through_postfix_into_a_maildir() {
    let identity = Identity::new(&["localhost"]);
    let postfix = Postfix::start(&identity, "");
    let mailer = mailer(with_starttls(postfix.port, &identity.trust));
    let accepted = mailer.send(&envelope("bob@example.test"), &mail(), || true).await.unwrap();
    assert!(accepted.reply.contains("Ok: queued as"), "{}", accepted.reply);
    let found = read_by_python(&postfix.delivered(1)[0]);
    for expected in [
        "Subject: 회의 초대: 주간 회의",
        "To: 홍길동 <bob@example.test>",
        "part text/calendar method=REQUEST charset=utf-8",
        "  .dot at the start",
        "  UID:19577d25-f7cf-4524-9a26-5fd418dd5f96@example.test",
    ] {
        assert!(found.contains(expected), "{expected} is not in\n{found}");
    }
    assert!(!found.contains("defects"), "{found}");
    let refused = mailer.send(&envelope("someone@elsewhere.test"), &mail(), || true).await.unwrap_err();
    assert!(matches!(refused, convoke_mailer::SendFault::Permanent { code: 554, .. }), "{refused}");
}

/// A listener that Postfix hands mails over to, as the scheduler has one.
async fn listener() -> (String, mpsc::UnboundedReceiver<Received>) {
    let listener = LmtpListener::bind((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
    let address = listener.address();
    let settings = LmtpSettings {
        hello: "scheduler.service.test".to_owned(),
        addresses: vec!["meetings@service.test".to_owned()],
        allow: Vec::new(),
    };
    let (taken, mails) = mpsc::unbounded_channel();
    let take = move |mail: Vec<u8>| {
        let taken = taken.clone();
        async move {
            taken.send(read(&mail, None).unwrap()).unwrap();
            Verdict::Done
        }
    };
    tokio::spawn(serve(listener, settings, take, std::future::pending()));
    (address, mails)
}

#[tokio::test]
async fn postfix_hands_answers_and_its_own_reports_over_by_lmtp() {
    let identity = Identity::new(&["localhost"]);
    let (address, mut mails) = listener().await;
    let port = address.rsplit(':').next().unwrap();
    let more = format!(
        "relay_domains = service.test, nowhere.test\n\
         transport_maps = static:lmtp:inet:127.0.0.1:{port}\n"
    );
    let postfix = Postfix::start(&identity, &more);
    let mailer = mailer(with_starttls(postfix.port, &identity.trust));

    let answer = "From: bob@example.test\r\nMessage-ID: <a@example.test>\r\nContent-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\n.\r\n";
    mailer.send(&envelope("meetings@service.test"), answer.as_bytes(), || true).await.unwrap();
    let taken = mails.recv().await.expect("Postfix hands it over");
    assert_eq!(
        taken.content,
        Content::Calendar { text: "BEGIN:VCALENDAR\r\n.\r\n".to_owned(), method: Some("REPLY".to_owned()) }
    );

    // The listener takes nothing for Bob.
    let id = "9b2f6a3e-1111-4222-8333-abcdefabcdef";
    let lost = Envelope {
        from: "meetings@service.test".parse().unwrap(),
        to: "Bob@nowhere.test".parse().unwrap(),
        id: Some(id.to_owned()),
    };
    mailer.send(&lost, &mail(), || true).await.unwrap();
    let reported = mails.recv().await.expect("Postfix reports");
    let Content::Report(report) = reported.content else { panic!("{reported:?}\n{}", postfix.log()) };
    assert_eq!(report.envelope_id.as_deref(), Some(id));
    assert_eq!(report.message_ids, ["19577d25.0.bob@example.test"]);
    let [one] = report.recipients.as_slice() else { panic!("{report:?}") };
    assert_eq!((one.recipient.as_str(), one.outcome), ("bob@nowhere.test", Outcome::Failed));
    assert!(one.detail.contains("5.1.1 nobody here has that address"), "{}", one.detail);
}
