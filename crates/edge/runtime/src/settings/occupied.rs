//! Listeners of one node that are in each other's way: each is right by itself, and the second of them can't start. Apart from the roles,
//! because each of them sees its own section alone.

use super::{
    Settings,
    interfaces::Listener,
    reader::Section,
    replies::{Replies, Way},
};

/// Finds listeners on an address and port that another one has already.
pub(super) fn check(root: &Section<'_>, settings: &Settings) {
    let mut seen: Vec<(&str, &Listener)> = Vec::new();
    for (key, listener) in listeners(settings) {
        if let Some((other, _)) = seen.iter().find(|(_, before)| are_the_same(before, listener)) {
            root.fault(
                key,
                format!(
                    "{}:{} is where {other} listens already",
                    listener.interface,
                    listener.address.port()
                ),
                "another port",
            );
        }
        seen.push((key, listener));
    }
}

/// Whoever listens on all addresses listens on each. Port 0 stands for any that is free.
fn are_the_same(one: &Listener, other: &Listener) -> bool {
    let (one, other) = (one.address, other.address);
    let is_all = one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() != 0 && one.port() == other.port() && (is_all || one.ip() == other.ip())
}

fn listeners(settings: &Settings) -> Vec<(&'static str, &Listener)> {
    let mut all = Vec::new();
    if let Some(mmp) = &settings.mmp {
        all.extend(mmp.listen.iter().map(|listener| ("mmp.listen", listener)));
    }
    if let Some(role) = &settings.callbridge {
        all.push(("callbridge.loopback", &role.loopback));
        all.extend(role.https.iter().map(|https| ("callbridge.https.listen", &https.listen)));
    }
    if let Some(role) = &settings.webbridge {
        all.push(("webbridge.loopback", &role.loopback));
        all.extend(role.https_listen.iter().map(|listener| ("webbridge.https.listen", listener)));
        all.extend(role.c2w_listen.iter().map(|listener| ("webbridge.c2w.listen", listener)));
        all.extend(role.http_redirect.iter().map(|listener| ("webbridge.https.http_redirect", listener)));
    }
    if let Some(role) = &settings.scheduler {
        all.push(("scheduler.loopback", &role.loopback));
        all.extend(role.https.iter().map(|https| ("scheduler.https.listen", &https.listen)));
        if let Some(Replies { way: Way::Lmtp(lmtp), .. }) = &role.replies {
            all.push(("scheduler.replies.lmtp.listen", &lmtp.listen));
        }
    }
    all
}
