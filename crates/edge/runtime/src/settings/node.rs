//! `[node]`: who this node is and where it keeps its files.

use std::path::PathBuf;

use super::reader::Section;

/// Name and folder of a node.
#[derive(Debug, Clone)]
pub struct Node {
    /// The name in logs and at the shell's prompt.
    pub name: String,
    /// The folder that this node alone writes to.
    pub data_dir: PathBuf,
}

impl Node {
    pub(super) fn from(section: &Section<'_>) -> Option<Self> {
        let name = section.required("name", "a name such as cms1");
        let data_dir = section.path("data_dir", "a folder such as /var/lib/convoke");
        let name = name.filter(|name| {
            let good =
                name.len() <= 63 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
            if !good {
                section.fault(
                    "name",
                    format!("\"{name}\" is not a host name"),
                    "letters, digits, hyphens and dots, at most 63",
                );
            }
            good
        });
        Some(Self { name: name?, data_dir: data_dir? })
    }

    /// The file that holds this start's secret for the loopback listener of the call bridge.
    pub fn loopback_token_file(&self) -> PathBuf {
        self.data_dir.join("loopback.token")
    }
}
