//! A node's settings file: one TOML file, checked whole, all faults told at once.
//!
//! A role sees an immutable snapshot of it from its start to its stop. Apart from the roles because the file is one
//! for the whole node, and the shell edits it too.

pub mod callbridge;
pub mod database;
pub mod interfaces;
pub mod log;
pub mod mmp;
pub mod node;
mod occupied;
pub mod reader;
pub mod replies;
pub mod scheduler;
pub mod webbridge;

use std::{fmt, fs, path::Path};

pub use interfaces::Interfaces;

use crate::role::Role;
use reader::{Fault, Reader, Section};

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
    /// The shell, when it is reached by SSH.
    pub mmp: Option<mmp::Mmp>,
    /// What is no fault and should be known: sections that are unfinished.
    pub remarks: Vec<String>,
    /// The roles that the node is to run.
    pub enabled: Vec<Role>,
    /// The call bridge, when it is asked for.
    pub callbridge: Option<callbridge::CallBridge>,
    /// The web bridge, when it is asked for.
    pub webbridge: Option<webbridge::WebBridge>,
    /// The scheduler, when it is asked for.
    pub scheduler: Option<scheduler::Scheduler>,
}

/// Which roles' sections are read whole. Those of the others may be unfinished, as they are while somebody sets them up; keys that
/// nobody knows are faults in them too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Those that the node is to run.
    Enabled,
    /// This one, whether it is enabled or not.
    Only(Role),
    /// None.
    Nothing,
    /// None, and of the rest only what a shell needs: `[node]`, `[interfaces]`, `[mmp]` and `[log]`. The database that is answered is none that
    /// anybody named.
    Shell,
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
    /// The server's zone, of duty hours and the shell's times: UTC unless another is named.
    pub fn zone(&self) -> jiff::tz::TimeZone {
        let name = self.mmp.as_ref().and_then(|mmp| mmp.time_zone.as_ref());
        name.and_then(|name| jiff::tz::TimeZone::get(name).ok()).unwrap_or(jiff::tz::TimeZone::UTC)
    }

    /// Reads and checks a file, with the sections of the roles that are enabled.
    pub fn read(file: &Path) -> Result<Self, Faults> {
        Self::read_for(file, Wanted::Enabled)
    }

    /// Reads and checks a file, with the sections of these roles.
    pub fn read_for(file: &Path, wanted: Wanted) -> Result<Self, Faults> {
        let one = |reason: String| Faults(vec![Fault::new("settings file", reason, "a readable TOML file")]);
        let size = fs::metadata(file).map_err(|e| one(format!("{}: {e}", file.display())))?.len();
        if size > MAX_FILE_BYTES {
            return Err(one(format!("{} has {size} bytes, more than {MAX_FILE_BYTES}", file.display())));
        }
        let text = fs::read_to_string(file).map_err(|e| one(format!("{}: {e}", file.display())))?;
        let folder = file.parent().unwrap_or(Path::new("."));
        Self::parse_for(&text, folder, wanted)
    }

    /// Checks the text of a file; relative paths in it count from `folder`.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, Faults> {
        Self::parse_for(text, folder, Wanted::Enabled)
    }

    /// Checks the text of a file, with the sections of these roles.
    pub fn parse_for(text: &str, folder: &Path, wanted: Wanted) -> Result<Self, Faults> {
        let table: toml::Table = text.parse().map_err(|e: toml::de::Error| {
            Faults(vec![Fault::new(
                "settings file",
                format!("not well-formed TOML: {}", e.to_string().trim()),
                "TOML 1.0",
            )])
        })?;
        let enabled = Role::ALL.into_iter().filter(|role| is_enabled(&table, *role)).collect();
        let mut table = table;
        if wanted == Wanted::Shell {
            table.retain(|section, _| ["node", "interfaces", "mmp", "log"].contains(&section));
        }
        let reader = Reader::new(folder);
        let root = reader.root(&table);
        let settings = Self::from_root(&root, wanted, enabled);
        drop(root);
        match (settings, reader.faults()) {
            (Some(settings), faults) if faults.is_empty() => {
                Ok(Self { remarks: reader.remarks(), ..settings })
            }
            (_, faults) => Err(Faults(faults)),
        }
    }

    fn from_root(root: &Section<'_>, wanted: Wanted, enabled: Vec<Role>) -> Option<Self> {
        let node = node::Node::from(&root.section("node"));
        let interfaces = Interfaces::from(&root.section("interfaces"));
        let data_dir = node.as_ref().map(|node| node.data_dir.clone());
        let database = database::Database::from(&root.section("database"), data_dir.as_deref());
        let log = log::Log::from(&root.section("log"));
        let mmp = root.optional("mmp").map(|section| mmp::Mmp::from(&section, &interfaces));
        let url = node.as_ref().and_then(|node| node.web_app_url.clone()).unwrap_or_default();
        let outgoing_trust = root.section("outgoing").optional_bundle("trust_file");
        let trust = outgoing_trust.clone().flatten();
        let asked = |role: Role| match wanted {
            Wanted::Enabled => enabled.contains(&role),
            Wanted::Only(only) => role == only,
            Wanted::Nothing | Wanted::Shell => false,
        };
        let callbridge = role(root, Role::CallBridge, asked(Role::CallBridge), |section| {
            callbridge::CallBridge::from(section, &interfaces, &url, &trust)
        });
        let webbridge = role(root, Role::WebBridge, asked(Role::WebBridge), |section| {
            webbridge::WebBridge::from(section, &interfaces)
        });
        let scheduler = role(root, Role::Scheduler, asked(Role::Scheduler), |section| {
            let call_bridge = callbridge::loopback_of(root, &interfaces);
            scheduler::Scheduler::from(section, &interfaces, &url, &trust, call_bridge)
        });
        check_call_bridge(root, &enabled, asked(Role::Scheduler));
        if asked(Role::CallBridge) && node.as_ref().is_some_and(|node| node.web_app_url.is_none()) {
            root.fault("node.web_app_url", "missing, and links to meetings begin with it", node::WEB_APP_URL);
        }
        outgoing_trust?;
        let settings = Self {
            node: node?,
            interfaces,
            database: database?,
            log: log?,
            mmp: flat(mmp)?,
            remarks: Vec::new(),
            enabled,
            callbridge: flat(callbridge)?,
            webbridge: flat(webbridge)?,
            scheduler: flat(scheduler)?,
        };
        occupied::check(root, &settings);
        Some(settings)
    }
}

/// Whether the node is to run a role: its section is there, and does not say otherwise.
fn is_enabled(root: &toml::Table, role: Role) -> bool {
    root.get(role.section())
        .and_then(toml::Value::as_table)
        .is_some_and(|table| table.get("enabled").and_then(toml::Value::as_bool).unwrap_or(true))
}

/// A role's section, if it is asked for; of others just the keys are looked at.
fn role<T>(
    root: &Section<'_>,
    role: Role,
    is_asked_for: bool,
    read: impl Fn(&Section<'_>) -> Option<T>,
) -> Option<Option<T>> {
    if is_asked_for {
        return root.optional(role.section()).map(|section| read(&section));
    }
    root.only_its_keys(role.section(), |section| drop(read(section)));
    None
}

/// A scheduler asks the call bridge of its own node.
fn check_call_bridge(root: &Section<'_>, enabled: &[Role], scheduler_is_asked_for: bool) {
    if !scheduler_is_asked_for || !root.has(Role::Scheduler.section()) {
        return;
    }
    if !root.has(Role::CallBridge.section()) {
        root.fault(
            "scheduler",
            "a scheduler asks the call bridge of its own node, and this node has none",
            "a section [callbridge] as well",
        );
    } else if enabled.contains(&Role::Scheduler) && !enabled.contains(&Role::CallBridge) {
        root.fault(
            "scheduler.enabled",
            "a scheduler asks the call bridge of its own node, and that one is switched off",
            "enabled = false here too, or callbridge.enabled = true",
        );
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
