//! PostgreSQL that is restarted, and one that fails over to a replica, while people schedule, change and cancel.

use std::time::{Duration, Instant};

use convoke_testkit::postgres::Postgres;
use http::Method;

use crate::{
    chance::{Chance, Rounds},
    killed::permanent_space,
    load::{Load, judge},
    world::{Plan, World, journey},
};

/// How soon after the server is there everything serves again.
const BACK: Duration = Duration::from_secs(5);

/// Waits until every scheduler finds its database, and answers how long that took.
async fn until_served(world: &World) -> Duration {
    let begun = Instant::now();
    let operator = world.operator();
    for node in &world.system.layout.nodes {
        let api = node.scheduler_api().unwrap();
        let url = format!("{api}/api/v1/scheduler/meetings/19577d25-f7cf-4524-9a26-5fd418dd5f96");
        world
            .until("a scheduler that finds its database", async || {
                let answer = world.try_call(Method::GET, &url, &operator, None).await.ok()?;
                (answer.status == 404).then_some(())
            })
            .await;
    }
    begun.elapsed()
}

/// The server crashes and recovers, over and over: what was acknowledged is there, and soon all serve again.
#[test]
fn a_postgres_that_crashes_loses_nothing_and_is_used_again_soon() {
    journey(async {
        let mut server = Postgres::start();
        let database = Some(server.database("convoke"));
        let mut world =
            World::build(&Plan { nodes: 2, schedulers: 2, database, ..Plan::default() }, &[]).await;
        let mut chance = Chance::seeded();
        let space = permanent_space(&world).await;
        let load = Load::start(&world, 3, &space, &mut chance).await;
        let mut rounds = Rounds::new(2);
        while rounds.another() {
            tokio::time::sleep(chance.pause(1000)).await;
            server.restart();
            let took = until_served(&world).await;
            println!("used again {took:?} after it was ready");
            assert!(took < BACK, "{took:?}\n{}", world.logs());
        }
        let heard = load.stop().await;
        assert!(!heard.told.is_empty());
        judge(&mut world, &heard, 1).await;
    });
}

/// The primary dies and its replica takes over; the URL names both, and the one that takes writes is wanted. Commits wait
/// for the replica, so nothing that was acknowledged is lost.
#[test]
fn a_replica_that_is_promoted_is_found_soon_and_has_everything_that_was_acknowledged() {
    journey(async {
        let mut primary = Postgres::start();
        let url = primary.database("convoke");
        let replica = primary.standby();
        let both = format!("{},{}", primary.address(), replica.address());
        let url = url.replace(&primary.address().to_string(), &both) + "?target_session_attrs=read-write";
        let plan = Plan { nodes: 2, schedulers: 2, database: Some(url), ..Plan::default() };
        let mut world = World::build(&plan, &[]).await;
        let mut chance = Chance::seeded();
        let space = permanent_space(&world).await;
        let load = Load::start(&world, 3, &space, &mut chance).await;
        tokio::time::sleep(Duration::from_secs(1) + chance.pause(1000)).await;
        primary.stop_immediately();
        tokio::time::sleep(chance.pause(1000)).await;
        replica.promote();
        let took = until_served(&world).await;
        println!("the replica was used {took:?} after it was promoted");
        assert!(took < BACK, "{took:?}\n{}", world.logs());
        tokio::time::sleep(Duration::from_secs(1)).await;
        let heard = load.stop().await;
        assert!(!heard.told.is_empty());
        judge(&mut world, &heard, 1).await;
    });
}
