//! A mail server that does as a test says, step by step: it takes mails, holds its answer back, refuses, or breaks off.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use rustls::ServerConfig;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::TcpListener,
    sync::watch,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// How it treats a mail to addresses that hold a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mood {
    /// It takes it.
    Takes,
    /// It holds the answer to a command back: `RCPT`, `DATA`, or `.` for the mail's end.
    Holds(&'static str),
    /// It answers a command so.
    Says(&'static str, &'static str),
    /// It closes the connection instead of answering; at `.` it has kept the mail.
    ClosesAt(&'static str),
}

/// A mail that it has kept.
#[derive(Debug, Clone)]
pub struct Kept {
    pub to: String,
    pub message_id: String,
    pub bytes: String,
}

/// What it has seen.
#[derive(Debug, Default)]
pub struct Seen {
    pub kept: Vec<Kept>,
    /// Commands whose answer is held back: the command, the recipient, and where it came from.
    pub held: Vec<(String, String, SocketAddr)>,
    /// Connections that ended after `DATA` and before the mail's end.
    pub without_end: usize,
}

/// The server.
pub struct MailServer {
    pub address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    moods: watch::Sender<Vec<(String, Mood)>>,
    task: JoinHandle<()>,
}

impl MailServer {
    pub async fn start() -> Self {
        Self::start_with(watch::Sender::new(None).subscribe()).await
    }

    /// One that speaks TLS at once, with the certificate that is shown at that time.
    pub async fn start_with(shown: watch::Receiver<Option<Arc<ServerConfig>>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let moods = watch::Sender::new(Vec::new());
        let (state, mood) = (seen.clone(), moods.subscribe());
        let task = tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                let (seen, moods, tls) = (state.clone(), mood.clone(), shown.borrow().clone());
                tokio::spawn(async move {
                    let stream: Box<dyn Duplex> = match tls {
                        None => Box::new(stream),
                        Some(tls) => match TlsAcceptor::from(tls).accept(stream).await {
                            Ok(stream) => Box::new(stream),
                            Err(_) => return,
                        },
                    };
                    drop(Talk { stream: BufReader::new(stream), peer, seen, moods }.serve().await);
                });
            }
        });
        Self { address, seen, moods, task }
    }

    /// How it treats mails to addresses that hold this text; what is held back is answered once it takes them.
    pub fn mood(&self, to: &str, mood: Mood) {
        self.moods.send_modify(|moods| {
            moods.retain(|(known, _)| known != to);
            moods.push((to.to_owned(), mood));
        });
    }

    /// What it has seen so far.
    pub fn seen<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.seen.lock().unwrap())
    }

    /// The mails that it has kept for an address.
    pub fn kept_for(&self, to: &str) -> Vec<Kept> {
        self.seen(|seen| seen.kept.iter().filter(|kept| kept.to == to).cloned().collect())
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Bytes both ways, encrypted or not.
trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

struct Talk {
    stream: BufReader<Box<dyn Duplex>>,
    peer: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    moods: watch::Receiver<Vec<(String, Mood)>>,
}

impl Talk {
    async fn serve(mut self) -> std::io::Result<()> {
        self.say("220 mail.test").await?;
        let mut to = String::new();
        while let Some(line) = self.line().await? {
            let word = line.split([' ', ':', '\r']).next().unwrap_or_default().to_uppercase();
            let answer = match word.as_str() {
                "RCPT" => {
                    to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    "250 recipient taken"
                }
                "DATA" => "354 go on",
                "QUIT" => "221 bye",
                _ => "250 done",
            };
            if !self.answer(&word, &to, answer).await? || word == "QUIT" {
                return Ok(());
            }
            if word == "DATA"
                && self.moods.borrow().iter().all(|(known, mood)| !refuses(known, mood, "DATA", &to))
            {
                let Some(mail) = self.mail().await? else {
                    self.seen.lock().unwrap().without_end += 1;
                    return Ok(());
                };
                let refused = self.moods.borrow().iter().any(|(known, mood)| refuses(known, mood, ".", &to));
                if !refused {
                    let id =
                        mail.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap_or_default();
                    let kept = Kept { to: to.clone(), message_id: id.to_owned(), bytes: mail.clone() };
                    self.seen.lock().unwrap().kept.push(kept);
                }
                if !self.answer(".", &to, "250 kept").await? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Answers a command as the mood is; whether the connection goes on.
    async fn answer(&mut self, word: &str, to: &str, usual: &str) -> std::io::Result<bool> {
        let mood = |moods: &Vec<(String, Mood)>| {
            moods
                .iter()
                .find(|(known, _)| to.contains(known.as_str()))
                .map_or(Mood::Takes, |(_, mood)| mood.clone())
        };
        let now = mood(&self.moods.borrow());
        match now {
            Mood::ClosesAt(at) if at == word => return Ok(false),
            Mood::Says(at, answer) if at == word => {
                self.say(answer).await?;
                return Ok(true);
            }
            Mood::Holds(at) if at == word => {
                self.seen.lock().unwrap().held.push((word.to_owned(), to.to_owned(), self.peer));
                if self.moods.wait_for(|moods| mood(moods) == Mood::Takes).await.is_err() {
                    return Ok(false);
                }
            }
            _ => {}
        }
        self.say(usual).await?;
        Ok(true)
    }

    async fn mail(&mut self) -> std::io::Result<Option<String>> {
        let mut mail = String::new();
        loop {
            match self.line().await? {
                None => return Ok(None),
                Some(line) if line == ".\r\n" => return Ok(Some(mail)),
                Some(line) => mail.push_str(&line),
            }
        }
    }

    async fn line(&mut self) -> std::io::Result<Option<String>> {
        let mut line = Vec::new();
        let count = self.stream.read_until(b'\n', &mut line).await?;
        Ok((count > 0).then(|| String::from_utf8_lossy(&line).into_owned()))
    }

    async fn say(&mut self, answer: &str) -> std::io::Result<()> {
        self.stream.write_all(format!("{answer}\r\n").as_bytes()).await
    }
}

fn refuses(known: &str, mood: &Mood, word: &str, to: &str) -> bool {
    to.contains(known) && matches!(mood, Mood::Says(at, _) if *at == word)
}
