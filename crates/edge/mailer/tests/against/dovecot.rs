//! A mailbox of a real Dovecot, read as the scheduler reads it.

use std::time::Duration;

use convoke_mailer::{
    Timeouts, Trust,
    incoming::{
        MAX_MAIL_BYTES,
        imap::{Imap, ImapFault, ImapProtocol, ImapSettings},
    },
};
use convoke_testkit::dovecot::Dovecot;

use crate::servers::{Identity, auth};

const PASSWORD: &str = "secret \"of\" \\ meetings";

fn start(identity: &Identity, more: &str) -> Dovecot {
    let file = |name: &str| identity.folder.path().join(name);
    Dovecot::start("meetings", PASSWORD, (&file("chain.pem"), &file("key.pem")), more)
}

fn imaps(server: &Dovecot, trust: &Trust) -> ImapSettings {
    ImapSettings {
        host: "localhost".to_owned(),
        port: server.imaps,
        protocol: ImapProtocol::Imaps,
        auth: auth("meetings", PASSWORD).unwrap(),
        folder: "INBOX".to_owned(),
        trust: trust.clone(),
        timeouts: Timeouts::default(),
    }
}

async fn fault(settings: ImapSettings) -> ImapFault {
    Imap::new(settings).unwrap().open().await.unwrap_err()
}

fn mail(subject: &str) -> Vec<u8> {
    format!("From: bob@example.test\r\nSubject: {subject}\r\n\r\n.\r\n{{5}}\r\na1 OK no\r\n").into_bytes()
}

#[tokio::test]
async fn mails_are_read_one_after_the_other_and_left_as_they_are() {
    let identity = Identity::new(&["localhost"]);
    let server = start(&identity, "");
    for subject in ["one", "two", "three"] {
        server.deliver(&mail(subject));
    }
    let settings = imaps(&server, &identity.trust);
    let by_starttls =
        ImapSettings { port: server.imap, protocol: ImapProtocol::StartTls, ..settings.clone() };
    for settings in [settings, by_starttls] {
        let mut mailbox = Imap::new(settings).unwrap().open().await.unwrap();
        let listed = mailbox.list(0).await.unwrap();
        assert_eq!(listed.iter().map(|one| one.uid).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(listed[0].size, mail("one").len() as u64);
        assert_eq!(mailbox.fetch(2).await.unwrap(), Some(mail("two")));
        assert_eq!(mailbox.fetch(99).await.unwrap(), None);
        assert_eq!(mailbox.list(2).await.unwrap().len(), 1);
        assert_eq!(mailbox.list(3).await.unwrap(), [], "the last one is not told again");
        assert_eq!(mailbox.list(u32::MAX).await.unwrap(), []);
        mailbox.close().await;
    }
    let seen =
        server.mails().into_iter().filter(|name| name.rsplit(',').next().unwrap_or_default().contains('S'));
    assert_eq!(seen.count(), 0, "no mail counts as read");
}

#[tokio::test]
async fn a_new_mail_is_told_while_the_mailbox_waits() {
    let identity = Identity::new(&["localhost"]);
    let server = start(&identity, "");
    server.deliver(&mail("one"));
    let mut mailbox = Imap::new(imaps(&server, &identity.trust)).unwrap().open().await.unwrap();
    assert_eq!(mailbox.list(0).await.unwrap().len(), 1);
    let patience = Duration::from_secs(30);
    let (waited, ()) = tokio::join!(tokio::time::timeout(patience, mailbox.wait()), async {
        server.deliver(&mail("two"));
    });
    waited.expect("it is told within the time").unwrap();
    let listed = mailbox.list(1).await.unwrap();
    assert_eq!(listed.len(), 1, "{}", server.log());
    assert_eq!(mailbox.fetch(listed[0].uid).await.unwrap(), Some(mail("two")));
}

#[tokio::test]
async fn mails_that_are_numbered_anew_have_another_numbering() {
    let identity = Identity::new(&["localhost"]);
    let server = start(&identity, "");
    server.deliver(&mail("one"));
    let imap = Imap::new(imaps(&server, &identity.trust)).unwrap();
    let mut mailbox = imap.open().await.unwrap();
    assert_eq!(mailbox.list(0).await.unwrap().len(), 1);
    let before = mailbox.uid_validity();
    mailbox.close().await;
    // Dovecot's numbering is the second in which it was begun, so that it may take another try.
    let anew = async {
        loop {
            server.number_anew();
            let mailbox = imap.open().await.unwrap();
            if mailbox.uid_validity() != before {
                return mailbox;
            }
            mailbox.close().await;
        }
    };
    let mut mailbox = tokio::time::timeout(Duration::from_secs(30), anew).await.expect("another numbering");
    assert_eq!(mailbox.list(0).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_mail_beyond_the_limit_is_listed_and_not_taken_into_memory() {
    let identity = Identity::new(&["localhost"]);
    let server = start(&identity, "");
    server.deliver(&[b"Subject: large\r\n\r\n".as_slice(), &vec![b'x'; MAX_MAIL_BYTES + 100_000]].concat());
    let mut mailbox = Imap::new(imaps(&server, &identity.trust)).unwrap().open().await.unwrap();
    let listed = mailbox.list(0).await.unwrap();
    assert!(listed[0].size > MAX_MAIL_BYTES as u64);
    assert!(matches!(mailbox.fetch(1).await, Err(ImapFault::NotUnderstood(_))));
}

#[tokio::test]
async fn what_is_wrong_is_told_without_the_password() {
    let identity = Identity::new(&["localhost"]);
    let server = start(&identity, "");
    let right = imaps(&server, &identity.trust);
    let wrong_password = ImapSettings { auth: auth("meetings", "other-secret").unwrap(), ..right.clone() };
    let refused = fault(wrong_password).await;
    assert!(matches!(refused, ImapFault::SignIn(_)), "{refused}");
    assert!(!refused.to_string().contains("other-secret"));
    let stranger = Identity::new(&["localhost"]);
    let untrusted = fault(ImapSettings { trust: stranger.trust.clone(), ..right.clone() }).await;
    assert!(matches!(untrusted, ImapFault::Tls(_)), "{untrusted}");
    let other_name = fault(ImapSettings { host: "127.0.0.1".to_owned(), ..right.clone() }).await;
    assert!(matches!(other_name, ImapFault::Tls(_)), "{other_name}");
    let no_folder = fault(ImapSettings { folder: "Nowhere \"quoted\"".to_owned(), ..right.clone() }).await;
    assert!(matches!(no_folder, ImapFault::Refused("EXAMINE", _)), "{no_folder}");
    let settings = format!("{right:?}");
    assert!(!settings.contains("secret"), "{settings}");
}
