//! Many mails over one connection: what commands that are sent together save, and that they lose nothing.

use crate::{
    flights::{Flights, Manner},
    postfix::Postfix,
    servers::{Identity, envelope, impatient, mail, mailer, settings, with_starttls},
};
use convoke_mailer::{Envelope, Mailer, MailerSettings, SendFault};
use convoke_testkit::wait_for;

/// Sends to these one after the other, each told along with the one before.
async fn send_all(mailer: &Mailer, people: &[&str]) -> Vec<Result<String, SendFault>> {
    let envelopes: Vec<Envelope> = people.iter().map(|to| envelope(to)).collect();
    let mut line = mailer.line();
    let mut outcomes = Vec::new();
    for (number, one) in envelopes.iter().enumerate() {
        let sent = line.send(one, &mail(), envelopes.get(number + 1), || true).await;
        outcomes.push(sent.map(|accepted| accepted.reply));
    }
    outcomes
}

fn refused(outcome: &Result<String, SendFault>) -> bool {
    matches!(outcome, Err(SendFault::Permanent { code: 550 | 554, .. }))
}

#[tokio::test]
async fn each_further_mail_costs_one_flight() {
    let server = Flights::start(Manner::default()).await;
    let mailer = mailer(settings(server.address.port()));
    let people: Vec<String> = (0..20).map(|number| format!("p{number}@example.test")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    assert!(send_all(&mailer, &people).await.iter().all(Result::is_ok));
    // The greeting, EHLO, the first mail's commands; then one each. Ours is not in the way of a read that comes in two.
    let (connections, flights) = server.seen(|seen| (seen.connections, seen.flights));
    assert_eq!(connections, 1);
    assert!(flights <= 3 + 20 + 2, "{flights}");
    assert_eq!(server.seen(|seen| seen.kept.clone()), people);
}

#[tokio::test]
async fn a_refused_recipient_costs_the_others_nothing() {
    for wants_content_of_refused in [false, true] {
        let server = Flights::start(Manner { wants_content_of_refused, ..Manner::default() }).await;
        let mailer = mailer(settings(server.address.port()));
        let people = ["bad0@e.test", "a@e.test", "bad1@e.test", "bad2@e.test", "b@e.test", "bad3@e.test"];
        let outcomes = send_all(&mailer, &people).await;
        let told: Vec<bool> = outcomes.iter().map(refused).collect();
        assert_eq!(told, [true, false, true, true, false, true], "{outcomes:?}");
        assert_eq!(server.seen(|seen| seen.kept.clone()), ["a@e.test", "b@e.test"]);
        let empty = if wants_content_of_refused { 4 } else { 0 };
        assert_eq!(server.seen(|seen| (seen.empty, seen.connections)), (empty, 1));
    }
}

#[tokio::test]
async fn a_server_that_ends_the_connection_after_some_mails_gets_the_rest_on_others() {
    let server = Flights::start(Manner { mails_a_connection: Some(3), ..Manner::default() }).await;
    let mailer = mailer(settings(server.address.port()));
    let people = ["a@e.test", "b@e.test", "c@e.test", "d@e.test", "e@e.test", "f@e.test", "g@e.test"];
    let outcomes = send_all(&mailer, &people).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(
        server.seen(|seen| (seen.kept.clone(), seen.connections)),
        (people.map(str::to_owned).to_vec(), 3)
    );
    assert_eq!(mailer.connections(), 4, "that is no refusal of connections");
}

#[tokio::test]
async fn a_mail_whose_answer_was_lost_is_told_and_the_next_one_is_sent_all_the_same() {
    let server = Flights::start(Manner { breaks_after_content_of: Some(2), ..Manner::default() }).await;
    let mailer = mailer(settings(server.address.port()));
    let outcomes = send_all(&mailer, &["a@e.test", "b@e.test", "c@e.test"]).await;
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok(), "{outcomes:?}");
    assert!(matches!(&outcomes[1], Err(SendFault::Unreachable { .. })), "{outcomes:?}");
    assert_eq!(server.seen(|seen| seen.kept.clone()), ["a@e.test", "b@e.test", "c@e.test"]);
}

#[tokio::test]
async fn another_mail_than_the_one_that_was_told_goes_over_another_connection() {
    let server = Flights::start(Manner::default()).await;
    let mailer = mailer(settings(server.address.port()));
    let mut line = mailer.line();
    let (one, told, other) = (envelope("a@e.test"), envelope("told@e.test"), envelope("b@e.test"));
    line.send(&one, &mail(), Some(&told), || true).await.unwrap();
    line.send(&other, &mail(), None, || true).await.unwrap();
    drop(line);
    mailer.send(&one, &mail(), || true).await.unwrap();
    assert_eq!(
        server.seen(|seen| (seen.kept.clone(), seen.connections)),
        (vec!["a@e.test".into(), "b@e.test".into(), "a@e.test".into()], 2)
    );
}

#[tokio::test]
async fn a_connection_ends_after_as_many_mails_as_the_settings_say() {
    let server = Flights::start(Manner::default()).await;
    let mailer = mailer(MailerSettings { mails_a_connection: 2, ..settings(server.address.port()) });
    let outcomes = send_all(&mailer, &["a@e.test", "b@e.test", "c@e.test", "d@e.test", "e@e.test"]).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(server.seen(|seen| (seen.kept.len(), seen.connections)), (5, 3));
}

#[tokio::test]
async fn postfix_takes_many_mails_in_one_flight_each_and_refuses_one_among_them() {
    let identity = Identity::new(&["localhost"]);
    let postfix = Postfix::start(&identity, "");
    let mailer = mailer(with_starttls(postfix.port, &identity.trust));
    let people = ["a@example.test", "b@example.test", "who@elsewhere.test", "c@example.test"];
    let outcomes = send_all(&mailer, &people).await;
    assert_eq!(outcomes.iter().map(refused).collect::<Vec<_>>(), [false, false, true, false], "{outcomes:?}");
    assert!(outcomes.iter().flatten().all(|reply| reply.contains("queued as")), "{outcomes:?}");
    assert_eq!(postfix.delivered(3).len(), 3);
    mailer.close().await;
    // What Postfix says of a connection at its end: all four were on one.
    wait_for("the end of the connection", || postfix.log().contains(" mail=4 rcpt=3/4 ").then_some(()));
}

#[tokio::test]
async fn postfix_that_takes_no_more_connections_is_asked_for_fewer() {
    let identity = Identity::new(&["localhost"]);
    let limits = "smtpd_client_connection_count_limit = 1\nsmtpd_client_event_limit_exceptions =\n";
    let postfix = Postfix::start(&identity, limits);
    let mailer =
        mailer(MailerSettings { timeouts: impatient(), ..with_starttls(postfix.port, &identity.trust) });
    let (one, two) = (envelope("a@example.test"), envelope("b@example.test"));
    let mut first = mailer.line();
    first.send(&one, &mail(), None, || true).await.unwrap();
    let refused = mailer.line().send(&two, &mail(), None, || true).await.unwrap_err();
    assert!(
        matches!(&refused, SendFault::NoConnection { text } if text.contains("too many connections")),
        "{refused}"
    );
    assert!(refused.may_pass());
    assert_eq!(mailer.connections(), 2);
    first.send(&two, &mail(), None, || true).await.unwrap();
    assert_eq!(postfix.delivered(2).len(), 2);
}
