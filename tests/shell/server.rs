//! An empty server: a settings file with its name, its interfaces and the shell, and OpenSSH's clients set up for it.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicU8, Ordering},
};

use convoke_testkit::{own_address, process::Process, terminal::Terminal, wait_for};
use nix::sys::signal::Signal;

const CONVOKE: &str = env!("CARGO_BIN_EXE_convoke");
/// Where SSH listens on every server's own address.
pub const SSH_PORT: u16 = 2222;
/// What the first account's password becomes at its first sign-in.
pub const PASSWORD: &str = "Tall-ships-8-at-dawn";
/// Wide enough for every line.
const COLUMNS: u16 = 500;

/// A running server. It ends with the test.
pub struct Server {
    pub name: String,
    pub address: Ipv4Addr,
    /// Its own `lo`.
    pub loopback: Ipv4Addr,
    folder: PathBuf,
    node: Process,
    password: String,
}

impl Server {
    /// Starts an empty server of this name in a folder of its own, and waits until SSH answers.
    pub fn start(folder: &Path, name: &str) -> Self {
        // Tests of one process share its addresses.
        static NUMBER: AtomicU8 = AtomicU8::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // Servers of one machine would share its loopback ports.
        let (folder, address, loopback) = (folder.join(name), own_address(number), own_address(100 + number));
        fs::create_dir_all(&folder).unwrap();
        let settings = format!(
            "[node]\nname = \"{name}\"\ndata_dir = \"data\"\n\n[interfaces]\na = \"{address}\"\nlo = \"{loopback}\"\n\n[mmp]\nlisten = [\"a:{SSH_PORT}\"]\n"
        );
        fs::write(folder.join("convoke.toml"), settings).unwrap();
        let node = start_node(&folder);
        let told = node.wait_for_line("First start: the account admin has the password ");
        let password = told.split("password ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
        let server =
            Self { name: name.to_owned(), address, loopback, password: password.to_owned(), folder, node };
        server.wait_for_ssh();
        server
    }

    /// The node is killed as by a power cut, and started again.
    pub fn is_killed_and_starts_again(&mut self) {
        self.node.signal(Signal::SIGKILL);
        wait_for("its end", || (!self.node.is_running()).then_some(()));
        self.node = start_node(&self.folder);
        self.wait_for_ssh();
    }

    fn wait_for_ssh(&self) {
        self.node.wait_for_line("SSH listening on");
        let scan = || {
            let port = SSH_PORT.to_string();
            let found = Command::new("ssh-keyscan")
                .args(["-t", "ed25519", "-p", &port])
                .arg(self.address.to_string())
                .stderr(Stdio::null())
                .output()
                .unwrap();
            (!found.stdout.is_empty()).then_some(found.stdout)
        };
        fs::write(self.folder.join("known_hosts"), wait_for("the host key", scan)).unwrap();
    }

    pub fn config(&self) -> PathBuf {
        self.folder.join("convoke.toml")
    }

    /// Where local files of `$ sftp` lie.
    pub fn local(&self) -> PathBuf {
        let folder = self.folder.join("local");
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// Where its own files lie, those that were uploaded among them.
    pub fn files(&self) -> PathBuf {
        self.folder.join("data/files")
    }

    /// Waits until the node has said so many lines with this text; the last of them.
    pub fn wait_for_lines(&self, text: &str, count: usize) -> String {
        self.node.wait_for_lines(text, count).remove(count - 1)
    }

    /// Everything that the node said.
    pub fn said(&self) -> String {
        self.node.lines().join("\n")
    }

    /// A program of OpenSSH with this password, run where its local files lie.
    pub fn client(&self, program: &str, password: &str) -> Command {
        let known = self.folder.join("known_hosts");
        let mut command = Command::new("sshpass");
        command
            .env("SSHPASS", password)
            .env("TERM", "xterm")
            .current_dir(self.local())
            .args(["-e", program, "-F", "none"]);
        for option in [
            "StrictHostKeyChecking=yes".to_owned(),
            format!("UserKnownHostsFile={}", known.display()),
            format!("Port={SSH_PORT}"),
            "IdentityAgent=none".to_owned(),
            "PreferredAuthentications=password".to_owned(),
            "NumberOfPasswordPrompts=1".to_owned(),
            "LogLevel=ERROR".to_owned(),
        ] {
            command.args(["-o", &option]);
        }
        command
    }

    fn at(&self, account: &str) -> String {
        format!("{account}@{}", IpAddr::from(self.address))
    }

    /// A session at a terminal, as this account with this password.
    pub fn terminal_of(&self, account: &str, password: &str) -> Terminal {
        let mut command = self.client("ssh", password);
        command.args(["-tt", &self.at(account)]);
        Terminal::start(&mut command, COLUMNS, 50)
    }

    /// A session of the first account, signed in, at its prompt. The first time it chooses its password.
    pub fn terminal(&mut self) -> Terminal {
        let mut terminal = self.terminal_of("admin", &self.password);
        if self.password != PASSWORD {
            for question in ["Please enter new password: ", "Please enter new password again: "] {
                terminal.wait_for_current(question);
                terminal.types(&format!("{PASSWORD}\r"));
            }
            PASSWORD.clone_into(&mut self.password);
        }
        terminal.wait_for_current(&format!("{}> ", self.name));
        terminal
    }

    /// `ssh admin@server LINE` with this input.
    pub fn ssh(&mut self, line: &str, input: &str) -> Output {
        self.choose_password();
        let mut command = self.client("ssh", PASSWORD);
        command.arg(self.at("admin"));
        // Without a line the input is a script.
        command.args((!line.is_empty()).then_some(line));
        with_input(command, input)
    }

    /// One command of sftp.
    pub fn sftp(&mut self, line: &str) -> Output {
        self.choose_password();
        let mut command = self.client("sftp", PASSWORD);
        command.args(["-q", &self.at("admin")]);
        with_input(command, &format!("{line}\n"))
    }

    /// `convoke mmp ...` that nobody waits for.
    pub fn mmp_begins(&self, line: &str) -> Process {
        let mut command = Command::new(CONVOKE);
        command.args(["mmp", "--config"]).arg(self.config()).args(line.split_whitespace());
        Process::start(command.stdin(Stdio::null()))
    }

    /// `convoke mmp ...` with this input.
    pub fn mmp(&self, line: &str, input: &str) -> Output {
        let mut command = Command::new(CONVOKE);
        command.args(["mmp", "--config"]).arg(self.config()).args(line.split_whitespace());
        with_input(command, input)
    }

    /// `ssh ACCOUNT@server LINE` by a password.
    pub fn ssh_as(&self, account: &str, password: &str, line: &str) -> Output {
        let mut command = self.client("ssh", password);
        command.args([&self.at(account), line]);
        with_input(command, "")
    }

    /// Lines of sftp by a password.
    pub fn sftp_as(&self, account: &str, password: &str, lines: &str) -> Output {
        let mut command = self.client("sftp", password);
        command.args(["-q", &self.at(account)]);
        with_input(command, lines)
    }

    /// Adds an account, as the one who has the machine does.
    pub fn add_account(&self, name: &str, role: &str, password: &str) {
        let mut command = Command::new(CONVOKE);
        command.args(["admin", "add", name, "--role", role, "--config"]).arg(self.config());
        let added = with_input(command, &format!("{password}\n"));
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    }

    /// Adds a person to the directory, as the one who has the machine does.
    pub fn add_person(&self, jid: &str, password: &str) {
        let mut command = Command::new(CONVOKE);
        command
            .args(["user", "add", jid, "--name", "Alice Kim", "--email", jid, "--config"])
            .arg(self.config());
        let added = with_input(command, &format!("{password}\n"));
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    }

    /// `convoke mmp` at a terminal of its own.
    pub fn mmp_at_terminal(&self, line: &[&str]) -> Terminal {
        let mut command = Command::new("setsid");
        command.args(["--ctty", "--wait", CONVOKE, "mmp", "--config"]).arg(self.config()).args(line);
        Terminal::start(&mut command, COLUMNS, 50)
    }

    fn choose_password(&mut self) {
        if self.password != PASSWORD {
            drop(self.terminal());
        }
    }
}

fn start_node(folder: &Path) -> Process {
    Process::start(Command::new(CONVOKE).args(["node", "--config", "convoke.toml"]).current_dir(folder))
}

/// Runs a program with this input.
pub fn with_input(mut command: Command, input: &str) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that reads nothing may have ended already.
    drop(std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()));
    child.wait_with_output().unwrap()
}
