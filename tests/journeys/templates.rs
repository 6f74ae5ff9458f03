//! The organisation's own text of invitations, at a URL that administrators name: what mails say by it, what they say when it is
//! gone, and how one looks at it before.

mod world;

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use convoke_testkit::postgres::Postgres;
use http::{Method, Request, header};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use world::{
    Answer, Mail, Plan, World, clock_at, journey,
    receiver::{Receiver, Reply},
};

/// A web server of the organisation: what it answers, and what it was asked for.
struct Site {
    base: String,
    answer: Arc<Mutex<(u16, String)>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    async fn start(text: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let answer = Arc::new(Mutex::new((200, text.to_owned())));
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (said, heard) = (answer.clone(), asked.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (said, heard) = (said.clone(), heard.clone());
                tokio::spawn(async move {
                    let service = service_fn(|request: http::Request<Incoming>| {
                        heard.lock().unwrap().push(request.uri().to_string());
                        let (status, text) = said.lock().unwrap().clone();
                        let answer = http::Response::builder().status(status);
                        std::future::ready(answer.body(Full::new(Bytes::from(text))))
                    });
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { base, answer, asked }
    }

    fn answers(&self, status: u16, text: &str) {
        *self.answer.lock().unwrap() = (status, text.to_owned());
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// An administrator's request; the answer's body.
async fn administer(world: &World, method: Method, path: &str, form: &str) -> String {
    let base = world.system.layout.nodes[0].admin_api();
    let request = Request::builder()
        .method(method.clone())
        .uri(format!("{base}/api/v1/{path}"))
        .header(header::AUTHORIZATION, world.operator())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Bytes::from(form.to_owned()))
        .unwrap();
    let answer = world.system.client.send(request).await.unwrap();
    assert!(answer.status().is_success(), "{method} {path}: {:?}", answer.body());
    String::from_utf8_lossy(answer.body()).into_owned()
}

/// Makes these texts those of the whole system.
async fn brand(world: &World, field: &str, url: &str) {
    let admin = world.system.admin_api(&world.people);
    let profile = admin.create("callBrandingProfiles", &[(field, url)]).await.unwrap();
    administer(world, Method::PUT, "system/profiles", &format!("callBrandingProfile={profile}")).await;
}

async fn schedule(world: &World, alice: &str, summary: &str) -> Answer {
    let mut body = world.weekly();
    body["summary"] = json!(summary);
    let url = format!("{}/api/v1/scheduler/meetings", world.web(0));
    let made = world.call(Method::POST, &url, alice, Some(&body)).await;
    assert_eq!(made.status, 201, "{}", made.json);
    made
}

/// The mail that invites Gogi to the meeting of this name.
async fn invitation(world: &World, name: &str) -> Mail {
    let find = async || {
        let mails = world.mails();
        mails.into_iter().find(|mail| mail.to == "gogi@s.com" && mail.text.contains(name))
    };
    world.until(name, find).await
}

/// Waits until Gogi has so many mails of this subject.
async fn until_sent(world: &World, subject: &str, count: usize) {
    let sent = async || {
        let mails =
            world.mails().into_iter().filter(|mail| mail.subject == subject && mail.to == "gogi@s.com");
        (mails.count() == count).then_some(())
    };
    world.until(&format!("{count} of {subject}"), sent).await;
}

#[test]
fn invitations_have_the_text_of_the_url_as_it_was_when_they_were_queued() {
    journey(async {
        let site =
            Site::start("Subject: ACME: %name%\nWelcome to %name%, says ACME. Dial %numeric_id%.\n#for n in ivr_numbers\nBy phone: %n.number% (%n.label%)\n#endfor\n").await;
        let postgres = Postgres::start();
        let plan = Plan { database: Some(postgres.database("convoke")), ..Plan::default() };
        let mut world = World::build(&plan, &[]).await;
        let alice = world.sign_in(0).await;
        brand(&world, "invitationTemplate", &format!("{}/invite?token=secret", site.base)).await;
        let admin = world.system.admin_api(&world.people);
        let profile = admin.create("webBridgeProfiles", &[("name", "all")]).await.unwrap();
        let number = [("number", "+82 2 1234 5678"), ("label", "Seoul")];
        admin.create(&format!("webBridgeProfiles/{profile}/ivrNumbers"), &number).await.unwrap();
        administer(&world, Method::PUT, "system/profiles", &format!("webBridgeProfile={profile}")).await;
        schedule(&world, &alice, "First").await;
        let mail = invitation(&world, "First").await;
        assert!(mail.text.contains("By phone: +82 2 1234 5678 (Seoul)"), "{}", mail.text);
        assert_eq!(mail.subject, "ACME: First");
        assert!(mail.text.starts_with("Welcome to First, says ACME. Dial "), "{}", mail.text);
        assert!(mail.calendar.contains("METHOD:REQUEST"), "{}", mail.calendar);
        let mut asked = site.asked();
        asked.sort();
        assert_eq!(asked, ["/invite?token=secret&language=en_US", "/invite?token=secret&language=ko_KR"]);

        // What the site says since is for later meetings, after a while.
        site.answers(200, "Another text");
        let second = schedule(&world, &alice, "Second").await;
        assert_eq!(invitation(&world, "Second").await.subject, "ACME: Second");
        assert_eq!(site.asked().len(), 2, "it is known");
        // Of those that were invited later the text is the one of their meeting, which is sent again as it was.
        let id = second.json["id"].as_str().unwrap();
        let again = format!("{}/api/v1/scheduler/meetings/{id}/deliveries/gogi@s.com/resend", world.web(0));
        assert_eq!(world.call(Method::POST, &again, &alice, None).await.status, 200);
        until_sent(&world, "ACME: Second", 2).await;
        // Also after a restart, when the site is away.
        site.answers(500, "");
        world.system.stop_node(0).unwrap();
        world.system.start_node(0, &[&clock_at("2026-11-22T09:10:00Z")]).unwrap();
        world.system.until_ready().await.unwrap();
        let alice = world.sign_in(0).await;
        assert_eq!(world.call(Method::POST, &again, &alice, None).await.status, 200);
        until_sent(&world, "ACME: Second", 3).await;
        schedule(&world, &alice, "Third").await;
        assert_eq!(invitation(&world, "Third").await.subject, "ACME: Third", "the last text is kept");
        assert!(world.logs().contains(&format!("{} answered 500", site.base)), "{}", world.logs());
        // The invitation of a space itself, as clients of the call bridge ask for it: by the last text, which has only what spaces have.
        let of_space = format!("coSpaces/{}/emailInvitation", second.json["coSpace"].as_str().unwrap());
        let shown = administer(&world, Method::GET, &of_space, "").await;
        assert!(shown.contains("<subject>ACME: Second</subject><invitation>Welcome to Second"), "{shown}");
        site.answers(200, "Subject: %name%!\n%name% at %join_link%\n");
        let space = second.json["coSpace"].as_str().unwrap();
        let profile = format!("{}/own", site.base);
        let admin = world.system.admin_api(&world.people);
        let profile =
            admin.create("callBrandingProfiles", &[("invitationTemplate", &profile)]).await.unwrap();
        administer(
            &world,
            Method::PUT,
            &format!("coSpaces/{space}"),
            &format!("callBrandingProfile={profile}"),
        )
        .await;
        let methods = format!("coSpaces/{space}/accessMethods");
        let listed = administer(&world, Method::GET, &methods, "").await;
        let method = listed.split("id=\"").nth(1).unwrap().split('"').next().unwrap();
        let path = format!("{methods}/{method}/emailInvitation?language=ko_KR");
        let shown = administer(&world, Method::GET, &path, "").await;
        assert!(shown.contains("<subject>Second!</subject><invitation>Second at https://"), "{shown}");
        assert_eq!(site.asked().last().unwrap(), "/own?language=ko_KR");
        assert!(!world.logs().contains("token=secret"), "the URL is in the log");
    });
}

#[test]
fn a_text_with_faults_and_one_that_is_away_leave_the_built_in_one_and_say_so() {
    journey(async {
        let site = Site::start("#if name\nno end\n").await;
        let receiver = Receiver::start().await;
        let plan = Plan { settings: vec![receiver.settings(1)], ..Plan::default() };
        let world = World::build(&plan, &[]).await;
        let alice = world.sign_in(0).await;
        brand(&world, "resourceLocation", &format!("{}/texts/", site.base)).await;
        let made = schedule(&world, &alice, "Faulty").await;
        assert_eq!(invitation(&world, "Faulty").await.subject, "Invitation: Faulty");
        assert!(
            site.asked().contains(&"/texts/invitation_template_en_US.txt".to_owned()),
            "{:?}",
            site.asked()
        );
        let logged = "invitations have another text than the branding profile says: 1:1: #endif is missing";
        assert!(world.logs().contains(logged), "{}", world.logs());

        let preview = async |who: &str, body: &Value| {
            let url = format!("{}/api/v1/scheduler/templates/preview", world.web(0));
            world.call(Method::POST, &url, who, Some(body)).await
        };
        let id = made.json["id"].as_str().unwrap();
        let seen = preview(&alice, &json!({"meeting": id})).await;
        assert_eq!(
            (seen.status, &seen.json["subject"]),
            (200, &json!("Invitation: Faulty")),
            "{}",
            seen.json
        );
        assert_eq!(seen.json["warnings"], json!(["1:1: #endif is missing"]));
        // Of one's own.
        let text = "Subject: %organizer% invites\n%name% on %when%{% if passcode %} (%passcode%){% endif %} %nothing%\n";
        let seen = preview(&alice, &json!({"text": text, "language": "ko_KR", "meeting": id})).await;
        assert_eq!((seen.status, &seen.json["subject"]), (200, &json!("Alice Kim invites")), "{}", seen.json);
        assert!(
            seen.json["text"].as_str().unwrap().starts_with("Faulty on 2026년 12월 1일"),
            "{}",
            seen.json
        );
        assert!(seen.json["html"].as_str().unwrap().contains("<html lang=\"ko\">"), "{}", seen.json);
        assert_eq!(seen.json["warnings"], json!(["There is no value nothing; it is empty."]));
        let sample = preview(&alice, &json!({"text": "%name% %numeric_id% %join_link%"})).await.json;
        assert!(sample["text"].as_str().unwrap().starts_with("Weekly 123456789 https://"), "{sample}");
        let wrong = preview(&alice, &json!({"text": "a\n{% if x\n#endif"})).await;
        let faults = json!([{"line": 2, "column": 1, "reason": "{% without %}"}, {"line": 3, "column": 1, "reason": "there is no #if to end here"}]);
        assert_eq!((wrong.status, &wrong.json["faults"]), (200, &faults), "{}", wrong.json);
        assert_eq!(wrong.json["warnings"], json!(["The text has faults; the built-in one is sent instead."]));
        // What is not asked for in this way.
        let bob = world.sign_in(1).await;
        for (who, body, status) in [
            (&alice, json!({}), 422),
            (&alice, json!({"text": "a", "url": "https://a.test"}), 422),
            (&alice, json!({"text": "a", "language": "xx"}), 422),
            (&alice, json!({"url": format!("{}/x", site.base)}), 403),
            (&alice, json!({"text": "a", "meeting": "7d13b5a4-6f5b-4a30-9a43-6a6f0e3f2f11"}), 404),
            (&bob, json!({"text": "a", "meeting": id}), 403),
            (&bob, json!({"text": 1}), 400),
        ] {
            let refused = preview(who, &body).await;
            assert_eq!(refused.status, status, "{body}: {}", refused.json);
        }
        assert_eq!(preview("", &json!({"text": "a"})).await.status, 401);
        let scheduler = world.system.layout.nodes[0].scheduler_api().unwrap();
        let url = format!("{scheduler}/api/v1/scheduler/templates/preview");
        let of_url = async |path: &str| {
            let body = json!({"url": format!("{}{path}", site.base)});
            world.call(Method::POST, &url, &world.operator(), Some(&body)).await.json
        };
        site.answers(200, "Hello %name%");
        assert_eq!(of_url("/good").await["text"], "Hello Weekly");
        site.answers(404, "");
        assert_eq!(
            of_url("/none").await["warnings"],
            json!(["There is nothing at the URL; the built-in text is sent."])
        );
        site.answers(500, "");
        assert_eq!(
            of_url("/bad").await["warnings"],
            json!([format!("{} answered 500; the built-in text is sent.", site.base)])
        );
        // A server in the house, whose certificate is of the house's own CA; both roles ask it.
        receiver.will_answer(&[Reply::Text("From home: %name%"), Reply::Text("Subject: %name%?\nHome\n")]);
        let body = json!({"url": receiver.url("/home")});
        let seen = world.call(Method::POST, &url, &world.operator(), Some(&body)).await.json;
        assert_eq!(seen["text"], "From home: Weekly", "{seen}");
        let home = receiver.url("/home");
        let profile = [("invitationTemplate", home.as_str())];
        let profile =
            world.system.admin_api(&world.people).create("callBrandingProfiles", &profile).await.unwrap();
        let space = format!("coSpaces/{}", made.json["coSpace"].as_str().unwrap());
        administer(&world, Method::PUT, &space, &format!("callBrandingProfile={profile}")).await;
        let shown = administer(&world, Method::GET, &format!("{space}/emailInvitation"), "").await;
        assert!(shown.contains("<subject>Faulty?</subject>"), "{shown}");
        assert_eq!(
            world.mails().iter().filter(|mail| mail.to == "gogi@s.com").count(),
            1,
            "nothing was sent"
        );
    });
}
