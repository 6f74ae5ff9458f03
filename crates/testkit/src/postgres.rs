//! A real PostgreSQL server of its own, in a temporary folder on a free port, ended with the test.

use std::{
    fs,
    net::IpAddr,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::Command,
};

use nix::unistd::User;
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
        self.process.signal(nix::sys::signal::Signal::SIGQUIT);
        assert!(self.process.wait(crate::PATIENCE).is_some(), "PostgreSQL ends");
        self.process = serve(&self.bin, &self.folder.path().join("data"), self.port);
        self.wait_until_ready();
    }
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
