//! `[node]`: who this node is and where it keeps its files.

use std::path::PathBuf;

use super::reader::Section;
use crate::role::Role;

/// Name and folder of a node.
#[derive(Debug, Clone)]
pub struct Node {
    /// The name in logs and at the shell's prompt.
    pub name: String,
    /// The folder that this node alone writes to.
    pub data_dir: PathBuf,
    /// Where people open the web app, such as `https://meet.example.com`; join links begin with it.
    pub web_app_url: Option<String>,
    /// A folder of compiled time zones that hold in place of those that are compiled in.
    pub zone_data: Option<PathBuf>,
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
        let web_app_url = web_app_url(section);
        let zone_data = section.optional_path("zone_data");
        Some(Self { name: name?, data_dir: data_dir?, web_app_url: web_app_url?, zone_data })
    }

    /// The file that holds this start's secret for the loopback listener of the call bridge.
    pub fn loopback_token_file(&self) -> PathBuf {
        self.data_dir.join("loopback.token")
    }

    /// Where a role answers the shell.
    pub fn control_socket(&self, role: Role) -> PathBuf {
        self.data_dir.join("control").join(format!("{}.sock", role.section()))
    }
}

fn web_app_url(section: &Section<'_>) -> Option<Option<String>> {
    let Some(text) = section.text("web_app_url") else { return Some(None) };
    let trimmed = text.trim_end_matches('/');
    let host = trimmed.strip_prefix("https://").unwrap_or_default();
    if host.is_empty() || host.contains(|c: char| c.is_whitespace() || "/?#@\"<>".contains(c)) {
        section.fault("web_app_url", format!("\"{text}\" is not the address of a web server"), WEB_APP_URL);
        return None;
    }
    Some(Some(trimmed.to_owned()))
}

/// What a web app's address looks like.
pub(super) const WEB_APP_URL: &str = "such as https://meet.example.com or https://meet.example.com:8443";
