//! Where a web bridge listens for links: `c2w://host:port`.

use std::{fmt, net::Ipv6Addr, str::FromStr};

use rustls_pki_types::ServerName;

/// The address of a web bridge. Shown as `host:port`, as the seed's log lines do.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct C2wUrl {
    host: String,
    port: u16,
}

/// The text was not `c2w://host:port`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAC2wUrl;

impl fmt::Display for NotAC2wUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a C2W address; expected c2w://host:port, such as c2w://wb1.example.test:8443")
    }
}

impl std::error::Error for NotAC2wUrl {}

impl C2wUrl {
    /// A host name or address (IPv6 without brackets) and a port, 1 to 65535.
    pub fn new(host: &str, port: u16) -> Result<Self, NotAC2wUrl> {
        if port == 0 || ServerName::try_from(host).is_err() {
            return Err(NotAC2wUrl);
        }
        Ok(Self { host: host.to_ascii_lowercase(), port })
    }

    /// The host name or address; IPv6 without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl FromStr for C2wUrl {
    type Err = NotAC2wUrl;

    fn from_str(text: &str) -> Result<Self, NotAC2wUrl> {
        let (scheme, rest) = text.split_at_checked("c2w://".len()).ok_or(NotAC2wUrl)?;
        if !scheme.eq_ignore_ascii_case("c2w://") {
            return Err(NotAC2wUrl);
        }
        let (host, port) = rest.strip_suffix('/').unwrap_or(rest).rsplit_once(':').ok_or(NotAC2wUrl)?;
        if port.is_empty() || !port.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotAC2wUrl);
        }
        let host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
            Some(inner) if inner.parse::<Ipv6Addr>().is_ok() => inner,
            None if !host.contains(':') => host,
            _ => return Err(NotAC2wUrl),
        };
        Self::new(host, port.parse().map_err(|_| NotAC2wUrl)?)
    }
}

impl fmt::Display for C2wUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_hosts_and_addresses() {
        for (text, shown) in [
            ("c2w://10.106.80.34:8443", "10.106.80.34:8443"),
            ("C2W://WB1.Example.test:9999/", "wb1.example.test:9999"),
            ("c2w://[::1]:449", "[::1]:449"),
        ] {
            assert_eq!(text.parse::<C2wUrl>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn refuses_what_is_none() {
        for text in [
            "",
            "wb1:1",
            "c2w://wb1",
            "c2w://:1",
            "c2w://a:0",
            "c2w://a:65536",
            "c2w://a b:1",
            "c2w://a:+1",
            "https://a:1",
            "c2w://::1:5",
            "c2w://a/x:1",
            "c2w://u@a:1",
        ] {
            assert_eq!(text.parse::<C2wUrl>(), Err(NotAC2wUrl), "{text}");
        }
    }
}
