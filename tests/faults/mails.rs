//! Mails under faults: of the scheduler that sends them, and of the mail server that takes them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use convoke_runtime::Role;
use convoke_testkit::{
    ca::{Ca, Request},
    postgres::Postgres,
};
use http::Method;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use rustls::ServerConfig;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::{
    mail_server::{MailServer, Mood},
    world::{Plan, World, journey},
};

/// Two nodes with a scheduler each, and a mail server that does as it is told. Each scheduler greets by its own name.
async fn two_schedulers(mail: &MailServer, server: &Postgres) -> World {
    let database = Some(server.database("convoke"));
    let plan = Plan { nodes: 2, schedulers: 2, database, mail: Some(mail.address), ..Plan::default() };
    World::build(&plan, &[]).await
}

/// Schedules a meeting with these guests, and answers its address.
async fn schedule(world: &World, guests: &[&str]) -> String {
    let mut request = world.weekly();
    request["attendees"] = guests.iter().map(|guest| json!({ "email": guest })).collect();
    let url = format!("{}/api/v1/scheduler/meetings", world.web(0));
    let made = world.call(Method::POST, &url, &world.sign_in(0).await, Some(&request)).await;
    assert_eq!(made.status, 201, "{}", made.json);
    format!("{url}/{}", made.json["id"].as_str().unwrap())
}

/// What the organizer sees of the mail to a guest.
async fn mail_of(world: &World, meeting: &str, alice: &str, guest: &str) -> Value {
    let shown = world.call(Method::GET, meeting, alice, None).await.json;
    let attendees = shown["attendees"].as_array().cloned().unwrap_or_default();
    attendees
        .iter()
        .find(|attendee| attendee["email"] == guest)
        .map(|found| found["mail"].clone())
        .unwrap_or_default()
}

/// The process at the other end of a connection from `peer`, among these.
fn owner_of(peer: std::net::SocketAddr, processes: &[i32]) -> i32 {
    // Other tests have connections of the same port on other addresses.
    let std::net::IpAddr::V4(address) = peer.ip() else { panic!("{peer} is of IPv4") };
    let place = format!("{:08X}:{:04X}", u32::from_le_bytes(address.octets()), peer.port());
    let inode = std::fs::read_to_string("/proc/net/tcp").unwrap().lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        (fields[1] == place).then(|| format!("socket:[{}]", fields[9]))
    });
    let inode = inode.expect("the connection");
    let has_it = |pid: &&i32| {
        let open = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten();
        open.filter_map(|entry| std::fs::read_link(entry.path()).ok()).any(|link| *link == *inode)
    };
    *processes.iter().find(has_it).expect("a scheduler that has the connection")
}

/// A scheduler is stopped while the mail server holds its answer to `DATA` back. Another one sends the mail when the claim
/// has ended. Then the first one wakes up, gets its answer, and must not send.
#[test]
fn a_scheduler_that_slept_sends_no_mail_that_another_one_has_sent() {
    journey(async {
        let (mail, server) = (MailServer::start().await, Postgres::start());
        let world = two_schedulers(&mail, &server).await;
        mail.mood("slow@s.com", Mood::Holds("DATA"));
        schedule(&world, &["slow@s.com"]).await;
        let held = async || mail.seen(|seen| seen.held.first().cloned());
        let (.., peer) = world.until("the mail to be under way", held).await;
        let sleeper = Pid::from_raw(owner_of(peer, &world.processes("scheduler")));
        kill(sleeper, Signal::SIGSTOP).unwrap();
        // The other one comes to the same point; then the server gives in, and both have its answer.
        world
            .until("the other scheduler", async || mail.seen(|seen| (seen.held.len() == 2).then_some(())))
            .await;
        mail.mood("slow@s.com", Mood::Takes);
        world.until("the mail", async || (mail.kept_for("slow@s.com").len() == 1).then_some(())).await;
        kill(sleeper, Signal::SIGCONT).unwrap();
        world
            .until("the first one to break off", async || {
                mail.seen(|seen| (seen.without_end == 1).then_some(()))
            })
            .await;
        let told = "is left to another scheduler: this one was held up";
        world.until("it to be told", async || world.logs().contains(told).then_some(())).await;
        assert_eq!(mail.kept_for("slow@s.com").len(), 1);
    });
}

/// A whole node is killed while it has mails under way and others in hand: the other node sends them all, when the claims
/// have ended.
#[test]
fn mails_that_a_killed_node_had_claimed_are_sent_by_another_one_once_the_claims_have_ended() {
    journey(async {
        let (mail, server) = (MailServer::start().await, Postgres::start());
        let world = two_schedulers(&mail, &server).await;
        mail.mood("@s.com", Mood::Holds("RCPT"));
        let guests: Vec<String> = (0..12).map(|number| format!("g{number}@s.com")).collect();
        schedule(&world, &guests.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let held = async || mail.seen(|seen| seen.held.first().cloned());
        let (.., peer) = world.until("mails to be under way", held).await;
        let killed = owner_of(peer, &world.processes("scheduler"));
        let node = (0..2)
            .find(|&node| {
                world.processes_of("scheduler", &world.system.layout.nodes[node].name).contains(&killed)
            })
            .unwrap();
        let begun = Instant::now();
        // Asleep, it can do nothing about the end of its node, which would tell it to stop in order.
        kill(Pid::from_raw(killed), Signal::SIGSTOP).unwrap();
        world.system.node(node).unwrap().signal(Signal::SIGKILL);
        kill(Pid::from_raw(killed), Signal::SIGKILL).unwrap();
        mail.mood("@s.com", Mood::Takes);
        for guest in &guests {
            world.until("the mail to each guest", async || mail.kept_for(guest).first().cloned()).await;
        }
        println!("all sent after {:?}", begun.elapsed());
        // A claim lasts 20 s, and is looked at every second.
        assert!(begun.elapsed() < Duration::from_secs(28), "{:?}", begun.elapsed());
        for guest in &guests {
            let kept = mail.kept_for(guest);
            // Killed between taking and noting, it may come again; then it is the same mail.
            assert!(kept.iter().all(|one| one.bytes == kept[0].bytes), "{kept:?}");
        }
    });
}

/// What each fault of the mail server looks like to the organizer; that others are not held up by it; and that nothing
/// comes twice but what the server took and did not say so, which is the same mail then.
#[test]
fn a_mail_server_at_fault_is_told_to_the_organizer_holds_up_no_other_mail_and_is_tried_again() {
    journey(async {
        let mail = MailServer::start().await;
        let world = World::build(&Plan { mail: Some(mail.address), ..Plan::default() }, &[]).await;
        let alice = world.sign_in(0).await;
        mail.mood("hangs@", Mood::Holds("RCPT"));
        mail.mood("later@", Mood::Says("RCPT", "451 4.7.1 come back later"));
        mail.mood("never@", Mood::Says("RCPT", "550 5.1.1 nobody of that name"));
        mail.mood("full@", Mood::Says(".", "452 4.3.1 the disk is full"));
        mail.mood("before@", Mood::ClosesAt("DATA"));
        mail.mood("after@", Mood::ClosesAt("."));
        let bad = ["hangs@s.com", "later@s.com", "never@s.com", "full@s.com", "before@s.com", "after@s.com"];
        let meeting = schedule(&world, &[&bad[..], &["good1@s.com", "good2@s.com"]].concat()).await;
        for guest in ["good1@s.com", "good2@s.com"] {
            world
                .until("a mail that nothing is wrong with", async || mail.kept_for(guest).first().cloned())
                .await;
        }
        for (guest, state, words) in [
            ("later@s.com", "deferred", "come back later"),
            ("never@s.com", "failed", "nobody of that name"),
            ("full@s.com", "deferred", "the disk is full"),
            ("before@s.com", "deferred", "can't be reached"),
            ("after@s.com", "deferred", "can't be reached"),
        ] {
            world
                .until(&format!("{guest} {state}"), async || {
                    let shown = mail_of(&world, &meeting, &alice, guest).await;
                    let detail = shown["detail"].as_str().unwrap_or_default();
                    (shown["state"] == state && detail.contains(words)).then_some(())
                })
                .await;
        }
        assert_eq!(mail_of(&world, &meeting, &alice, "good1@s.com").await["state"], "sent");
        assert_eq!(mail_of(&world, &meeting, &alice, "hangs@s.com").await["state"], "queued");

        // It is well again. What may pass is tried again by itself, after 15 s first.
        for guest in bad {
            mail.mood(&guest[..guest.find('@').unwrap() + 1], Mood::Takes);
        }
        for guest in ["hangs@s.com", "later@s.com", "full@s.com", "before@s.com", "after@s.com"] {
            world
                .until(&format!("{guest} to be sent"), async || {
                    (mail_of(&world, &meeting, &alice, guest).await["state"] == "sent").then_some(())
                })
                .await;
            let kept = mail.kept_for(guest);
            assert_eq!(kept.len(), if guest == "after@s.com" { 2 } else { 1 }, "{guest}: {kept:?}");
            assert!(kept.iter().all(|one| one.bytes == kept[0].bytes && !one.message_id.is_empty()));
        }
        assert_eq!(mail.kept_for("never@s.com").len(), 0);
        let role = Role::Scheduler.subcommand();
        assert_eq!(world.processes(role).len(), 1, "and the scheduler never minded");
    });
}

/// What somebody prefers when a mail is queued holds for every try of it, whatever they prefer meanwhile and whoever sends it.
#[test]
fn a_mail_that_is_sent_again_is_in_the_language_that_its_recipient_preferred_when_it_was_queued() {
    journey(async {
        let mail = MailServer::start().await;
        let world = World::build(&Plan { mail: Some(mail.address), ..Plan::default() }, &[]).await;
        let (alice, bob) = (world.sign_in(0).await, world.sign_in(1).await);
        let bobs = &world.people.users[1].email;
        let prefer = async |language: &str| {
            let url = format!("{}/api/v1/scheduler/preferences", world.web(0));
            let wanted = json!({"language": language, "timeZone": "Europe/Berlin"});
            let answer = world.try_call(Method::PUT, &url, &bob, Some(&wanted)).await;
            answer.ok().filter(|answer| answer.status == 200).map(|_| ())
        };
        prefer("ko").await.unwrap();
        mail.mood(bobs, Mood::ClosesAt("."));
        let meeting = schedule(&world, &[bobs]).await;
        world
            .until("the first try to be noted", async || {
                (mail_of(&world, &meeting, &alice, bobs).await["state"] == "deferred").then_some(())
            })
            .await;
        prefer("en").await.unwrap();
        // Nothing is left of what the first one had in memory.
        let scheduler = world.processes(Role::Scheduler.subcommand())[0];
        kill(Pid::from_raw(scheduler), Signal::SIGKILL).unwrap();
        mail.mood(bobs, Mood::Takes);
        world.until("the second try", async || (mail.kept_for(bobs).len() == 2).then_some(())).await;
        let kept = mail.kept_for(bobs);
        assert_eq!(kept[0].bytes, kept[1].bytes);
        assert!(!kept[0].bytes.contains("Subject: Invitation"), "{}", kept[0].bytes);
    });
}

/// What a server with this certificate shows.
fn showing(issuer: &Ca) -> Arc<ServerConfig> {
    let leaf = issuer.issue(&Request::new("mail", &["127.0.0.1"]));
    let chain = CertificateDer::pem_slice_iter(leaf.full_chain.as_bytes()).map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_slice(leaf.key.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap())
}

/// A certificate that is not to be trusted says nothing of the mail: it waits, the organizer reads why, nothing goes out,
/// and it is sent once the certificate is right.
#[test]
fn no_mail_goes_to_a_server_with_a_wrong_certificate_until_it_shows_the_right_one() {
    journey(async {
        let shown = watch::Sender::new(Some(showing(&Ca::new("Some other CA"))));
        let mail = MailServer::start_with(shown.subscribe()).await;
        let from = "from = \"meetings@".to_owned();
        let to = format!("protocol = \"smtps\"\ntrust_file = \"certs/ca.crt\"\n{from}");
        let plan = Plan { mail: Some(mail.address), settings: vec![(1, from, to)], ..Plan::default() };
        let world = World::build(&plan, &[]).await;
        let alice = world.sign_in(0).await;
        let meeting = schedule(&world, &["bob@s.com"]).await;
        world
            .until("the reason in words", async || {
                let told = mail_of(&world, &meeting, &alice, "bob@s.com").await;
                let detail = told["detail"].as_str().unwrap_or_default();
                (told["state"] == "deferred" && detail.contains("no encrypted connection")).then_some(())
            })
            .await;
        assert_eq!(mail.seen(|seen| seen.kept.len()), 0);
        shown.send_replace(Some(showing(&world.system.ca)));
        world
            .until("the mail to be sent", async || {
                (mail_of(&world, &meeting, &alice, "bob@s.com").await["state"] == "sent").then_some(())
            })
            .await;
        assert_eq!(mail.kept_for("bob@s.com").len(), 1);
    });
}
