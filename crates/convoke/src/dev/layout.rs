//! Where a system on one machine has its files, addresses and ports: decided before anything is written or started.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
};

use anyhow::Context as _;

/// The ports of one node, all on the node's own address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    /// The web app (HTTPS).
    pub web_app: u16,
    /// The Call Bridge's API (HTTPS).
    pub admin_api: u16,
    /// The Scheduler's API (HTTPS).
    pub scheduler_api: u16,
    /// C2W.
    pub c2w: u16,
    /// The Call Bridge's loopback listener.
    pub callbridge_loopback: u16,
    /// The Web Bridge's loopback listener.
    pub webbridge_loopback: u16,
    /// The Scheduler's loopback listener.
    pub scheduler_loopback: u16,
    /// The shell (SSH).
    pub mmp: u16,
}

/// The ports that a person expects; others are taken when these are in use.
pub const USUAL_PORTS: Ports = Ports {
    web_app: 8443,
    admin_api: 8445,
    scheduler_api: 9443,
    c2w: 9999,
    callbridge_loopback: 8081,
    webbridge_loopback: 8082,
    scheduler_loopback: 8083,
    mmp: 2022,
};

/// One node.
#[derive(Debug, Clone)]
pub struct NodeLayout {
    /// Its name, such as `cms1`.
    pub name: String,
    /// Its address, one of 127.0.0.0/8.
    pub address: Ipv4Addr,
    /// How browsers name it: `localhost` or the address.
    pub host: String,
    /// Its ports.
    pub ports: Ports,
    /// Whether it runs a scheduler.
    pub scheduler: bool,
}

/// A whole system.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The folder that holds all of it; absolute.
    pub folder: PathBuf,
    /// The URL of a shared PostgreSQL database, or SQLite in the (only) node's folder.
    pub database: Option<String>,
    /// The nodes; the first one's web app is where join links lead.
    pub nodes: Vec<NodeLayout>,
    /// Where mails are handed over.
    pub mail: SocketAddr,
}

impl Ports {
    /// Ports that are free on this address: the usual ones where they are.
    pub fn free_on(address: Ipv4Addr) -> anyhow::Result<Self> {
        // Each is held until all are chosen, so that none is chosen twice.
        let mut held = Vec::new();
        let mut choose = |usual: u16| -> anyhow::Result<u16> {
            let listener = free_listener(address, usual)?;
            let port = listener.local_addr()?.port();
            held.push(listener);
            Ok(port)
        };
        let usual = USUAL_PORTS;
        Ok(Self {
            web_app: choose(usual.web_app)?,
            admin_api: choose(usual.admin_api)?,
            scheduler_api: choose(usual.scheduler_api)?,
            c2w: choose(usual.c2w)?,
            callbridge_loopback: choose(usual.callbridge_loopback)?,
            webbridge_loopback: choose(usual.webbridge_loopback)?,
            scheduler_loopback: choose(usual.scheduler_loopback)?,
            mmp: choose(usual.mmp)?,
        })
    }
}

/// A listener on this port, or on another one when it is in use.
fn free_listener(address: Ipv4Addr, usual: u16) -> anyhow::Result<TcpListener> {
    let at = |port| TcpListener::bind(SocketAddr::new(IpAddr::V4(address), port));
    at(usual).or_else(|_| at(0)).with_context(|| format!("no port is free on {address}"))
}

impl NodeLayout {
    /// The node `cms<number>` at this address, with free ports.
    pub fn new(number: usize, address: Ipv4Addr, host: String, scheduler: bool) -> anyhow::Result<Self> {
        Ok(Self { name: format!("cms{number}"), address, host, ports: Ports::free_on(address)?, scheduler })
    }

    /// The web app's address.
    pub fn web_app(&self) -> String {
        format!("https://{}:{}", self.host, self.ports.web_app)
    }

    /// The Call Bridge's API.
    pub fn admin_api(&self) -> String {
        format!("https://{}:{}", self.host, self.ports.admin_api)
    }

    /// The Scheduler's API, when the node has a scheduler.
    pub fn scheduler_api(&self) -> Option<String> {
        self.scheduler.then(|| format!("https://{}:{}", self.host, self.ports.scheduler_api))
    }

    /// The web bridge as call bridges and schedulers dial it.
    pub fn c2w_url(&self) -> String {
        format!("c2w://{}:{}", self.address, self.ports.c2w)
    }
}

impl Layout {
    /// A node's settings file.
    pub fn settings_file(&self, node: &NodeLayout) -> PathBuf {
        self.folder.join(format!("{}.toml", node.name))
    }

    /// A node's log.
    pub fn log_file(&self, node: &NodeLayout) -> PathBuf {
        self.folder.join(format!("{}.log", node.name))
    }

    /// The folder that a node alone writes to.
    pub fn data_dir(&self, node: &NodeLayout) -> PathBuf {
        self.folder.join("data").join(&node.name)
    }

    /// The folder of certificates and keys: `<node>-<role>.crt` and `.key`.
    pub fn certificates(&self) -> PathBuf {
        self.folder.join("certs")
    }

    /// The CA's certificate.
    pub fn ca_file(&self) -> PathBuf {
        self.certificates().join("ca.crt")
    }

    /// The folder of caught mails.
    pub fn mail_dir(folder: &Path) -> PathBuf {
        folder.join("mail")
    }

    /// How many schedulers there are.
    pub fn schedulers(&self) -> usize {
        self.nodes.iter().filter(|node| node.scheduler).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_in_use_are_passed_over() {
        let address = Ipv4Addr::new(127, 88, 77, 66);
        let _taken = TcpListener::bind((address, USUAL_PORTS.admin_api));
        let ports = Ports::free_on(address).unwrap();
        assert_ne!(ports.admin_api, USUAL_PORTS.admin_api);
        assert!(free_listener(address, ports.admin_api).is_ok());
    }
}
