//! Personal links: answering without an account, by the page that an invitation leads to, and what an attacker tries with them.

mod world;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};
use world::{Mail, World, clock_at, journey};

/// An answer with its text.
#[derive(Debug)]
struct Page {
    status: u16,
    text: String,
    fields: http::HeaderMap,
}

impl Page {
    fn field(&self, name: &str) -> &str {
        self.fields.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

async fn send(world: &World, method: Method, url: &str, fields: &[(&str, &str)], body: &str) -> Page {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    let request = request.body(Bytes::from(body.to_owned())).unwrap();
    let answer = world.system.client.send(request).await.unwrap();
    Page {
        status: answer.status().as_u16(),
        fields: answer.headers().clone(),
        text: String::from_utf8_lossy(answer.body()).into_owned(),
    }
}

async fn get(world: &World, url: &str) -> Page {
    send(world, Method::GET, url, &[("accept", "text/html"), ("accept-language", "en")], "").await
}

/// As a browser sends the page's own form.
async fn post(world: &World, url: &str, form: &str) -> Page {
    let fields = [
        ("accept", "text/html"),
        ("accept-language", "en"),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    send(world, Method::POST, url, &fields, form).await
}

/// The personal link of a mail.
fn link(mail: &Mail) -> Option<String> {
    mail.text
        .lines()
        .map(str::trim)
        .find(|line| line.contains("/api/v1/scheduler/answers/"))
        .map(str::to_owned)
}

struct Meeting {
    world: World,
    alice: String,
    url: String,
    /// That of Gogi, who has no account.
    link: String,
}

impl Meeting {
    async fn weekly(world: World) -> Self {
        let alice = world.sign_in(0).await;
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let made = world.call(Method::POST, &meetings, &alice, Some(&world.weekly())).await;
        assert_eq!(made.status, 201, "{}", made.json);
        let mails = world.wait_for_mails(3).await;
        let of = |email: &str| mails.iter().find(|mail| mail.to == email).unwrap();
        assert_eq!(link(of("alice@example.test")), None, "nobody asks the organizer");
        assert_ne!(link(of("bob@example.test")), link(of("gogi@s.com")));
        let link = link(of("gogi@s.com")).unwrap();
        assert!(link.starts_with(&format!("{}/api/v1/scheduler/answers/", world.web(0))), "{link}");
        let url = format!("{meetings}/{}", made.json["id"].as_str().unwrap());
        Self { world, alice, url, link }
    }

    async fn call(&self, method: Method, rest: &str, body: Option<&Value>) -> Value {
        let url = format!("{}{rest}", self.url);
        let answer =
            self.world.call_with(method, &url, &self.alice, &[("if-match", "*")], body).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.json);
        answer.json
    }

    /// What Gogi answered to the meeting as such, and by which way.
    async fn gogis(&self) -> (String, String) {
        let shown = self.call(Method::GET, "", None).await;
        let gogi = &shown["attendees"][0];
        assert_eq!(gogi["email"], "gogi@s.com");
        let text = |name: &str| gogi[name].as_str().unwrap_or_default().to_owned();
        (text("partstat"), text("answerSource"))
    }
}

#[test]
fn a_guest_answers_by_the_link_of_the_invitation_and_looking_at_it_changes_nothing() {
    journey(async {
        let meeting = Meeting::weekly(World::small().await).await;
        let (world, link) = (&meeting.world, meeting.link.as_str());
        // Whatever opens the link, as scanners of mails do, says nothing for anybody.
        for rest in ["", "?answer=ACCEPTED", "?answer=DECLINED&recurrence=2026-12-08T10:00:00"] {
            let page = get(world, &format!("{link}{rest}")).await;
            assert_eq!((page.status, page.field("content-type")), (200, "text/html; charset=utf-8"));
            let seen = send(world, Method::HEAD, &format!("{link}{rest}"), &[], "").await;
            assert_eq!((seen.status, seen.text.as_str()), (200, ""));
        }
        assert_eq!(meeting.gogis().await, ("NEEDS-ACTION".into(), String::new()));
        let page = get(world, link).await;
        assert!(page.field("content-security-policy").starts_with("default-src 'none'; style-src 'sha256-"));
        assert_eq!(
            (page.field("x-robots-tag"), page.field("cache-control")),
            ("noindex, nofollow", "no-store")
        );
        assert!(page.text.contains("<html lang=\"en\">") && !page.text.contains("<script"), "{}", page.text);
        assert!(
            page.text.contains("<h1>Test-XRP</h1>") && page.text.contains("invites you."),
            "{}",
            page.text
        );
        assert!(page.text.contains(
            "<dt>Next date</dt><dd>Tuesday, 1 December 2026, 10:00–10:30 <span class=\"zone\">(Asia/Seoul, UTC+09:00)</span></dd>"
        ));
        assert!(page.text.contains("This answer is for Gogi."));
        // Who else is invited and how to get in are nobody's business who has got hold of the link.
        assert!(!page.text.contains("bob@example.test") && !page.text.contains("secret="), "{}", page.text);
        let korean = get(world, &format!("{link}?language=ko")).await;
        assert!(korean.text.contains("<html lang=\"ko\">") && korean.text.contains("참석하시겠습니까?"));
        let chosen = get(world, &format!("{link}?answer=DECLINED")).await;
        assert!(chosen.text.contains("value=\"DECLINED\" class=\"chosen\""), "{}", chosen.text);

        let noted = post(world, link, "scope=all&answer=ACCEPTED&comment=See+you").await;
        assert_eq!(noted.status, 200, "{}", noted.text);
        assert!(noted.text.contains("Your answer is noted: Accept."), "{}", noted.text);
        assert_eq!(meeting.gogis().await, ("ACCEPTED".into(), "link".into()));
        let mails = world.wait_for_mails(4).await;
        assert_eq!(
            (mails[3].to.as_str(), mails[3].subject.as_str()),
            ("alice@example.test", "Accepted: Test-XRP")
        );

        // One date, from one on, another time.
        let one = post(world, link, "scope=one&recurrence=2026-12-08T10%3A00%3A00&answer=DECLINED").await;
        assert!(one.text.contains("10:00–10:30 · Decline</option>"), "{}", one.text);
        assert!(one.text.contains("Your answer so far: Decline"), "to this date: {}", one.text);
        let form = "scope=following&recurrence=2026-12-15T10%3A00%3A00&answer=TENTATIVE&start=2026-12-15T14%3A00&end=2026-12-15T15%3A00";
        let proposed = post(world, link, form).await;
        assert!(proposed.text.contains("Your proposal is noted as well."), "{}", proposed.text);
        let answers = meeting.call(Method::GET, "/answers", None).await;
        assert_eq!(answers["proposals"][0]["dtStart"], "2026-12-15T14:00:00");
        assert_eq!(answers["log"].as_array().unwrap().len(), 3);
        // A program does the same with JSON.
        let json_fields = [("accept", "application/json"), ("content-type", "application/json")];
        let shown = send(world, Method::GET, link, &json_fields, "").await;
        let shown: Value = serde_json::from_str(&shown.text).unwrap();
        assert_eq!(
            shown["dates"]
                .as_array()
                .unwrap()
                .iter()
                .map(|date| date["partstat"].clone())
                .collect::<Vec<_>>(),
            ["ACCEPTED", "DECLINED", "TENTATIVE"]
        );
        let taken = send(world, Method::POST, link, &json_fields, r#"{"partstat":"DECLINED"}"#).await;
        assert_eq!((taken.status, meeting.gogis().await.0.as_str()), (200, "DECLINED"), "{}", taken.text);

        // What is wrong is said, and what was typed stays.
        for (form, words) in [
            ("scope=all&comment=Hello", "Choose Accept, Maybe or Decline."),
            (
                "answer=TENTATIVE&comment=Hello&start=2026-12-15T14%3A00&end=2026-12-15T13%3A00",
                "Give a start and an end after it.",
            ),
            ("answer=TENTATIVE&comment=Hello&end=2026-12-15T13%3A00", "Give a start and an end after it."),
        ] {
            let wrong = post(world, link, form).await;
            assert_eq!(wrong.status, 422, "{}", wrong.text);
            assert!(wrong.text.contains(words) && wrong.text.contains("Hello</textarea>"), "{}", wrong.text);
        }
        let gone = post(world, link, "scope=one&recurrence=2026-12-09T10%3A00%3A00&answer=DECLINED").await;
        assert_eq!(gone.status, 404);
        assert!(gone.text.contains("not one of the meeting any more"), "{}", gone.text);
    });
}

#[test]
fn a_link_can_not_be_forged_borrowed_or_used_from_another_site() {
    journey(async {
        let meeting = Meeting::weekly(World::start(1, 1, true, &[]).await).await;
        let (world, link) = (&meeting.world, meeting.link.as_str());
        let (base, token) = link.rsplit_once('/').unwrap();
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        // Each character in another way, one bit at a time.
        for place in 0..token.len() {
            let mut other = token.as_bytes().to_vec();
            let value = alphabet.iter().position(|known| *known == other[place]).unwrap();
            other[place] = alphabet[value ^ (1 << (place % 6))];
            let url = format!("{base}/{}", String::from_utf8(other).unwrap());
            assert_eq!(get(world, &url).await.status, 404, "{url}");
            assert_eq!(post(world, &url, "answer=DECLINED").await.status, 404, "{url}");
        }
        for wrong in ["", "x", &token[1..], &format!("{token}A"), "..%2fmeetings", &"A".repeat(60)] {
            assert!([404, 400].contains(&get(world, &format!("{base}/{wrong}")).await.status), "{wrong}");
        }
        let refused =
            send(world, Method::GET, &format!("{base}/x"), &[("accept", "application/json")], "").await;
        assert!(refused.field("content-type").starts_with("application/problem+json"), "{refused:?}");

        // A form on another site.
        for fields in [&[("sec-fetch-site", "cross-site")][..], &[("origin", "https://evil.test")]] {
            let page = send(world, Method::POST, link, fields, "answer=DECLINED").await;
            assert_eq!(page.status, 403, "{}", page.text);
        }
        // A link is for one meeting: that of another does nothing here.
        let meetings = meeting.url.rsplit_once('/').unwrap().0;
        let mut body = world.weekly();
        body["summary"] = json!("Another");
        let other = world.call(Method::POST, meetings, &meeting.alice, Some(&body)).await;
        assert_eq!(other.status, 201);
        let mails = world.wait_for_mails(6).await;
        let others = mails[3..].iter().find(|mail| mail.to == "gogi@s.com").and_then(self::link).unwrap();
        assert_eq!(post(world, &others, "answer=DECLINED").await.status, 200);
        assert_eq!(meeting.gogis().await.0, "NEEDS-ACTION");

        // Twenty times a minute.
        let mut last = 0;
        for _ in 0..21 {
            last = post(world, link, "answer=ACCEPTED").await.status;
        }
        assert_eq!(last, 429);
        assert_eq!(get(world, link).await.status, 200, "looking at it is free");
        // The addresses, which are as good as passwords, stand in no log.
        assert!(!world.logs().contains(token), "{}", world.logs());
    });
}

#[test]
fn a_link_is_revoked_and_ends_with_its_meeting() {
    journey(async {
        let mut meeting = Meeting::weekly(World::small().await).await;
        let old = meeting.link.clone();
        let path = "/attendees/GOGI@s.com/link";
        meeting.call(Method::POST, path, None).await;
        let mails = meeting.world.wait_for_mails(4).await;
        assert_eq!((mails[3].to.as_str(), mails[3].subject.as_str()), ("gogi@s.com", "Sent again: Test-XRP"));
        let mut new = link(&mails[3]).unwrap();
        let void = get(&meeting.world, &old).await;
        assert_eq!((void.status, void.text.contains("This link was replaced")), (410, true), "{}", void.text);
        assert_eq!(post(&meeting.world, &old, "answer=DECLINED").await.status, 410);
        assert_eq!(post(&meeting.world, &new, "answer=ACCEPTED").await.status, 200);
        assert_eq!(meeting.gogis().await.0, "ACCEPTED");
        let stranger = format!("{}/attendees/no@s.com/link", meeting.url);
        assert_eq!(meeting.world.call(Method::POST, &stranger, &meeting.alice, None).await.status, 404);
        let bob = meeting.world.sign_in(1).await;
        let url = format!("{}{path}", meeting.url);
        assert_eq!(meeting.world.call(Method::POST, &url, &bob, None).await.status, 403);

        // What follows a cut has a link of its own; the old one answers for what is left, and then for what follows.
        let rest = "/occurrences/2026-12-08T10:00:00?range=THISANDFUTURE&notify=none";
        meeting.call(Method::PATCH, rest, Some(&json!({"summary": "Part two"}))).await;
        assert!(get(&meeting.world, &new).await.text.contains("<h1>Test-XRP</h1>"));
        // Who renews the link to what follows voids what would lead there, and sends another of it.
        let followed = meeting.call(Method::GET, "", None).await["followedBy"].as_str().unwrap().to_owned();
        let parted = format!("{}/{followed}", meeting.url.rsplit_once('/').unwrap().0);
        let renewed =
            meeting.world.call(Method::POST, &format!("{parted}{path}"), &meeting.alice, None).await;
        assert_eq!(renewed.status, 200, "{}", renewed.json);
        assert_eq!(get(&meeting.world, &new).await.status, 410);
        let sent = async |name: &str, number: usize| {
            let subject = format!("Sent again: {name}");
            let nth =
                async || meeting.world.mails().into_iter().filter(|mail| mail.subject == subject).nth(number);
            link(&meeting.world.until(&subject, nth).await).unwrap()
        };
        assert!(get(&meeting.world, &sent("Part two", 0).await).await.text.contains("<h1>Part two</h1>"));
        new = sent("Test-XRP", 1).await;
        let restart = async |meeting: &mut Meeting, time: &str| {
            meeting.world.system.stop_node(0).unwrap();
            meeting.world.system.start_node(0, &[&clock_at(time)]).unwrap();
            meeting.world.system.until_ready().await.unwrap();
            meeting.alice = meeting.world.sign_in(0).await;
        };
        restart(&mut meeting, "2026-12-03T00:00:00Z").await;
        let page = get(&meeting.world, &new).await;
        assert!(page.text.contains("<h1>Part two</h1>"), "{}", page.text);
        assert_eq!(post(&meeting.world, &new, "scope=all&answer=TENTATIVE").await.status, 200);
        meeting.url = parted;
        assert_eq!(meeting.gogis().await, ("TENTATIVE".into(), "link".into()));

        // Who is not invited any more has nothing to say, and what is over can't be answered.
        restart(&mut meeting, "2026-12-20T00:00:00Z").await;
        let over = get(&meeting.world, &new).await;
        assert_eq!((over.status, over.text.contains("This meeting is over.")), (200, true), "{}", over.text);
        assert!(!over.text.contains("<form"), "{}", over.text);
        assert_eq!(post(&meeting.world, &new, "answer=DECLINED").await.status, 409);
        restart(&mut meeting, "2027-01-15T00:00:00Z").await;
        let over = get(&meeting.world, &new).await;
        assert_eq!((over.status, over.text.contains("over long ago")), (410, true), "{}", over.text);
    });
}
