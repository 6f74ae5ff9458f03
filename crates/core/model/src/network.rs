//! What an address counts as where strangers are counted: guesses, connections. One place, so that they are counted alike.

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
    match customer_of(address) {
        IpAddr::V6(network) => {
            // As it stands in files: zeros are written out.
            let [a, b, c, d, ..] = network.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        address => address.to_string(),
    }
}

/// The same as its first address, for what is counted in memory.
pub fn customer_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        address => address,
    }
}

/// The first address of the network that an address is rented with: the /24 of IPv4, the /64 of IPv6. Where places are few, a crowd
/// that has one network counts as one.
pub fn block_of(address: IpAddr) -> IpAddr {
    match customer_of(address) {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            IpAddr::from([a, b, c, 0])
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_counts_as_the_network_that_one_customer_has() {
        for (address, network, block) in [
            ("192.0.2.1", "192.0.2.1", "192.0.2.0"),
            ("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.0"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1:2::"),
            ("2001:db8::1", "2001:db8:0:0::/64", "2001:db8::"),
        ] {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(network_of(address), network);
            assert_eq!(block_of(address), block.parse::<IpAddr>().unwrap());
        }
        assert_eq!(network("no address"), "no address");
    }
}
