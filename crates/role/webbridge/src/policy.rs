//! What browsers may do with the web app: the content security policy and its companions.

use convoke_http::SecurityHeaders;
use http::HeaderValue;

use crate::limits::MAX_FRAME_ANCESTORS;

/// The headers of every answer. Errors say what is wrong with `frame_ancestors`.
pub(crate) fn security_headers(frame_ancestors: Option<&str>) -> Result<SecurityHeaders, String> {
    let ancestors = match frame_ancestors.map(str::trim) {
        None | Some("" | "none") => "'none'",
        Some(sources) => checked(sources)?,
    };
    let policy = format!(
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors {ancestors}"
    );
    let policy = HeaderValue::from_str(&policy)
        .map_err(|_| "frame ancestors hold a character that no header may hold")?;
    Ok(SecurityHeaders {
        content_security_policy: Some(policy),
        frame_options: (ancestors == "'none'").then_some(HeaderValue::from_static("DENY")),
        strict_transport: true,
    })
}

/// A `;` or `,` would end the directive or the policy and begin another.
fn checked(sources: &str) -> Result<&str, String> {
    const ALLOWED: &str = "_./:?#[]@!$&'()*+-=~% ";
    if sources.len() > MAX_FRAME_ANCESTORS {
        return Err(format!("frame ancestors have at most {MAX_FRAME_ANCESTORS} characters"));
    }
    match sources.chars().find(|&c| !c.is_ascii_alphanumeric() && !ALLOWED.contains(c)) {
        Some(c) => Err(format!("frame ancestors must not hold {c:?}")),
        None => Ok(sources),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(frame_ancestors: Option<&str>) -> String {
        let headers = security_headers(frame_ancestors).unwrap();
        headers.content_security_policy.unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn nobody_may_frame_the_app_unless_said() {
        assert!(policy(None).ends_with("frame-ancestors 'none'"));
        assert!(security_headers(None).unwrap().frame_options.is_some());
        assert!(
            policy(Some("https://*.example.test 'self'"))
                .ends_with("frame-ancestors https://*.example.test 'self'")
        );
        assert!(security_headers(Some("'self'")).unwrap().frame_options.is_none());
    }

    #[test]
    fn frame_ancestors_can_not_smuggle_another_directive() {
        for bad in ["a; script-src *", "a, b", "a\r\nb", "é"] {
            assert!(security_headers(Some(bad)).is_err(), "{bad}");
        }
        assert!(security_headers(Some(&"a".repeat(1001))).is_err());
    }
}
