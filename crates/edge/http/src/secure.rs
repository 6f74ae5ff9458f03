//! Headers that make browsers careful.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{
        CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
        X_FRAME_OPTIONS,
    },
};

/// What is added to each answer that does not say otherwise itself.
#[derive(Debug, Clone)]
pub struct SecurityHeaders {
    /// `Content-Security-Policy`.
    pub content_security_policy: Option<HeaderValue>,
    /// `X-Frame-Options`, for browsers that do not know `frame-ancestors`.
    pub frame_options: Option<HeaderValue>,
    /// `Strict-Transport-Security` for one year. Only for HTTPS listeners that keep their certificate in order.
    pub strict_transport: bool,
}

impl SecurityHeaders {
    /// For an API: nothing of it may be framed or run.
    pub fn api() -> Self {
        Self {
            content_security_policy: Some(HeaderValue::from_static(
                "default-src 'none'; frame-ancestors 'none'",
            )),
            frame_options: Some(HeaderValue::from_static("DENY")),
            strict_transport: true,
        }
    }

    /// Adds them to every answer of `router`, unless the answer has the header already.
    pub fn layer(self, router: Router) -> Router {
        router.layer(from_fn_with_state(Arc::new(self.list()), add))
    }

    /// The fields to be added, for a service that is no router.
    pub fn list(self) -> AddedHeaders {
        let mut list = vec![
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        ];
        list.extend(self.content_security_policy.map(|value| (CONTENT_SECURITY_POLICY, value)));
        list.extend(self.frame_options.map(|value| (X_FRAME_OPTIONS, value)));
        if self.strict_transport {
            list.push((STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000")));
        }
        AddedHeaders(list)
    }
}

/// Header fields that are added to each answer that does not say otherwise itself.
#[derive(Debug, Clone)]
pub struct AddedHeaders(Vec<(HeaderName, HeaderValue)>);

impl AddedHeaders {
    /// Adds them.
    pub fn add(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.0 {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }
}

async fn add(State(list): State<Arc<AddedHeaders>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    list.add(response.headers_mut());
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{body::Body, routing::get};
    use tower::ServiceExt;

    #[tokio::test]
    async fn headers_are_added_unless_the_answer_has_its_own() {
        let router = Router::new().route("/", get(|| async { [(X_FRAME_OPTIONS, "SAMEORIGIN")] }));
        let router = SecurityHeaders::api().layer(router);
        let answer = router.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
        let value = |name: HeaderName| answer.headers()[name].to_str().unwrap();
        assert_eq!(value(X_FRAME_OPTIONS), "SAMEORIGIN");
        assert_eq!(value(X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(value(STRICT_TRANSPORT_SECURITY), "max-age=31536000");
        assert_eq!(value(CONTENT_SECURITY_POLICY), "default-src 'none'; frame-ancestors 'none'");
    }
}
