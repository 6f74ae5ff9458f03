//! The modelled deployment: three nodes with a call bridge and a web bridge each, two schedulers, one database.

mod world;

use std::collections::HashMap;

use convoke_testkit::ca::{Ca, Request};
use http::Method;
use serde_json::json;
use world::{World, journey};

#[test]
fn three_nodes_are_one_system_and_no_mail_goes_out_twice() {
    journey(async {
        let world = World::start(3, 2, true, &[]).await;
        // `until_ready` has seen every web bridge with links of 3 call bridges and 2 schedulers; the log tells it too.
        let logs = world.logs();
        let up = |process: &str| {
            logs.lines()
                .filter(|line| {
                    line.contains(process)
                        && line.contains("C2WSupervisor - C2W connection for")
                        && line.ends_with(" UP")
                })
                .count()
        };
        assert_eq!((up("host:server["), up("scheduler_backend[")), (9, 6), "{logs}");
        assert!(logs.contains("C2WSupervisor - getWebBridges - totalCount=3"));

        // Whichever web bridge a browser comes by, it is the same system.
        let (alice, bob) = (world.sign_in(0).await, world.sign_in(1).await);
        let mut made = Vec::new();
        for round in 0..12 {
            let meetings = format!("{}/api/v1/scheduler/meetings", world.web(round % 3));
            let mut request = world.weekly();
            request["summary"] = json!(format!("Round {round}"));
            let answer = world.call(Method::POST, &meetings, &alice, Some(&request)).await;
            assert_eq!(answer.status, 201, "{}", answer.json);
            made.push(answer.json["id"].as_str().unwrap().to_owned());
        }
        let window = "fromTime=2026-12-01T00:00:00Z&untilTime=2026-12-02T00:00:00Z";
        let list = format!("{}/api/v1/scheduler/meetings?{window}", world.web(2));
        let listed = world.call(Method::GET, &list, &bob, None).await;
        assert_eq!(listed.json.as_array().unwrap().len(), 12);

        let mails = world.wait_for_mails(36).await;
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for mail in &mails {
            *seen.entry(&mail.message_id).or_default() += 1;
        }
        assert_eq!((mails.len(), seen.len()), (36, 36));
    });
}

#[test]
fn a_web_bridge_is_dialled_dropped_and_dialled_again_as_the_api_lists_it() {
    journey(async {
        let world = World::start(2, 1, true, &[]).await;
        let api = world.system.admin_api(&world.people);
        let second = &world.system.layout.nodes[1];
        let list =
            api.read(&format!("webBridges?filter={}:{}", second.address, second.ports.c2w)).await.unwrap();
        let id = list.split("id=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        let url = format!("{}/api/v1/webBridges/{id}", world.system.layout.nodes[0].admin_api());
        assert_eq!(world.call(Method::DELETE, &url, &world.operator(), None).await.status, 200);
        world
            .until("the second web bridge to be dropped", async || {
                world.system.check_links(second, 0, 0).await.ok()
            })
            .await;
        // Nobody is connected to it any more, and it says which part is missing.
        let answer =
            world.call(Method::GET, &format!("{}/api/v1/scheduler/meetings", world.web(1)), "", None).await;
        assert_eq!((answer.status, &answer.json["part"]), (503, &json!("scheduler")));
        let answer = world.call(Method::GET, &format!("{}/api/cospaces", world.web(1)), "", None).await;
        assert_eq!((answer.status, &answer.json["part"]), (503, &json!("callBridge")));

        api.create("webBridges", &[("url", &second.c2w_url())]).await.unwrap();
        world
            .until("it to be dialled again", async || world.system.check_links(second, 2, 1).await.ok())
            .await;
        let status = api.read("webBridges").await.unwrap();
        assert!(status.contains("total=\"2\""));
    });
}

#[test]
fn certificates_that_are_wrong_are_named_in_words_and_mended_without_a_trace() {
    journey(async {
        let mut world = World::small().await;
        let node = world.system.layout.nodes[0].clone();
        let folder = world.system.layout.certificates();
        let own = node.address.to_string();
        let names = [own.as_str()];
        let good = Request::new("cms1 web bridge", &names);
        let stranger = Ca::new("Some other CA");
        let cases: [(&str, bool, Request<'_>); 4] = [
            ("unknown issuer", true, good.clone()),
            ("name not in certificate", false, Request { names: &["other.test"], ..good.clone() }),
            ("expired", false, Request { from_day: -20, until_day: -1, ..good.clone() }),
            ("not yet valid", false, Request { from_day: 1, ..good.clone() }),
        ];
        for (words, is_foreign, request) in cases {
            let issuer = if is_foreign { &stranger } else { &world.system.ca };
            issuer.issue_into(&folder, "cms1-webbridge", &request);
            world.system.start_node(0, &[]).unwrap();
            world
                .until(&format!("a line that says {words}"), async || {
                    let log = world.logs().to_lowercase();
                    let told = |process: &str| {
                        log.lines().any(|line| {
                            line.contains(process) && line.contains("down: ") && line.contains(words)
                        })
                    };
                    (told("scheduler_backend[") && told("host:server[")).then_some(())
                })
                .await;
        }
        // The other way round: the web bridge refuses the scheduler's certificate, and the scheduler says so.
        world.system.ca.issue_into(&folder, "cms1-webbridge", &good);
        stranger.issue_into(&folder, "cms1-scheduler", &Request::new("cms1 scheduler", &names));
        world.system.start_node(0, &[]).unwrap();
        world
            .until("the refusal to be told", async || {
                let log = world.logs().to_lowercase();
                log.lines()
                    .any(|line| {
                        line.contains("scheduler_backend[")
                            && line.contains("down: own certificate refused by the peer")
                    })
                    .then_some(())
            })
            .await;
        world.system.ca.issue_into(&folder, "cms1-scheduler", &Request::new("cms1 scheduler", &names));
        world.system.start_node(0, &[]).unwrap();
        world.until("the links", async || world.system.check_links(&node, 1, 1).await.ok()).await;
    });
}
