//! `hostname`, `ipv4`, `iface`, `dns`, `ntp`, `timezone`, `date`: what belongs to the machine. Convoke shows it, and chooses among what there is.

use super::Command;
use crate::grammar::{ANY, Word, form, form_for, not_here};

/// Longest host name.
pub const MAX_HOSTNAME: usize = 63;

const ADDRESSES: &str = "addresses, routes and packet sizes are the operating system's: set them there (netplan, systemd-networkd, ip); \
                         \"ipv4 <interface> add <address>\" chooses among the machine's addresses";
const NAME_SERVERS: &str =
    "name servers are the operating system's: set them there (/etc/resolv.conf, systemd-resolved)";
const NAMES_KEPT: &str =
    "no names are kept here; the operating system may keep some (resolvectl flush-caches)";
const TIME_SERVERS: &str = "the clock is the operating system's: time servers are set and listed there (chrony, systemd-timesyncd); \"ntp \
                            status\" shows whether it is kept right";

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Network {
    /// Show this server's name.
    Hostname,
    /// Name it.
    SetHostname(String),
    /// Show an interface's addresses.
    Ipv4(String),
    /// Take this address of the machine under that name.
    Ipv4Add {
        /// The interface's name here, such as `a`.
        interface: String,
        /// The address, with its prefix length or without.
        address: String,
    },
    /// Forget an interface.
    Ipv4Del(String),
    /// Show all interfaces.
    Ifaces,
    /// Show one.
    Iface(String),
    /// Show the machine's name servers.
    Dns,
    /// Ask for a name.
    DnsLookup {
        /// `A` or `AAAA`.
        kind: String,
        /// The name.
        name: String,
    },
    /// What belongs to the operating system: why it is not done, and where it is.
    NotOurs(&'static str),
    /// Show whether the clock is kept right.
    NtpStatus,
    /// Show the time zone.
    Timezone,
    /// List the zones.
    TimezoneList,
    /// Take one.
    SetTimezone(String),
    /// Show the time.
    Date,
}

/// `hostname`.
pub const HOSTNAME: Word = Word {
    name: "hostname",
    about: "Show or set the name of this server",
    forms: &[
        form_for(ANY, "hostname", |_| ok(Network::Hostname)),
        form("hostname <name>", |args| ok(Network::SetHostname(args.text(0)))),
    ],
    notes: "The name stands at the prompt and in log lines; `reboot` makes a new one take effect. The machine's own name stays.",
};

/// `ipv4`.
pub const IPV4: Word = Word {
    name: "ipv4",
    about: "Show interfaces' addresses, and choose among the machine's",
    forms: &[
        form("ipv4 <interface>", |args| ok(Network::Ipv4(args.text(0)))),
        form("ipv4 <interface> add <address> [<gateway>]", |args| {
            ok(Network::Ipv4Add { interface: args.text(0), address: args.text(1) })
        }),
        form("ipv4 <interface> del", |args| ok(Network::Ipv4Del(args.text(0)))),
        form("ipv4 <interface> (enable|disable|default|dhcp)", |_| ok(Network::NotOurs(ADDRESSES))),
        form("ipv4 <interface> route (add|del) <address>", |_| ok(Network::NotOurs(ADDRESSES))),
    ],
    notes: "Addresses and routes are the operating system's. `add` gives an address that the machine has the name that listeners use; an IPv6 address \
            may be named as well.",
};

/// `iface`.
pub const IFACE: Word = Word {
    name: "iface",
    about: "Show interfaces",
    forms: &[
        form("iface", |_| ok(Network::Ifaces)),
        form("iface <interface>", |args| ok(Network::Iface(args.text(0)))),
        form("iface <interface> mtu <value>", |_| ok(Network::NotOurs(ADDRESSES))),
    ],
    notes: "",
};

/// `dns`.
pub const DNS: Word = Word {
    name: "dns",
    about: "Show the name servers, look up names",
    forms: &[
        form("dns", |_| ok(Network::Dns)),
        form("dns lookup (A|AAAA) <name>", |args| {
            ok(Network::DnsLookup { kind: args.text(0), name: args.text(1) })
        }),
        not_here(
            "dns lookup (SRV|srv|MX|TXT|CNAME|NS|PTR|SOA) <name>",
            "addresses alone are looked up, as Convoke itself does; use dig on the machine",
        ),
        form("dns add forwardzone <domain> <server>", |_| ok(Network::NotOurs(NAME_SERVERS))),
        form("dns flush", |_| ok(Network::NotOurs(NAMES_KEPT))),
    ],
    notes: "Name servers are the operating system's (/etc/resolv.conf).",
};

/// `ntp`.
pub const NTP: Word = Word {
    name: "ntp",
    about: "Show whether the clock is kept right",
    forms: &[
        form("ntp status", |_| ok(Network::NtpStatus)),
        form("ntp server list", |_| ok(Network::NotOurs(TIME_SERVERS))),
        form("ntp server (add|del) <hostname|address>", |_| ok(Network::NotOurs(TIME_SERVERS))),
    ],
    notes: "The clock is the operating system's.",
};

/// `timezone`.
pub const TIMEZONE: Word = Word {
    name: "timezone",
    about: "Show or set the time zone of the shell",
    forms: &[
        form_for(ANY, "timezone", |_| ok(Network::Timezone)),
        form_for(ANY, "timezone list", |_| ok(Network::TimezoneList)),
        form("timezone <timezone>", |args| ok(Network::SetTimezone(args.text(0)))),
    ],
    notes: "Duty hours of accounts and the shell's times are read in it. Logs are in UTC, and meetings have zones of their own.",
};

/// `date`.
pub const DATE: Word = Word {
    name: "date",
    about: "Show the time",
    forms: &[form_for(ANY, "date", |_| ok(Network::Date))],
    notes: "",
};

fn ok(network: Network) -> Result<Command, String> {
    Ok(Command::Network(network))
}
