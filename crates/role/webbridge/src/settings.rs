//! What a web bridge is told at its start. A snapshot: it does not change until the stop.

use std::{net::SocketAddr, path::PathBuf};

use convoke_model::Uuid;
use convoke_trust::{Bundle, Identity};

/// The settings of one web bridge.
#[derive(Debug, Clone)]
pub struct WebBridgeSettings {
    /// Where browsers come in (HTTPS). Port 0: the system chooses.
    pub https_listen: Vec<SocketAddr>,
    /// The certificate chain and key that browsers see.
    pub https_identity: Identity,
    /// Where plain HTTP is redirected to the first HTTPS port, if anywhere.
    pub redirect_listen: Option<SocketAddr>,
    /// Who may show the web app in a frame: the sources of CSP's `frame-ancestors`, separated by spaces. `None`: nobody.
    pub frame_ancestors: Option<String>,
    /// Where call bridges and schedulers dial in.
    pub c2w_listen: Vec<SocketAddr>,
    /// The certificate chain and key that they see.
    pub c2w_identity: Identity,
    /// The certificates of call bridges and schedulers, or of the CAs above them.
    pub c2w_bundle: Bundle,
    /// Where `/healthz`, `/readyz` and `/metrics` are; a loopback address.
    pub ops_listen: Option<SocketAddr>,
    /// Whether browsers must speak TLS 1.3.
    pub https_only_tls_1_3: bool,
    /// Where it answers the shell of its server, if anywhere.
    pub control_socket: Option<PathBuf>,
    /// How the web bridge names itself to those who dial.
    pub guid: Uuid,
}
