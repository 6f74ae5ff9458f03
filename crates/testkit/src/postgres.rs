//! A real PostgreSQL server of its own, in a temporary folder on a free port, ended with the test.

use std::{
    fs,
    net::{IpAddr, SocketAddr},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::Command,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, User},
};
use tempfile::TempDir;

use crate::{free_port, own_address, process::Process, wait_for};

/// A running server. Its databases are without a password and reachable from this machine only.
#[derive(Debug)]
pub struct Postgres {
    process: Process,
    port: u16,
    bin: PathBuf,
    folder: TempDir,
}

impl Postgres {
    /// Starts a server with data that survive its restart, but not this value.
    pub fn start() -> Self {
        let bin = programs();
        let folder = tempfile::Builder::new().prefix("convoke-pg-").tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("the mode is set");
        let data = folder.path().join("data");
        fs::create_dir(&data).expect("a folder");
        if let Some(user) = server_user() {
            nix::unistd::chown(&data, Some(user.uid), Some(user.gid)).expect("the folder is given away");
        }
        let mut initdb = command(&bin.join("initdb"));
        initdb
            .args(["--auth=trust", "--username=convoke", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(&data);
        let made = initdb.output().expect("initdb runs");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let port = free_port(IpAddr::V4(host()));
        let process = serve(&bin, &data, port);
        let server = Self { process, port, bin, folder };
        server.wait_until_ready();
        server
    }

    fn wait_until_ready(&self) {
        wait_for("PostgreSQL", || {
            let mut ready = Command::new(self.bin.join("pg_isready"));
            let asked =
                ready.args(["-q", "-h", &host().to_string(), "-p"]).arg(self.port.to_string()).status();
            asked.is_ok_and(|status| status.success()).then_some(())
        });
    }

    /// Makes a new database and answers its URL.
    pub fn database(&self, name: &str) -> String {
        let mut create = Command::new(self.bin.join("createdb"));
        create.args(["-h", &host().to_string(), "-U", "convoke", "-p"]).arg(self.port.to_string()).arg(name);
        let made = create.output().expect("createdb runs");
        assert!(made.status.success(), "createdb: {}", String::from_utf8_lossy(&made.stderr));
        self.url(name)
    }

    /// A program of the server's version, such as `pgbench`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// The URL of a database.
    pub fn url(&self, name: &str) -> String {
        format!("postgres://convoke@{}:{}/{name}", host(), self.port)
    }

    /// Ends the server at once and starts it again on the same port and data.
    pub fn restart(&mut self) {
        self.stop_immediately();
        self.start_again();
    }

    /// Ends the server at once, as `pg_ctl stop -m immediate`: its data are as after a crash.
    pub fn stop_immediately(&mut self) {
        self.process.signal(Signal::SIGQUIT);
        assert!(self.process.wait(crate::PATIENCE).is_some(), "PostgreSQL ends");
    }

    /// Starts a stopped server on the same port and data.
    pub fn start_again(&mut self) {
        self.process = serve(&self.bin, &self.data(), self.port);
        self.wait_until_ready();
    }

    /// Sends a signal to the server and to all its processes: SIGSTOP makes a server that accepts and never answers.
    pub fn signal_all(&self, signal: Signal) {
        let server = i32::try_from(self.process.pid()).expect("a process id");
        for pid in children_of(server).into_iter().chain([server]) {
            // One that has ended in between needs no signal.
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }

    /// Starts a second server that follows this one by streaming replication, and from then on lets no transaction here
    /// commit before the second one has it too.
    pub fn standby(&self) -> Self {
        let folder = tempfile::Builder::new().prefix("convoke-pg-").tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("the mode is set");
        let data = folder.path().join("data");
        fs::create_dir(&data).expect("a folder");
        fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).expect("the mode is set");
        if let Some(user) = server_user() {
            nix::unistd::chown(&data, Some(user.uid), Some(user.gid)).expect("the folder is given away");
        }
        let mut copy = command(&self.bin.join("pg_basebackup"));
        copy.args(["-h", &host().to_string(), "-U", "convoke", "-p"]).arg(self.port.to_string());
        copy.args(["-R", "-X", "stream", "-c", "fast", "--no-sync", "-D"]).arg(&data);
        run("pg_basebackup", &mut copy);
        let port = free_port(IpAddr::V4(host()));
        let standby = Self { process: serve(&self.bin, &data, port), port, bin: self.bin.clone(), folder };
        standby.wait_until_ready();
        self.configure("ALTER SYSTEM SET synchronous_standby_names = '*'");
        standby
    }

    /// Makes a standby a server that is written to.
    pub fn promote(&self) {
        let mut promote = command(&self.bin.join("pg_ctl"));
        run("pg_ctl promote", promote.args(["promote", "-w", "-D"]).arg(self.data()));
    }

    /// Runs a statement in a database.
    pub fn run(&self, database: &str, statement: &str) {
        let mut psql = Command::new(self.bin.join("psql"));
        psql.args([
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            &host().to_string(),
            "-U",
            "convoke",
            "-d",
            database,
            "-p",
        ]);
        run("psql", psql.arg(self.port.to_string()).args(["-c", statement]));
    }

    fn configure(&self, change: &str) {
        self.run("postgres", change);
        let mut reload = command(&self.bin.join("pg_ctl"));
        run("pg_ctl reload", reload.args(["reload", "-D"]).arg(self.data()));
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((host(), self.port))
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

fn run(what: &str, command: &mut Command) {
    let done = command.output().unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(done.status.success(), "{what}: {}", String::from_utf8_lossy(&done.stderr));
}

fn children_of(parent: i32) -> Vec<i32> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").expect("/proc").flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<i32>() else { continue };
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // The name stands in parentheses and may hold anything; after it the state and the parent.
        let after = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        if after.split_whitespace().nth(1).and_then(|text| text.parse::<i32>().ok()) == Some(parent) {
            found.push(pid);
        }
    }
    found
}

/// Where servers listen.
fn host() -> std::net::Ipv4Addr {
    own_address(0)
}

fn serve(bin: &Path, data: &Path, port: u16) -> Process {
    let mut server = command(&bin.join("postgres"));
    server
        .arg("-D")
        .arg(data)
        .args(["-h", &host().to_string(), "-k", "", "-c", "max_connections=200", "-p"])
        .arg(port.to_string());
    // Ctrl-C at the terminal would end it before those who still use it.
    server.process_group(0);
    Process::start(&mut server)
}

/// The server refuses to run as root, so root runs it as the user that Debian's package makes.
fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    if let Some(user) = server_user() {
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        command.current_dir("/");
    }
    command
}

fn server_user() -> Option<User> {
    nix::unistd::geteuid().is_root().then(|| User::from_name("postgres").ok().flatten()).flatten()
}

fn programs() -> PathBuf {
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    found.retain(|bin| bin.join("postgres").exists());
    found.sort();
    found.pop().expect("PostgreSQL's server programs in /usr/lib/postgresql (Debian: postgresql)")
}
