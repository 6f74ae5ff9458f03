//! A meeting that a person schedules in the web app, on servers that were set up by the shell.

use bytes::Bytes;
use convoke::dev::{api::AdminApi, https::Client};
use http::{Method, Request, header};
use serde_json::{Value, json};

use crate::server::{PASSWORD, Server};

const PERSON: &str = "alice@example.test";

/// Adds a person and a template on one server, signs in at another's web bridge, and schedules; answers what came back, in a line each.
pub fn schedule(ca: &str, admin: (&Server, &str), web: (&Server, &str)) -> Vec<String> {
    admin.0.add_person(PERSON, PASSWORD);
    let client = Client::trusting(ca).unwrap();
    let api =
        AdminApi::new(client.clone(), &format!("https://{}:{}", admin.0.address, admin.1), "admin", PASSWORD);
    let web = format!("https://{}:{}", web.0.address, web.1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let template = api.create("coSpaceTemplates", &[("name", "Meetings")]).await.unwrap();
        let fields = [("name", "Everyone"), ("uriGenerator", "$.space"), ("generateUniqueCallId", "true")];
        api.create(&format!("coSpaceTemplates/{template}/accessMethodTemplates"), &fields).await.unwrap();
        let users = api.read("users").await.unwrap();
        let user = users.split("user id=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let of_user = format!("users/{user}/userCoSpaceTemplates");
        api.create(&of_user, &[("coSpaceTemplate", &template)]).await.unwrap();
        let signed_in = json!({"username": PERSON, "password": PASSWORD, "trace": false});
        let (status, answer) = post(&client, &format!("{web}/api/auth"), "", &signed_in).await;
        assert_eq!(status, 200, "{answer}");
        let token = format!("Bearer {}", answer["jwt"].as_str().unwrap());
        let meeting = json!({
            "summary": "Test-XRP",
            "dtStart": "2027-12-01T10:00:00",
            "dtEnd": "2027-12-01T10:30:00",
            "timeZone": "Asia/Seoul",
            "attendees": [],
            "organizerRole": "Everyone",
            "coSpaceTemplate": template,
        });
        let (status, answer) =
            post(&client, &format!("{web}/api/v1/scheduler/meetings"), &token, &meeting).await;
        assert_eq!(status, 201, "{answer}");
        vec![format!("{} {}", answer["summary"].as_str().unwrap(), answer["dtStart"].as_str().unwrap())]
    })
}

async fn post(client: &Client, url: &str, token: &str, body: &Value) -> (u16, Value) {
    let request = Request::builder()
        .method(Method::POST)
        .uri(url)
        .header(header::AUTHORIZATION, token)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Bytes::from(body.to_string()))
        .unwrap();
    let answer = client.send(request).await.unwrap();
    (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or(Value::Null))
}
