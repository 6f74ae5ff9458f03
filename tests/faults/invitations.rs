//! The invitations of one large meeting, while the scheduler that sends them is killed again and again and the mail server
//! has its moods: nobody is forgotten, and who gets a mail twice gets the same one.

use convoke_runtime::Role;
use http::Method;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};

use crate::{
    chance::Chance,
    moody_server::{Fate, MoodyServer, fate},
    world::{Plan, World, journey},
};

/// Kills of the scheduler.
const KILLS: usize = 5;
/// Connections to the mail server, and mails of each that may be sent twice when the scheduler is killed.
const CONNECTIONS: usize = 8;
const TWICE_A_CONNECTION: usize = 2;

/// In a soak as many as the largest meeting has.
fn people() -> usize {
    if std::env::var_os("CONVOKE_SOAK_SECONDS").is_some() { 3_000 } else { 300 }
}

#[test]
fn every_invitation_arrives_or_is_told_to_be_refused_however_often_the_scheduler_is_killed() {
    journey(async {
        let mut chance = Chance::seeded();
        let server = MoodyServer::start().await;
        let said = |section: &str, more: String| (1, section.to_owned(), format!("{section}\n{more}"));
        let settings = vec![
            said("[scheduler.limits]", format!("attendees = {}", people())),
            said("[scheduler.email]", format!("connections = {CONNECTIONS}")),
        ];
        let plan = Plan { mail: Some(server.address), settings, ..Plan::default() };
        let world = World::build(&plan, &[]).await;
        let alice = world.sign_in(0).await;
        let guests: Vec<String> = (0..people()).map(|number| format!("guest{number}@s.com")).collect();
        let mut request = world.weekly();
        request["attendees"] = guests.iter().map(|guest| json!({ "email": guest })).collect();
        let url = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let made = world.call(Method::POST, &url, &alice, Some(&request)).await;
        assert_eq!(made.status, 201, "{}", made.json);
        let meeting = format!("{url}/{}", made.json["id"].as_str().unwrap());

        // Most are done before those come that are tried again 15 s later.
        let most = u64::try_from(people()).unwrap() / 2;
        let mut after: Vec<u64> = (0..KILLS).map(|_| chance.below(most)).collect();
        after.sort_unstable();
        let mut count = server.count.clone();
        for mails in after {
            let scheduler = world
                .until("the scheduler to run", async || {
                    world.processes(Role::Scheduler.subcommand()).first().copied()
                })
                .await;
            let mails = usize::try_from(mails).unwrap();
            // The first mails have no answer, so that at least one kill is waited for by mails under way.
            count.wait_for(|count| *count >= mails).await.unwrap();
            kill(Pid::from_raw(scheduler), Signal::SIGKILL).unwrap();
            world
                .until("it to be gone", async || {
                    (!world.processes(Role::Scheduler.subcommand()).contains(&scheduler)).then_some(())
                })
                .await;
        }

        // Those that are put off wait for 15 s, and for 30 s more when the database had no time for them before.
        let put_off = guests.iter().filter(|guest| fate(guest) == Fate::TakenLater).count();
        let settled = async |left: usize| {
            let shown = world.call(Method::GET, &meeting, &alice, None).await;
            (shown.status == 200 && unsettled(&shown.json) <= left).then_some(shown.json)
        };
        world.until("the mails that are taken at once", async || settled(put_off).await).await;
        let shown = world.until("all mails to be settled", async || settled(0).await).await;
        let mut twice = 0;
        for attendee in shown["attendees"].as_array().unwrap() {
            let (guest, mail) = (attendee["email"].as_str().unwrap(), &attendee["mail"]);
            let kept = server.seen(|seen| seen.kept.get(guest).cloned().unwrap_or_default());
            if fate(guest) == Fate::Refused {
                assert_eq!((&mail["state"], kept.len()), (&json!("failed"), 0), "{guest}");
                assert!(mail["detail"].as_str().unwrap().contains("nobody of that name"), "{mail}");
                continue;
            }
            assert_eq!(mail["state"], "sent", "{guest}: {mail}");
            assert!(!kept.is_empty(), "{guest} got nothing");
            assert!(kept.iter().all(|one| *one == kept[0] && one.contains("Message-ID: ")), "{guest}");
            twice += kept.len() - 1;
        }
        println!("{twice} of {} mails came twice; {} goodbyes", people(), server.seen(|seen| seen.goodbyes));
        assert!(twice <= KILLS * CONNECTIONS * TWICE_A_CONNECTION, "{twice}");
        assert!(server.seen(|seen| seen.goodbyes) > 0);
    });
}

fn unsettled(meeting: &Value) -> usize {
    let attendees = meeting["attendees"].as_array().cloned().unwrap_or_default();
    let waits = |attendee: &&Value| !matches!(attendee["mail"]["state"].as_str(), Some("sent" | "failed"));
    attendees.iter().filter(waits).count()
}
