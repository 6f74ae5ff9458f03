//! Every limit of a link, named in one place.

use std::time::Duration;

/// Most links that one web bridge holds, and most web bridges that one dialler keeps links to: clusters have tens of nodes.
pub const MAX_LINKS: usize = 256;

/// Connections of a web bridge that have not shown a certificate yet. Each lasts [`HANDSHAKE_TIMEOUT`] at most.
pub const MAX_NEWCOMERS: usize = 1024;

/// The same from one address: behind one that many nodes share, dozens may dial at the same moment.
pub const MAX_NEWCOMERS_OF_ADDRESS: usize = 64;

/// Requests that run at once on one link. With [`STREAM_WINDOW`] it gives the connection window, and so the memory that a
/// link can take at worst (64 MiB).
pub const MAX_STREAMS: u32 = 512;

/// Streams of a link that only heartbeats may use, so that a full link is still known to be alive.
pub const RESERVED_STREAMS: u32 = 8;

/// Flow-control window of one request's or answer's body. Small, because the connection window must hold all of them.
pub const STREAM_WINDOW: u32 = 128 * 1024;

/// Flow-control window of a link. As large as all stream windows together: answers that nobody reads fill their own
/// windows and nothing else.
pub const CONNECTION_WINDOW: u32 = MAX_STREAMS * STREAM_WINDOW;

/// Bytes of an answer that the dialler keeps beyond the window, for each request.
pub const SEND_BUFFER: usize = 64 * 1024;

/// Most bytes of the header fields of one request or answer.
pub const MAX_HEADER_BYTES: u32 = 32 * 1024;

/// Most bytes of a WebSocket message that is sent.
pub const MAX_MESSAGE_OUT: usize = 64 * 1024;

/// Most bytes of a WebSocket message that is received.
pub const MAX_MESSAGE_IN: usize = 1024 * 1024;

/// Bytes of tungstenite's read buffer: its own choice is 128 KiB a connection.
pub const READ_BUFFER: usize = 16 * 1024;

/// Bytes that one read of a link's socket takes, and so what a link keeps for it: two full TLS records.
pub const READ_AHEAD: usize = 32 * 1024;

/// Most bytes of the hello that names the web bridge.
pub const MAX_HELLO: usize = 1024;

/// Longest node name in the upgrade request, in bytes.
pub const MAX_NODE_NAME: usize = 64;

/// Longest look-up of a host name.
pub const LOOKUP_TIMEOUT: Duration = Duration::from_secs(5);

/// Longest wait for a TCP connection to one address: two of the system's tries, of which the second comes after 1 s. The
/// next attempt begins with a new one, so that a host that was away is found about a second after it is back.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Longest TLS handshake, upgrade and hello together.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);

/// Wait before dialling again: up to twice as long by chance. Nothing listens, or nothing is reached: such an attempt costs
/// both sides next to nothing.
pub const BACKOFF_FIRST: Duration = Duration::from_millis(100);

/// Longest wait before dialling a peer again that answers and refuses.
pub const BACKOFF_MOST: Duration = Duration::from_secs(10);

/// While requests wait: a heartbeat is sent when nothing was read for this long.
pub const WAITING_QUIET: Duration = Duration::from_millis(300);

/// While requests wait: a link is dead when nothing was read for this long after the heartbeat. Together well under 1 s, so
/// that another one has answered by then.
pub const WAITING_TIMEOUT: Duration = Duration::from_millis(500);

/// While idle: a heartbeat is sent this often.
pub const IDLE_QUIET: Duration = Duration::from_secs(2);

/// While idle: a link is dead when nothing was read for this long after the heartbeat. Together under 5 s.
pub const IDLE_TIMEOUT: Duration = Duration::from_millis(2500);

/// The dialler holds a link for dead when nothing was read for this long: the web bridge sends a heartbeat every 2 s.
pub const DIALLER_QUIET: Duration = Duration::from_millis(4500);

/// How often a busy link is looked at.
pub const BUSY_TICK: Duration = Duration::from_millis(50);

/// After a stop, running requests of a link have this long to end.
pub const STOP_GRACE: Duration = Duration::from_secs(3);

/// A failure that repeats is logged at most this often.
pub const REPEAT_LOG: Duration = Duration::from_secs(60);

/// How often certificates are looked at for their expiry, beside each new link.
pub const EXPIRY_LOOK: Duration = Duration::from_secs(3600);
