//! A call bridge without its listeners: a state on a fresh database, and its routers to be asked.

use std::sync::Arc;

use axum::{Router, body::Body};
use convoke_callbridge::{admin, loopback, state::State, users, web};
use convoke_callbridge_api::read::{self, Element};
use convoke_directory::{Accounts, accounts::Taken, password};
use convoke_model::{AccountRole, ObjectId};
use convoke_runtime::{
    Clock,
    clock::ClockMover,
    random,
    settings::{
        callbridge::{CallBridge, Https},
        database::Database,
        interfaces::Listener,
    },
};
use convoke_store::Store;
use convoke_testkit::{
    ca::{Ca, Request as Certificate},
    postgres::Postgres,
};
use convoke_trust::{Bundle, Identity};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use secrecy::SecretString;
use tempfile::TempDir;
use tower::ServiceExt;

/// What the scheduler shows in these tests.
pub const TOKEN: &str = "the-loopback-token";
/// The operator `admin` with the password `secret`.
pub const BASIC: &str = "Basic YWRtaW46c2VjcmV0";
/// Every user's password.
pub const PASSWORD: &str = "correct horse";
/// Where the browser of these tests is.
pub const BROWSER: &str = "198.51.100.7";

/// Runs `body` on a call bridge with a SQLite file.
pub fn on_sqlite<F: AsyncFn(Bridge)>(body: F) {
    let folder = TempDir::new().unwrap();
    let database = Database::Sqlite { file: folder.path().join("convoke.db") };
    run(&database, body);
}

/// Runs `body` on a call bridge with a SQLite file, and on one with a PostgreSQL server.
pub fn on_both<F: AsyncFn(Bridge)>(body: F) {
    on_sqlite(&body);
    let server = Postgres::start();
    let url = server.database("convoke");
    run(&Database::Postgres { url, password: None, trust: None, connections: 4 }, body);
}

fn run<F: AsyncFn(Bridge)>(database: &Database, body: F) {
    let store = Store::open(database).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { body(Bridge::new(store).await).await });
}

/// A call bridge.
pub struct Bridge {
    pub state: Arc<State>,
    pub mover: ClockMover,
    _folder: TempDir,
}

impl Bridge {
    async fn new(store: Store) -> Self {
        let (clock, mover) = Clock::movable();
        let folder = TempDir::new().unwrap();
        let accounts = Arc::new(Accounts::of(folder.path()));
        let admin = Taken { name: "admin".parse().unwrap(), role: AccountRole::Admin, hash: hash("secret") };
        accounts.take_over(vec![admin], clock.now()).unwrap();
        let state = State::new(store, clock, settings(), accounts, TOKEN.to_owned()).await.unwrap();
        Self { state: Arc::new(state), mover, _folder: folder }
    }

    /// Asks the HTTPS listener's router, as the operator.
    pub async fn ask(&self, method: Method, path: &str, body: &str) -> Answer {
        let request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, BASIC);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Sends a request to the HTTPS listener's router as it is.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        answer(admin::router(self.state.clone()), request).await
    }

    /// `GET` below `/api/v1/`.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, &format!("/api/v1/{path}"), "").await
    }

    /// `POST` below `/api/v1/`.
    pub async fn post(&self, path: &str, form: &str) -> Answer {
        self.ask(Method::POST, &format!("/api/v1/{path}"), form).await
    }

    /// `PUT` below `/api/v1/`.
    pub async fn put(&self, path: &str, form: &str) -> Answer {
        self.ask(Method::PUT, &format!("/api/v1/{path}"), form).await
    }

    /// `DELETE` below `/api/v1/`.
    pub async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, &format!("/api/v1/{path}"), "").await
    }

    /// Makes an object and answers its id.
    pub async fn make(&self, path: &str, form: &str) -> String {
        let made = self.post(path, form).await;
        assert_eq!((made.status, made.body.as_str()), (StatusCode::OK, ""), "{path}: {form}");
        let location = made.header("location");
        let (collection, id) = location.split_at(location.len() - 36);
        assert_eq!(collection, format!("/api/v1/{path}/"));
        assert_eq!(id.parse::<ObjectId>().unwrap().to_string(), id);
        id.to_owned()
    }

    /// Reads an object.
    pub async fn show(&self, path: &str) -> Element {
        let shown = self.get(path).await;
        assert_eq!(shown.status, StatusCode::OK, "{path}: {}", shown.body);
        read::object(&shown.body).unwrap()
    }

    /// Reads a collection: its total, and the ids of the page.
    pub async fn list(&self, path: &str) -> (u64, Vec<String>) {
        let shown = self.get(path).await;
        assert_eq!(shown.status, StatusCode::OK, "{path}: {}", shown.body);
        let (total, page) = read::list(&shown.body).unwrap();
        (total, page.into_iter().map(|element| element.id).collect())
    }

    /// Adds a person `name@example.test` and answers the id.
    pub async fn user(&self, name: &str) -> String {
        self.add_user(name, hash(PASSWORD)).await
    }

    /// The same, of a person who can't sign in, which is quicker.
    pub async fn put_user(&self, name: &str) -> String {
        self.add_user(name, "none".to_owned()).await
    }

    async fn add_user(&self, name: &str, password_hash: String) -> String {
        let new = users::NewUser {
            jid: format!("{name}@example.test").parse().unwrap(),
            name: format!("{name} Kim"),
            email: format!("{name}.kim@mail.test").parse().unwrap(),
            password_hash,
        };
        let id = random::guid();
        self.state.store.write(move |tx| users::put(tx, &new, id, 0)).await.unwrap().to_string()
    }

    /// A template with the two access methods that the demo has, assigned to a user.
    pub async fn template(&self, user: &str) -> String {
        let template = self.make("coSpaceTemplates", "name=Meeting&description=For+all").await;
        let methods = format!("coSpaceTemplates/{template}/accessMethodTemplates");
        let guest = self.make(&methods, "name=ExternalAccessMeth&uriGenerator=$.guest").await;
        self.make(&methods, "name=InternalAccessMeth&uriGenerator=$.host&generateUniqueCallId=true").await;
        let set = format!("defaultAccessMethodTemplate={guest}");
        assert_eq!(self.put(&format!("coSpaceTemplates/{template}"), &set).await.status, StatusCode::OK);
        self.assign(user, &template).await;
        template
    }

    /// Assigns a template to a user.
    pub async fn assign(&self, user: &str, template: &str) -> String {
        let form = format!("coSpaceTemplate={template}");
        self.make(&format!("users/{user}/userCoSpaceTemplates"), &form).await
    }

    /// Asks the web app's router, with a token unless it is empty.
    pub async fn web(&self, method: Method, path: &str, token: &str, body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("x-convoke-client-address", BROWSER);
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        answer(web::router(self.state.clone()), request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Signs a user in to the web app and answers the token.
    pub async fn token(&self, name: &str) -> String {
        let given = serde_json::json!({ "username": name, "password": PASSWORD }).to_string();
        let answer = self.web(Method::POST, "/api/auth", "", &given).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.json()["jwt"].as_str().unwrap().to_owned()
    }

    /// Asks the loopback listener's router with the scheduler's token.
    pub async fn inner(&self, method: Method, path: &str, body: &str) -> Answer {
        let request = Request::builder().method(method).uri(path).header("x-convoke-loopback-token", TOKEN);
        let request = request.header(header::CONTENT_TYPE, "application/json");
        self.send_inner(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Sends a request to the loopback listener's router as it is.
    pub async fn send_inner(&self, request: Request<Body>) -> Answer {
        answer(loopback::router(self.state.clone()), request).await
    }

    /// Removes a person as the operator's command does.
    pub async fn remove_user(&self, name: &str) -> bool {
        let jid = format!("{name}@example.test").parse().unwrap();
        self.state.store.write(move |tx| users::delete(tx, &jid, 0)).await.unwrap()
    }
}

async fn answer(router: Router, request: Request<Body>) -> Answer {
    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8(body.to_vec()).unwrap() }
}

/// An answer that has been read.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// A header's text, empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// Holds that this is a refusal with a code, byte for byte.
    #[track_caller]
    pub fn is_refused(&self, code: &str) {
        let body = format!("<?xml version=\"1.0\"?><failureDetails><{code} /></failureDetails>");
        assert_eq!((self.status, self.body.as_str()), (StatusCode::BAD_REQUEST, body.as_str()));
        assert_eq!(self.header("content-type"), "text/xml");
    }

    /// Holds that this is a refusal of these parameters, in their order.
    #[track_caller]
    pub fn is_parameter_error(&self, faults: &[(&str, &str)]) {
        let faults: String = faults
            .iter()
            .map(|(name, error)| format!("<parameterError parameter=\"{name}\" error=\"{error}\" />"))
            .collect();
        let body = format!("<?xml version=\"1.0\"?><failureDetails>{faults}</failureDetails>");
        assert_eq!((self.status, self.body.as_str()), (StatusCode::BAD_REQUEST, body.as_str()));
    }

    /// Holds that this is 200 with an empty body.
    #[track_caller]
    pub fn is_done(&self) {
        assert_eq!((self.status, self.body.as_str()), (StatusCode::OK, ""));
    }
}

/// A form of one parameter, escaped.
pub fn form(name: &str, value: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()
}

fn hash(text: &str) -> String {
    password::hash(&SecretString::from(text.to_owned())).unwrap()
}

fn settings() -> CallBridge {
    let ca = Ca::new("Test CA");
    let leaf = ca.issue(&Certificate::new("cb.example.test", &["cb.example.test"]));
    let identity = Identity::parse(leaf.full_chain.as_bytes(), leaf.key.as_bytes()).unwrap();
    let listen = Listener { interface: "lo".into(), address: ([127, 0, 0, 1], 0).into() };
    CallBridge {
        enabled: true,
        https: Some(Https { listen: listen.clone(), identity: identity.clone(), only_tls_1_3: false }),
        loopback: listen,
        c2w: Some((identity, Bundle::parse(ca.pem().as_bytes()).unwrap())),
        jwt_expiry_hours: 24,
        outgoing_trust: None,
        domain: "Meet.Example.Test".into(),
        web_app_url: "https://meet.example.test".into(),
    }
}
