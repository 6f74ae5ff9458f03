//! `kill -9` of every process at random moments, while people schedule, change and cancel.

use std::time::{Duration, Instant};

use convoke_runtime::Role;
use http::Method;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{
    chance::{Chance, Rounds},
    load::{Load, judge},
    world::{NOW, World, clock_at, journey},
};

/// How soon everything is up again.
const UP_AGAIN: Duration = Duration::from_secs(2);

/// Who is killed.
#[derive(Debug, Clone, Copy)]
enum Victim {
    Role(Role),
    /// `convoke node`, whose roles end with it; what starts it again is the machine's service manager.
    Node,
}

const VICTIMS: [Victim; 4] = [
    Victim::Role(Role::Scheduler),
    Victim::Role(Role::CallBridge),
    Victim::Role(Role::WebBridge),
    Victim::Node,
];

#[test]
fn nothing_acknowledged_is_lost_when_processes_are_killed_and_all_is_up_within_2_seconds_on_sqlite() {
    journey(async { killed_over_and_over(World::small().await).await });
}

#[test]
fn nothing_acknowledged_is_lost_when_processes_are_killed_and_all_is_up_within_2_seconds_on_postgres() {
    journey(async { killed_over_and_over(World::start(2, 2, true, &[]).await).await });
}

async fn killed_over_and_over(mut world: World) {
    let mut chance = Chance::seeded();
    let space = permanent_space(&world).await;
    let load = Load::start(&world, 4, &space, &mut chance).await;
    let mut rounds = Rounds::new(5);
    let mut slowest = Duration::ZERO;
    while rounds.another() {
        tokio::time::sleep(chance.pause(1500)).await;
        // Each is killed once before chance alone decides.
        let victim = VICTIMS.get(rounds.done() - 1).copied().unwrap_or_else(|| *chance.pick(&VICTIMS));
        let node = usize::try_from(chance.below(world.system.layout.nodes.len() as u64)).unwrap();
        let took = strike(&mut world, victim, node).await;
        println!("{victim:?} of node {node} was up again after {took:?}");
        assert!(took < UP_AGAIN, "{victim:?} of node {node} took {took:?}\n{}", world.logs());
        slowest = slowest.max(took);
    }
    let heard = load.stop().await;
    println!("{} kills, slowest {slowest:?}, {} meetings acknowledged", rounds.done(), heard.told.len());
    assert!(heard.told.len() >= 10, "only {} meetings were acknowledged", heard.told.len());
    judge(&mut world, &heard, 1).await;
}

/// Kills, and answers how long it took until everything served again.
async fn strike(world: &mut World, victim: Victim, node: usize) -> Duration {
    let begun = Instant::now();
    match victim {
        Victim::Role(role) => {
            let name = &world.system.layout.nodes[node].name;
            let victims = world.processes_of(role.subcommand(), name);
            for pid in &victims {
                // It may have ended by itself in between.
                let _ = kill(Pid::from_raw(*pid), Signal::SIGKILL);
            }
            let (name, role) = (name.clone(), role.subcommand());
            world
                .until("another process", async || {
                    let now = world.processes_of(role, &name);
                    (!now.is_empty() && !now.iter().any(|pid| victims.contains(pid))).then_some(())
                })
                .await;
        }
        Victim::Node => {
            world.system.node(node).unwrap().signal(Signal::SIGKILL);
            world.system.start_node(node, &[&clock_at(NOW)]).unwrap();
        }
    }
    world.system.until_ready().await.unwrap();
    let operator = world.operator();
    for index in 0..world.system.layout.nodes.len() {
        let url = format!(
            "{}/api/v1/scheduler/meetings/x",
            world.system.layout.nodes[index].scheduler_api().unwrap()
        );
        world
            .until("a scheduler that finds its database and call bridge", async || {
                let answer = world.try_call(Method::GET, &url, &operator, None).await.ok()?;
                (answer.status == 404).then_some(())
            })
            .await;
    }
    begun.elapsed()
}

/// A space of Alice's that stays.
pub async fn permanent_space(world: &World) -> String {
    let api = world.system.admin_api(&world.people);
    let space = api.create("coSpaces", &[("name", "Permanent")]).await.unwrap();
    let jid = format!("{}@example.test", world.people.users[0].username);
    api.create(&format!("coSpaces/{space}/coSpaceUsers"), &[("userJid", &jid)]).await.unwrap();
    space
}
