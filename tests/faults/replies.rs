//! Answers under faults: schedulers are killed while mails come in by both ways, the same ones by each.

use convoke_runtime::Role;
use convoke_testkit::postgres::Postgres;
use http::Method;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};

use crate::{
    chance::{Chance, Rounds},
    world::{
        Plan, World, journey,
        mail_in::{Lmtp, Mailbox, answer_to},
    },
};

/// The API shows the last 200 answers.
const MAX_SHOWN: usize = 150;

/// A mail in each round goes to both nodes, and the schedulers are killed at any moment of it. Every answer counts in the end, and
/// counts once.
#[test]
fn every_answer_counts_once_however_often_schedulers_are_killed() {
    journey(async {
        let mut postgres = Postgres::start();
        let (lmtp, mailbox) = (Lmtp::of(1, ""), Mailbox::new(""));
        let plan = Plan {
            nodes: 2,
            schedulers: 2,
            database: Some(postgres.database("convoke")),
            settings: vec![lmtp.settings.clone(), mailbox.settings(2)],
            ..Plan::default()
        };
        let world = World::build(&plan, &[]).await;
        let alice = world.sign_in(0).await;
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let made = world.call(Method::POST, &meetings, &alice, Some(&world.weekly())).await;
        assert_eq!(made.status, 201, "{}", made.json);
        let answers = format!("{meetings}/{}/answers", made.json["id"].as_str().unwrap());
        let mails = world.wait_for_mails(3).await;
        let at = mails.iter().position(|mail| mail.to == "gogi@s.com").unwrap();
        let invitation = world.mail_files()[at].clone();

        let (mut chance, mut rounds, mut sent) = (Chance::seeded(), Rounds::new(6), 0_usize);
        while sent < MAX_SHOWN && rounds.another() {
            sent += 1;
            let wish = json!({"method": "REPLY", "partstat": "ACCEPTED", "comment": format!("round {sent}"),
                "stamp": format!("20261122T0901{:02}Z", sent % 60)});
            let mail = answer_to(&invitation, &wish, None).1;
            mailbox.dovecot.deliver(&mail);
            let killed = async {
                tokio::time::sleep(chance.pause(30)).await;
                for pid in world.processes(Role::Scheduler.subcommand()) {
                    // It may have ended by itself in between.
                    let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
                }
            };
            // Whether it was taken is not heard: as with a mail server, the mail comes again until it is.
            let (_unheard, ()) = tokio::join!(lmtp.drop_and_go(&mail), killed);
            world
                .until("the mail to be taken", async || {
                    let told = lmtp.hand_over(&mail).await.ok()?;
                    told.starts_with("250").then_some(())
                })
                .await;
        }
        while_the_database_is_away_mails_come_again(&lmtp, &mut postgres, &invitation).await;
        // What comes last in the mailbox is read after all others.
        let last = json!({"method": "REPLY", "partstat": "DECLINED", "comment": "the last", "stamp": "20261122T090300Z"});
        mailbox.dovecot.deliver(&answer_to(&invitation, &last, None).1);
        let log = world
            .until("the last answer", async || {
                let found = world.try_call(Method::GET, &answers, &alice, None).await.ok()?.json;
                let log = found["log"].as_array()?.clone();
                log.iter().any(|one| one["comment"] == "the last").then_some(log)
            })
            .await;
        for round in 1..=sent {
            let comment = json!(format!("round {round}"));
            let count = log.iter().filter(|one: &&Value| one["comment"] == comment).count();
            assert_eq!(count, 1, "round {round}: {log:?}");
        }
        println!("{sent} answers, each by two ways");
    });
}

async fn while_the_database_is_away_mails_come_again(
    lmtp: &Lmtp,
    postgres: &mut Postgres,
    invitation: &std::path::Path,
) {
    let wish = json!({"method": "REPLY", "partstat": "TENTATIVE", "stamp": "20261122T090200Z"});
    let mail = answer_to(invitation, &wish, None).1;
    postgres.stop_immediately();
    assert_eq!(lmtp.hand_over(&mail).await.unwrap(), "451 4.3.0 try again later\r\n");
    postgres.start_again();
    let taken = async {
        while !lmtp.hand_over(&mail).await.unwrap().starts_with("250") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::world::PATIENCE, taken).await.expect("it is taken when it comes again");
}
