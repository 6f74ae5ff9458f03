//! Every limit of the web bridge, named in one place. Those of connections stand in `edge/http`, of links in `edge/c2w`.

use std::time::Duration;

/// Most bytes of a request's body: what the APIs behind take too.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// A body of at most this many bytes is kept until the answer comes, so that it can be sent again on another link.
pub const MAX_KEPT_BODY: usize = 64 * 1024;

/// Longest wait for the part of a body that is kept: a phone sends 64 KiB in a few seconds.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(20);

/// An answer of at most this many bytes is taken off its link before the browser reads it, so that it holds no place there.
/// Two lists of a week fit.
pub const MAX_KEPT_ANSWER: usize = 64 * 1024;

/// What all of them take together; answers beyond it stay on their links, where windows bound them.
pub const MAX_KEPT_ANSWERS: usize = 128 * 1024 * 1024;

/// Pieces of a larger answer that wait for the browser beside that.
pub const MAX_WAITING_FRAMES: usize = 4;

/// Bytes of such a piece (HTTP/2's usual frame).
pub const MAX_FRAME: usize = 16 * 1024;

/// A larger answer of which the browser takes nothing for this long is given up.
pub const READ_PATIENCE: Duration = Duration::from_secs(30);

/// Longest wait for an answer: its head, and the part of its body that is kept.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Most links that one request is tried on.
pub const MAX_ATTEMPTS: usize = 4;

/// A part that could do nothing is followed by another one only for so long: what all of them lack, each finds out again.
pub const RETRY_WITHIN: Duration = Duration::from_secs(5);

/// Browsers that hold an event stream at once. Each costs a connection, so that it stays below the listener's limit.
pub const MAX_EVENT_STREAMS: i64 = 15_000;

/// How often an idle event stream says that it lives: proxies close silent connections after 30 to 60 s.
pub const EVENT_PING: Duration = Duration::from_secs(15);

/// After HTTPS has stopped, links have this long to close in order; the process has 5 s in all.
pub const LINK_STOP: Duration = Duration::from_millis(800);

/// Longest `frame-ancestors` (seed's product: at most 1000 characters).
pub const MAX_FRAME_ANCESTORS: usize = 1000;
