//! A mail server with moods, for many mails: it takes commands together, is slow, forgets to answer, says goodbye after some
//! mails, asks a third of the people's mails to come again, and knows some people not at all.

use std::{
    collections::{HashMap, HashSet},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// How long it takes over a mail.
const SLOW: Duration = Duration::from_millis(20);
/// Mails that it takes over one connection.
const MAILS_A_CONNECTION: usize = 20;
/// It never answers the content of so many mails, the first ones.
const UNANSWERED: usize = 2;

/// What becomes of a person's mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is taken.
    Taken,
    /// It is taken when it comes again.
    TakenLater,
    /// There is no such person.
    Refused,
}

/// What becomes of mails to this address, always the same.
pub fn fate(address: &str) -> Fate {
    let sum = address.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    match sum % 100 {
        0 => Fate::Refused,
        n if n % 3 == 0 => Fate::TakenLater,
        _ => Fate::Taken,
    }
}

/// What it has seen.
#[derive(Debug, Default)]
pub struct Seen {
    /// The contents that it took, by recipient.
    pub kept: HashMap<String, Vec<String>>,
    /// People whose mails were asked to come again.
    put_off: HashSet<String>,
    unanswered: usize,
    /// Goodbyes after some mails.
    pub goodbyes: usize,
}

pub struct MoodyServer {
    pub address: SocketAddr,
    /// How many mails it has taken, those that came twice among them.
    pub count: watch::Receiver<usize>,
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

impl MoodyServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (counting, count) = watch::channel(0);
        let (state, counting) = (seen.clone(), Arc::new(counting));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let talk =
                    Talk { stream: BufReader::new(stream), seen: state.clone(), count: counting.clone() };
                tokio::spawn(talk.serve());
            }
        });
        Self { address, count, seen, task }
    }

    /// What it has seen so far.
    pub fn seen<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.seen.lock().unwrap())
    }
}

impl Drop for MoodyServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Talk {
    stream: BufReader<TcpStream>,
    seen: Arc<Mutex<Seen>>,
    count: Arc<watch::Sender<usize>>,
}

impl Talk {
    async fn serve(mut self) -> std::io::Result<()> {
        self.say("220 mail.test").await?;
        let (mut to, mut mails) = (None, 0);
        while let Some(line) = self.line().await? {
            match line.split([' ', ':', '\r']).next().unwrap_or_default() {
                "EHLO" => self.say("250-mail.test\r\n250 PIPELINING").await?,
                "MAIL" if mails >= MAILS_A_CONNECTION => {
                    self.seen.lock().unwrap().goodbyes += 1;
                    return self.say("421 4.7.0 that is enough").await;
                }
                "RCPT" => {
                    let (taken, answer) = self.judge(line.split(['<', '>']).nth(1).unwrap_or_default());
                    to = taken;
                    self.say(answer).await?;
                }
                "DATA" => match to.take() {
                    None => self.say("503 5.5.1 nobody to send it to").await?,
                    Some(person) => {
                        self.say("354 go on").await?;
                        mails += 1;
                        let Some(mail) = self.content().await? else { return Ok(()) };
                        if self.forgets() {
                            // Until the other side has had enough of it.
                            let _end = self.stream.read(&mut [0]).await;
                            return Ok(());
                        }
                        tokio::time::sleep(SLOW).await;
                        self.seen.lock().unwrap().kept.entry(person).or_default().push(mail);
                        self.count.send_modify(|count| *count += 1);
                        self.say("250 2.0.0 kept").await?;
                    }
                },
                "QUIT" => return self.say("221 bye").await,
                _ => self.say("250 ok").await?,
            }
        }
        Ok(())
    }

    /// The person, where their mail is taken now, and the answer.
    fn judge(&self, address: &str) -> (Option<String>, &'static str) {
        let person = Some(address.to_owned());
        match fate(address) {
            Fate::Refused => (None, "550 5.1.1 nobody of that name"),
            Fate::TakenLater if self.seen.lock().unwrap().put_off.insert(address.to_owned()) => {
                (None, "451 4.7.1 come again later")
            }
            Fate::Taken | Fate::TakenLater => (person, "250 2.1.5 ok"),
        }
    }

    fn forgets(&self) -> bool {
        let mut seen = self.seen.lock().unwrap();
        seen.unanswered += 1;
        seen.unanswered <= UNANSWERED
    }

    async fn content(&mut self) -> std::io::Result<Option<String>> {
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
        let mut line = String::new();
        Ok((self.stream.read_line(&mut line).await? > 0).then_some(line))
    }

    async fn say(&mut self, answer: &str) -> std::io::Result<()> {
        self.stream.get_mut().write_all(format!("{answer}\r\n").as_bytes()).await
    }
}
