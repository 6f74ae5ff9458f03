//! Postfix and its test programs: smtp-sink, which takes mails and forgets them, smtp-source, which makes them, and Postfix
//! itself as a relay between the two.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use convoke_testkit::{free_port, process::Process, wait_for};

use crate::bench::Bench;

/// Connections that smtp-sink lets wait to be accepted.
const BACKLOG: &str = "1000";
/// Sessions of smtp-source at the same time.
const SESSIONS: &str = "16";
/// How long one side of a round may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// smtp-sink, which counts what it takes. It ends with this value.
#[derive(Debug)]
pub struct Sink {
    child: Child,
    address: SocketAddr,
    taken: Arc<AtomicUsize>,
}

impl Sink {
    /// Starts one. With `keep`, the beginning of files' names, it writes the mails there.
    pub fn start(address: SocketAddr, keep: Option<&Path>) -> anyhow::Result<Self> {
        let mut command = Command::new("/usr/sbin/smtp-sink");
        if nix::unistd::geteuid().is_root() {
            command.args(["-u", "root"]);
        }
        if let Some(keep) = keep {
            command.arg("-d").arg(keep);
        }
        command.args(["-c", &address.to_string(), BACKLOG]).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().context("smtp-sink can't be run")?;
        let counts = child.stdout.take().context("smtp-sink has no output")?;
        let taken = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&taken);
        // It ends with the sink's output.
        std::thread::spawn(move || count(BufReader::new(counts), &seen));
        wait_for("smtp-sink", || TcpStream::connect(address).ok());
        Ok(Self { child, address, taken })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many mails it has taken.
    pub fn taken(&self) -> usize {
        self.taken.load(Ordering::Acquire)
    }

    /// Waits until it has taken so many mails.
    pub async fn until(&self, mails: usize) -> anyhow::Result<()> {
        let begun = Instant::now();
        while self.taken() < mails {
            ensure!(begun.elapsed() < PATIENCE, "smtp-sink has {} mails of {mails}", self.taken());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }
}

/// Reads counters such as `sess=1 quit=0 mesg=17`, each behind a carriage return.
fn count(mut counts: impl BufRead, taken: &AtomicUsize) {
    let mut line = Vec::new();
    while counts.read_until(b'\r', &mut line).is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&line);
        let mails = text.trim().rsplit_once("mesg=").and_then(|(_, count)| count.parse().ok());
        if let Some(mails) = mails {
            taken.store(mails, Ordering::Release);
        }
        line.clear();
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // One that has ended is only waited for.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Sends a mail from a file (lines that end in LF) so many times, with smtp-source's own sessions.
pub async fn source(to: SocketAddr, mail: &Path, mails: usize) -> anyhow::Result<()> {
    let mut command = tokio::process::Command::new("/usr/sbin/smtp-source");
    command.args(["-d", "-s", SESSIONS, "-m", &mails.to_string(), "-f", "meetings@example.test"]);
    command.args(["-t", "bob@example.test", "-F"]).arg(mail).arg(to.to_string());
    let done = command.output().await.context("smtp-source can't be run")?;
    let said = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success() && said.is_empty(), "smtp-source: {} {said}", done.status);
    Ok(())
}

/// Postfix, which hands every mail on to a sink.
#[derive(Debug)]
pub struct Relay {
    _process: Process,
    address: SocketAddr,
}

impl Relay {
    /// Starts one as Debian sets it up, but for its files and the sink as the relay host.
    pub fn start(bench: &Bench, to: SocketAddr) -> anyhow::Result<Self> {
        let folder = bench.folder("postfix")?;
        let open = |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(0o755));
        for above in folder.ancestors().take_while(|path| path.starts_with(bench.root())) {
            open(above)?;
        }
        for name in ["etc", "queue", "data", "log"] {
            let path = folder.join(name);
            fs::create_dir(&path)?;
            open(&path)?;
        }
        let (user, group) = postfix_ids()?;
        chown(folder.join("data"), Some(user), Some(group))?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port(Ipv4Addr::LOCALHOST.into())));
        let etc = folder.join("etc");
        fs::write(etc.join("main.cf"), settings(&folder, to))?;
        fs::write(etc.join("master.cf"), services(address.port()))?;
        let checked = Command::new("/usr/sbin/postfix").arg("-c").arg(&etc).arg("check").output()?;
        ensure!(checked.status.success(), "postfix check: {}", String::from_utf8_lossy(&checked.stderr));
        let process =
            Process::start(Command::new("/usr/lib/postfix/sbin/master").arg("-c").arg(&etc).arg("-d"));
        wait_for("Postfix", || TcpStream::connect(address).ok());
        Ok(Self { _process: process, address })
    }

    /// Where it takes mails.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

fn settings(folder: &Path, to: SocketAddr) -> String {
    let folder: PathBuf = folder.to_owned();
    let folder = folder.display();
    format!(
        "compatibility_level = 3.6\nqueue_directory = {folder}/queue\ndata_directory = {folder}/data\n\
         maillog_file = {folder}/log/mail.log\nmaillog_file_prefixes = {folder}/log\n\
         myhostname = relay.example.test\nmydestination =\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\n\
         alias_maps =\nalias_database =\nmynetworks = 127.0.0.0/8\nrelayhost = [{}]:{}\n",
        to.ip(),
        to.port()
    )
}

fn services(port: u16) -> String {
    let mut text = format!("127.0.0.1:{port} inet n - n - - smtpd\n");
    text.push_str(
        "cleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\nrewrite unix - - n - - trivial-rewrite\n\
         bounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\ntrace unix - - n - 0 bounce\n\
         proxymap unix - - n - - proxymap\nsmtp unix - - n - - smtp\nrelay unix - - n - - smtp\n\
         error unix - - n - - error\nretry unix - - n - - error\nanvil unix - - n - 1 anvil\n\
         scache unix - - n - 1 scache\ntlsmgr unix - - n 1000? 1 tlsmgr\npostlog unix-dgram n - n - 1 postlogd\n",
    );
    text
}

/// The user and group that Postfix's own files belong to.
fn postfix_ids() -> anyhow::Result<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd")?;
    let line = users.lines().find(|line| line.starts_with("postfix:")).context("Postfix is not installed")?;
    let mut fields = line.split(':').skip(2);
    let mut number = || -> anyhow::Result<u32> { Ok(fields.next().context("a line of passwd")?.parse()?) };
    Ok((number()?, number()?))
}
