//! `[database]`: a SQLite file of this node, or a PostgreSQL server by URL.

use std::path::{Path, PathBuf};

use convoke_trust::Bundle;
use secrecy::SecretString;

use super::reader::Section;

/// Where call bridge and scheduler keep what they know.
#[derive(Debug, Clone)]
pub enum Database {
    /// A file that the node's own processes share.
    Sqlite {
        /// The file.
        file: PathBuf,
    },
    /// A server that the nodes of a cluster share.
    Postgres {
        /// `postgres://user@host:port/database`, without a password.
        url: String,
        /// The password, when the server wants one.
        password: Option<SecretString>,
        /// Whom to trust as the server; with it the connection is encrypted.
        trust: Option<Bundle>,
        /// Connections that one process opens at most.
        connections: usize,
    },
}

const EXPECTED: &str = "\"sqlite:convoke.db\" or \"postgres://user@host:5432/database\"";

impl Database {
    pub(super) fn from(section: &Section<'_>, data_dir: Option<&Path>) -> Option<Self> {
        let url = section.text("url").unwrap_or_else(|| "sqlite:convoke.db".to_owned());
        let password_file = section.optional_path("password_file");
        let password = password_file.as_ref().map(|file| section.password("password_file", file));
        let trust = section.optional_bundle("trust_file")?;
        let connections = usize::try_from(section.number("connections", 1..=64, 8)).unwrap_or(8);
        if let Some(file) = url.strip_prefix("sqlite:") {
            if password_file.is_some() {
                section.fault(
                    "password_file",
                    "a SQLite file has no password",
                    "this key only with a postgres:// URL",
                );
            }
            return Some(Self::Sqlite { file: data_dir?.join(file) });
        }
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            section.fault("url", format!("\"{url}\" is of no known kind"), EXPECTED);
            return None;
        }
        if has_password(&url) {
            section.fault(
                "url",
                "it holds a password",
                "the password in a file of its own, named by password_file",
            );
            return None;
        }
        if password_file.is_some() && trust.is_none() && !is_on_this_machine(&url) {
            section.fault(
                "password_file",
                "the password would go over the network in the clear",
                "trust_file as well, so that the connection is encrypted",
            );
        }
        Some(Self::Postgres {
            url,
            password: password.map_or(Some(None), |p| p.map(Some))?,
            trust,
            connections,
        })
    }
}

fn has_password(url: &str) -> bool {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')) || url.contains("password=")
}

/// Whether the server of a URL is reached without a network.
fn is_on_this_machine(url: &str) -> bool {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    // `?host=` and `?hostaddr=` name a host as well.
    if rest.split(['?', '&']).skip(1).any(|pair| pair.starts_with("host")) {
        return false;
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.rsplit_once(':').map_or(host, |(host, _)| host),
    };
    host.is_empty()
        || host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|host| host.is_loopback())
}
