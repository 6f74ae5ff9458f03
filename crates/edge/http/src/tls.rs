//! The TLS side of a listener.

use std::sync::Arc;

use convoke_trust::Identity;
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs::{self, Ticketer},
    version::{TLS12, TLS13},
};

/// rustls would not take the certificate or the key.
#[derive(Debug, thiserror::Error)]
#[error("the certificate and key can't be used for HTTPS: {0}")]
pub struct TlsConfigError(#[from] rustls::Error);

/// A server without client certificates: TLS 1.3 and, unless that alone is wanted, 1.2; HTTP/2 and HTTP/1.1 by ALPN, sessions resumed by tickets.
pub fn server_config(identity: &Identity, only_tls_1_3: bool) -> Result<Arc<ServerConfig>, TlsConfigError> {
    let versions: &[_] = if only_tls_1_3 { &[&TLS13] } else { &[&TLS13, &TLS12] };
    let chain = identity.chain().iter().map(|certificate| certificate.der().clone()).collect();
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(versions)?
        .with_no_client_auth()
        .with_single_cert(chain, identity.key().der().clone_key())?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.ticketer = Ticketer::new()?;
    Ok(Arc::new(config))
}
