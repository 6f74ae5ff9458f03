//! Bodies that are broken, or that cost more than they should: refused, and soon.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Request, header};
use serde_json::json;

use crate::world::World;

/// Longer than any answer may take here, on a busy machine and without optimisation.
const SOON: Duration = Duration::from_secs(8);

async fn status(world: &World, method: Method, url: &str, fields: &[(&str, &str)], body: Vec<u8>) -> u16 {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    let begun = Instant::now();
    let what = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
    let answer = world.system.client.send(request.body(Bytes::from(body)).unwrap()).await.unwrap();
    assert!(begun.elapsed() < SOON, "{:?} for {what}", begun.elapsed());
    answer.status().as_u16()
}

pub async fn costly_and_broken_bodies_are_refused_soon(world: &World) {
    let alice = world.sign_in(0).await;
    let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
    let signed = [("authorization", alice.as_str())];
    let deep = "[".repeat(500_000).into_bytes();
    let bombs: [(Vec<u8>, u16); 6] = [
        (deep.clone(), 400),
        (format!("{{\"attendees\":{}", "[".repeat(500_000)).into_bytes(), 400),
        (b"\xff\xfe{}".to_vec(), 400),
        (b"{\"summary\":\"\\ud800\"}".to_vec(), 400),
        (b"{\"summary\":\"a\",\"summary\":\"b\"}".to_vec(), 400),
        (vec![b' '; 1024 * 1024 + 1], 413),
    ];
    for (body, expected) in bombs {
        assert_eq!(status(world, Method::POST, &meetings, &signed, body).await, expected);
    }
    let auth = format!("{}/api/auth", world.web(0));
    assert_eq!(status(world, Method::POST, &auth, &[], deep).await, 413);
    assert_eq!(status(world, Method::POST, &auth, &[], "[".repeat(60_000).into_bytes()).await, 400);
    // A body in another coding is bytes like any others, and not unpacked.
    let packed = [("content-encoding", "gzip"), signed[0]];
    assert_eq!(status(world, Method::POST, &meetings, &packed, vec![0x1f, 0x8b, 8, 0]).await, 400);

    // Many parameters, long values.
    let spaces = format!("{}/api/v1/coSpaces", world.system.layout.nodes[0].admin_api());
    let operator = world.operator();
    let basic = [(header::AUTHORIZATION.as_str(), operator.as_str())];
    let many = "a=1&".repeat(60_000).into_bytes();
    assert_eq!(status(world, Method::POST, &spaces, &basic, many).await, 413);
    assert_eq!(status(world, Method::POST, &spaces, &basic, vec![b'%'; 256 * 1024 + 1]).await, 413);
    let query = format!("{spaces}?{}", "a=1&".repeat(301));
    assert_eq!(status(world, Method::GET, &query, &basic, Vec::new()).await, 414);
}

/// Rules that make a look for occurrences long are cut short, in a preview as in a list.
pub async fn costly_rules_are_answered_soon(world: &World) {
    let alice = world.sign_in(0).await;
    let preview = format!("{}/api/v1/scheduler/occurrences", world.web(0));
    for rule in [
        "FREQ=SECONDLY",
        "FREQ=SECONDLY;COUNT=10000;BYMONTH=2;BYMONTHDAY=29;BYHOUR=3;BYMINUTE=59;BYSECOND=59",
        "FREQ=SECONDLY;INTERVAL=99991;BYHOUR=0;BYMINUTE=0;BYSECOND=0",
        "FREQ=MINUTELY;INTERVAL=1439;BYSECOND=0,1,2,3,4,5,6,7;BYDAY=SU;BYMONTH=2",
        "FREQ=DAILY;BYMONTHDAY=30;BYMONTH=2",
        "FREQ=YEARLY;BYWEEKNO=53;BYDAY=-53MO,53SU;UNTIL=20991231",
        "FREQ=YEARLY;BYYEARDAY=366;BYDAY=MO;BYMONTHDAY=31;COUNT=10000",
        "FREQ=WEEKLY;INTERVAL=100000;COUNT=10000",
        "FREQ=MONTHLY;BYDAY=5MO;BYSETPOS=366;COUNT=10000",
        "FREQ=HOURLY;BYSETPOS=-1,1;BYMINUTE=0,1,2,3;BYSECOND=0,1,2;COUNT=10000",
    ] {
        let body = json!({"dtStart": "1970-01-01T00:00:00", "dtEnd": "1970-01-31T00:00:00", "timeZone": "America/New_York",
            "isFullDayMeeting": false, "rrule": rule, "rdate": [], "exdate": []});
        let fields = [("authorization", alice.as_str())];
        let status = status(world, Method::POST, &preview, &fields, body.to_string().into_bytes()).await;
        assert!([200, 422].contains(&status), "{rule}: {status}");
    }
}
