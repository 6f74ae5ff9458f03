//! People to be invited, from whatever text somebody has.

mod world;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};
use world::{World, journey};

#[test]
fn people_are_read_from_texts_and_tables_and_nobody_is_mailed() {
    journey(async {
        let world = World::small().await;
        let alice = world.sign_in(0).await;
        let url = format!("{}/api/v1/scheduler/attendees/parse", world.web(0));
        let parse = async |kind: &str, body: Vec<u8>| {
            let mut request =
                Request::post(&url).header("authorization", &alice).body(Bytes::from(body)).unwrap();
            if !kind.is_empty() {
                request.headers_mut().insert("content-type", kind.parse().unwrap());
            }
            let answer = world.system.client.send(request).await.unwrap();
            let json: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
            (answer.status().as_u16(), json)
        };
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let mut weekly = world.weekly();
        weekly["attendees"] = json!([{"email": "gogi@some-partner.test"}]);
        assert_eq!(world.call(Method::POST, &meetings, &alice, Some(&weekly)).await.status, 201);
        let before = world.wait_for_mails(2).await.len();

        let text = "Kim, Bob <bob@c.test>; carol@exmaple.test, nobody\n김철수＜k＠d.test＞, BOB@c.test x@some-partnre.test";
        let (status, found) = parse("text/plain; charset=utf-8", text.into()).await;
        assert_eq!(status, 200, "{found}");
        let person = |email: &str, name: &str| json!({"email": email, "name": name});
        assert_eq!(
            found["attendees"],
            json!([
                person("bob@c.test", "Kim, Bob"),
                person("carol@exmaple.test", ""),
                person("k@d.test", "김철수"),
                person("x@some-partnre.test", ""),
            ])
        );
        assert_eq!((&found["faultCount"], &found["duplicateCount"]), (&json!(3), &json!(1)));
        // Alice's own domain, and that of somebody whom she has invited.
        let told: Vec<Value> = found["faults"]
            .as_array()
            .unwrap()
            .iter()
            .map(|fault| json!([fault["line"], fault["code"], fault["text"], fault["suggestion"]]))
            .collect();
        assert_eq!(
            json!(told),
            json!([
                [1, "doubtfulDomain", "carol@exmaple.test", "carol@example.test"],
                [1, "noAddress", "nobody", null],
                [2, "doubtfulDomain", "x@some-partnre.test", "x@some-partner.test"],
            ])
        );
        assert_eq!(found["duplicates"], json!([{"line": 2, "email": "BOB@c.test"}]));

        // A spreadsheet from Korea, in its own charset, and the same as JSON.
        let table = "이름,이메일\r\n\"김, 철수\",a@b.test\r\n";
        let (bytes, _, _) = encoding_rs::EUC_KR.encode(table);
        let expected = json!([person("a@b.test", "김, 철수")]);
        assert_eq!(parse("text/csv", bytes.into_owned()).await.1["attendees"], expected);
        let asked = json!({"text": table, "format": "csv"});
        assert_eq!(parse("application/json", asked.to_string().into()).await.1["attendees"], expected);
        assert_eq!(parse("", asked.to_string().into()).await.1["attendees"], expected);
        // What was read is what a meeting takes.
        weekly["attendees"] = expected;
        weekly["coSpaceTemplate"] = json!(world.objects.template);
        let preview = format!("{meetings}?notify=none");
        assert_eq!(world.call(Method::POST, &preview, &alice, Some(&weekly)).await.status, 201);

        assert_eq!(parse("image/png", b"x".to_vec()).await.0, 415);
        assert_eq!(parse("application/json", b"{".to_vec()).await.0, 400);
        let many = |count: usize| (0..count).map(|number| format!("p{number}@x.test\n")).collect::<String>();
        let (status, found) = parse("text/plain", many(5_000).into()).await;
        assert_eq!((status, found["attendees"].as_array().unwrap().len()), (200, 5_000));
        let (status, refused) = parse("text/plain", many(5_001).into()).await;
        let words = "A text has at most 5000 people; these are 5001.";
        assert_eq!((status, &refused["detail"]), (422, &json!(words)));
        assert_eq!(parse("text/plain", vec![b' '; 512 * 1024]).await.0, 200);
        let (status, refused) = parse("text/plain", vec![b' '; 512 * 1024 + 1]).await;
        let words = "A text has at most 512 KiB; send it in parts.";
        assert_eq!((status, &refused["detail"]), (413, &json!(words)));
        assert_eq!(world.call(Method::POST, &url, "", Some(&asked)).await.status, 401);
        assert_eq!(
            world.wait_for_mails(before + 2).await.len(),
            before + 2,
            "those of the second meeting alone"
        );
    });
}
