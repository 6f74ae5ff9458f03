//! The scheduler's loopback client of its Call Bridge.
//!
//! An edge crate (the outside system is the co-located call bridge). Connections are kept; every call has a time limit, and
//! ends at once when the call bridge is found not to answer at all; the loopback token is read again when the call bridge
//! has started anew.

mod pulse;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use convoke_callbridge_api::{
    kinds::cospace_users::COSPACE_USERS,
    loopback::{
        Credentials, GROUP_MEMBERS, GROUPS, GroupMembers, Groups, NewSpace, ORGANIZERS, Operator, Organizer,
        REMOVED_USERS, RemovedUsers, SIGN_IN, SIGNING_KEYS, SPACES, SigningKeys, Space, TOKEN_HEADER,
    },
    read::{self, Element},
};
use convoke_web_api::{Problem, relay::UNDONE};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::{
    client::legacy::{Client as Pool, connect::HttpConnector},
    rt::TokioExecutor,
};
use pulse::Pulse;
use serde::de::DeserializeOwned;

/// Longest wait for an answer.
pub const TIMEOUT: Duration = Duration::from_secs(10);
/// Objects asked for at once when a list is read whole.
const PAGE: usize = 500;

/// Why the call bridge did not do what it was asked to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallFault {
    /// It is not running, not ready, or too slow.
    #[error("the call bridge is out of reach: {0}")]
    OutOfReach(String),
    /// It refused.
    #[error("the call bridge refused: {}", .0.detail)]
    Refused(Box<Problem>),
    /// Its answer makes no sense.
    #[error("the call bridge's answer is not understood: {0}")]
    NotUnderstood(String),
}

/// Who wants to hold a meeting, and where.
#[derive(Debug, Clone, Copy)]
pub struct OrganizerAsked<'a> {
    /// Who.
    pub user: UserAsked<'a>,
    /// In this space.
    pub space: Option<&'a str>,
    /// In a space to be made from this template.
    pub template: Option<&'a str>,
}

/// How a user is named.
#[derive(Debug, Clone, Copy)]
pub enum UserAsked<'a> {
    /// By id.
    Id(&'a str),
    /// By JID, user name or address.
    Jid(&'a str),
}

/// A client of one call bridge.
pub struct Client {
    base: String,
    token_file: PathBuf,
    token: Mutex<String>,
    pool: Pool<HttpConnector, Full<Bytes>>,
    pulse: Pulse,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client of {}", self.base)
    }
}

struct Answer {
    status: StatusCode,
    /// Nothing was carried out.
    undone: bool,
    body: Bytes,
}

impl Client {
    /// A client of the call bridge whose loopback listener is at `address`, with the token in this file.
    pub fn new(address: std::net::SocketAddr, token_file: &Path) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(TIMEOUT));
        Self {
            base: format!("http://{address}"),
            token_file: token_file.to_owned(),
            token: Mutex::default(),
            pool: Pool::builder(TokioExecutor::new()).build(connector),
            pulse: Pulse::new(),
        }
    }

    /// Finds out, as long as it is polled, whether the call bridge answers at all; without it every call waits its time.
    pub async fn watch(&self) {
        let Ok(page) = format!("{}/healthz", self.base).parse::<Uri>() else { return };
        self.pulse.keep(|| self.pool.get(page.clone())).await;
    }

    /// Whether the call bridge was found to be away; [`Client::watch`] finds out.
    pub fn is_away(&self) -> bool {
        self.pulse.is_away()
    }

    /// The public keys that web-app tokens are verified with.
    pub async fn signing_keys(&self) -> Result<SigningKeys, CallFault> {
        self.json(Method::GET, SIGNING_KEYS, Bytes::new()).await
    }

    /// The operator of a name and password; `None` when they are wrong.
    pub async fn sign_in(&self, credentials: &Credentials) -> Result<Option<Operator>, CallFault> {
        match self.json(Method::POST, SIGN_IN, body(credentials)?).await {
            Err(CallFault::Refused(problem)) if problem.status == 401 => Ok(None),
            other => other.map(Some),
        }
    }

    /// A user who wants to hold a meeting, with the place that is asked for; `None` when there is no such user.
    pub async fn organizer(&self, asked: &OrganizerAsked<'_>) -> Result<Option<Organizer>, CallFault> {
        let mut query = vec![match asked.user {
            UserAsked::Id(id) => ("id", id),
            UserAsked::Jid(jid) => ("jid", jid),
        }];
        query.extend(asked.space.map(|space| ("space", space)));
        query.extend(asked.template.map(|template| ("template", template)));
        found(self.json(Method::GET, &with_query(ORGANIZERS, &query), Bytes::new()).await)
    }

    /// Who was removed at `since` (milliseconds since 1970) or later, oldest first.
    pub async fn removed_users(&self, since: i64) -> Result<RemovedUsers, CallFault> {
        let path = with_query(REMOVED_USERS, &[("since", &since.to_string())]);
        self.json(Method::GET, &path, Bytes::new()).await
    }

    /// A page of the groups whose names hold `filter`, by name, those after `after`.
    pub async fn groups(&self, filter: &str, after: &str, limit: usize) -> Result<Groups, CallFault> {
        let limit = limit.to_string();
        let path = with_query(GROUPS, &[("filter", filter), ("after", after), ("limit", &limit)]);
        self.json(Method::GET, &path, Bytes::new()).await
    }

    /// The group of an id or a name with everybody in it; `None` when there is no such group.
    pub async fn group(&self, named: &str) -> Result<Option<GroupMembers>, CallFault> {
        let path = with_query(GROUP_MEMBERS, &[("group", named)]);
        found(self.json(Method::GET, &path, Bytes::new()).await)
    }

    /// Makes a space from a template, all or nothing. Asking again under the same request answers the same space.
    pub async fn create_space(&self, new: &NewSpace) -> Result<Space, CallFault> {
        self.json(Method::POST, SPACES, body(new)?).await
    }

    /// Removes a space; one that is gone already is fine.
    pub async fn delete_space(&self, id: &str) -> Result<(), CallFault> {
        let answer = self.call(Method::DELETE, &format!("/api/v1/coSpaces/{id}"), Bytes::new()).await?;
        let code = read::failure(&String::from_utf8_lossy(&answer.body));
        match code.as_deref() {
            _ if answer.status.is_success() => Ok(()),
            Some("coSpaceDoesNotExist") => Ok(()),
            _ => Err(refused(&answer)),
        }
    }

    /// Makes a user (`user@domain`) a member of a space who may do everything with it; one who is a member already stays what
    /// they are.
    pub async fn add_member(&self, space: &str, jid: &str) -> Result<(), CallFault> {
        let is_right = |name: &str| name.starts_with("can");
        let may = COSPACE_USERS.fields.iter().filter(|field| field.default.is_some() && is_right(field.name));
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("userJid", jid)
            .extend_pairs(may.map(|field| (field.name, "true")))
            .finish();
        let path = format!("/api/v1/coSpaces/{space}/{}", COSPACE_USERS.plural);
        let answer = self.call(Method::POST, &path, Bytes::from(form)).await?;
        let code = read::failure(&String::from_utf8_lossy(&answer.body));
        let is_member = code.as_deref() == Some("duplicateCoSpaceUser");
        if answer.status.is_success() || is_member { Ok(()) } else { Err(refused(&answer)) }
    }

    /// Removes the space that was made under this request, if there is one that no meeting has taken over.
    pub async fn delete_space_of_request(&self, request: &str) -> Result<(), CallFault> {
        let answer =
            self.call(Method::DELETE, &with_query(SPACES, &[("request", request)]), Bytes::new()).await?;
        if answer.status.is_success() { Ok(()) } else { Err(refused(&answer)) }
    }

    /// The addresses (`c2w://host:port`) of all web bridges.
    pub async fn web_bridges(&self) -> Result<Vec<String>, CallFault> {
        let bridges = self.list("/api/v1/webBridges").await?;
        Ok(bridges.into_iter().filter_map(|mut bridge| bridge.fields.remove("url")).collect())
    }

    async fn list(&self, path: &str) -> Result<Vec<Element>, CallFault> {
        let mut all = Vec::new();
        loop {
            let path = with_query(path, &[("offset", &all.len().to_string()), ("limit", &PAGE.to_string())]);
            let answer = self.call(Method::GET, &path, Bytes::new()).await?;
            if !answer.status.is_success() {
                return Err(refused(&answer));
            }
            let text = String::from_utf8_lossy(&answer.body);
            let (total, page) = read::list(&text).map_err(|e| CallFault::NotUnderstood(e.to_string()))?;
            let is_last = page.is_empty();
            all.extend(page);
            if is_last || all.len() as u64 >= total {
                return Ok(all);
            }
        }
    }

    async fn json<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<T, CallFault> {
        let answer = self.call(method, path, body).await?;
        if !answer.status.is_success() {
            return Err(refused(&answer));
        }
        serde_json::from_slice(&answer.body).map_err(|e| CallFault::NotUnderstood(e.to_string()))
    }

    /// A call bridge that has started anew has a new token, so a refused token is read again once.
    async fn call(&self, method: Method, path: &str, body: Bytes) -> Result<Answer, CallFault> {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if !token.is_empty() {
            let answer = self.once(&method, path, body.clone(), &token).await?;
            if answer.status != StatusCode::UNAUTHORIZED || path == SIGN_IN && self.is_current(&token).await {
                return Ok(answer);
            }
        }
        let token = self.read_token().await?;
        let answer = self.once(&method, path, body, &token).await?;
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = token;
        Ok(answer)
    }

    async fn is_current(&self, token: &str) -> bool {
        self.read_token().await.is_ok_and(|current| current == token)
    }

    async fn read_token(&self) -> Result<String, CallFault> {
        let read = tokio::fs::read_to_string(&self.token_file).await;
        read.map_err(|e| CallFault::OutOfReach(format!("{}: {e}", self.token_file.display())))
    }

    async fn once(&self, method: &Method, path: &str, body: Bytes, token: &str) -> Result<Answer, CallFault> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(TOKEN_HEADER, token)
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(Full::new(body))
            .map_err(|e| CallFault::NotUnderstood(e.to_string()))?;
        let exchange = async {
            let out = |e: String| CallFault::OutOfReach(e);
            let response = self.pool.request(request).await.map_err(|e| out(in_words(&e)))?;
            let status = response.status();
            let undone = response.headers().contains_key(UNDONE);
            let body = Limited::new(response.into_body(), read::MAX_BODY_BYTES).collect().await;
            Ok(Answer { status, undone, body: body.map_err(|e| out(e.to_string()))?.to_bytes() })
        };
        let late = || CallFault::OutOfReach(format!("no answer within {} s", TIMEOUT.as_secs()));
        tokio::select! {
            done = tokio::time::timeout(TIMEOUT, exchange) => done.map_err(|_| late())?,
            () = self.pulse.is_lost() => {
                Err(CallFault::OutOfReach(format!("no answer to anything for {} ms", pulse::SILENCE.as_millis())))
            }
        }
    }
}

/// The error with its causes.
fn in_words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        words.push_str(": ");
        words.push_str(&inner.to_string());
        cause = inner.source();
    }
    words
}

fn body<T: serde::Serialize>(value: &T) -> Result<Bytes, CallFault> {
    serde_json::to_vec(value).map(Bytes::from).map_err(|e| CallFault::NotUnderstood(e.to_string()))
}

fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{path}?{query}")
}

fn found<T>(answer: Result<T, CallFault>) -> Result<Option<T>, CallFault> {
    match answer {
        Err(CallFault::Refused(problem)) if problem.status == 404 => Ok(None),
        other => other.map(Some),
    }
}

/// What a refusal says: a problem in JSON, or a code in XML as the problem's detail.
fn refused(answer: &Answer) -> CallFault {
    let text = String::from_utf8_lossy(&answer.body);
    let code = read::failure(&text);
    let told = serde_json::from_slice::<Problem>(&answer.body);
    if answer.status == StatusCode::SERVICE_UNAVAILABLE {
        // It knows best which part of its own is missing.
        return match told {
            Ok(problem) if problem.part.is_some() => {
                CallFault::Refused(Box::new(Problem { undone: answer.undone, ..problem }))
            }
            _ => CallFault::OutOfReach(code.unwrap_or_else(|| "it is not ready".into())),
        };
    }
    let problem = told.unwrap_or_else(|_| {
        Problem::new(answer.status.as_u16(), "Refused", code.unwrap_or_else(|| answer.status.to_string()))
    });
    CallFault::Refused(Box::new(problem))
}
