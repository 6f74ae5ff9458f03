//! What a demo says of itself: to people on the terminal, to programs in `summary.json`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Serialize;

use convoke_ssh::HostKey;

use super::{
    layout::Layout,
    seed::{People, SeededOperator, SeededUser},
    system::System,
};

/// The contents of `summary.json`.
#[derive(Serialize)]
pub struct Summary {
    web_app: String,
    admin_api: String,
    scheduler_api: Option<String>,
    mail_dir: PathBuf,
    ca_cert: PathBuf,
    users: Vec<SeededUser>,
    admin: SeededOperator,
    mmp: Option<Mmp>,
    pid: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    nodes: Vec<Node>,
}

/// The shell of a node.
#[derive(Clone, Serialize)]
struct Mmp {
    host: String,
    port: u16,
    username: String,
    password: String,
    fingerprint: Option<String>,
}

#[derive(Serialize)]
struct Node {
    name: String,
    web_app: String,
    admin_api: String,
    scheduler_api: Option<String>,
    mmp: Mmp,
    pid: Option<u32>,
}

impl std::fmt::Debug for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Summary of the system at {}", self.web_app)
    }
}

impl Summary {
    /// The summary of a running system; nodes are listed when there are several.
    pub fn of(system: &System, people: &People) -> Self {
        let layout = &system.layout;
        let mut nodes: Vec<Node> = layout
            .nodes
            .iter()
            .enumerate()
            .map(|(index, node)| Node {
                name: node.name.clone(),
                web_app: node.web_app(),
                admin_api: node.admin_api(),
                scheduler_api: node.scheduler_api(),
                mmp: Mmp {
                    host: node.host.clone(),
                    port: node.ports.mmp,
                    username: people.admin.username.clone(),
                    password: people.admin.password.clone(),
                    // The node has made its key by then.
                    fingerprint: HostKey::load_or_make(&layout.data_dir(node))
                        .map(|key| key.fingerprint())
                        .ok(),
                },
                pid: system.node(index).map(super::system::NodeProcess::pid),
            })
            .collect();
        let text = |of: fn(&Node) -> &String| nodes.first().map(of).cloned().unwrap_or_default();
        let (web_app, admin_api) = (text(|node| &node.web_app), text(|node| &node.admin_api));
        let mmp = nodes.first().map(|node| node.mmp.clone());
        let scheduler_api = nodes.iter().find_map(|node| node.scheduler_api.clone());
        if nodes.len() == 1 {
            nodes.clear();
        }
        Self {
            web_app,
            admin_api,
            scheduler_api,
            mail_dir: Layout::mail_dir(&layout.folder),
            ca_cert: layout.ca_file(),
            users: people.users.clone(),
            admin: people.admin.clone(),
            mmp,
            pid: std::process::id(),
            nodes,
        }
    }

    /// The summary's file in a demo's folder.
    pub fn file(folder: &Path) -> PathBuf {
        folder.join("summary.json")
    }

    /// Writes `summary.json`, which appears whole.
    pub fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let fresh = folder.join("summary.json.new");
        fs::write(&fresh, serde_json::to_string_pretty(self)? + "\n")?;
        Ok(fs::rename(&fresh, Self::file(folder))?)
    }

    /// The same for a person.
    pub fn text(&self, folder: &Path) -> String {
        let mut text = format!("\nConvoke is running.\n\n  Web app        {}\n", self.web_app);
        for user in &self.users {
            text += &format!(
                "    sign in as   {}  password {}  ({})\n",
                user.username, user.password, user.email
            );
        }
        for node in &self.nodes {
            let scheduler = node.scheduler_api.as_deref().unwrap_or("no scheduler");
            text += &format!("  Node {}      {}  {}  {scheduler}\n", node.name, node.web_app, node.admin_api);
        }
        let (name, password) = (&self.admin.username, &self.admin.password);
        let ca = self.ca_cert.display();
        text += &format!("  Mails          {}\n", self.mail_dir.display());
        text += &format!("  CA certificate {ca}\n");
        text += &format!("  Logs           {}/*.log\n\n", folder.display());
        text += &format!("  Call Bridge API, operator {name}, password {password}:\n");
        text += &format!(
            "    curl --cacert {ca} -u {name}:{password} {}/api/v1/coSpaceTemplates\n",
            self.admin_api
        );
        if let Some(api) = &self.scheduler_api {
            text += "  Scheduler API, the same operator:\n";
            text += &format!("    curl --cacert {ca} -u {name}:{password} {api}/api/v1/scheduler/meetings\n");
        }
        if let Some(Mmp { host, port, fingerprint, .. }) = &self.mmp {
            text += &format!("  Shell, the same operator:\n    ssh -p {port} {name}@{host}\n");
            if let Some(fingerprint) = fingerprint {
                text += &format!("    its key is {fingerprint}\n");
            }
        }
        text += &format!("\n  The same as JSON: {}\n", Self::file(folder).display());
        text += &format!("  Stop: Ctrl-C here, or kill {}\n", self.pid);
        text
    }
}
