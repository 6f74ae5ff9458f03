//! The plain HTTP listener's only answer: the same page by HTTPS.

use axum::{
    Router,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{
    StatusCode,
    header::{HOST, LOCATION},
};

/// Longest host name that is repeated (RFC 1035 2.3.4).
const MAX_HOST: usize = 253;

/// Answers every request 308 with the same path and query on HTTPS port `port`; 400 when its Host is no plain host name.
pub fn redirect_to_https(port: u16) -> Router {
    Router::new().fallback(move |request: Request| async move { redirect(&request, port) })
}

fn redirect(request: &Request, port: u16) -> Response {
    let host =
        request.uri().host().or_else(|| host_without_port(request.headers().get(HOST)?.to_str().ok()?));
    let Some(host) = host.filter(|host| is_plain_host(host)) else {
        return (StatusCode::BAD_REQUEST, "the request names no host\n").into_response();
    };
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let path = if path.starts_with('/') { path } else { "/" };
    let location =
        if port == 443 { format!("https://{host}{path}") } else { format!("https://{host}:{port}{path}") };
    (StatusCode::PERMANENT_REDIRECT, [(LOCATION, location)]).into_response()
}

fn host_without_port(host: &str) -> Option<&str> {
    if host.starts_with('[') {
        return host.find(']').and_then(|end| host.get(..=end));
    }
    host.split(':').next()
}

/// Whether `host` is a host name, an IPv4 address, or an IPv6 address in brackets, and nothing besides: what may be
/// repeated in a header or a link.
pub fn is_plain_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[') {
        return inner.strip_suffix(']').is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok());
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.' || c == '_';
    !host.is_empty() && host.len() <= MAX_HOST && host.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use tower::ServiceExt;

    async fn answer(port: u16, host: &str, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).header(HOST, host).body(Body::empty()).unwrap();
        let answer = redirect_to_https(port).oneshot(request).await.unwrap();
        let location = answer.headers().get(LOCATION).map(|value| value.to_str().unwrap().to_owned());
        (answer.status(), location.unwrap_or_default())
    }

    #[tokio::test]
    async fn keeps_path_and_query_and_takes_the_https_port() {
        let moved = StatusCode::PERMANENT_REDIRECT;
        let cases = [
            (443, "meet.test", "/a?b=c", "https://meet.test/a?b=c"),
            (8443, "meet.test:80", "/", "https://meet.test:8443/"),
            (443, "[::1]:80", "/x", "https://[::1]/x"),
            (443, "127.0.0.1", "//evil.test/x", "https://127.0.0.1//evil.test/x"),
        ];
        for (port, host, path, location) in cases {
            assert_eq!(answer(port, host, path).await, (moved, location.to_owned()), "{host}{path}");
        }
    }

    #[tokio::test]
    async fn a_host_that_is_none_is_not_repeated() {
        for host in ["", "evil.test/path", "a@evil.test", "meet.test\\", "a b", "[x]", "<script>"] {
            assert_eq!(answer(443, host, "/").await.0, StatusCode::BAD_REQUEST, "{host}");
        }
    }
}
