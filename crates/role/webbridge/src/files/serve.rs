//! A file as an answer: which form, whether the browser has it already, how long it may keep it.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use convoke_http::Refusal;
use convoke_web_api::Problem;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{
        ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG,
        IF_NONE_MATCH, VARY,
    },
};

use super::{
    encoding::by_preference,
    kind::media_type,
    store::{File, Files, Form},
};

/// Files with a hash in their name never change.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Everything else is asked for again, and mostly answered 304.
const ASK_AGAIN: &str = "no-cache";

impl Files {
    /// Answers a request for `path` outside the APIs: a file, or the web app's page for every path that names no file.
    pub(crate) fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response {
        if method != Method::GET && method != Method::HEAD {
            let refusal = Problem::new(405, "Method not allowed", "Only GET and HEAD are possible here.");
            return ([(ALLOW, "GET, HEAD")], Refusal(refusal)).into_response();
        }
        let name = path.trim_start_matches('/');
        let is_page = !path.rsplit('/').next().unwrap_or_default().contains('.');
        let (name, file) = match self.get(name) {
            Some(file) => (name, Some(file)),
            None if is_page => ("index.html", self.index()),
            None => (name, None),
        };
        match file.and_then(|file| answer_file(name, file, method, headers)) {
            Some(response) => response,
            None => Refusal(Problem::not_found("There is no such file.")).into_response(),
        }
    }
}

fn answer_file(name: &str, file: &File, method: &Method, headers: &HeaderMap) -> Option<Response> {
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let form = file.form(by_preference(accepted))?;
    let cached = headers.get_all(IF_NONE_MATCH).iter().any(|value| names(value, &form.etag));
    let mut response =
        if cached { StatusCode::NOT_MODIFIED.into_response() } else { content(name, form, method) };
    let keep = if name.starts_with("assets/") { FOREVER } else { ASK_AGAIN };
    set(&mut response, CACHE_CONTROL, keep);
    set(&mut response, ETAG, &form.etag);
    if file.varies() {
        set(&mut response, VARY, "accept-encoding");
    }
    Some(response)
}

fn content(name: &str, form: &Form, method: &Method) -> Response {
    let body = if method == Method::HEAD { Body::empty() } else { Body::from(form.bytes.clone()) };
    let mut response = Response::new(body);
    set(&mut response, CONTENT_TYPE, media_type(name));
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(form.bytes.len()));
    if let Some(encoding) = form.encoding.name() {
        set(&mut response, CONTENT_ENCODING, encoding);
    }
    response
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Whether an `If-None-Match` names this validator; weak ones count (RFC 9110 13.1.2).
fn names(value: &HeaderValue, etag: &str) -> bool {
    let Ok(text) = value.to_str() else { return false };
    text.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;
    use bytes::Bytes;

    fn files() -> Files {
        let all = [
            ("index.html", 1),
            ("index.html.br", 2),
            ("assets/a-1.js", 3),
            ("assets/a-1.js.gz", 4),
            ("x.gz", 5),
        ];
        Files::new(all.into_iter().map(|(name, n)| (name.to_owned(), Bytes::from(name), [n; 32])))
    }

    async fn ask(
        method: Method,
        path: &str,
        headers: &[(HeaderName, &str)],
    ) -> (StatusCode, HeaderMap, String) {
        let headers =
            headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()));
        let response = files().answer(&method, path, &headers.collect());
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1000).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn serves_the_smallest_form_that_the_browser_takes() {
        let (status, headers, body) = ask(Method::GET, "/", &[(ACCEPT_ENCODING, "gzip, br")]).await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, "index.html.br"));
        assert_eq!(headers[CONTENT_ENCODING], "br");
        assert_eq!(headers[CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(headers[CACHE_CONTROL], "no-cache");
        assert_eq!(headers[VARY], "accept-encoding");
        let (_, headers, body) = ask(Method::GET, "/assets/a-1.js", &[(ACCEPT_ENCODING, "gzip")]).await;
        assert_eq!(body, "assets/a-1.js.gz");
        assert_eq!(headers[CACHE_CONTROL], "public, max-age=31536000, immutable");
        let (_, headers, body) = ask(Method::GET, "/assets/a-1.js", &[]).await;
        assert_eq!((body.as_str(), headers.get(CONTENT_ENCODING)), ("assets/a-1.js", None));
    }

    #[tokio::test]
    async fn answers_304_for_the_same_form_only() {
        let (_, headers, _) = ask(Method::GET, "/", &[]).await;
        let etag = headers[ETAG].to_str().unwrap().to_owned();
        let weak = format!("\"x\", W/{etag}");
        let (status, headers, body) = ask(Method::GET, "/", &[(IF_NONE_MATCH, &weak)]).await;
        assert_eq!((status, body.as_str()), (StatusCode::NOT_MODIFIED, ""));
        assert_eq!(headers[ETAG], etag.as_str());
        let (status, ..) = ask(Method::GET, "/", &[(IF_NONE_MATCH, &etag), (ACCEPT_ENCODING, "br")]).await;
        assert_eq!(status, StatusCode::OK);
    }

    #[tokio::test]
    async fn pages_are_the_app_and_unknown_files_are_not() {
        for path in ["/", "/meeting/12345", "/sign-in", "/v1.2/page"] {
            assert_eq!(ask(Method::GET, path, &[]).await.2, "index.html", "{path}");
        }
        for path in ["/robots.txt", "/assets/a-2.js", "/a/b.c", "/index.html.br", "/../x.y"] {
            assert_eq!(ask(Method::GET, path, &[]).await.0, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(ask(Method::GET, "/x.gz", &[]).await.2, "x.gz", "a file of its own, not a form");
    }

    #[tokio::test]
    async fn head_has_no_body_and_other_methods_are_refused() {
        let (status, headers, body) = ask(Method::HEAD, "/", &[]).await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, ""));
        assert_eq!(headers[CONTENT_LENGTH], "10");
        let (status, headers, _) = ask(Method::POST, "/", &[]).await;
        assert_eq!(
            (status, &headers[ALLOW]),
            (StatusCode::METHOD_NOT_ALLOWED, &HeaderValue::from_static("GET, HEAD"))
        );
    }
}
