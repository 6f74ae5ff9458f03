//! The files that lie beside each server, to be uploaded: its own certificates, and one for each fault that a certificate may have.

use std::path::Path;

use convoke_testkit::ca::{Ca, Leaf, Request, write};

use crate::server::Server;

/// The name of the CA, and of another one that only calls itself so.
const NAME: &str = "Transcripts";

/// The CA of all servers of a test.
pub struct Authority {
    ca: Ca,
    namesake: Ca,
    stranger: Ca,
}

impl Authority {
    pub fn new() -> Self {
        Self { ca: Ca::new(NAME), namesake: Ca::new(NAME), stranger: Ca::new("Strangers") }
    }

    /// The CA's certificate.
    pub fn pem(&self) -> &str {
        self.ca.pem()
    }

    /// Puts its files beside each server; tests/transcripts/README.md says what they are.
    pub fn put_beside<'s>(&self, servers: impl Iterator<Item = &'s Server>) {
        let mut own = Vec::new();
        let mut folders = Vec::new();
        for server in servers {
            let local = server.local();
            own.push(self.put(&local, &server.name, &server.address.to_string()));
            folders.push(local);
        }
        for (folder, bundle) in folders.iter().flat_map(|folder| BUNDLES.map(|bundle| (folder, bundle))) {
            write(folder, bundle, &own.concat(), 0o600);
        }
    }

    /// The server's own certificate is answered.
    fn put(&self, folder: &Path, name: &str, address: &str) -> String {
        let host = format!("{name}.example.com");
        let names = [host.as_str(), address];
        let good = Request::new(&host, &names);
        let put = |name: &str, text: &str| drop(write(folder, name, text, 0o600));
        let put_leaf = |name: &str, leaf: &Leaf| {
            put(&format!("{name}.key"), &leaf.key);
            put(&format!("{name}.cer"), &leaf.full_chain);
        };
        let own = self.ca.issue(&good);
        put("CB344748.key", &own.key);
        put("CB344748.cer", &own.certificate);
        put("BUN344748.cer", &own.full_chain);
        put("root.cer", self.pem());
        put("turned.cer", &format!("{}{}", self.pem(), own.certificate));
        put("strangers.cer", self.stranger.pem());
        for (name, request) in [
            ("expired", Request { from_day: -9, until_day: -1, ..good.clone() }),
            ("young", Request { from_day: 2, ..good.clone() }),
            ("soon", Request { until_day: 10, ..good.clone() }),
            ("serveronly", Request { client: false, ..good.clone() }),
            ("clientonly", Request { server: false, ..good.clone() }),
        ] {
            put_leaf(name, &self.ca.issue(&request));
        }
        let forged = self.namesake.issue(&good);
        put_leaf("forged", &Leaf { full_chain: format!("{}{}", forged.certificate, self.pem()), ..forged });
        own.certificate
    }
}

/// The certificates of all servers.
const BUNDLES: [&str; 2] = ["wbbundle.cer", "schedulerbun.cer"];
