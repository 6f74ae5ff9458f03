//! What an address counts as where guesses are counted. Apart because sign-ins of people and of accounts count alike.

use std::net::IpAddr;

/// What an address counts as: itself, or with IPv6 the /64 that one customer has (RFC 6177), who else could take a new
/// address for each guess. A text that is no address counts as it is.
pub fn network(address: &str) -> String {
    match address.parse::<IpAddr>() {
        Ok(address) => network_of(address),
        Err(_) => address.to_owned(),
    }
}

/// The same of an address that was read before.
pub fn network_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        address => address.to_string(),
    }
}
