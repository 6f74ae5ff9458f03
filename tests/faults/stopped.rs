//! `SIGSTOP` and later `SIGCONT`: a process that is there and does not answer. Others take over, and the one that comes
//! back does no harm.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use convoke::dev::https::Client;
use convoke_runtime::Role;
use convoke_testkit::postgres::Postgres;
use http::{Method, Request, header};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::json;
use tokio::task::JoinHandle;

use crate::{
    chance::{Chance, Rounds},
    killed::permanent_space,
    load::{Load, judge},
    world::{Plan, World, journey},
};

/// How soon another one has taken over.
const TAKEN_OVER: Duration = Duration::from_secs(1);

/// Asks a web app's pages all the time, and remembers the longest time without an answer, and every other answer.
pub struct Watcher {
    stop: Arc<AtomicBool>,
    task: JoinHandle<(Duration, Vec<String>)>,
}

impl Watcher {
    pub fn start(client: Client, pages: Vec<String>, authorization: String) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let task = tokio::spawn(async move {
            let (mut longest, mut refusals) = (Duration::ZERO, Vec::new());
            let mut last = Instant::now();
            while !stopped.load(Ordering::Relaxed) {
                for page in &pages {
                    let request = Request::get(page).header(header::AUTHORIZATION, &authorization);
                    match client.send(request.body(Bytes::new()).unwrap()).await {
                        Ok(answer) if answer.status().is_success() => {
                            longest = longest.max(last.elapsed());
                            last = Instant::now();
                        }
                        Ok(answer) => {
                            refusals.push(format!("{page}: {} {:?}", answer.status(), answer.body()))
                        }
                        Err(error) => refusals.push(format!("{page}: {error:#}")),
                    }
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            (longest.max(last.elapsed()), refusals)
        });
        Self { stop, task }
    }

    /// The longest time without an answer, and every answer that was none.
    pub async fn stop(self) -> (Duration, Vec<String>) {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.unwrap()
    }
}

fn signal_role(world: &World, role: Role, node: usize, signal: Signal) {
    let pids = world.processes_of(role.subcommand(), &world.system.layout.nodes[node].name);
    assert_eq!(pids.len(), 1, "{role:?} of node {node}");
    kill(Pid::from_raw(pids[0]), signal).unwrap();
}

/// Two nodes; a process of the second is stopped, and browsers at the first hardly notice: what they ask for comes within
/// a second, also what changes something. The clock of the second goes half an hour ahead, so that to its jobs everything
/// which is being made looks as if it had been left long ago.
#[test]
fn others_take_over_within_1_seconds_and_who_comes_back_does_no_harm() {
    journey(async {
        let server = Postgres::start();
        let database = Some(server.database("convoke"));
        let plan = Plan { nodes: 2, schedulers: 2, database, clocks_apart: 1800, ..Plan::default() };
        let mut world = World::build(&plan, &[]).await;
        let mut chance = Chance::seeded();
        let space = permanent_space(&world).await;
        let load = Load::start(&world, 3, &space, &mut chance).await;
        // Who watches has no part in the load, whose hundreds of meetings make lists longer and longer.
        let (alice, bob) = (world.sign_in(0).await, world.sign_in(1).await);
        let window = "fromTime=2026-12-01T00:00:00Z&untilTime=2026-12-01T00:01:00Z";
        let pages = vec![
            format!("{}/api/v1/scheduler/meetings?{window}", world.web(0)),
            format!("{}/api/cospaces", world.web(0)),
        ];
        let mut rounds = Rounds::new(3);
        while rounds.another() {
            let role = match rounds.done() {
                number @ 1..=3 => Role::ALL[number - 1],
                _ => *chance.pick(&Role::ALL),
            };
            let watcher = Watcher::start(world.system.client.clone(), pages.clone(), bob.clone());
            signal_role(&world, role, 1, Signal::SIGSTOP);
            tokio::time::sleep(Duration::from_millis(1200) + chance.pause(1500)).await;
            let begun = Instant::now();
            let created = create(&world, &alice, &space).await;
            let changing = begun.elapsed();
            signal_role(&world, role, 1, Signal::SIGCONT);
            let (longest, refusals) = watcher.stop().await;
            println!("{role:?} stopped: at most {longest:?} without an answer; a creation took {changing:?}");
            assert_eq!(refusals, Vec::<String>::new(), "{role:?}");
            assert!(longest < TAKEN_OVER, "{role:?}: {longest:?}");
            assert!(created == 201 && changing < TAKEN_OVER, "{role:?}: {created} after {changing:?}");
            world.system.until_ready().await.unwrap();
        }
        let heard = load.stop().await;
        println!("{} stops, {} meetings acknowledged", rounds.done(), heard.told.len());
        judge(&mut world, &heard, 1).await;
    });
}

/// The status of one creation in a space that is there.
async fn create(world: &World, authorization: &str, space: &str) -> u16 {
    let mut request = world.weekly();
    request.as_object_mut().unwrap().remove("coSpaceTemplate");
    request.as_object_mut().unwrap().remove("organizerRole");
    request["attendees"] = json!([]);
    request["coSpace"] = json!(space);
    let url = format!("{}/api/v1/scheduler/meetings", world.web(0));
    world.call(Method::POST, &url, authorization, Some(&request)).await.status
}
