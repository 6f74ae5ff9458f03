//! A URL that may be asked: read once, so that all others hold its parts and nobody reads it twice in two ways.

use std::fmt;

use http::{Uri, uri::PathAndQuery};

/// Longest URL, in characters.
pub const MAX_URL_CHARS: usize = 2_048;

/// A server and what is asked for there. `Debug` and [`Target::server`] say the server alone; paths and queries may be secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    pub(crate) is_tls: bool,
    /// A name or an address, without the brackets of an IPv6 one.
    pub(crate) host: String,
    /// What `Host` says: with brackets, and the port where it is not the usual one.
    pub(crate) authority: String,
    pub(crate) port: u16,
    pub(crate) path: PathAndQuery,
}

/// What is wrong with a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetFault {
    /// It is too long.
    #[error("A URL has at most {MAX_URL_CHARS} characters.")]
    TooLong,
    /// It is none.
    #[error("Expected a URL such as https://example.com/path.")]
    NotUrl,
    /// It is of another kind.
    #[error("The URL has to begin with https://.")]
    NotHttps,
    /// It holds a name or a password.
    #[error("A URL with a name or a password in it is not taken.")]
    UserInfo,
    /// It goes on after `#`.
    #[error("A URL without # is expected.")]
    Fragment,
}

impl Target {
    /// Reads a URL; `http://` where that is allowed.
    pub fn parse(url: &str, allow_http: bool) -> Result<Self, TargetFault> {
        if url.chars().count() > MAX_URL_CHARS {
            return Err(TargetFault::TooLong);
        }
        if url.contains('#') {
            return Err(TargetFault::Fragment);
        }
        let uri: Uri = url.parse().map_err(|_| TargetFault::NotUrl)?;
        let is_tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if allow_http => false,
            Some(_) if url.contains("://") => return Err(TargetFault::NotHttps),
            _ => return Err(TargetFault::NotUrl),
        };
        let authority = uri.authority().ok_or(TargetFault::NotUrl)?;
        if authority.as_str().contains('@') {
            return Err(TargetFault::UserInfo);
        }
        let host = authority.host().to_ascii_lowercase();
        let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let (port, usual) = (authority.port_u16(), if is_tls { 443 } else { 80 });
        // A port that is no number is left out by the parser, and would be asked for under another one.
        let ends_in_port = authority.as_str().rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'));
        if bare.is_empty() || (port.is_none() && ends_in_port) || port == Some(0) {
            return Err(TargetFault::NotUrl);
        }
        let port = port.unwrap_or(usual);
        let authority = if port == usual { host } else { format!("{host}:{port}") };
        let path = uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
        Ok(Self { is_tls, host: bare, authority, port, path })
    }

    /// The server without what is asked for there, such as `https://example.com`.
    pub fn server(&self) -> String {
        format!("{}://{}", if self.is_tls { "https" } else { "http" }, self.authority)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.server())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_server_and_what_is_asked_for_there() {
        let target = Target::parse("https://Example.com/a/b?c=secret", false).unwrap();
        assert_eq!(
            (target.host.as_str(), target.port, target.path.as_str()),
            ("example.com", 443, "/a/b?c=secret")
        );
        assert_eq!(format!("{target:?}"), "Target(https://example.com)");
        let target = Target::parse("http://[::1]:8080", true).unwrap();
        assert_eq!((target.host.as_str(), target.port, target.path.as_str()), ("::1", 8080, "/"));
        assert_eq!(target.server(), "http://[::1]:8080");
        assert_eq!(Target::parse("https://a:443/?x", false).unwrap().authority, "a");
    }

    #[test]
    fn what_is_no_url_of_a_server_is_refused() {
        use TargetFault::{Fragment, NotHttps, NotUrl, TooLong, UserInfo};
        let long = format!("https://a/{}", "x".repeat(MAX_URL_CHARS));
        for (url, fault) in [
            ("", NotUrl),
            ("example.com", NotUrl),
            ("/path", NotUrl),
            ("mailto:a@b", NotUrl),
            ("http://example.com", NotHttps),
            ("ftp://example.com", NotHttps),
            ("https://", NotUrl),
            ("https://a b/", NotUrl),
            ("https://a/\r\nHost: b", NotUrl),
            ("https://user:word@a/", UserInfo),
            ("https://a:0/", NotUrl),
            ("https://a:99999/", NotUrl),
            ("https://a:/", NotUrl),
            ("https://a/#b", Fragment),
            (&long, TooLong),
        ] {
            assert_eq!(Target::parse(url, false), Err(fault), "{url}");
        }
    }
}
