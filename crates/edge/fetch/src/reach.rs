//! Which addresses may be asked. Apart because it is a rule without IO, and the one that matters most here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which addresses may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Those of the Internet.
    Public,
    /// Those of this host and of private networks too. Where clouds tell their machines about themselves, keys among it, stays
    /// out: at link-local addresses, and at a few others.
    Private,
}

impl Reach {
    /// Whether this address may be asked.
    pub fn allows(self, address: IpAddr) -> bool {
        match kind(address) {
            Kind::Public => true,
            Kind::Private => self == Self::Private,
            Kind::Nobody => false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Public,
    /// This host, or one of a network that is not the Internet.
    Private,
    /// No address of a single server, or one that nobody has reason to name.
    Nobody,
}

fn kind(address: IpAddr) -> Kind {
    match address {
        IpAddr::V4(address) => kind_v4(address),
        IpAddr::V6(address) => kind_v6(address),
    }
}

/// By the registry of special addresses (RFC 6890 and its successors).
fn kind_v4(address: Ipv4Addr) -> Kind {
    match address.octets() {
        // What Azure and Alibaba tell their machines.
        [168, 63, 129, 16] | [100, 100, 100, 200] => Kind::Nobody,
        // RFC 1918, and those shared with a provider (RFC 6598).
        [127 | 10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Kind::Private,
        // This network, link-local, protocol assignments, documentation, benchmarks, multicast and what is reserved beyond.
        [0, ..]
        | [169, 254, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18..=19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [224..=255, ..] => Kind::Nobody,
        _ => Kind::Public,
    }
}

fn kind_v6(address: Ipv6Addr) -> Kind {
    match address.segments() {
        // What AWS and Google tell their machines.
        [0xfd00, 0xec2, ..] | [0xfd20, 0xce, ..] => Kind::Nobody,
        [0, 0, 0, 0, 0, 0, 0, 1] | [0xfc00..=0xfdff, ..] => Kind::Private,
        // An IPv4 address by another name, of any kind: whoever means it can say so. Mapped and compatible ones, NAT64, 6to4, Teredo.
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0, 0, 0, 0, 0xffff, ..] => Kind::Nobody,
        [0x64, 0xff9b, ..] | [0x2002, ..] | [0x2001, 0, ..] => Kind::Nobody,
        // Of the rest only global unicast is the Internet, without documentation and other assignments.
        [0x2001, 0x1..=0x1ff | 0xdb8, ..] => Kind::Nobody,
        [0x2000..=0x3ffe, ..] => Kind::Public,
        _ => Kind::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_servers_of_the_internet_may_be_asked_and_private_ones_by_setting() {
        let table = [
            ("93.184.215.14", true, true),
            ("172.15.0.1", true, true),
            ("172.32.0.1", true, true),
            ("100.63.0.1", true, true),
            ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", true, true),
            ("127.0.0.1", false, true),
            ("127.255.255.254", false, true),
            ("10.1.2.3", false, true),
            ("172.16.0.1", false, true),
            ("172.31.255.255", false, true),
            ("192.168.1.1", false, true),
            ("100.64.0.1", false, true),
            ("::1", false, true),
            ("fd00::1", false, true),
            ("fc00::1", false, true),
            ("0.0.0.0", false, false),
            ("0.1.2.3", false, false),
            ("169.254.169.254", false, false),
            ("168.63.129.16", false, false),
            ("168.63.129.17", true, true),
            ("100.100.100.200", false, false),
            ("100.100.100.201", false, true),
            ("fd00:ec2::254", false, false),
            ("fd00:ec3::254", false, true),
            ("fd20:ce::254", false, false),
            ("192.0.0.1", false, false),
            ("192.0.2.1", false, false),
            ("198.18.0.1", false, false),
            ("198.51.100.1", false, false),
            ("203.0.113.1", false, false),
            ("224.0.0.1", false, false),
            ("240.0.0.1", false, false),
            ("255.255.255.255", false, false),
            ("::", false, false),
            ("::7f00:1", false, false),
            ("::ffff:127.0.0.1", false, false),
            ("::ffff:93.184.215.14", false, false),
            ("::ffff:0:127.0.0.1", false, false),
            ("64:ff9b::7f00:1", false, false),
            ("64:ff9b:1::1", false, false),
            ("2002:7f00:1::", false, false),
            ("2001::1", false, false),
            ("2001:db8::1", false, false),
            ("fe80::1", false, false),
            ("fec0::1", false, false),
            ("ff02::1", false, false),
            ("3fff::1", false, false),
            ("4000::1", false, false),
        ];
        for (text, public, private) in table {
            let address: IpAddr = text.parse().unwrap();
            let found = (Reach::Public.allows(address), Reach::Private.allows(address));
            assert_eq!(found, (public, private), "{text}");
        }
    }
}
