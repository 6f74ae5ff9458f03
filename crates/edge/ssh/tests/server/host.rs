//! A server with two accounts and a program behind it, and OpenSSH's clients set up for it.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use convoke_runtime::{Shutdown, ShutdownTrigger};
use convoke_ssh::{
    Answer, Config, Gate, HostKey, Input, Kind, Server, Session, UserKey,
    sftp::{Folder, Made, Name, Virtual},
};
use secrecy::{ExposeSecret as _, SecretString};
use tempfile::TempDir;
use tokio::{
    runtime::{Builder, Runtime},
    sync::mpsc,
};

pub const PASSWORD: &str = "correct horse battery";

/// `admin` may do everything, `audit` may read one file, `late` has the right password at the wrong time.
#[derive(Default)]
pub struct Accounts {
    pub keys: Mutex<Vec<UserKey>>,
    pub guesses: Mutex<u32>,
    pub noted: Mutex<Vec<String>>,
    /// Those of whom no sign-in holds any more.
    pub changed: Mutex<Vec<String>>,
    /// Whose connections are open, by number, and what ends them.
    pub inside: Arc<Mutex<BTreeMap<usize, ShutdownTrigger>>>,
}

/// An open connection.
pub struct Stay(usize, Arc<Mutex<BTreeMap<usize, ShutdownTrigger>>>);

impl Drop for Stay {
    fn drop(&mut self) {
        self.1.lock().unwrap().remove(&self.0);
    }
}

impl Gate for Accounts {
    type Who = String;

    async fn password(&self, name: &str, password: SecretString, _: SocketAddr) -> Answer<String> {
        if password.expose_secret() != PASSWORD {
            *self.guesses.lock().unwrap() += 1;
            return Answer::Refused;
        }
        match name {
            "late" => Answer::Told("late may sign in from 09:00 to 17:00.".to_owned()),
            "admin" | "audit" | "api" => Answer::Welcome(name.to_owned()),
            _ => Answer::Refused,
        }
    }

    async fn knows_key(&self, _: &str, key: &UserKey, _: SocketAddr) -> bool {
        self.keys.lock().unwrap().contains(key)
    }

    async fn key(&self, name: &str, _: &UserKey, _: SocketAddr) -> Answer<String> {
        Answer::Welcome(name.to_owned())
    }

    type Stay = Stay;

    fn enters(&self, _: &String) -> (Stay, Shutdown) {
        let (ended, end) = Shutdown::new();
        let mut inside = self.inside.lock().unwrap();
        let number = inside.last_key_value().map_or(0, |(last, _)| last + 1);
        inside.insert(number, end);
        (Stay(number, Arc::clone(&self.inside)), ended)
    }

    fn still(&self, who: &String) -> bool {
        !self.changed.lock().unwrap().contains(who)
    }

    fn account(&self, who: &String) -> String {
        who.clone()
    }

    fn may_use_files(&self, who: &String) -> Result<(), String> {
        if who == "api" { Err("This account may not use SFTP.".to_owned()) } else { Ok(()) }
    }

    fn may_read(&self, who: &String, name: &str) -> Result<(), String> {
        let may = who == "admin" || name == "public.txt";
        if may { Ok(()) } else { Err(format!("{who} may not read {name}")) }
    }

    fn may_write(&self, who: &String, name: &str) -> Result<(), String> {
        if who == "admin" { Ok(()) } else { Err(format!("{who} may not write {name}")) }
    }

    fn may_take_away(&self, _: &String, name: &str) -> Result<(), String> {
        let is_free = !name.starts_with("used.");
        if is_free { Ok(()) } else { Err(format!("{name} is in use by \"scheduler https certs\"")) }
    }

    fn noted(&self, who: &String, _: SocketAddr, what: &str) {
        self.noted.lock().unwrap().push(format!("{who} {what}"));
    }
}

/// A running server. It ends with the test.
pub struct Host {
    pub runtime: Runtime,
    pub address: SocketAddr,
    line: String,
    pub accounts: Arc<Accounts>,
    pub home: TempDir,
    pub sessions: mpsc::Sender<Session<String>>,
    pub shutdown: Shutdown,
    pub stop: Option<ShutdownTrigger>,
    pub server: Option<Server>,
}

pub fn host() -> Host {
    host_also_on(Vec::new())
}

/// A server whose clock runs ahead whenever nothing is to be done.
pub fn host_without_waiting() -> Host {
    host_without_waiting_also_on(Vec::new())
}

/// The same, which is to listen on these as well.
pub fn host_without_waiting_also_on(others: Vec<SocketAddr>) -> Host {
    host_listening(Builder::new_current_thread().enable_all().start_paused(true).build().unwrap(), others)
}

/// A server that is to listen on these as well, before a free one.
pub fn host_also_on(others: Vec<SocketAddr>) -> Host {
    host_listening(Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap(), others)
}

fn host_listening(runtime: Runtime, others: Vec<SocketAddr>) -> Host {
    let home = tempfile::tempdir().unwrap();
    let (shutdown, stop) = Shutdown::new();
    let accounts = Arc::new(Accounts::default());
    let (sessions, received) = mpsc::channel(4);
    let host_key = HostKey::load_or_make(home.path()).unwrap();
    let line = host_key.public_line();
    let made = Virtual { name: Name::new("logbundle.tar.gz").unwrap(), make: Box::new(make_bundle) };
    let files = Folder::open(&home.path().join("files"), vec![made]).unwrap();
    let config = Config {
        listen: [others, vec![SocketAddr::from(([127, 0, 0, 1], 0))]].concat(),
        host_key,
        banner: None,
        files: Some(files),
    };
    let starting = Server::start(config, Arc::clone(&accounts), sessions.clone(), shutdown.clone());
    let server = runtime.block_on(starting);
    let address = server.addresses()[0];
    runtime.spawn(serve(received));
    let (stop, server) = (Some(stop), Some(server));
    let mut host = Host { runtime, address, line, accounts, home, sessions, shutdown, stop, server };
    host.listens_at(address);
    host
}

fn make_bundle() -> Made {
    Box::pin(async {
        let mut file = tempfile::tempfile().map_err(|e| e.to_string())?;
        std::io::Write::write_all(&mut file, &bundle()).map_err(|e| e.to_string())?;
        Ok(file)
    })
}

/// What the made file holds: more than one read gives.
pub fn bundle() -> Vec<u8> {
    (0..200_000_u32).flat_map(|n| n.to_be_bytes()).collect()
}

async fn serve(mut sessions: mpsc::Receiver<Session<String>>) {
    while let Some(session) = sessions.recv().await {
        tokio::spawn(program(session));
    }
}

/// The program behind the server.
async fn program(session: Session<String>) {
    let Session { who, kind, mut input, output, exit, .. } = session;
    let line = match kind {
        Kind::Exec { line, .. } => line,
        Kind::Shell { terminal: None } => "count".to_owned(),
        Kind::Shell { terminal: Some(terminal) } => {
            let greeting = format!("{}x{} {}\r\n", terminal.columns, terminal.rows, terminal.term);
            let _ = output.send(greeting).await;
            "mirror".to_owned()
        }
    };
    let status = match line.as_str() {
        "who" => {
            let _ = output.send(format!("{who}\n")).await;
            0
        }
        "large" => {
            for n in 0..2000_u32 {
                let _ = output.send(Bytes::from(vec![n as u8; 1000])).await;
            }
            7
        }
        "panic" => panic!("on purpose"),
        "follow" => {
            let _ = output.send("following\n").await;
            output.gone().await;
            0
        }
        "deaf" => {
            output.gone().await;
            0
        }
        "count" => {
            let mut count = 0;
            while let Some(Input::Bytes(bytes)) = input.next().await {
                count += bytes.len();
            }
            let _ = output.send(format!("{count} bytes\n")).await;
            0
        }
        "mirror" => loop {
            match input.next().await {
                Some(Input::Bytes(bytes)) if bytes.contains(&4) => break 0,
                Some(Input::Bytes(bytes)) => {
                    let _ = output.send(bytes).await;
                }
                Some(Input::Resize { columns, rows }) => {
                    let _ = output.send(format!("now {columns}x{rows}\r\n")).await;
                }
                Some(Input::Break) => {
                    let _ = output.send("break\r\n").await;
                }
                Some(Input::Eof) | None => break 1,
            }
        },
        _ => 2,
    };
    exit.set(status);
}

impl Host {
    /// From now on clients go to this address.
    pub fn listens_at(&mut self, address: SocketAddr) {
        let known = format!("[{}]:{} {}\n", address.ip(), address.port(), self.line);
        std::fs::write(self.home.path().join("known_hosts"), known).unwrap();
        self.address = address;
    }

    pub fn files(&self) -> PathBuf {
        self.home.path().join("files")
    }

    /// A program of OpenSSH that gives this password.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("sshpass");
        command.env("SSHPASS", PASSWORD).args(["-e", program]).args(self.options());
        command.args(["-o", "PreferredAuthentications=password", "-o", "NumberOfPasswordPrompts=1"]);
        command
    }

    pub fn options(&self) -> Vec<String> {
        let known = self.home.path().join("known_hosts");
        let port = self.address.port();
        let mut options: Vec<String> = ["-F", "none"].map(str::to_owned).into();
        for option in [
            "StrictHostKeyChecking=yes".to_owned(),
            format!("UserKnownHostsFile={}", known.display()),
            format!("Port={port}"),
            "IdentitiesOnly=yes".to_owned(),
            "IdentityAgent=none".to_owned(),
            "LogLevel=ERROR".to_owned(),
        ] {
            options.extend(["-o".to_owned(), option]);
        }
        options
    }

    /// `ssh admin@... LINE`.
    pub fn ssh(&self, who: &str, rest: &[&str]) -> Output {
        self.command("ssh").arg(format!("{who}@127.0.0.1")).args(rest).output().unwrap()
    }

    /// Signs in with a key file.
    pub fn ssh_with_key(&self, key: &Path, extra: &[&str]) -> Output {
        self.command_with_key(key).args(extra).args(["admin@127.0.0.1", "who"]).output().unwrap()
    }

    /// OpenSSH's client with a key file.
    pub fn command_with_key(&self, key: &Path) -> Command {
        let mut command = Command::new("ssh");
        command.args(self.options()).args(["-o", "PreferredAuthentications=publickey", "-i"]).arg(key);
        command
    }

    /// A batch of sftp's commands, of which the first that fails ends it.
    pub fn sftp(&self, who: &str, batch: &str) -> Output {
        let file = self.home.path().join("batch");
        std::fs::write(&file, batch).unwrap();
        let mut command = self.command("sftp");
        // A batch forbids passwords, so it is given as input.
        command.arg("-q").arg(format!("{who}@127.0.0.1"));
        command.stdin(std::fs::File::open(&file).unwrap()).output().unwrap()
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
