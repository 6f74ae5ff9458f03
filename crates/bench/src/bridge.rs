//! A web bridge alone: the release build's own process with a throw-away CA, for rows that measure the edge.

use std::{
    net::SocketAddr,
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::ensure;
use convoke::dev::{
    layout::{Layout, NodeLayout},
    system::System,
};
use convoke_testkit::{PATIENCE, own_address, process::Process, wait_for};
use nix::sys::signal::Signal;

use crate::bench::Bench;

/// The loopback host that these web bridges listen on.
const HOST: u8 = 40;
/// How long it may take to end.
const STOP: Duration = Duration::from_secs(7);

/// A running `convoke webbridge`. It ends with this value.
#[derive(Debug)]
pub struct Bridge {
    /// Certificates, ports and a client that trusts the CA. None of its nodes runs.
    pub system: System,
    /// What was started.
    program: PathBuf,
    process: Process,
}

impl Bridge {
    /// Starts it and waits until it listens.
    pub fn start(bench: &Bench) -> anyhow::Result<Self> {
        let address = own_address(HOST);
        let node = NodeLayout::new(1, address, address.to_string(), false)?;
        // Nobody sends mail here; the settings want an address.
        let mail = (address, 25).into();
        let layout = Layout { folder: bench.folder("bridge")?, database: None, nodes: vec![node], mail };
        let system = System::prepare(layout, &bench.convoke)?;
        let process = spawn(&bench.convoke, &system);
        let bridge = Self { system, program: bench.convoke.clone(), process };
        bridge.wait_until_listening();
        Ok(bridge)
    }

    fn node(&self) -> &NodeLayout {
        &self.system.layout.nodes[0]
    }

    fn wait_until_listening(&self) {
        let (node, place) = (self.node(), |port| (self.node().address, port));
        wait_for("the web bridge", || {
            let web = std::net::TcpStream::connect(place(node.ports.web_app)).ok()?;
            std::net::TcpStream::connect(place(node.ports.c2w)).ok()?;
            Some(web)
        });
    }

    /// Where browsers reach it.
    pub fn url(&self) -> String {
        self.node().web_app()
    }

    /// The same as an address.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((self.node().address, self.node().ports.web_app))
    }

    /// Whether its log says so, since it was started last.
    pub fn says_that_it_listens(&self) -> bool {
        self.process.lines().iter().any(|line| line.contains("Web bridge listening"))
    }

    /// Where diallers reach it.
    pub fn c2w_url(&self) -> String {
        self.node().c2w_url()
    }

    /// Waits until it holds so many links of call bridges and of schedulers.
    pub async fn until_links(&self, call_bridges: usize, schedulers: usize) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            match self.system.check_links(self.node(), call_bridges, schedulers).await {
                Err(fault) if begun.elapsed() > PATIENCE => return Err(fault),
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                Ok(()) => return Ok(()),
            }
        }
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Ends it at once, as a crash would.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.process.signal(Signal::SIGKILL);
        let _ = self.process.wait(STOP);
        ensure!(!self.process.is_running(), "the web bridge outlived SIGKILL");
        Ok(())
    }

    /// Starts it again with the same settings; does not wait for anything.
    pub fn start_again(&mut self) {
        self.process = spawn(&self.program, &self.system);
    }
}

fn spawn(program: &PathBuf, system: &System) -> Process {
    let config = system.layout.settings_file(&system.layout.nodes[0]);
    Process::start(Command::new(program).args(["webbridge", "--config"]).arg(config))
}
