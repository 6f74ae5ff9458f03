//! A whole system on this machine: its files, its people, its node processes.

use std::{
    fs::{self, File},
    net::Ipv4Addr,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use convoke_directory::Accounts;
use convoke_runtime::Settings;
use convoke_store::Store;
use convoke_testkit::ca::{Ca, Request};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::{
    api::AdminApi,
    https::Client,
    layout::{Layout, NodeLayout},
    seed::{self, Objects, People},
    settings_file,
};
use convoke_runtime::Role;

/// How long a node may take to stop; it promises 5 s itself.
pub const STOP: Duration = Duration::from_secs(7);

/// A system: prepared, and as many nodes running as were started.
#[derive(Debug)]
pub struct System {
    /// Where everything is.
    pub layout: Layout,
    /// Who signs the certificates.
    pub ca: Ca,
    /// A client that trusts the CA.
    pub client: Client,
    program: PathBuf,
    nodes: Vec<Option<NodeProcess>>,
}

/// A running `convoke node`. Dropping it stops it.
#[derive(Debug)]
pub struct NodeProcess {
    child: Child,
    log: PathBuf,
}

impl System {
    /// Writes certificates and settings; nothing runs yet. `program` is the `convoke` executable.
    pub fn prepare(layout: Layout, program: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(layout.certificates())?;
        let ca = Ca::new("Convoke throw-away CA");
        fs::write(layout.ca_file(), ca.pem())?;
        for node in &layout.nodes {
            for role in Role::ALL {
                issue(&ca, &layout.certificates(), node, role);
            }
            fs::write(layout.settings_file(node), settings_file::text(&layout, node))?;
        }
        let client = Client::trusting(ca.pem())?;
        let nodes = layout.nodes.iter().map(|_| None).collect();
        Ok(Self { layout, ca, client, program: program.to_owned(), nodes })
    }

    /// Adds the people to the database, and the operator to the accounts of every node.
    pub async fn seed_people(&self) -> anyhow::Result<People> {
        let (mut database, mut accounts) = (None, Vec::new());
        for node in &self.layout.nodes {
            let settings = Settings::read(&self.layout.settings_file(node))?;
            crate::start::make_data_dir(&settings)?;
            accounts.push(Accounts::of(&settings.node.data_dir));
            database = database.or(Some(settings.database));
        }
        let database = database.context("a system has at least one node")?;
        let store = tokio::task::spawn_blocking(move || Store::open(&database)).await??;
        seed::people(&store, &accounts).await
    }

    /// Makes the web bridges, profiles and template through the first node's API.
    pub async fn seed_objects(&mut self, people: &People) -> anyhow::Result<Objects> {
        let api = self.admin_api(people);
        self.until("the call bridge's API", async |_| api.read("system/status").await.map(drop)).await?;
        seed::objects(&api, &self.layout, people).await
    }

    /// The first node's API.
    pub fn admin_api(&self, people: &People) -> AdminApi {
        let base = self.layout.nodes.first().map(NodeLayout::admin_api).unwrap_or_default();
        AdminApi::new(self.client.clone(), &base, &people.admin.username, &people.admin.password)
    }

    /// Starts the node of this index with further arguments for `convoke node`; one that runs is stopped first.
    ///
    /// The node ends when the calling thread ends, so call it from one that lasts.
    pub fn start_node(&mut self, index: usize, arguments: &[&str]) -> anyhow::Result<()> {
        self.stop_node(index)?;
        let node = self.layout.nodes.get(index).context("there is no such node")?;
        let log = self.layout.log_file(node);
        let output = File::options().append(true).create(true).open(&log)?;
        let mut command = Command::new(&self.program);
        command.args(["node", "--parent", &std::process::id().to_string(), "--config"]);
        command.arg(self.layout.settings_file(node)).args(arguments);
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        // Ctrl-C at the terminal is ours alone to act on.
        command.process_group(0);
        let child =
            command.spawn().with_context(|| format!("{} can't be started", self.program.display()))?;
        self.nodes[index] = Some(NodeProcess { child, log });
        Ok(())
    }

    /// Starts every node.
    pub fn start(&mut self) -> anyhow::Result<()> {
        (0..self.nodes.len()).try_for_each(|index| self.start_node(index, &[]))
    }

    /// The running node of this index.
    pub fn node(&self, index: usize) -> Option<&NodeProcess> {
        self.nodes.get(index)?.as_ref()
    }

    /// Stops a node by SIGTERM; its exit status, `None` when it did not run.
    pub fn stop_node(&mut self, index: usize) -> anyhow::Result<Option<ExitStatus>> {
        let Some(mut node) = self.nodes.get_mut(index).and_then(Option::take) else { return Ok(None) };
        node.signal(Signal::SIGTERM);
        let status = node.wait(STOP).with_context(|| format!("{} did not stop", node.log.display()))?;
        Ok(Some(status))
    }

    /// Stops every node, all at the same time.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        for node in self.nodes.iter().flatten() {
            node.signal(Signal::SIGTERM);
        }
        for index in 0..self.nodes.len() {
            let stopped =
                self.nodes[index].take().map(|mut node| node.wait(STOP).map(|s| (s, node.log.clone())));
            match stopped {
                Some(None) => bail!("a node did not stop within {STOP:?}"),
                Some(Some((status, log))) if !status.success() => {
                    bail!("a node ended with {status}; see {}", log.display())
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// An error when a node that was started has ended, with the end of its log.
    pub fn check_running(&mut self) -> anyhow::Result<()> {
        for node in self.nodes.iter_mut().flatten() {
            if let Some(status) = node.child.try_wait()? {
                bail!(
                    "a node ended with {status}; the end of {}:\n{}",
                    node.log.display(),
                    node.log_tail(20)
                );
            }
        }
        Ok(())
    }
}

impl Drop for System {
    /// Stops all nodes at the same time rather than one after the other.
    fn drop(&mut self) {
        drop(self.stop());
    }
}

impl NodeProcess {
    /// The process id of `convoke node`.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything that the node and its roles have logged, over all starts.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn log_tail(&self, lines: usize) -> String {
        let log = self.log();
        let all: Vec<&str> = log.lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }

    /// Sends a signal to `convoke node`.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap_or_default());
        // It may have ended; waiting for it tells.
        let _ = kill(pid, signal);
    }

    fn wait(&mut self, patience: Duration) -> Option<ExitStatus> {
        let begun = Instant::now();
        while begun.elapsed() < patience {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            std::thread::park_timeout(Duration::from_millis(10));
        }
        None
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal(Signal::SIGTERM);
            if self.wait(STOP).is_none() {
                drop(self.child.kill());
                drop(self.child.wait());
            }
        }
    }
}

/// Issues a role's certificate into `folder`, good for localhost, for 127.0.0.1 to .3 and for the node's address.
pub fn issue(ca: &Ca, folder: &Path, node: &NodeLayout, role: Role) {
    let own = node.address.to_string();
    let mut names = vec!["localhost".to_owned()];
    names.extend((1..=3).map(|last| Ipv4Addr::new(127, 0, 0, last).to_string()));
    if !names.contains(&own) {
        names.push(own);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let name = format!("{}-{}", node.name, role.subcommand());
    ca.issue_into(folder, &name, &Request::new(&name, &names));
}
