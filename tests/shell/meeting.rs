//! A person who schedules meetings in the web app, on servers that were set up by the shell.

use bytes::Bytes;
use convoke::dev::{api::AdminApi, https::Client};
use http::{Method, Request, header};
use serde_json::{Value, json};

use crate::server::{PASSWORD, Server};

const PERSON: &str = "alice@example.test";

/// A person who is signed in, and may schedule.
pub struct Organizer {
    client: Client,
    web: String,
    token: String,
    template: String,
}

impl Organizer {
    /// Adds the person and a template on one server, and signs in at another's web bridge.
    pub fn new(ca: &str, admin: (&Server, &str), web: (&Server, &str)) -> Self {
        admin.0.add_person(PERSON, PASSWORD);
        let client = Client::trusting(ca).unwrap();
        let url = format!("https://{}:{}", admin.0.address, admin.1);
        let api = AdminApi::new(client.clone(), &url, "admin", PASSWORD);
        let web = format!("https://{}:{}", web.0.address, web.1);
        let (template, token) = runtime().block_on(async {
            let template = make_template(&api).await;
            let signed_in = json!({"username": PERSON, "password": PASSWORD, "trace": false});
            let (status, answer) = post(&client, &format!("{web}/api/auth"), "", &signed_in).await;
            assert_eq!(status, 200, "{answer}");
            (template, format!("Bearer {}", answer["jwt"].as_str().unwrap()))
        });
        Self { client, web, token, template }
    }

    /// Schedules a meeting with these guests; what came back of it, in a line.
    pub fn schedule(&self, guests: &[&str]) -> Vec<String> {
        let guests: Vec<Value> =
            guests.iter().map(|guest| json!({"email": guest, "role": "Everyone"})).collect();
        let meeting = json!({
            "summary": "Test-XRP",
            "dtStart": "2027-12-01T10:00:00",
            "dtEnd": "2027-12-01T10:30:00",
            "timeZone": "Asia/Seoul",
            "attendees": guests,
            "organizerRole": "Everyone",
            "coSpaceTemplate": self.template,
        });
        let url = format!("{}/api/v1/scheduler/meetings", self.web);
        let (status, answer) = runtime().block_on(post(&self.client, &url, &self.token, &meeting));
        assert_eq!(status, 201, "{answer}");
        vec![format!("{} {}", answer["summary"].as_str().unwrap(), answer["dtStart"].as_str().unwrap())]
    }
}

/// A template that the one person has.
async fn make_template(api: &AdminApi) -> String {
    let template = api.create("coSpaceTemplates", &[("name", "Meetings")]).await.unwrap();
    let fields = [("name", "Everyone"), ("uriGenerator", "$.space"), ("generateUniqueCallId", "true")];
    api.create(&format!("coSpaceTemplates/{template}/accessMethodTemplates"), &fields).await.unwrap();
    let users = api.read("users").await.unwrap();
    let user = users.split("user id=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let of_user = format!("users/{user}/userCoSpaceTemplates");
    api.create(&of_user, &[("coSpaceTemplate", &template)]).await.unwrap();
    template
}

/// Makes an object by the API of a server; what is wrong, if anything is.
pub fn create(
    ca: &str,
    (server, port): (&Server, &str),
    collection: &str,
    fields: &[(&str, &str)],
) -> Vec<String> {
    let url = format!("https://{}:{port}", server.address);
    let api = AdminApi::new(Client::trusting(ca).unwrap(), &url, "admin", PASSWORD);
    let created = runtime().block_on(api.create(collection, fields));
    created.err().map(|fault| format!("{fault:#}")).into_iter().collect()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
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
