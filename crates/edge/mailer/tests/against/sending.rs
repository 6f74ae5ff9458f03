//! Sending to real servers: each protocol, each way of failing, told in words.

use crate::servers::{Identity, Server, auth, envelope, impatient, mail, mailer, settings, with_starttls};
use convoke_mailer::{Mailer, MailerSettings, Protocol, SendFault, SettingsFault, Timeouts, Trust};
use convoke_testkit::ca::Request;

async fn fault(mailer: &Mailer) -> SendFault {
    mailer.send(&envelope("bob@example.test"), &mail(), || true).await.unwrap_err()
}

async fn sends(mailer: &Mailer) -> String {
    mailer.send(&envelope("bob@example.test"), &mail(), || true).await.unwrap().reply
}

#[tokio::test]
async fn hands_a_mail_over_in_the_clear_byte_for_byte() {
    let server = Server::start::<&str>([]);
    assert_eq!(sends(&mailer(settings(server.port))).await, "2.0.0 Ok: queued as 4711");
    let kept = server.mail(1);
    assert_eq!(String::from_utf8(kept).unwrap().trim_end(), String::from_utf8(mail()).unwrap().trim_end());
}

#[tokio::test]
async fn hands_a_mail_over_by_starttls() {
    let identity = Identity::new(&["localhost"]);
    let server = Server::start(identity.arguments());
    sends(&mailer(with_starttls(server.port, &identity.trust))).await;
    assert_eq!(server.mail_count(), 1);
}

#[tokio::test]
async fn hands_a_mail_over_by_smtps_also_to_an_address() {
    let identity = Identity::new(&["127.0.0.1"]);
    let server = Server::start(identity.arguments().iter().map(String::as_str).chain(["--smtps"]));
    let settings = MailerSettings {
        host: "127.0.0.1".to_owned(),
        protocol: Protocol::Smtps,
        trust: identity.trust.clone(),
        ..settings(server.port)
    };
    sends(&mailer(settings)).await;
    assert_eq!(server.mail_count(), 1);
}

#[tokio::test]
async fn signs_in_where_the_server_wants_it() {
    let identity = Identity::new(&["localhost"]);
    for smtps in [false, true] {
        let mut arguments = identity.arguments().to_vec();
        arguments.extend(["--auth".to_owned(), "convoke:tiger".to_owned()]);
        if smtps {
            arguments.push("--smtps".to_owned());
        }
        let server = Server::start(&arguments);
        let with = |auth| MailerSettings {
            protocol: if smtps { Protocol::Smtps } else { Protocol::Smtp },
            starttls: !smtps,
            auth,
            ..with_starttls(server.port, &identity.trust)
        };
        sends(&mailer(with(auth("convoke", "tiger")))).await;
        let wrong = fault(&mailer(with(auth("convoke", "lion")))).await;
        assert!(
            matches!(&wrong, SendFault::AuthRefused { text } if text.starts_with("535 5.7.8")),
            "{wrong}"
        );
        let none = fault(&mailer(with(None))).await;
        assert!(matches!(&none, SendFault::AuthRefused { text } if text.starts_with("530")), "{none}");
        assert!(wrong.may_pass() && !format!("{wrong:?}").contains("lion"));
    }
}

#[tokio::test]
async fn tells_when_the_server_offers_no_sign_in() {
    let identity = Identity::new(&["localhost"]);
    let server = Server::start(identity.arguments());
    let settings =
        MailerSettings { auth: auth("convoke", "tiger"), ..with_starttls(server.port, &identity.trust) };
    assert!(matches!(
        fault(&mailer(settings)).await,
        SendFault::AuthRefused { .. } | SendFault::Permanent { .. }
    ));
}

#[tokio::test]
async fn never_goes_on_in_the_clear_where_starttls_is_missing() {
    let server = Server::start::<&str>([]);
    let fault = fault(&mailer(with_starttls(server.port, &Trust::Certificates(Vec::new())))).await;
    assert_eq!(fault, SendFault::Tls { text: "it does not offer STARTTLS".to_owned() });
    assert_eq!(server.mail_count(), 0);
}

#[tokio::test]
async fn names_what_is_wrong_with_a_certificate() {
    let other = Identity::new(&["localhost"]);
    let expired = Identity::of(&Request { from_day: -9, until_day: -1, ..Request::new("m", &["localhost"]) });
    let early = Identity::of(&Request { from_day: 1, until_day: 9, ..Request::new("m", &["localhost"]) });
    let elsewhere = Identity::new(&["mail.example.test"]);
    let good = Identity::of(&Request::new("good", &["localhost"]));
    let renewed = Identity::new(&["localhost"]);
    for (identity, trust, words) in [
        (&good, &other.trust, "issuer that is not in the trust bundle"),
        (&renewed, &other.trust, "not signed with the key of the issuer"),
        (&expired, &expired.trust, "has expired"),
        (&early, &early.trust, "is not valid yet"),
        (&elsewhere, &elsewhere.trust, "is not for the name localhost, but for"),
    ] {
        let server = Server::start(identity.arguments());
        let fault = fault(&mailer(with_starttls(server.port, trust))).await;
        assert!(matches!(&fault, SendFault::Tls { text } if text.contains(words)), "{fault}");
        assert_eq!(server.mail_count(), 0);
    }
}

#[tokio::test]
async fn the_cas_of_the_system_do_not_vouch_for_a_throw_away_one() {
    let identity = Identity::new(&["localhost"]);
    let server = Server::start(identity.arguments());
    let fault = fault(&mailer(with_starttls(server.port, &Trust::System))).await;
    assert!(matches!(fault, SendFault::Tls { .. }), "{fault}");
}

#[tokio::test]
async fn tells_when_what_answers_speaks_no_tls() {
    let server = Server::start::<&str>([]);
    let settings = MailerSettings { protocol: Protocol::Smtps, ..settings(server.port) };
    let fault = fault(&mailer(settings)).await;
    assert!(matches!(&fault, SendFault::Tls { text } if text.contains("does not speak TLS")), "{fault:?}");
}

#[tokio::test]
async fn tells_a_refusal_for_now_from_one_for_good_and_keeps_the_connection() {
    for (option, reply) in [
        ("--refuse-rcpt", "451 4.7.1 Greylisted, try later"),
        ("--refuse-rcpt", "550 5.1.1 No such user here"),
        ("--refuse-data", "451 4.3.0 Disk is full"),
        ("--refuse-data", "554 5.6.0 Not wanted"),
    ] {
        let server = Server::start([option, reply]);
        let mailer = mailer(settings(server.port));
        let fault = fault(&mailer).await;
        let (code, said) = reply.split_once(' ').unwrap();
        let code = code.parse().unwrap();
        let expected = match code {
            451 => SendFault::Temporary { code, text: said.to_owned() },
            _ => SendFault::Permanent { code, text: said.to_owned() },
        };
        assert_eq!(fault, expected);
        assert_eq!(fault.may_pass(), code == 451);
        if option == "--refuse-rcpt" {
            mailer.send(&envelope("good@example.test"), &mail(), || true).await.unwrap();
            assert_eq!(server.seen(1).await, (1, 1));
        }
    }
}

#[tokio::test]
async fn a_mail_that_is_taken_back_is_not_handed_over() {
    let server = Server::start::<&str>([]);
    let mailer = mailer(settings(server.port));
    let taken_back = mailer.send(&envelope("bob@example.test"), &mail(), || false).await;
    assert_eq!(taken_back.unwrap_err(), SendFault::GivenUp);
    sends(&mailer).await;
    assert_eq!(server.seen(2).await, (2, 1));
}

#[tokio::test]
async fn waits_for_no_step_without_a_limit() {
    for step in ["EHLO", "RCPT", "DATA"] {
        let server = Server::start(["--hang", step]);
        let mailer = mailer(MailerSettings { timeouts: impatient(), ..settings(server.port) });
        let fault = fault(&mailer).await;
        assert!(matches!(&fault, SendFault::Timeout { step: at } if at.starts_with(step)), "{fault}");
    }
}

#[tokio::test]
async fn waits_for_a_silent_server_no_longer_than_for_a_session() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let mut timeouts = impatient();
    assert_eq!(
        fault(&mailer(MailerSettings { timeouts, ..settings(port) })).await,
        SendFault::Timeout { step: "greeting" }
    );
    timeouts.step = std::time::Duration::from_secs(60);
    timeouts.session = std::time::Duration::from_millis(300);
    assert_eq!(
        fault(&mailer(MailerSettings { timeouts, ..settings(port) })).await,
        SendFault::Timeout { step: "the whole session" }
    );
}

#[tokio::test]
async fn tells_when_nothing_listens() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let refused = fault(&mailer(settings(port))).await;
    assert!(
        matches!(&refused, SendFault::Unreachable { text } if text.contains(&port.to_string())),
        "{refused}"
    );
    let nowhere = MailerSettings { host: "no-such-host.invalid".to_owned(), ..settings(port) };
    assert!(matches!(
        fault(&mailer(nowhere)).await,
        SendFault::Unreachable { .. } | SendFault::Timeout { .. }
    ));
}

#[tokio::test]
async fn sends_several_mails_over_one_connection() {
    let identity = Identity::new(&["localhost"]);
    let server = Server::start(identity.arguments());
    let mailer = mailer(with_starttls(server.port, &identity.trust));
    for _ in 0..5 {
        sends(&mailer).await;
    }
    mailer.close().await;
    // One in the clear, which becomes another after STARTTLS in the server's count.
    assert!(server.connection_count() <= 2, "{:?}", server.process.lines());
    assert_eq!(server.mail_count(), 5);
}

#[tokio::test]
async fn takes_a_new_connection_when_the_server_has_ended_the_old_one() {
    let server = Server::start(["--close-after-mail"]);
    let mailer = mailer(settings(server.port));
    for _ in 0..3 {
        sends(&mailer).await;
    }
    assert_eq!(server.mail_count(), 3);
}

#[tokio::test]
async fn sends_several_mails_at_once() {
    let server = Server::start::<&str>([]);
    let mailer = std::sync::Arc::new(mailer(settings(server.port)));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let mailer = mailer.clone();
        tasks.spawn(async move { sends(&mailer).await });
    }
    assert_eq!(tasks.join_all().await.len(), 12);
    assert_eq!(server.mail_count(), 12);
}

#[test]
fn refuses_settings_that_would_show_a_password_or_contradict_themselves() {
    let fault = |settings| Mailer::new(settings).unwrap_err();
    assert_eq!(
        fault(MailerSettings { auth: auth("a", "b"), ..settings(25) }),
        SettingsFault::PasswordInClear
    );
    assert_eq!(
        fault(MailerSettings { protocol: Protocol::Smtps, starttls: true, ..settings(25) }),
        SettingsFault::StartTlsWithSmtps
    );
    assert!(matches!(
        fault(MailerSettings { hello: "a\r\nMAIL".to_owned(), ..settings(25) }),
        SettingsFault::BadHello(_)
    ));
    assert!(matches!(
        fault(MailerSettings { host: "a b".to_owned(), ..settings(25) }),
        SettingsFault::BadHost(_)
    ));
    let trust = Trust::Certificates(vec![b"no certificate".to_vec().into()]);
    assert!(matches!(fault(MailerSettings { trust, ..settings(25) }), SettingsFault::BadTrust(_)));
    assert_eq!(Timeouts::default().session.as_secs(), 180);
    let shown = format!("{:?}", MailerSettings { auth: auth("a", "tiger"), ..settings(25) });
    assert!(!shown.contains("tiger"), "{shown}");
}
