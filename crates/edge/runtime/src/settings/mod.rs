//! A node's settings file: one TOML file, checked whole, all faults told at once.
//!
//! A role sees an immutable snapshot of it from its start to its stop. Apart from the roles because the file is one
//! for the whole node, and the shell edits it too.

pub mod callbridge;
pub mod database;
pub mod interfaces;
pub mod log;
pub mod node;
pub mod reader;
pub mod replies;
pub mod scheduler;
pub mod webbridge;

use std::{fmt, fs, path::Path};

pub use interfaces::Interfaces;

use reader::{Fault, Reader};

/// Largest settings file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 1 << 20;

/// Everything a node is told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Name and folder of the node.
    pub node: node::Node,
    /// The named interfaces.
    pub interfaces: Interfaces,
    /// Where call bridge and scheduler keep what they know.
    pub database: database::Database,
    /// Form and target of the logs.
    pub log: log::Log,
    /// The call bridge, when this node has one.
    pub callbridge: Option<callbridge::CallBridge>,
    /// The web bridge, when this node has one.
    pub webbridge: Option<webbridge::WebBridge>,
    /// The scheduler, when this node has one.
    pub scheduler: Option<scheduler::Scheduler>,
}

/// All that is wrong with a settings file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.0 {
            writeln!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

impl Settings {
    /// Reads and checks a file.
    pub fn read(file: &Path) -> Result<Self, Faults> {
        let one = |reason: String| Faults(vec![Fault::new("settings file", reason, "a readable TOML file")]);
        let size = fs::metadata(file).map_err(|e| one(format!("{}: {e}", file.display())))?.len();
        if size > MAX_FILE_BYTES {
            return Err(one(format!("{} has {size} bytes, more than {MAX_FILE_BYTES}", file.display())));
        }
        let text = fs::read_to_string(file).map_err(|e| one(format!("{}: {e}", file.display())))?;
        let folder = file.parent().unwrap_or(Path::new("."));
        Self::parse(&text, folder)
    }

    /// Checks the text of a file; relative paths in it count from `folder`.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, Faults> {
        let table: toml::Table = text.parse().map_err(|e: toml::de::Error| {
            Faults(vec![Fault::new(
                "settings file",
                format!("not well-formed TOML: {}", e.to_string().trim()),
                "TOML 1.0",
            )])
        })?;
        let reader = Reader::new(folder);
        let root = reader.root(&table);
        let settings = Self::from_root(&root);
        drop(root);
        match (settings, reader.faults()) {
            (Some(settings), faults) if faults.is_empty() => Ok(settings),
            (_, faults) => Err(Faults(faults)),
        }
    }

    fn from_root(root: &reader::Section<'_>) -> Option<Self> {
        let node = node::Node::from(&root.section("node"));
        let interfaces = Interfaces::from(&root.section("interfaces"));
        let data_dir = node.as_ref().map(|node| node.data_dir.clone());
        let database = database::Database::from(&root.section("database"), data_dir.as_deref());
        let log = log::Log::from(&root.section("log"));
        let url = node.as_ref().and_then(|node| node.web_app_url.clone()).unwrap_or_default();
        let outgoing_trust = root.section("outgoing").optional_bundle("trust_file");
        let trust = outgoing_trust.clone().flatten();
        let callbridge =
            root.optional("callbridge").map(|s| callbridge::CallBridge::from(&s, &interfaces, &url, &trust));
        let webbridge = root.optional("webbridge").map(|s| webbridge::WebBridge::from(&s, &interfaces));
        let scheduler =
            root.optional("scheduler").map(|s| scheduler::Scheduler::from(&s, &interfaces, &url, &trust));
        if scheduler.is_some() && callbridge.is_none() {
            root.fault(
                "scheduler",
                "a scheduler asks the call bridge of its own node, and this node has none",
                "a section [callbridge] as well",
            );
        }
        let is_on = scheduler.as_ref().and_then(Option::as_ref).is_some_and(|scheduler| scheduler.enabled);
        if is_on && callbridge.as_ref().and_then(Option::as_ref).is_some_and(|bridge| !bridge.enabled) {
            root.fault(
                "scheduler.enabled",
                "a scheduler asks the call bridge of its own node, and that one is switched off",
                "enabled = false here too, or callbridge.enabled = true",
            );
        }
        if callbridge.is_some() && node.as_ref().is_some_and(|node| node.web_app_url.is_none()) {
            root.fault("node.web_app_url", "missing, and links to meetings begin with it", node::WEB_APP_URL);
        }
        outgoing_trust?;
        Some(Self {
            node: node?,
            interfaces,
            database: database?,
            log: log?,
            callbridge: flat(callbridge)?,
            webbridge: flat(webbridge)?,
            scheduler: flat(scheduler)?,
        })
    }
}

/// Absent stays absent; present and faulty makes the whole faulty.
fn flat<T>(section: Option<Option<T>>) -> Option<Option<T>> {
    match section {
        None => Some(None),
        Some(None) => None,
        Some(found) => Some(found),
    }
}

#[cfg(test)]
mod tests;
