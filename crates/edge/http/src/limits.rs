//! Every limit of a listener, named in one place.

use std::time::Duration;

/// Most connections that one listener holds at once; others wait in the system's queue. A process here may have 20,000
/// descriptors, and a web bridge should hold 15,000 browsers beside its links and files.
pub const MAX_CONNECTIONS: usize = 16_384;

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

/// A connection without any request for this long is closed (nginx's default).
pub const KEEP_ALIVE_IDLE: Duration = Duration::from_secs(75);

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
