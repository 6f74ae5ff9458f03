//! From where an account may sign in: a white list of addresses, networks and host names (seed's MMP: `user host`).

use std::{fmt, net::IpAddr, str::FromStr};

/// Most entries of one account's white list.
pub const MAX_HOSTS: usize = 50;

/// Longest host name, in characters (RFC 1035 2.3.4).
const MAX_HOST_CHARS: usize = 253;

/// One entry of a white list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AllowedHost {
    /// This address.
    Address(IpAddr),
    /// Every address that begins with so many bits of this one.
    Network(IpAddr, u8),
    /// The addresses that this name has when somebody signs in; in lower case.
    Name(String),
}

/// The text is no address, network or host name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAHost;

impl fmt::Display for NotAHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "expected an address such as 192.168.1.3, a network such as 10.1.0.0/16 or 2001:db8::/32, or a host name",
        )
    }
}

impl std::error::Error for NotAHost {}

impl AllowedHost {
    /// Whether it holds this address; `addresses` tells those of a host name.
    pub fn holds(&self, address: IpAddr, addresses: impl Fn(&str) -> Vec<IpAddr>) -> bool {
        let address = address.to_canonical();
        match self {
            Self::Address(allowed) => allowed.to_canonical() == address,
            Self::Network(network, bits) => begins_alike(*network, address, *bits),
            Self::Name(name) => addresses(name).iter().any(|allowed| allowed.to_canonical() == address),
        }
    }
}

fn begins_alike(network: IpAddr, address: IpAddr, bits: u8) -> bool {
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            let away = 32 - u32::from(bits.min(32));
            let cut = |bits: u32| bits.checked_shr(away).unwrap_or(0);
            cut(network.to_bits()) == cut(address.to_bits())
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            let away = 128 - u32::from(bits.min(128));
            let cut = |bits: u128| bits.checked_shr(away).unwrap_or(0);
            cut(network.to_bits()) == cut(address.to_bits())
        }
        _ => false,
    }
}

impl fmt::Display for AllowedHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Network(network, bits) => write!(f, "{network}/{bits}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl FromStr for AllowedHost {
    type Err = NotAHost;

    fn from_str(text: &str) -> Result<Self, NotAHost> {
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        if let Some((address, bits)) = text.split_once('/') {
            let address: IpAddr = address.parse().map_err(|_| NotAHost)?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.parse().ok().filter(|bits| *bits <= most).ok_or(NotAHost)?;
            return Ok(Self::Network(address, bits));
        }
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        // All digits and dots is an address that was mistyped.
        let numeric = text.chars().all(|c| c.is_ascii_digit() || c == '.');
        if numeric || text.len() > MAX_HOST_CHARS || !text.split('.').all(label) {
            return Err(NotAHost);
        }
        Ok(Self::Name(text.to_ascii_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nobody(_: &str) -> Vec<IpAddr> {
        Vec::new()
    }

    fn holds(host: &str, address: &str) -> bool {
        host.parse::<AllowedHost>().unwrap().holds(address.parse().unwrap(), nobody)
    }

    #[test]
    fn an_address_a_network_and_a_name_hold_what_they_say() {
        assert!(holds("192.168.1.3", "192.168.1.3") && holds("192.168.1.3", "::ffff:192.168.1.3"));
        assert!(!holds("192.168.1.3", "192.168.1.4"));
        assert!(holds("10.1.0.0/16", "10.1.255.255") && !holds("10.1.0.0/16", "10.2.0.0"));
        assert!(holds("0.0.0.0/0", "203.0.113.9") && !holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("2001:db8::/32", "2001:db8:9::1") && !holds("2001:db8::/32", "2001:db9::1"));
        assert!(holds("::/0", "2001:db8::1") && holds("2001:db8::1/128", "2001:db8::1"));
        let name: AllowedHost = "Jump.example.test".parse().unwrap();
        assert_eq!(name.to_string(), "jump.example.test");
        let known = |name: &str| {
            assert_eq!(name, "jump.example.test");
            vec!["192.0.2.7".parse().unwrap()]
        };
        assert!(name.holds("192.0.2.7".parse().unwrap(), known));
        assert!(!name.holds("192.0.2.8".parse().unwrap(), known));
        assert!(!name.holds("192.0.2.7".parse().unwrap(), nobody));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in
            ["", "10.1.0.0/33", "::/129", "10.1.0.0/", "a b", "a..b", "-a", "300.1.2.3", "a/8", "관리"]
        {
            assert_eq!(text.parse::<AllowedHost>(), Err(NotAHost), "{text}");
        }
        assert_eq!("x".repeat(64).parse::<AllowedHost>(), Err(NotAHost));
        let longest = ["x".repeat(63).as_str(); 4].join(".");
        assert_eq!(longest.parse::<AllowedHost>(), Err(NotAHost));
        assert!(longest[..MAX_HOST_CHARS].parse::<AllowedHost>().is_ok());
    }

    #[test]
    fn what_is_shown_is_read_again() {
        for text in ["192.168.1.3", "10.1.0.0/16", "2001:db8::/32", "jump.example.test", "localhost"] {
            assert_eq!(text.parse::<AllowedHost>().unwrap().to_string(), text);
        }
    }
}
