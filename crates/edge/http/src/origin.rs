//! Requests that a page of another site makes a browser send, with the Basic sign-in that the browser remembers.

use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use convoke_web_api::Problem;
use http::{
    Method,
    header::{HOST, ORIGIN},
};

use crate::Refusal;

/// What a browser says of where a request comes from (W3C Fetch Metadata).
const FETCH_SITE: &str = "sec-fetch-site";

/// Refuses (403) every request that may change something and that a page of another site made a browser send. Programs
/// name no origin, and pass.
pub fn refuse_other_sites(router: Router) -> Router {
    router.layer(from_fn(checked))
}

async fn checked(request: Request, next: Next) -> Response {
    let only_reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    if only_reads || is_of_this_site(&request) {
        return next.run(request).await;
    }
    Refusal(Problem::forbidden("Pages of another site can't do this.")).into_response()
}

fn is_of_this_site(request: &Request) -> bool {
    let text = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    match (text(FETCH_SITE), text(ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = request.uri().authority().map(|authority| authority.as_str()).or(text(HOST.as_str()));
            origin
                .strip_prefix("https://")
                .is_some_and(|own| host.is_some_and(|host| host.eq_ignore_ascii_case(own)))
        }
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use http::StatusCode;
    use tower::ServiceExt;

    async fn passes(method: Method, headers: &[(&str, &str)]) -> bool {
        let router = refuse_other_sites(Router::new().fallback(|| async { "done" }));
        let mut request = Request::builder().method(method).uri("/").header(HOST, "cms.test:445");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let status = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status();
        assert!([StatusCode::OK, StatusCode::FORBIDDEN].contains(&status));
        status == StatusCode::OK
    }

    #[tokio::test]
    async fn programs_and_pages_of_the_same_origin_pass() {
        assert!(passes(Method::POST, &[]).await);
        assert!(
            passes(Method::POST, &[("sec-fetch-site", "same-origin"), ("origin", "https://cms.test:445")])
                .await
        );
        assert!(passes(Method::PUT, &[("sec-fetch-site", "none")]).await);
        assert!(passes(Method::DELETE, &[("origin", "https://CMS.test:445")]).await);
        assert!(passes(Method::GET, &[("sec-fetch-site", "cross-site")]).await, "it changes nothing");
    }

    #[tokio::test]
    async fn pages_of_another_site_do_not() {
        for headers in [
            [("sec-fetch-site", "cross-site")].as_slice(),
            &[("sec-fetch-site", "same-site"), ("origin", "https://cms.test:445")],
            &[("origin", "https://evil.test")],
            &[("origin", "https://cms.test")],
            &[("origin", "http://cms.test:445")],
            &[("origin", "null")],
        ] {
            assert!(!passes(Method::POST, headers).await, "{headers:?}");
        }
    }
}
