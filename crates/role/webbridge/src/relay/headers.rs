//! What passes the web bridge and what does not. Pure.

use axum::response::Response;
use convoke_c2w::Role;
use convoke_http::ClientAddress;
use convoke_web_api::relay::{CLIENT_ADDRESS, HOST as BROWSER_HOST};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Uri,
    header::{
        CACHE_CONTROL, CONNECTION, EXPECT, FORWARDED, HOST, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE,
        TRAILER, TRANSFER_ENCODING, UPGRADE,
    },
    request::Parts,
    uri::{Authority, PathAndQuery, Scheme},
};

/// Fields that belong to one connection (RFC 9110 7.6.1).
const HOP_BY_HOP: [HeaderName; 6] =
    [CONNECTION, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING];

/// The same, without a name in the `http` crate.
const OLD_HOP_BY_HOP: [&str; 2] = ["keep-alive", "proxy-connection"];

/// The head of the request that goes over a link.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
}

impl Head {
    pub(crate) fn new(role: Role, mut parts: Parts) -> Self {
        let host = browser_host(&parts);
        let mut headers = std::mem::take(&mut parts.headers);
        strip(&mut headers);
        for name in [HOST, EXPECT, UPGRADE, FORWARDED] {
            headers.remove(name);
        }
        remove_prefixed(&mut headers, "x-forwarded-");
        let client =
            parts.extensions.get::<ClientAddress>().map(|client| client.0.ip().to_canonical().to_string());
        if let Some(value) = client.and_then(|client| HeaderValue::from_str(&client).ok()) {
            headers.insert(HeaderName::from_static(CLIENT_ADDRESS), value);
        }
        if let Some(host) = host {
            headers.insert(HeaderName::from_static(BROWSER_HOST), host);
        }
        Self { uri: uri(role, parts.uri.path_and_query()), method: parts.method, headers }
    }

    /// Whether sending it twice is the same as sending it once (RFC 9110 9.2.2).
    pub(crate) fn is_idempotent(&self) -> bool {
        self.method.is_idempotent()
    }
}

/// The host as the browser sent it: HTTP/2 has it in the request's URI.
fn browser_host(parts: &Parts) -> Option<HeaderValue> {
    match parts.uri.authority() {
        Some(authority) => HeaderValue::from_str(authority.as_str()).ok(),
        None => parts.headers.get(HOST).cloned(),
    }
}

/// HTTP/2 wants an authority; who answers is decided by the link.
fn uri(role: Role, path: Option<&PathAndQuery>) -> Uri {
    let mut parts = http::uri::Parts::default();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Some(Authority::from_static(match role {
        Role::CallBridge => "callbridge",
        Role::Scheduler => "scheduler",
    }));
    parts.path_and_query = Some(path.cloned().unwrap_or_else(|| PathAndQuery::from_static("/")));
    Uri::from_parts(parts).unwrap_or_default()
}

/// Makes an answer fit for a browser: nothing of the link's own, and kept by no cache unless the part says so.
pub(crate) fn clean_answer(mut response: Response) -> Response {
    let headers = response.headers_mut();
    strip(headers);
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Takes out what belongs to one connection, and every `x-convoke-` field.
fn strip(headers: &mut HeaderMap) {
    let listed: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in listed.into_iter().chain(HOP_BY_HOP) {
        headers.remove(name);
    }
    for name in OLD_HOP_BY_HOP {
        headers.remove(name);
    }
    headers.remove(UPGRADE);
    remove_prefixed(headers, "x-convoke-");
}

fn remove_prefixed(headers: &mut HeaderMap, prefix: &str) {
    let names: Vec<HeaderName> =
        headers.keys().filter(|name| name.as_str().starts_with(prefix)).cloned().collect();
    for name in names {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn head(uri: &str, headers: &[(&str, &str)]) -> Head {
        let mut request = Request::get(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        parts.extensions.insert(ClientAddress("[::ffff:192.0.2.7]:5000".parse().unwrap()));
        Head::new(Role::Scheduler, parts)
    }

    #[test]
    fn what_a_browser_forges_does_not_pass() {
        let head = head(
            "/api/v1/scheduler/meetings?a=b",
            &[
                ("host", "meet.test:8443"),
                ("authorization", "Bearer x"),
                ("X-Convoke-Client-Address", "10.0.0.1"),
                ("x-convoke-anything", "1"),
                ("x-forwarded-for", "10.0.0.1"),
                ("forwarded", "for=10.0.0.1"),
                ("connection", "keep-alive, X-Secret"),
                ("x-secret", "1"),
                ("keep-alive", "1"),
                ("te", "trailers"),
                ("upgrade", "websocket"),
                ("expect", "100-continue"),
            ],
        );
        let mut names: Vec<&str> = head.headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["authorization", "x-convoke-client-address", "x-convoke-host"]);
        assert_eq!(head.headers[CLIENT_ADDRESS], "192.0.2.7");
        assert_eq!(head.headers[BROWSER_HOST], "meet.test:8443");
        assert_eq!(head.uri, "http://scheduler/api/v1/scheduler/meetings?a=b");
    }

    #[test]
    fn http_2_names_the_host_in_the_uri() {
        assert_eq!(head("https://meet.test/api/x", &[]).headers[BROWSER_HOST], "meet.test");
    }

    #[test]
    fn an_answer_is_kept_by_no_cache_unless_it_says_so() {
        let mut response = Response::new(axum::body::Body::empty());
        response.headers_mut().insert("x-convoke-node", HeaderValue::from_static("a"));
        let cleaned = clean_answer(response);
        assert_eq!(cleaned.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(cleaned.headers().len(), 1);
        let mut response = Response::new(axum::body::Body::empty());
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("max-age=5"));
        assert_eq!(clean_answer(response).headers()[CACHE_CONTROL], "max-age=5");
    }
}
