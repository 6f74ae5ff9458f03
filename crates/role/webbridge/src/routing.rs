//! Who answers a path. Pure, because it is also what keeps the administrators' API away from browsers.

use convoke_c2w::Role;
use percent_encoding::percent_decode_str;

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// A connected call bridge or scheduler.
    Part(Role),
    /// Nobody: no such API here.
    NoApi,
    /// Nobody: the path can't be trusted to mean the same here and behind.
    Malformed,
    /// The web app's files.
    App,
}

impl Target {
    /// The name in metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Part(role) => role.name(),
            Self::NoApi | Self::Malformed => "none",
            Self::App => "app",
        }
    }
}

/// Who answers `path`, as the browser sent it. The web bridge's own `/api/status` and `/api/events` are taken before.
pub(crate) fn target(path: &str) -> Target {
    let Ok(decoded) = percent_decode_str(path).decode_utf8() else { return Target::Malformed };
    if decoded.chars().any(char::is_control) || decoded.contains('\\') {
        return Target::Malformed;
    }
    // Parts behind may be lenient in case and slashes, so that this is no place to be strict about what `v1` is.
    let mut segments = decoded.split('/').filter(|segment| !segment.is_empty());
    if segments.clone().any(|segment| segment == "." || segment == "..") {
        return Target::Malformed;
    }
    if !segments.next().is_some_and(|first| first.eq_ignore_ascii_case("api")) {
        return Target::App;
    }
    match segments.next() {
        _ if path == "/api/v1/scheduler" || path.starts_with("/api/v1/scheduler/") => {
            Target::Part(Role::Scheduler)
        }
        Some(second) if !second.eq_ignore_ascii_case("v1") && path.starts_with("/api/") => {
            Target::Part(Role::CallBridge)
        }
        _ => Target::NoApi,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_to_their_part() {
        let (call_bridge, scheduler) = (Target::Part(Role::CallBridge), Target::Part(Role::Scheduler));
        for (path, wanted) in [
            ("/", Target::App),
            ("/meeting/123", Target::App),
            ("/apiary", Target::App),
            ("/api/auth", call_bridge),
            ("/api/cospaces/a%20b", call_bridge),
            ("/api/v1/scheduler", scheduler),
            ("/api/v1/scheduler/meetings", scheduler),
            ("/api/v1/scheduler/meetings/%41", scheduler),
            ("/api", Target::NoApi),
            ("/api/", Target::NoApi),
            ("/api/v1", Target::NoApi),
            ("/api/v1/coSpaces", Target::NoApi),
            ("/api/v1/schedulers", Target::NoApi),
        ] {
            assert_eq!(target(path), wanted, "{path}");
        }
    }

    #[test]
    fn no_spelling_leads_to_the_administrators_api() {
        for path in [
            "/api/V1/coSpaces",
            "/api//v1/coSpaces",
            "//api/v1/coSpaces",
            "/API/v1/coSpaces",
            "/api/%76%31/coSpaces",
            "/api/v%31/",
            "/API/x",
            "//api/x",
        ] {
            assert_eq!(target(path), Target::NoApi, "{path}");
        }
        for path in [
            "/api/x/../v1/coSpaces",
            "/api/x/%2e%2e/v1/a",
            "/api/v1/scheduler/../coSpaces",
            "/api/x\\..",
            "/a%00b",
        ] {
            assert_eq!(target(path), Target::Malformed, "{path}");
        }
    }
}
