//! Clients that misbehave: HTTP/1.1 by hand, and HTTP/2 frame by frame, both over sound TLS.

use std::{sync::Arc, time::Duration};

use convoke::dev::layout::NodeLayout;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::world::World;

/// How long an answer, or the end of a connection, may take.
const PATIENCE: Duration = Duration::from_secs(25);

/// Frame types of HTTP/2 (RFC 9113 6).
pub mod kind {
    pub const DATA: u8 = 0;
    pub const HEADERS: u8 = 1;
    pub const RST_STREAM: u8 = 3;
    pub const SETTINGS: u8 = 4;
    pub const PING: u8 = 6;
    pub const GOAWAY: u8 = 7;
    pub const WINDOW_UPDATE: u8 = 8;
}

/// `END_STREAM` and `END_HEADERS`.
pub const ENDS: u8 = 0x5;
/// `END_HEADERS` alone: a body follows.
pub const END_HEADERS: u8 = 0x4;

/// A TLS connection to this port of the first node.
pub async fn connect(world: &World, port: u16, protocol: &[u8]) -> TlsStream<TcpStream> {
    let stream = TcpStream::connect((world.system.layout.nodes[0].address, port)).await.unwrap();
    secure(world, stream, protocol).await
}

/// The same over a connection that is there.
pub async fn secure(world: &World, stream: TcpStream, protocol: &[u8]) -> TlsStream<TcpStream> {
    let node = &world.system.layout.nodes[0];
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(world.system.ca.pem().as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let name = ServerName::try_from(node.address.to_string()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}

/// The web app's address, as `Host` names it.
pub fn host(node: &NodeLayout) -> String {
    format!("{}:{}", node.address, node.ports.web_app)
}

/// Everything that is answered until the server closes, to these bytes of HTTP/1.1.
pub async fn answers(world: &World, port: u16, bytes: &[u8]) -> String {
    let mut stream = connect(world, port, b"http/1.1").await;
    let mut answer = Vec::new();
    let exchange = async {
        // A server that has refused may close while we write.
        let _ = stream.write_all(bytes).await;
        let _ = stream.read_to_end(&mut answer).await;
    };
    let ended = timeout(PATIENCE, exchange).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(ended.is_ok(), "not closed after {}: {answer}", String::from_utf8_lossy(bytes));
    answer
}

/// The status codes of answers in HTTP/1.1.
pub fn statuses(answers: &str) -> Vec<u16> {
    let heads = answers.match_indices("HTTP/1.1 ");
    heads.filter_map(|(at, mark)| answers.get(at + mark.len()..)?.get(..3)?.parse().ok()).collect()
}

/// A field of a header block, as a literal without indexing (RFC 7541 6.2.2). Name and value have less than 127 bytes.
pub fn field(name: &str, value: &str) -> Vec<u8> {
    let length = |text: &str| u8::try_from(text.len()).ok().filter(|length| *length < 127).unwrap();
    let mut bytes = vec![0, length(name)];
    bytes.extend_from_slice(name.as_bytes());
    bytes.push(length(value));
    bytes.extend_from_slice(value.as_bytes());
    bytes
}

/// A header block: the pseudo-fields of a request, and further fields.
pub fn request(host: &str, method: &str, path: &str, further: &[(&str, &str)]) -> Vec<u8> {
    let pseudo = [(":method", method), (":scheme", "https"), (":authority", host), (":path", path)];
    pseudo.iter().chain(further).flat_map(|(name, value)| field(name, value)).collect()
}

/// A connection of HTTP/2.
pub struct Http2 {
    stream: TlsStream<TcpStream>,
    next: u32,
}

/// A frame that came.
#[derive(Debug)]
pub struct Frame {
    pub kind: u8,
    pub stream: u32,
    pub payload: Vec<u8>,
}

impl Http2 {
    /// Connects, and says how many bytes of each answer it takes (`SETTINGS_INITIAL_WINDOW_SIZE`).
    pub async fn open(world: &World, port: u16, window: u32) -> Self {
        let mut stream = connect(world, port, b"h2").await;
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
        let mut this = Self { stream, next: 1 };
        let mut settings = vec![0, 4];
        settings.extend_from_slice(&window.to_be_bytes());
        assert!(this.send(kind::SETTINGS, 0, 0, &settings).await);
        this
    }

    /// Sends a frame; `false` when the connection is gone.
    pub async fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> bool {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let mut frame = length[1..].to_vec();
        frame.extend_from_slice(&[kind, flags]);
        frame.extend_from_slice(&stream.to_be_bytes());
        frame.extend_from_slice(payload);
        self.stream.write_all(&frame).await.is_ok() && self.stream.flush().await.is_ok()
    }

    /// Begins a request by its header block; the number of its stream, or `None` when the connection is gone.
    pub async fn begin(&mut self, block: &[u8], flags: u8) -> Option<u32> {
        let stream = self.next;
        self.next += 2;
        self.send(kind::HEADERS, flags, stream, block).await.then_some(stream)
    }

    /// The next frame, `None` at the end of the connection. Settings and pings are answered.
    pub async fn frame(&mut self) -> Option<Frame> {
        loop {
            let mut head = [0; 9];
            let read = timeout(PATIENCE, self.stream.read_exact(&mut head)).await;
            read.expect("the server says something in time").ok()?;
            let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
            self.stream.read_exact(&mut payload).await.ok()?;
            let frame = Frame {
                kind: head[3],
                stream: u32::from_be_bytes([head[5], head[6], head[7], head[8]]) & 0x7fff_ffff,
                payload,
            };
            let is_answer = head[4] & 1 == 1;
            match frame.kind {
                kind::SETTINGS if !is_answer => drop(self.send(kind::SETTINGS, 1, 0, &[]).await),
                kind::PING if !is_answer => drop(self.send(kind::PING, 1, 0, &frame.payload).await),
                kind::SETTINGS | kind::PING => {}
                _ => return Some(frame),
            }
        }
    }

    /// How a request ends that should be refused: an answer, a reset, or the end of the connection.
    pub async fn outcome(&mut self, stream: u32) -> Outcome {
        while let Some(frame) = self.frame().await {
            match frame.kind {
                kind::GOAWAY => return Outcome::Gone,
                kind::RST_STREAM if frame.stream == stream => return Outcome::Reset,
                kind::HEADERS if frame.stream == stream => return Outcome::Answered(status(&frame.payload)),
                _ => {}
            }
        }
        Outcome::Gone
    }
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// With this status; 0 for one that is not among the few below.
    Answered(u16),
    Reset,
    Gone,
}

/// The status, which stands first in a header block: indexed (RFC 7541, appendix A), or a literal of the name with index
/// 8, its value plain or in Huffman's code. 0 where it is neither, as in later answers of a connection.
fn status(block: &[u8]) -> u16 {
    match *block {
        [0x88, ..] => 200,
        [0x89, ..] => 204,
        [0x8c, ..] => 400,
        [0x8d, ..] => 404,
        [0x8e, ..] => 500,
        [0x08 | 0x18 | 0x48, length, ref value @ ..] if length & 0x80 == 0 => {
            let text = value.get(..usize::from(length)).unwrap_or_default();
            String::from_utf8_lossy(text).parse().unwrap_or(0)
        }
        [0x08 | 0x18 | 0x48, _, ref value @ ..] => three_digits(value),
        _ => 0,
    }
}

/// Three digits in Huffman's code (RFC 7541, appendix B): 0 to 2 have 5 bits, the others 6.
fn three_digits(bytes: &[u8]) -> u16 {
    let bits = bytes.iter().take(4).fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte))
        << (8 * (8 - bytes.len().min(4)));
    let (mut number, mut at) = (0, 0);
    for _ in 0..3 {
        let (five, six) = (bits << at >> 59, bits << at >> 58);
        let (digit, length) = if five <= 2 { (five, 5) } else { (six.saturating_sub(0x16), 6) };
        number = number * 10 + digit as u16;
        at += length;
    }
    number
}

#[test]
fn statuses_are_read_from_header_blocks() {
    // "302" and "307" of RFC 7541, C.6.
    assert_eq!(status(&[0x48, 0x82, 0x64, 0x02]), 302);
    assert_eq!(status(&[0x48, 0x83, 0x64, 0x0e, 0xff]), 307);
    assert_eq!((status(&[0x88, 0xc1]), status(&[0x48, 3, b'4', b'2', b'9'])), (200, 429));
}
