//! Every limit of a listener, named in one place.

use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit};

/// Most connections that all listeners of a process hold at once; further ones are closed as soon as they come, so that nobody
/// waits in vain. A process here may have 20,000 descriptors, and a web bridge should hold 15,000 browsers beside its links,
/// those who knock there, and files.
pub const MAX_CONNECTIONS: usize = 16_384;

/// Descriptors that connections leave to the rest of the process, where it has that many: 256 links and 1,024 peers that have
/// not shown a certificate yet, the database's, files.
pub const RESERVED_DESCRIPTORS: usize = 1_536;

/// Most connections of this process: half of its descriptors at least, and all but [`RESERVED_DESCRIPTORS`] at most.
pub fn most_connections() -> usize {
    let (soft, _) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or((1024, 1024));
    share_of(usize::try_from(soft).unwrap_or(usize::MAX))
}

fn share_of(descriptors: usize) -> usize {
    MAX_CONNECTIONS.min(descriptors.saturating_sub(RESERVED_DESCRIPTORS).max(descriptors / 2))
}

/// Connections that wait to be accepted, as far as the system allows (`net.core.somaxconn`).
pub const BACKLOG: u32 = 4096;

/// Longest TLS handshake. A phone on a bad network needs 2 to 3 s.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest wait for the first request's whole head on a new connection. Later ones have [`KEEP_ALIVE_IDLE`].
pub const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(10);

/// Most bytes of a request's head. Browsers stay below 8 KiB; a JWT has about 1 KiB.
pub const MAX_HEADER_BYTES: usize = 16 * 1024;

/// Most header fields of a request.
pub const MAX_HEADERS: usize = 100;

/// Usual limit of a request's body in bytes, for [`crate::limit_body`]: a meeting with 10,000 characters of description and
/// 3,000 attendees fits.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Longest wait for the whole of a request's body: the largest in 30 s is 35 kB/s, which a phone on a bad network has.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Bytes that are read and thrown away of a body that was answered before it was read (HTTP/1.1), so that its sender, who may
/// still be writing, comes to read the answer.
pub const MAX_DISCARDED: usize = 4 * 1024 * 1024;

/// Until how long after a request's head that happens.
pub const DISCARD_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection without any request for this long is closed (nginx's default), and one of HTTP/2 whose answers are not read
/// of for this long.
pub const KEEP_ALIVE_IDLE: Duration = Duration::from_secs(75);

/// A connection whose peer takes nothing of what it was sent for this long is closed by the system.
pub const UNREAD: Duration = Duration::from_secs(60);

/// HTTP/2 requests of one connection that run at once (RFC 9113 6.5.2 recommends at least 100).
pub const MAX_STREAMS: u32 = 128;

/// HTTP/2 flow-control window of one request's body.
pub const STREAM_WINDOW: u32 = 64 * 1024;

/// HTTP/2 flow-control window of all bodies of a connection together.
pub const CONNECTION_WINDOW: u32 = 1024 * 1024;

/// Bytes of an answer that are kept for a slow reader, for each request.
pub const SEND_BUFFER: usize = 64 * 1024;

/// After the signal to stop, requests have this long to end; the process has 5 s in all.
pub const STOP_GRACE: Duration = Duration::from_millis(3_500);

/// A pause after an error of `accept` (no descriptor left), so that the loop does not spin.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_to_the_rest_of_the_process() {
        assert_eq!([100, 300, 1024, 20_000, 1_000_000].map(share_of), [50, 150, 512, 16_384, 16_384]);
    }
}
