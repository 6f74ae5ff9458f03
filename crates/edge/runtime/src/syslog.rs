//! RFC 5424 messages to a syslog server by UDP (RFC 5426) or TCP with octet counting (RFC 6587).
//!
//! A thread of its own sends, so that a server which is slow or away never holds up the process: what does not fit
//! into the queue is counted, and the count is sent when there is room again.

use std::{
    io::Write as _,
    net::{TcpStream, ToSocketAddrs, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    time::Duration,
};

use tracing::Level;

use crate::log::{AUDIT, Entry, Writer};

/// Messages waiting for the server at most.
pub const QUEUE: usize = 10_000;
/// Longest wait for the server to accept a connection or a message.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Pause before a lost connection is tried again.
const RETRY: Duration = Duration::from_secs(2);

/// Where to: transport, host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// TCP when true, else UDP.
    pub tcp: bool,
    /// Host name or address.
    pub host: String,
    /// Port, usually 514.
    pub port: u16,
}

/// A running sender.
#[derive(Debug)]
pub struct Syslog {
    queue: SyncSender<String>,
    target: Target,
    writer: Writer,
    lost: AtomicU64,
    is_over: Arc<AtomicBool>,
}

impl Drop for Syslog {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
    }
}

impl Syslog {
    /// Starts the sending thread.
    pub fn start(target: Target, writer: Writer) -> Self {
        let (queue, messages) = sync_channel(QUEUE);
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let to = target.clone();
        let run = move || deliver(&to, &messages, &over);
        if let Err(error) = std::thread::Builder::new().name("syslog".into()).spawn(run) {
            eprintln!("syslog is off: no thread could be started: {error}");
        }
        Self { queue, target, writer, lost: AtomicU64::new(0), is_over }
    }

    /// From here on messages go there in this writer's name. Where the server stays the same, what waits goes on waiting.
    pub fn renewed(before: Option<Self>, target: &Target, writer: Writer) -> Self {
        match before {
            Some(mut same) if same.target == *target => {
                same.writer = writer;
                same
            }
            _ => Self::start(target.clone(), writer),
        }
    }

    /// Queues an entry; never waits.
    pub fn send(&self, entry: &Entry) {
        let mut text = message(&self.writer, std::process::id(), entry);
        let lost = self.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            text.push_str(&format!(" ({lost} earlier messages were lost)"));
        }
        if self.queue.try_send(text).is_err() {
            self.lost.fetch_add(lost + 1, Ordering::Relaxed);
        }
    }
}

/// The RFC 5424 form: facility daemon (3), and local0 (16) for what people do at the shell.
pub fn message(writer: &Writer, pid: u32, entry: &Entry) -> String {
    let severity = match entry.level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        Level::DEBUG | Level::TRACE => 7,
    };
    let facility = if entry.class == AUDIT { 16 } else { 3 };
    let mut text = format!(
        "<{}>1 {} {} {} {pid} {} - {}",
        facility * 8 + severity,
        entry.at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ"),
        header(&writer.host),
        header(writer.process),
        header(&entry.class),
        entry.message
    );
    for (name, value) in &entry.fields {
        text.push_str(&format!(" {name}={value}"));
    }
    text
}

/// A header field of RFC 5424: printable ASCII without blanks, `-` when empty.
fn header(text: &str) -> String {
    let kept: String = text.chars().filter(char::is_ascii_graphic).take(48).collect();
    if kept.is_empty() { "-".into() } else { kept }
}

fn deliver(target: &Target, messages: &Receiver<String>, is_over: &AtomicBool) {
    let mut connection: Option<Connection> = None;
    while let Ok(text) = messages.recv() {
        loop {
            if connection.is_none() {
                connection = Connection::open(target).ok();
            }
            if connection.as_mut().is_some_and(|open| open.send(&text).is_ok()) {
                break;
            }
            connection = None;
            if is_over.load(Ordering::Acquire) {
                // Nobody sends any more, and the server is away: it is not waited for for ever.
                return;
            }
            std::thread::sleep(RETRY);
        }
    }
}

enum Connection {
    Udp(UdpSocket),
    Tcp(TcpStream),
}

impl Connection {
    fn open(target: &Target) -> std::io::Result<Self> {
        let address = (target.host.as_str(), target.port)
            .to_socket_addrs()?
            .next()
            .ok_or_else(|| std::io::Error::other("the name has no address"))?;
        if target.tcp {
            let stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
            stream.set_write_timeout(Some(TIMEOUT))?;
            Ok(Self::Tcp(stream))
        } else {
            let local = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
            let socket = UdpSocket::bind(local)?;
            socket.connect(address)?;
            Ok(Self::Udp(socket))
        }
    }

    fn send(&mut self, text: &str) -> std::io::Result<()> {
        match self {
            // A refused datagram shows at the next send; syslog over UDP promises nothing anyway.
            Self::Udp(socket) => socket.send(text.as_bytes()).map(|_| ()).or(Ok(())),
            Self::Tcp(stream) => stream.write_all(format!("{} {text}", text.len()).as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Read, net::TcpListener};

    use super::*;

    fn entry() -> Entry {
        Entry {
            at: "2026-11-22T09:00:00Z".parse().unwrap(),
            level: Level::WARN,
            class: "C2WService".into(),
            message: "text".into(),
            fields: vec![("port", "1".into())],
        }
    }

    fn writer() -> Writer {
        Writer { host: "cms 1".into(), process: "host:server" }
    }

    #[test]
    fn a_message_has_the_form_of_rfc_5424() {
        assert_eq!(
            message(&writer(), 9, &entry()),
            "<28>1 2026-11-22T09:00:00.000Z cms1 host:server 9 C2WService - text port=1"
        );
    }

    #[test]
    fn a_server_gets_it_by_udp_and_by_tcp_with_its_length() {
        let expected = message(&writer(), std::process::id(), &entry());

        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        server.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let port = server.local_addr().unwrap().port();
        Syslog::start(Target { tcp: false, host: "127.0.0.1".into(), port }, writer()).send(&entry());
        let mut buffer = [0; 2048];
        let length = server.recv(&mut buffer).unwrap();
        assert_eq!(String::from_utf8_lossy(&buffer[..length]), expected);

        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = server.local_addr().unwrap().port();
        let syslog = Syslog::start(Target { tcp: true, host: "127.0.0.1".into(), port }, writer());
        syslog.send(&entry());
        let (mut stream, _) = server.accept().unwrap();
        let framed = format!("{} {expected}", expected.len());
        let mut buffer = vec![0; framed.len()];
        stream.read_exact(&mut buffer).unwrap();
        assert_eq!(String::from_utf8_lossy(&buffer), framed);
    }
}
