//! A mail server that takes commands together, as Postfix does: it answers when it has read all that has come, and counts
//! these flights. What no real server can be asked for, it does on demand.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// How it behaves beside taking mails.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    /// It takes so many mails on a connection, and answers 421 to what follows.
    pub mails_a_connection: Option<usize>,
    /// It asks for the content of a mail whose recipient it refused.
    pub wants_content_of_refused: bool,
    /// It breaks the connection instead of answering the content of this mail, counted from 1 on over all.
    pub breaks_after_content_of: Option<usize>,
}

/// What it has seen.
#[derive(Debug, Default)]
pub struct Seen {
    /// Recipients of the mails that it has kept, and whose content had at least a line.
    pub kept: Vec<String>,
    pub connections: usize,
    /// How often it has answered.
    pub flights: usize,
    /// Contents without a line.
    pub empty: usize,
}

pub struct Flights {
    pub address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

impl Flights {
    pub async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let state = seen.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                state.lock().unwrap().connections += 1;
                let talk = Talk {
                    stream: BufReader::new(stream),
                    waiting: String::new(),
                    seen: state.clone(),
                    manner,
                };
                tokio::spawn(talk.serve());
            }
        });
        Self { address, seen, task }
    }

    pub fn seen<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.seen.lock().unwrap())
    }
}

impl Drop for Flights {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Talk {
    stream: BufReader<TcpStream>,
    /// Answers that were not sent yet.
    waiting: String,
    seen: Arc<Mutex<Seen>>,
    manner: Manner,
}

impl Talk {
    async fn serve(mut self) -> std::io::Result<()> {
        self.waiting.push_str("220 mail.test\r\n");
        let (mut to, mut mails) = (String::new(), 0);
        while let Some(line) = self.line().await? {
            let word = line.split([' ', ':', '\r']).next().unwrap_or_default().to_owned();
            let is_full = self.manner.mails_a_connection.is_some_and(|most| mails >= most);
            let answer = match word.as_str() {
                "EHLO" => "250-mail.test\r\n250 PIPELINING",
                "MAIL" if is_full => {
                    self.waiting.push_str("421 4.7.0 enough for this connection\r\n");
                    return self.flush().await;
                }
                "RCPT" => {
                    to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    if to.starts_with("bad") { "550 5.1.1 nobody here" } else { "250 2.1.5 ok" }
                }
                "DATA" if to.starts_with("bad") && !self.manner.wants_content_of_refused => {
                    "503 5.5.1 no recipient"
                }
                "DATA" => {
                    self.waiting.push_str("354 go on\r\n");
                    let is_empty = self.content().await?;
                    mails += 1;
                    if self.keep(&to, is_empty) {
                        return Ok(());
                    }
                    if is_empty { "554 5.5.1 no valid recipients" } else { "250 2.0.0 kept" }
                }
                "QUIT" => "221 bye",
                _ => "250 ok",
            };
            self.waiting.push_str(answer);
            self.waiting.push_str("\r\n");
        }
        Ok(())
    }

    /// Notes a mail; whether the connection breaks now.
    fn keep(&self, to: &str, is_empty: bool) -> bool {
        let mut seen = self.seen.lock().unwrap();
        if is_empty {
            seen.empty += 1;
            return false;
        }
        seen.kept.push(to.to_owned());
        self.manner.breaks_after_content_of == Some(seen.kept.len())
    }

    /// Reads a content to its end; whether it had no line.
    async fn content(&mut self) -> std::io::Result<bool> {
        let mut is_empty = true;
        while let Some(line) = self.line().await? {
            if line == ".\r\n" {
                break;
            }
            is_empty = false;
        }
        Ok(is_empty)
    }

    async fn line(&mut self) -> std::io::Result<Option<String>> {
        if !self.stream.buffer().contains(&b'\n') {
            self.flush().await?;
        }
        let mut line = String::new();
        Ok((self.stream.read_line(&mut line).await? > 0).then_some(line))
    }

    async fn flush(&mut self) -> std::io::Result<()> {
        if !self.waiting.is_empty() {
            self.seen.lock().unwrap().flights += 1;
            let answers = std::mem::take(&mut self.waiting);
            self.stream.get_mut().write_all(answers.as_bytes()).await?;
        }
        Ok(())
    }
}
