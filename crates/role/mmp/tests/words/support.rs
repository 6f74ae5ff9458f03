//! A server of which only the shell is there.

use std::sync::Arc;

use convoke_directory::Accounts;
use convoke_mmp::{
    console::{Console, FromTerminal, ToTerminal, Who},
    files::Files,
    mmp::{Host, Mmp},
    services::{Program, Services},
    sessions::{Entry, Sessions},
    settings_file::SettingsFile,
    shell,
    sign_in::{Password, SignIn},
};
use convoke_model::{AccountRole, account::Purpose};
use convoke_runtime::{Clock, Shutdown, clock::ClockMover, journal::Journal};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::sync::mpsc;

/// A server.
pub struct Server {
    pub mmp: Mmp,
    pub mover: ClockMover,
    /// By what `admin` has signed in, if by SSH.
    pub sign_in: Option<SignIn>,
    _folder: TempDir,
}

impl Server {
    /// With the account `admin`, and a settings file of nothing but its name.
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let data_dir = folder.path().join("data");
        let files = Files::open(&data_dir).unwrap();
        let settings = folder.path().join("cms1.toml");
        std::fs::write(&settings, "[node]\nname = \"cms1\"\ndata_dir = \"data\"\n").unwrap();
        let (clock, mover) = Clock::movable();
        let accounts = Arc::new(Accounts::of(&data_dir));
        let (admin, password) = ("admin".parse().unwrap(), SecretString::from("the first one"));
        accounts.add(&admin, AccountRole::Admin, &password, false, clock.now()).unwrap();
        let journal = Journal::open(&data_dir.join("logs"), clock.clone()).unwrap();
        let program = Program {
            executable: "/bin/false".into(),
            config: settings.clone(),
            arguments: Vec::new(),
            host: Host::new("cms1"),
        };
        let (stopping, stop) = Shutdown::new();
        let mmp = Mmp {
            turn: std::sync::Arc::default(),
            host: Host::new("cms1"),
            attempts: std::sync::Arc::default(),
            settings: SettingsFile::new(&settings),
            files,
            accounts,
            sessions: Sessions::default(),
            services: Services::new(program, journal.clone(), clock.clone(), data_dir.join("control")),
            journal,
            started_at: clock.now(),
            clock,
            stop: stop.into(),
            stopping,
            data_dir,
        };
        Self { mmp, mover, sign_in: None, _folder: folder }
    }

    /// Types a line as an account of this name and role, and these answers to what is asked; the exit status, and what is shown
    /// with questions in `<>`.
    pub async fn as_account(
        &self,
        name: &str,
        role: AccountRole,
        line: &str,
        answers: &[&str],
    ) -> (u8, Vec<String>) {
        let (to, mut shown) = mpsc::channel(16);
        let (answered, from) = mpsc::channel(1);
        let sign_in = self.sign_in.clone().filter(|_| name == "admin");
        let who = Who { name: name.into(), role, from: "192.0.2.1:5".into(), sign_in };
        let mut console = Console::new(who, true, to, from);
        let typed = async {
            let status = shell::execute(&self.mmp, &mut console, line).await;
            drop(console);
            status
        };
        let watched = async {
            let (mut lines, mut answers) = (Vec::new(), answers.iter());
            while let Some(message) = shown.recv().await {
                match message {
                    ToTerminal::Text(text) => lines.extend(text.lines().map(str::to_owned)),
                    ToTerminal::Ask { prompt, secret } => {
                        lines.push(format!("<{}{}>", prompt.trim_end(), if secret { " ****" } else { "" }));
                        let answer = answers.next().expect("an answer to what is asked");
                        let answer = SecretString::from((*answer).to_owned());
                        answered.send(FromTerminal::Line(answer)).await.unwrap();
                    }
                }
            }
            lines
        };
        tokio::join!(typed, watched)
    }

    /// `admin` signs in by SSH from this address.
    pub async fn sign_in_from(&mut self, address: &str) {
        let (admin, from) = ("admin".parse().unwrap(), address.parse().unwrap());
        let (accounts, now) = (&self.mmp.accounts, self.mmp.clock.now());
        let accepted = accounts.admit(&admin, Some(from), Purpose::Shell, now).await.unwrap();
        let password = Password { generation: accepted.generation, must_change: false };
        self.sign_in = Some(SignIn::new(admin, accepted.role, from, password));
    }

    /// An open connection of this account, and what tells its end.
    pub fn connection_of(&self, name: &str) -> (Entry, Shutdown) {
        let (ended, end) = Shutdown::new();
        (self.mmp.sessions.enter(name, "192.0.2.1:5", self.mmp.clock.now(), Arc::new(end)), ended)
    }

    /// The same as `admin`.
    pub async fn with(&self, line: &str, answers: &[&str]) -> (u8, Vec<String>) {
        self.as_account("admin", AccountRole::Admin, line, answers).await
    }

    /// The same, of a line that asks nothing and is done; what is shown.
    #[track_caller]
    pub fn done(&self, line: &str) -> impl Future<Output = Vec<String>> {
        let line = line.to_owned();
        async move {
            let (status, lines) = self.with(&line, &[]).await;
            assert_eq!(status, shell::DONE, "{line}: {lines:?}");
            lines
        }
    }

    /// The same, of a line that is refused.
    pub async fn refused(&self, line: &str) -> Vec<String> {
        let (status, lines) = self.with(line, &[]).await;
        assert_eq!(status, shell::FAILED, "{line}: {lines:?}");
        lines
    }
}
