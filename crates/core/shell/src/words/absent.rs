//! Words of the modelled system that Convoke has no use for: each says why, and what to do instead.

use super::Command;
use crate::grammar::{Args, Word, form};

/// A word that is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// The words that are not.
    pub name: String,
    /// Why, and what to do.
    pub instead: &'static str,
}

macro_rules! absent {
    ($constant:ident, $name:literal, $pattern:literal, $instead:literal) => {
        #[doc = concat!("`", $name, "`.")]
        pub const $constant: Word = Word {
            name: $name,
            about: concat!("Not here: ", $instead),
            forms: &[
                form($name, |_| refuse($name, $instead)),
                form($pattern, |_: &Args<'_>| refuse($name, $instead)),
            ],
            notes: "",
        };
    };
}

fn refuse(name: &'static str, instead: &'static str) -> Result<Command, String> {
    Ok(Command::Absent(Absent { name: name.to_owned(), instead }))
}

absent!(DSCP, "dscp", "dscp <anything>...", "marks of packets are the operating system's (nftables)");
absent!(
    FIREWALL,
    "firewall",
    "firewall <anything>...",
    "the firewall is the operating system's (nftables, ufw)"
);
absent!(IPV6, "ipv6", "ipv6 <anything>...", "IPv6 addresses are named by \"ipv4 <interface> add <address>\"");
absent!(
    LDAP,
    "ldap",
    "ldap <anything>...",
    "accounts of the shell are this server's own (\"user\"); those of people come from the API or \"convoke user\""
);
absent!(
    NETSTAT,
    "netstat",
    "netstat <anything>...",
    "\"health\" and each service's \"status\" show listeners and links; use ss on the machine for more"
);
absent!(PING, "ping", "ping <anything>...", "use ping on the machine");
absent!(TRACEROUTE, "traceroute", "traceroute <anything>...", "use traceroute on the machine");
absent!(MEETINGAPPS, "meetingapps", "meetingapps <anything>...", "Convoke has no such service");
absent!(
    PCAP,
    "pcap",
    "pcap <anything>...",
    "packets are captured with root's rights, which this program does not have; use tcpdump on the machine"
);
absent!(RECORDER, "recorder", "recorder <anything>...", "Convoke does not record");
absent!(
    SCP,
    "scp",
    "scp <anything>...",
    "the old protocol of scp (-O) is not spoken; scp without -O and sftp are"
);
absent!(STREAMER, "streamer", "streamer <anything>...", "Convoke does not stream");
absent!(TURN, "turn", "turn <anything>...", "use a TURN server such as coturn");
absent!(
    UPGRADE,
    "upgrade",
    "upgrade <anything>...",
    "put the new executable in place and start the server again; see \"Upgrading\" in the manual"
);
absent!(UPLOADER, "uploader", "uploader <anything>...", "Convoke does not record");
