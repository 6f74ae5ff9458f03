//! Someone who asks over HTTPS: an address, a sign-in, and answers that say what they are when they surprise.

use bytes::Bytes;
use convoke::dev::https::Client;
use http::{Method, Request, Response, header};
use serde_json::Value;
use tokio::runtime::Handle;

/// Someone who asks. Every call waits for its answer.
#[derive(Debug, Clone)]
pub struct Caller {
    runtime: Handle,
    client: Client,
    base: String,
    authorization: Option<String>,
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Answer {
    asked: String,
    response: Response<Bytes>,
}

impl Caller {
    /// Someone who asks `base` with this `Authorization`.
    pub fn new(runtime: Handle, client: Client, base: String, authorization: Option<String>) -> Self {
        Self { runtime, client, base, authorization }
    }

    /// The same caller with another `Authorization` header, or none.
    pub fn with_authorization(&self, authorization: Option<&str>) -> Self {
        Self { authorization: authorization.map(str::to_owned), ..self.clone() }
    }

    /// The `Authorization` header that goes with every request.
    pub fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }

    /// `GET` of a path, which begins with `/`.
    pub fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, Bytes::new())
    }

    /// `DELETE` of a path.
    pub fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None, Bytes::new())
    }

    /// `POST` of JSON.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some("application/json"), body.to_string().into())
    }

    /// `PUT` of JSON.
    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, Some("application/json"), body.to_string().into())
    }

    /// `POST` of a form, as the Call Bridge's API takes it.
    pub fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, path, Some("application/x-www-form-urlencoded"), form(fields))
    }

    /// `PUT` of a form.
    pub fn put_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(Method::PUT, path, Some("application/x-www-form-urlencoded"), form(fields))
    }

    /// Any request.
    pub fn send(&self, method: Method, path: &str, content_type: Option<&str>, body: Bytes) -> Answer {
        let asked = format!("{method} {}{path}", self.base);
        let response = self.try_send(method, path, content_type, body);
        Answer { response: response.unwrap_or_else(|fault| panic!("{asked}: {fault:#}")), asked }
    }

    /// Any request; an error when no answer comes.
    pub fn try_send(
        &self,
        method: Method,
        path: &str,
        content_type: Option<&str>,
        body: Bytes,
    ) -> anyhow::Result<Response<Bytes>> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(authorization) = &self.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        let request = request.body(body)?;
        self.runtime.block_on(self.client.send(request))
    }
}

impl Answer {
    /// The status code.
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// Itself, when it has this status; panics with the whole answer otherwise.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status(), status, "{} answered {:?}", self.asked, self.text());
        self
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(self.response.body())
            .unwrap_or_else(|fault| panic!("{} answered no JSON ({fault}): {:?}", self.asked, self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.response.body()).into_owned()
    }

    /// A header's value; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The last segment of `Location`: the id of what was made.
    pub fn id(&self) -> String {
        self.header("location").rsplit('/').next().unwrap_or_default().to_owned()
    }
}

fn form(fields: &[(&str, &str)]) -> Bytes {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into()
}
