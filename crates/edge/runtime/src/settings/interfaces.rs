//! `[interfaces]`: names such as `a` for addresses, and listeners written as `a:443`.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use super::reader::Section;

/// The names and their addresses; `lo` is 127.0.0.1 unless it is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interfaces(pub BTreeMap<String, IpAddr>);

/// A listener: the interface by its name, and the address that this means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// The interface's name.
    pub interface: String,
    /// The address and port to listen on.
    pub address: SocketAddr,
}

impl Interfaces {
    pub(super) fn from(section: &Section<'_>) -> Self {
        let mut names = BTreeMap::new();
        for name in section.names() {
            let Some(text) = section.text(name) else { continue };
            match text.parse() {
                Ok(address) => {
                    names.insert(name.to_owned(), address);
                }
                Err(_) => {
                    section.fault(name, format!("\"{text}\" is not an IP address"), "such as 192.0.2.10")
                }
            }
        }
        names.entry("lo".to_owned()).or_insert(IpAddr::from([127, 0, 0, 1]));
        Self(names)
    }

    /// This port on the machine itself.
    pub(super) fn loopback(&self, port: u16) -> Listener {
        let lo = self.0.get("lo").copied().unwrap_or(IpAddr::from([127, 0, 0, 1]));
        Listener { interface: "lo".to_owned(), address: SocketAddr::new(lo, port) }
    }

    /// A list of interfaces' names, each of which must exist; empty when it is left out.
    pub(super) fn named(&self, section: &Section<'_>, key: &str) -> Option<Vec<String>> {
        let names = section.list(key);
        let unknown: Vec<&String> = names.iter().filter(|name| !self.0.contains_key(*name)).collect();
        for name in &unknown {
            section.fault(key, self.unknown(name), "names of interfaces, such as [\"a\"]");
        }
        unknown.is_empty().then_some(names)
    }

    fn unknown(&self, name: &str) -> String {
        let known: Vec<_> = self.0.keys().map(String::as_str).collect();
        format!("no interface is called \"{name}\"; there are {}", known.join(", "))
    }

    /// What `a:443` means.
    pub fn resolve(&self, text: &str) -> Result<Listener, String> {
        let (interface, port) = text.rsplit_once(':').ok_or_else(|| format!("\"{text}\" has no port"))?;
        let port: u16 = port.parse().map_err(|_| format!("\"{port}\" is not a port"))?;
        let address = self.0.get(interface).ok_or_else(|| self.unknown(interface))?;
        Ok(Listener { interface: interface.to_owned(), address: SocketAddr::new(*address, port) })
    }

    /// A listener that must be there.
    pub(super) fn required(&self, section: &Section<'_>, key: &str) -> Option<Listener> {
        let text = section.required(key, "an interface and a port, such as \"a:443\"")?;
        self.resolve(&text)
            .map_err(|reason| section.fault(key, reason, "an interface and a port, such as \"a:443\""))
            .ok()
    }

    /// A listener that may be left out; the outer option says whether it could be read.
    pub(super) fn optional(&self, section: &Section<'_>, key: &str) -> Option<Option<Listener>> {
        if section.has(key) {
            self.required(section, key).map(Some)
        } else {
            section.text(key).map_or(Some(None), |_| None)
        }
    }

    /// A list of listeners, at least one.
    pub(super) fn several(&self, section: &Section<'_>, key: &str) -> Option<Vec<Listener>> {
        let expected = "a list such as [\"a:443\", \"b:443\"]";
        let texts = section.list(key);
        if texts.is_empty() {
            section.fault(key, "missing or empty", expected);
            return None;
        }
        let found: Vec<_> = texts
            .iter()
            .filter_map(|text| self.resolve(text).map_err(|reason| section.fault(key, reason, expected)).ok())
            .collect();
        (found.len() == texts.len()).then_some(found)
    }
}
