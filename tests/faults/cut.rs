//! Wires that are cut: between the inner servers and a web bridge, and between a node and PostgreSQL. Everybody says what
//! is missing, whoever still can takes over, and all is well again by itself.

use std::time::{Duration, Instant};

use convoke::dev::layout::NodeLayout;
use convoke_testkit::{own_address, postgres::Postgres};
use http::Method;
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::{
    proxy::{Proxy, Wire},
    stopped::Watcher,
    world::{Plan, World, journey},
};

/// How soon a request is refused when the database does not answer.
const REFUSED: Duration = Duration::from_secs(7);
/// How soon all is well again.
const WELL_AGAIN: Duration = Duration::from_secs(3);

/// What the page of a loopback listener says is not ready.
async fn not_ready(world: &World, node: &NodeLayout, port: u16) -> Option<Value> {
    let url = format!("http://{}:{port}/readyz", node.address);
    Some(world.try_call(Method::GET, &url, "", None).await.ok()?.json["notReady"].clone())
}

/// Moves the web bridge of a node behind a wire.
async fn behind_a_wire(world: &mut World, index: usize) -> Proxy {
    let node = world.system.layout.nodes[index].clone();
    let proxy = Proxy::start(node.address.into(), (node.address, node.ports.c2w).into()).await;
    let api = world.system.admin_api(&world.people);
    let list = api.read(&format!("webBridges?filter={}:{}", node.address, node.ports.c2w)).await.unwrap();
    let id = list.split("id=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    let url = format!("{}/api/v1/webBridges/{id}", world.system.layout.nodes[0].admin_api());
    assert_eq!(world.call(Method::DELETE, &url, &world.operator(), None).await.status, 200);
    world
        .until("the web bridge to be dropped", async || world.system.check_links(&node, 0, 0).await.ok())
        .await;
    api.create("webBridges", &[("url", &format!("c2w://{}", proxy.address))]).await.unwrap();
    world.system.until_ready().await.unwrap();
    proxy
}

#[test]
fn a_web_bridge_that_is_cut_off_says_which_part_is_missing_and_gets_its_links_back() {
    journey(async {
        let mut world = World::small().await;
        let proxy = behind_a_wire(&mut world, 0).await;
        let node = world.system.layout.nodes[0].clone();
        let alice = world.sign_in(0).await;
        for wire in [Wire::BlackHole, Wire::Refusing] {
            proxy.set(wire);
            for (path, part) in [("/api/v1/scheduler/meetings", "scheduler"), ("/api/cospaces", "callBridge")]
            {
                let url = format!("{}{path}", world.web(0));
                world
                    .until(&format!("{part} to be told missing"), async || {
                        let answer = world.try_call(Method::GET, &url, &alice, None).await.ok()?;
                        (answer.status == 503 && answer.json["part"] == part).then_some(())
                    })
                    .await;
            }
            let status = world.call(Method::GET, &format!("{}/api/status", world.web(0)), "", None).await;
            assert_eq!(status.json, json!({ "callBridge": false, "scheduler": false }), "{wire:?}");
            for (port, missing) in [
                (node.ports.webbridge_loopback, json!(["callBridge"])),
                (node.ports.scheduler_loopback, json!(["webBridges"])),
                (node.ports.callbridge_loopback, json!(["webBridges"])),
            ] {
                world
                    .until(&format!("{missing} on the page"), async || {
                        (not_ready(&world, &node, port).await? == missing).then_some(())
                    })
                    .await;
            }
            // Behind it the scheduler serves its own listener all the time.
            let own = format!("{}/api/v1/scheduler/meetings/x", node.scheduler_api().unwrap());
            assert_eq!(world.call(Method::GET, &own, &world.operator(), None).await.status, 404);

            let healed = Instant::now();
            proxy.set(Wire::Whole);
            let url = format!("{}/api/v1/scheduler/meetings", world.web(0));
            world
                .until("the links", async || {
                    let answer = world.try_call(Method::GET, &url, &alice, None).await.ok()?;
                    (answer.status == 200).then_some(())
                })
                .await;
            println!("{wire:?}: well again after {:?}", healed.elapsed());
            world.system.until_ready().await.unwrap();
        }
    });
}

#[test]
fn a_node_that_is_cut_off_from_postgres_says_so_and_the_other_one_serves() {
    journey(async {
        let server = Postgres::start();
        let url = server.database("convoke");
        let proxy = Proxy::start(own_address(0).into(), server.address()).await;
        let through = url.replace(&server.address().to_string(), &proxy.address.to_string());
        let settings = vec![(2, url.clone(), through)];
        let plan = Plan { nodes: 2, schedulers: 2, database: Some(url), settings, ..Plan::default() };
        let mut world = World::build(&plan, &[]).await;
        let node = world.system.layout.nodes[1].clone();
        let alice = world.sign_in(0).await;
        let own = format!(
            "{}/api/v1/scheduler/meetings/19577d25-f7cf-4524-9a26-5fd418dd5f96",
            node.scheduler_api().unwrap()
        );
        for wire in [Wire::BlackHole, Wire::Refusing] {
            let pages = vec![
                format!("{}/api/v1/scheduler/meetings", world.web(1)),
                format!("{}/api/cospaces", world.web(1)),
            ];
            let watcher = Watcher::start(world.system.client.clone(), pages, alice.clone());
            proxy.set(wire);
            for port in [node.ports.scheduler_loopback, node.ports.callbridge_loopback] {
                world
                    .until("the database on the page", async || {
                        (not_ready(&world, &node, port).await? == json!(["database"])).then_some(())
                    })
                    .await;
            }
            let (longest, refusals) = watcher.stop().await;
            println!("{wire:?}: browsers waited for {longest:?} at most");
            assert!(longest < REFUSED && refusals.is_empty(), "{wire:?}: {longest:?} {refusals:?}");
            // Once it is known, nobody waits.
            for path in ["/api/v1/scheduler/meetings", "/api/cospaces"] {
                let begun = Instant::now();
                let answer = world.call(Method::GET, &format!("{}{path}", world.web(1)), &alice, None).await;
                assert!(
                    answer.status == 200 && begun.elapsed() < Duration::from_secs(1),
                    "{:?}",
                    begun.elapsed()
                );
            }
            // What only this node could do is refused in words.
            refused(&world, &own).await;
            let healed = Instant::now();
            proxy.set(Wire::Whole);
            well_again(&world, &own, healed).await;
            world.system.until_ready().await.unwrap();
        }
    });
}

#[test]
fn a_postgres_that_is_there_and_does_not_answer_holds_nobody_and_all_is_well_when_it_does() {
    journey(async {
        let server = Postgres::start();
        let plan = Plan { database: Some(server.database("convoke")), ..Plan::default() };
        let mut world = World::build(&plan, &[]).await;
        let node = world.system.layout.nodes[0].clone();
        let own = format!(
            "{}/api/v1/scheduler/meetings/19577d25-f7cf-4524-9a26-5fd418dd5f96",
            node.scheduler_api().unwrap()
        );
        // An operator is asked for by the call bridge, from the database; so one has signed in before.
        assert_eq!(world.call(Method::GET, &own, &world.operator(), None).await.status, 404);
        let alice = world.sign_in(0).await;
        server.signal_all(Signal::SIGSTOP);
        let url = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let mut slowest = Duration::ZERO;
        for method in [Method::GET, Method::POST] {
            let begun = Instant::now();
            let body = (method == Method::POST).then(|| world.weekly());
            let answer = world.call(method, &url, &alice, body.as_ref()).await;
            assert_eq!(answer.status, 503, "{}", answer.json);
            assert_eq!(answer.json["part"], "database");
            slowest = slowest.max(begun.elapsed());
        }
        println!("refused after {slowest:?} at most");
        assert!(slowest < REFUSED, "{slowest:?}");
        let healed = Instant::now();
        server.signal_all(Signal::SIGCONT);
        well_again(&world, &own, healed).await;
        world.system.until_ready().await.unwrap();
    });
}

/// A request to this address is refused in words, in time.
async fn refused(world: &World, url: &str) {
    let begun = Instant::now();
    let answer = world.call(Method::GET, url, &world.operator(), None).await;
    assert_eq!((answer.status, &answer.json["part"]), (503, &json!("database")), "{}", answer.json);
    assert!(begun.elapsed() < REFUSED, "{:?}", begun.elapsed());
}

async fn well_again(world: &World, url: &str, healed: Instant) {
    world
        .until("it to be well again", async || {
            let answer = world.try_call(Method::GET, url, &world.operator(), None).await.ok()?;
            (answer.status == 404).then_some(())
        })
        .await;
    println!("well again after {:?}", healed.elapsed());
    assert!(healed.elapsed() < WELL_AGAIN, "{:?}", healed.elapsed());
}
