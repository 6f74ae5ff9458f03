//! How much of everything: one place, so that the table of ARCHITECTURE.md can be checked against it.

use std::time::Duration;

/// Connections at the same time, signed in or not.
pub const MAX_CONNECTIONS: usize = 128;
/// Of these from one address (with IPv6: of one /64). Administrators behind one address share it.
pub const MAX_CONNECTIONS_OF_ADDRESS: usize = 32;
/// Of all, those that have not signed in: whoever knows no password can't use up the rest.
pub const MAX_NEWCOMERS: usize = 64;
/// Of these, those from one network (a /24, with IPv6 a /64): half, so that a crowd that has one network leaves others theirs, and more
/// than a program opens that signs in twenty times at once.
pub const MAX_NEWCOMERS_OF_NETWORK: usize = MAX_NEWCOMERS / 2;
/// A connection that has not signed in keeps its place for this long, however many come after it: a program signs in within it, also when
/// it waits its turn ([`PACE`]).
pub const SPARED: Duration = Duration::from_secs(4);
/// Refused connections that are told so at the same time; further ones are closed without a word.
pub const MAX_REFUSING: usize = 16;
/// How often it is logged that connections are refused.
pub const REFUSALS_TOLD_EVERY: Duration = Duration::from_secs(60);
/// An address that can't be listened on is tried again after this, and then after twice as long each time,
pub const LISTEN_FIRST_PAUSE: Duration = Duration::from_secs(1);
/// up to this.
pub const LISTEN_LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Connections of one address that are answered at once; those beyond wait their turn, [`PACE`] apart. A key exchange costs the server
/// more than the client (DHEat, CVE-2002-20001): ssh-audit asks for fewer than 20 a second.
pub const BURST: u32 = 10;
/// How far apart they are answered.
pub const PACE: Duration = Duration::from_millis(100);
/// How long a client may take to sign in.
pub const LOGIN_GRACE: Duration = Duration::from_secs(60);
/// Wrong passwords and unknown keys of one connection; OpenSSH's own figure. A client offers each of its keys before it asks for a password.
pub const MAX_AUTH_ATTEMPTS: usize = 6;
/// How long each refusal takes at least, whatever its reason, so that the time tells nothing: longer than a password hash and its queue.
pub const REJECTION_TIME: Duration = Duration::from_millis(500);
/// A name to sign in with, in bytes.
pub const MAX_NAME_BYTES: usize = 64;
/// A password to sign in with, in bytes.
pub const MAX_PASSWORD_BYTES: usize = 512;
/// Bits of an RSA key at least; NIST SP 800-57 ends shorter ones in 2030.
pub const MIN_RSA_BITS: u32 = 3072;
/// Channels of a connection at the same time.
pub const MAX_CHANNELS: usize = 8;
/// A signed-in connection without a channel is closed after this.
pub const NO_CHANNEL: Duration = Duration::from_secs(60);
/// The line of an exec request, in bytes.
pub const MAX_EXEC_BYTES: usize = 16 * 1024;
/// The name of a terminal, in bytes.
pub const MAX_TERM_BYTES: usize = 64;
/// Input of a session that its owner has not read yet, in bytes; with more the session ends, since SSH can't slow down one channel alone.
pub const MAX_UNREAD_INPUT: usize = 1024 * 1024;
/// Pieces of output that wait for the client; then whoever writes waits.
pub const OUTPUT_QUEUE: usize = 16;
/// One piece of output, in bytes.
pub const MAX_OUTPUT_BYTES: usize = 32 * 1024;
/// Silence after which a client is asked whether it is still there.
pub const KEEPALIVE: Duration = Duration::from_secs(30);
/// Such questions without an answer, after which it is gone.
pub const MAX_KEEPALIVES: usize = 3;
/// A connection on which not one byte moves for this long is closed, whatever it waits for: longer than all keepalives.
pub const STALLED: Duration = Duration::from_secs(180);
/// Bytes under one key, and its age; RFC 4253, 9.
pub const REKEY_BYTES: usize = 1 << 30;
/// How old the keys of a connection grow.
pub const REKEY_TIME: Duration = Duration::from_secs(3600);
/// How long sessions may take to say goodbye when the server stops.
pub const STOP_GRACE: Duration = Duration::from_secs(1);

/// A request of SFTP, in bytes: OpenSSH sends 32 KiB and a little, others up to 256 KiB.
pub const MAX_SFTP_PACKET: usize = 257 * 1024;
/// What one read of SFTP gives at most, in bytes; the client asks again for the rest.
pub const MAX_SFTP_READ: usize = 64 * 1024;
/// Requests of SFTP that wait, and answers that wait, in bytes; then the sender waits.
pub const SFTP_QUEUE: usize = 8 * 1024 * 1024;
/// The same of all channels of an account together: what its twenty programs at once take, and not what all of its channels could.
pub const SFTP_QUEUES_OF_ACCOUNT: usize = 64 * 1024 * 1024;
/// Files and listings that one SFTP session has open.
pub const MAX_HANDLES: usize = 16;
/// Silence after which an SFTP session ends.
pub const SFTP_IDLE: Duration = Duration::from_secs(600);
/// Files in the folder.
pub const MAX_FILES: usize = 500;
/// A file's name, in bytes.
pub const MAX_FILE_NAME_BYTES: usize = 100;
/// A file, in bytes.
pub const MAX_FILE_BYTES: u64 = 512 * 1024 * 1024;
/// A key or certificate, in bytes; what reads them takes no more.
pub const MAX_PEM_BYTES: u64 = 1024 * 1024;
/// All files of the folder together, in bytes: eight of the largest.
pub const MAX_FOLDER_BYTES: u64 = 8 * MAX_FILE_BYTES;
/// What uploads leave of the disk, in bytes: the journal (40 MiB), a database's log and the settings go on being written.
pub const MIN_FREE_BYTES: u64 = 256 * 1024 * 1024;
/// How much an upload grows before both are looked at again, in bytes: uploads at the same time ([`MAX_PARTIALS`]) may take that much more,
/// less than a third of [`MIN_FREE_BYTES`].
pub const ROOM_STEP: u64 = 4 * 1024 * 1024;
/// Uploads that broke off, of all accounts.
pub const MAX_PARTIALS: usize = 20;
/// How long an upload that broke off can be resumed.
pub const PARTIAL_KEPT: Duration = Duration::from_secs(3600);

/// Sessions of the console at the same time.
pub const MAX_CONSOLES: usize = 8;
/// A frame of the console's socket, in bytes.
pub const MAX_FRAME_BYTES: usize = 32 * 1024;
/// How long the console's client may take to say what it wants.
pub const CONSOLE_GRACE: Duration = Duration::from_secs(10);
