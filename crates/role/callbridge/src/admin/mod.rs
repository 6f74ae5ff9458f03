//! The API of administrators and their programs: `/api/v1/` over HTTPS with Basic sign-in.

pub mod nodes;
pub mod objects;
pub mod sign_in;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    response::Response,
};
use convoke_callbridge_api::{
    Failure,
    failure::{DATABASE_NOT_READY, UNRECOGNISED},
    form::{Form, MAX_BODY_BYTES},
    path::{self, Target},
};
use convoke_http::ClientAddress;
use convoke_model::account::Denied;
use http::{HeaderValue, Method, StatusCode, header};

use crate::{objects::Refused, state::Shared};

/// An answer of the API.
#[derive(Debug)]
pub enum Answer {
    /// 200 with a body of XML.
    Xml(String),
    /// 200 with an empty body.
    Done,
    /// 200 with an empty body and the path of what was made.
    Made(String),
}

/// Who asks, for the log.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The operator's name.
    pub name: String,
    /// The address that the request came from.
    pub address: String,
}

/// The HTTPS listener's router.
pub fn router(state: Shared) -> Router {
    convoke_http::limit_body(Router::new().fallback(handle).with_state(state), MAX_BODY_BYTES)
}

/// The same for the co-located scheduler, which has shown the loopback token instead of a password.
pub fn trusted_router(state: Shared) -> Router {
    convoke_http::limit_body(Router::new().fallback(handle_trusted).with_state(state), MAX_BODY_BYTES)
}

async fn handle(State(state): State<Shared>, request: Request) -> Response {
    let address =
        request.extensions().get::<ClientAddress>().map(|a| a.0.ip().to_string()).unwrap_or_default();
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match sign_in::basic(&state, given, &address).await {
        Ok(Some(operator)) => answer(&state, Caller { name: operator.name, address }, request).await,
        Ok(None) => challenge(),
        Err(sign_in::Refusal::TooOften) => plain(StatusCode::TOO_MANY_REQUESTS),
        Err(sign_in::Refusal::Denied(denied)) => denied_to(&denied),
        Err(sign_in::Refusal::NotReady) => plain(StatusCode::SERVICE_UNAVAILABLE),
    }
}

async fn handle_trusted(State(state): State<Shared>, request: Request) -> Response {
    answer(&state, Caller { name: "scheduler".into(), address: "loopback".into() }, request).await
}

async fn answer(state: &Shared, caller: Caller, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(target) = path::parse(parts.uri.path()) else { return failure(&UNRECOGNISED) };
    let Ok(query) = Form::parse(parts.uri.query().unwrap_or_default().as_bytes()) else {
        return plain(StatusCode::URI_TOO_LONG);
    };
    let body: Bytes = match axum::body::to_bytes(body, MAX_BODY_BYTES).await {
        Ok(body) => body,
        Err(_) => return plain(StatusCode::PAYLOAD_TOO_LARGE),
    };
    let Ok(form) = Form::parse(&body) else { return plain(StatusCode::PAYLOAD_TOO_LARGE) };
    let exchange =
        Exchange { caller, method: parts.method.clone(), path: parts.uri.path().to_owned(), query, form };
    let outcome = match target {
        Target::Node { parents, name } => nodes::answer(state, &exchange, parents, &name).await,
        Target::Collection { kind, parents } => objects::collection(state, &exchange, kind, parents).await,
        Target::Object { parents, object } => objects::object(state, &exchange, parents, object).await,
    };
    match outcome {
        Ok(answer) => shown(answer, parts.method == Method::HEAD),
        Err(Refused::Failure(refusal)) => failure(&refusal),
        Err(Refused::Db(fault)) => {
            tracing::warn!(target: "API", "{} {}: {fault}", parts.method, parts.uri.path());
            failure(&DATABASE_NOT_READY)
        }
    }
}

/// A request that has been read.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Who asks.
    pub caller: Caller,
    /// How.
    pub method: Method,
    /// For what, as written.
    pub path: String,
    /// The query string.
    pub query: Form,
    /// The body.
    pub form: Form,
}

fn shown(answer: Answer, head: bool) -> Response {
    let mut response = Response::new(Body::empty());
    match answer {
        Answer::Done => {}
        Answer::Made(location) => {
            if let Ok(value) = HeaderValue::from_str(&location) {
                response.headers_mut().insert(header::LOCATION, value);
            }
        }
        Answer::Xml(xml) => {
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
            if !head {
                *response.body_mut() = Body::from(xml);
            }
        }
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn failure(failure: &Failure) -> Response {
    let mut response = Response::new(Body::from(failure.body()));
    *response.status_mut() = StatusCode::from_u16(failure.status()).unwrap_or(StatusCode::BAD_REQUEST);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    response
}

fn plain(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// Says why a right password is of no use here.
fn denied_to(denied: &Denied) -> Response {
    let mut response = Response::new(Body::from(format!("{denied}\n")));
    *response.status_mut() = StatusCode::FORBIDDEN;
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, text);
    response
}

fn challenge() -> Response {
    let mut response = plain(StatusCode::UNAUTHORIZED);
    // Existing clients look for this realm.
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"acano\""));
    response
}
