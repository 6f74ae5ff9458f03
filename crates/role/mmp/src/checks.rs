//! What is looked at before a service is enabled: the seed's lines, and for each fault what to do.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
};

use convoke_runtime::tls_files::machine_authorities;
use convoke_shell::rows;
use convoke_trust::{
    Bundle, Certificate, MAX_CHAIN_CERTIFICATES, PrivateKey, Usage, check_full_chain, expiry_warning,
    judge_peer, key_matches, parse_certificates, parse_key, with_bundle,
};
use jiff::Timestamp;

use crate::{
    files::{Files, read_pem},
    issuers::missing,
    settings_file::View,
};

/// The lines of the checks so far.
#[derive(Debug, Default)]
pub struct Checks {
    lines: Vec<String>,
    failures: usize,
    runs_already: bool,
}

impl Checks {
    /// For a service that runs: what it runs with already, such as a certificate that has expired, does not keep it from a restart.
    pub fn of_restart(runs_already: bool) -> Self {
        Self { runs_already, ..Self::default() }
    }

    /// Something that is as it should be.
    pub fn success(&mut self, text: impl AsRef<str>) {
        self.lines.push(format!("SUCCESS: {}", text.as_ref()));
    }

    /// Something that keeps the service from running; told once, whoever comes across it.
    pub fn failure(&mut self, text: impl AsRef<str>) {
        self.failures += 1;
        let line = format!("FAILURE: {}", text.as_ref());
        if !self.lines.contains(&line) {
            self.lines.push(line);
        }
    }

    /// Something that should be seen to.
    pub fn warning(&mut self, text: impl AsRef<str>) {
        self.lines.push(format!("WARNING: {}", text.as_ref()));
    }

    /// Whether nothing keeps the service from running.
    pub fn are_good(&self) -> bool {
        self.failures == 0
    }

    /// The lines.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }
}

/// A pair of key and certificate to be looked at.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// What stands before the seed's words: `HTTPS `, `C2W `, or nothing.
    pub label: &'a str,
    /// The section with `key_file`, `cert_file` and perhaps `bundle_file`.
    pub section: &'a str,
    /// The command that sets them.
    pub command: &'a str,
    /// As what the certificate must be good.
    pub side: Side,
}

/// The two ends of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Who is dialled.
    Server,
    /// Who dials.
    Client,
}

impl Side {
    fn usage(self, certificate: &Certificate) -> Usage {
        match self {
            // Any of its own names: names are looked at elsewhere.
            Self::Server => Usage::Server { name: certificate.names().first().cloned().unwrap_or_default() },
            Self::Client => Usage::Client,
        }
    }
}

/// The certificate of a section with those above it, if all of it can be read.
pub fn chain_of(view: &View, section: &str) -> Option<Vec<Certificate>> {
    let read = |path: PathBuf| parse_certificates(&read_pem(&path).ok()?, MAX_CHAIN_CERTIFICATES).ok();
    let own = read(view.file(&format!("{section}.cert_file"))?)?;
    match view.file(&format!("{section}.bundle_file")) {
        Some(bundle) => Some(with_bundle(own, read(bundle)?)),
        None => Some(own),
    }
}

impl Checks {
    /// Looks at a pair on a thread that may read many files: a chain that is not whole is looked for in all of them.
    pub async fn pair(&mut self, view: &View, files: &Files, pair: Pair<'static>, now: Timestamp) {
        let (view, files) = (view.clone(), files.clone());
        let mut checks = std::mem::take(self);
        let looked = tokio::task::spawn_blocking(move || {
            checks.look_at(&view, &files, pair, now);
            checks
        });
        match looked.await {
            Ok(checks) => *self = checks,
            Err(fault) => self.failure(format!("{}certificates: {fault}", pair.label)),
        }
    }

    /// Key and certificate belong together, the chain is whole and in order, and it is good now and for its purpose.
    pub fn look_at(&mut self, view: &View, files: &Files, pair: Pair<'_>, now: Timestamp) {
        let Pair { label, section, command, .. } = pair;
        let key_file = view.file(&format!("{section}.key_file"));
        let cert_file = view.file(&format!("{section}.cert_file"));
        let (Some(key_file), Some(cert_file)) = (key_file, cert_file) else {
            self.failure(format!(
                "{label}key and certificate are not configured: use \"{command} <key-file> <cert-file>\""
            ));
            return;
        };
        let bundle_file = view.file(&format!("{section}.bundle_file"));
        let key = self.key(label, files, &key_file);
        let chain = self.chain(label, files, &cert_file, bundle_file.as_deref());
        let Some(own) = chain.as_ref().and_then(|chain| chain.first()) else { return };
        let chain = chain.as_deref().unwrap_or_default();
        if let Some(key) = &key {
            if key_matches(own, key) {
                self.success(format!("{label}Key and certificate pair match"));
            } else {
                self.failure(format!(
                    "{label}Key and certificate pair do not match: {} is not the key of the certificate of {} in {}; set the two that \
                     were made together by \"{command}\"",
                    files.shown(&key_file),
                    own.name(),
                    files.shown(&cert_file)
                ));
            }
        }
        self.whole_chain(files, pair, &files.shown(&cert_file), chain);
        self.dates_and_usage(label, chain, pair.side, now);
    }

    fn key(&mut self, label: &str, files: &Files, path: &Path) -> Option<PrivateKey> {
        let read = read_pem(path).and_then(|pem| parse_key(&pem).map_err(|fault| fault.to_string()));
        read.map_err(|fault| self.failure(format!("{label}key file {}: {fault}", files.shown(path)))).ok()
    }

    fn chain(
        &mut self,
        label: &str,
        files: &Files,
        path: &Path,
        bundle: Option<&Path>,
    ) -> Option<Vec<Certificate>> {
        let mut chain = self.certificates(label, "certificate", files, path)?;
        if let Some(bundle) = bundle {
            chain = with_bundle(chain, self.certificates(label, "bundle", files, bundle)?);
        }
        Some(chain)
    }

    fn certificates(
        &mut self,
        label: &str,
        what: &str,
        files: &Files,
        path: &Path,
    ) -> Option<Vec<Certificate>> {
        let file = files.shown(path);
        let pem = read_pem(path)
            .map_err(|fault| self.failure(format!("{label}{what} file {file}: {fault}")))
            .ok()?;
        match parse_certificates(&pem, MAX_CHAIN_CERTIFICATES) {
            Ok(certificates) => Some(certificates),
            Err(faults) => {
                for fault in faults {
                    self.failure(format!("{label}{what} file {file}: {fault}"));
                }
                None
            }
        }
    }

    fn whole_chain(&mut self, files: &Files, pair: Pair<'_>, file: &str, chain: &[Certificate]) {
        let Pair { label, command, .. } = pair;
        let findings = check_full_chain(chain);
        let faults: Vec<_> = findings.iter().filter(|finding| finding.is_fault()).collect();
        for finding in &faults {
            self.failure(format!("{label}full chain of certificates in {file} does not verify: {finding}"));
        }
        if !faults.is_empty() {
            return;
        }
        let Some(missing) = missing(files, chain, machine_authorities) else {
            return self.success(format!("{label}full chain of certificates verifies correctly"));
        };
        let text = format!("{label}full chain of certificates in {file} {}", missing.told(command));
        // Peers of what runs already may well have been content.
        if missing.is_certain() && !self.runs_already {
            return self.failure(text);
        }
        if !missing.is_certain() {
            self.success(format!("{label}full chain of certificates verifies correctly"));
        }
        self.warning(text);
    }

    fn dates_and_usage(&mut self, label: &str, chain: &[Certificate], side: Side, now: Timestamp) {
        for certificate in chain {
            let name = certificate.name();
            let (from, until) = (certificate.not_before(), certificate.not_after());
            if now > until {
                let text = format!(
                    "{label}certificate of {name} expired at {until}: have it renewed and upload it under the same name"
                );
                if self.runs_already { self.warning(text) } else { self.failure(text) }
            } else if now < from {
                self.failure(format!(
                    "{label}certificate of {name} is valid from {from} on: is the clock right?"
                ));
            } else if let Some(days) = expiry_warning(certificate, now) {
                self.warning(format!(
                    "{label}certificate of {name} expires in {}, at {until}",
                    rows::days(days)
                ));
            }
        }
        let Some(own) = chain.first() else { return };
        let alone = Bundle::new(vec![own.clone()]);
        let middle = own.not_before().max(now.min(own.not_after()));
        let der = [own.der().clone()];
        use convoke_trust::PeerFault::{NoClientUsage, NoServerUsage};
        let (is_wrong, role, usage) = match judge_peer(&alone, &der, middle, &side.usage(own)) {
            Err(NoServerUsage { .. }) => (true, "server", "serverAuth"),
            Err(NoClientUsage { .. }) => (true, "client", "clientAuth"),
            _ => (false, "", ""),
        };
        if is_wrong {
            self.failure(format!(
                "{label}certificate of {} can't be used as a {role}: have it issued with {usage} in its extended key usage, or without any",
                own.name()
            ));
        }
    }

    /// A trust bundle that is there and can be read.
    pub fn bundle(
        &mut self,
        view: &View,
        files: &Files,
        key: &str,
        what: &str,
        command: &str,
    ) -> Option<Bundle> {
        let Some(path) = view.file(key) else {
            self.failure(format!("{what} is not configured: use \"{command} <bundle>\""));
            return None;
        };
        self.read_bundle(&path, &files.shown(&path), what)
    }

    fn read_bundle(&mut self, path: &Path, shown: &str, what: &str) -> Option<Bundle> {
        let pem = read_pem(path).map_err(|fault| self.failure(format!("{what} {shown}: {fault}"))).ok()?;
        match Bundle::parse(&pem) {
            Ok(bundle) => Some(bundle),
            Err(faults) => {
                for fault in faults {
                    self.failure(format!("{what} {shown}: {fault}"));
                }
                None
            }
        }
    }

    /// A bundle trusts what another service of this server shows.
    pub fn trusts(
        &mut self,
        what: &str,
        bundle: &Bundle,
        service: &str,
        chain: &[Certificate],
        side: Side,
        now: Timestamp,
    ) {
        let Some(own) = chain.first() else { return };
        let der: Vec<_> = chain.iter().map(|certificate| certificate.der().clone()).collect();
        if let Err(fault @ convoke_trust::PeerFault::UnknownIssuer { .. }) =
            judge_peer(bundle, &der, now, &side.usage(own))
        {
            self.failure(format!(
                "{what} does not hold what is needed: {service} of this server would be refused ({fault}); put its certificate, or that of \
                 the CA above it, into the bundle"
            ));
        }
    }

    /// A listener that is configured can be listened on. Those in `held` are the service's own already.
    pub fn port(&mut self, view: &View, what: &str, listener: &str, held: &[String]) {
        let resolved = match view.settings(convoke_runtime::settings::Wanted::Nothing) {
            Ok(settings) => settings.interfaces.resolve(listener),
            Err(faults) => return faults.iter().for_each(|fault| self.failure(fault)),
        };
        match resolved {
            Err(fault) => {
                self.failure(format!("{what}: {fault}; \"ipv4 <interface> add <address>\" names one"))
            }
            Ok(listener) if held.contains(&listener.address.to_string()) => {}
            Ok(resolved) => {
                if let Err(fault) = TcpListener::bind(resolved.address) {
                    self.failure(format!("{what} {listener}: {}", port_fault(&fault, resolved.address)));
                }
            }
        }
    }
}

fn port_fault(fault: &io::Error, address: SocketAddr) -> String {
    match fault.kind() {
        io::ErrorKind::AddrInUse => format!(
            "port {} of {} is taken by another service or program; choose another",
            address.port(),
            address.ip()
        ),
        io::ErrorKind::AddrNotAvailable => {
            format!("{} is not an address of this machine; \"iface\" lists those that are", address.ip())
        }
        io::ErrorKind::PermissionDenied => {
            format!(
                "port {} may not be listened on by this server's user; choose one above 1023, or give it CAP_NET_BIND_SERVICE",
                address.port()
            )
        }
        _ => fault.to_string(),
    }
}

#[cfg(test)]
#[path = "checks_tests.rs"]
mod tests;
