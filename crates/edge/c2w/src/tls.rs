//! The TLS of a link: both sides show a certificate, and `core/trust` judges the other's.
//!
//! Each connection gets a configuration of its own (a few reference counts), so that the judge's own words about *this* peer
//! can be kept beside rustls' short error. Sessions are never resumed: a resumed one would not be judged again.

use std::sync::{Arc, Mutex, PoisonError};

use convoke_trust::{Bundle, Certificate, Identity, PeerFault, Usage, judge_peer};
use jiff::Timestamp;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, Error, ServerConfig,
    SignatureScheme,
    client::{
        Resumption,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    server::danger::{ClientCertVerified, ClientCertVerifier},
    sign::{CertifiedKey, SingleCertAndKey},
    version::TLS13,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

/// What one side of every link shows and trusts.
#[derive(Debug)]
pub(crate) struct LinkTls {
    identity: Identity,
    certified: Arc<SingleCertAndKey>,
    bundle: Bundle,
    provider: Arc<CryptoProvider>,
}

impl LinkTls {
    pub(crate) fn new(identity: Identity, bundle: Bundle) -> Self {
        let chain = identity.chain().iter().map(|certificate| certificate.der().clone()).collect();
        let certified =
            Arc::new(SingleCertAndKey::from(CertifiedKey::new(chain, identity.key().signing_key())));
        Self { identity, certified, bundle, provider: Arc::new(aws_lc_rs::default_provider()) }
    }

    pub(crate) fn own_certificate(&self) -> &Certificate {
        self.identity.certificate()
    }

    /// For dialling `host`.
    pub(crate) fn client(self: &Arc<Self>, host: &str) -> Result<(Arc<ClientConfig>, Verdict), Error> {
        let (judge, verdict) = Judge::new(self, Usage::Server { name: host.to_owned() });
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&TLS13])?
            .dangerous()
            .with_custom_certificate_verifier(judge)
            .with_client_cert_resolver(Arc::clone(&self.certified) as _);
        config.resumption = Resumption::disabled();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok((Arc::new(config), verdict))
    }

    /// For one connection that came.
    pub(crate) fn server(self: &Arc<Self>) -> Result<(Arc<ServerConfig>, Verdict), Error> {
        let (judge, verdict) = Judge::new(self, Usage::Client);
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&TLS13])?
            .with_client_cert_verifier(judge)
            .with_cert_resolver(Arc::clone(&self.certified) as _);
        config.send_tls13_tickets = 0;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok((Arc::new(config), verdict))
    }
}

/// What was found out about the peer of one connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Verdict(Arc<Mutex<Found>>);

#[derive(Debug, Default)]
struct Found {
    fault: Option<PeerFault>,
    certificate: Option<Certificate>,
}

impl Verdict {
    pub(crate) fn fault(&self) -> Option<PeerFault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fault.clone()
    }

    pub(crate) fn certificate(&self) -> Option<Certificate> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).certificate.clone()
    }
}

/// rustls' question to `core/trust`.
#[derive(Debug)]
struct Judge {
    tls: Arc<LinkTls>,
    usage: Usage,
    verdict: Verdict,
}

impl Judge {
    fn new(tls: &Arc<LinkTls>, usage: Usage) -> (Arc<Self>, Verdict) {
        let verdict = Verdict::default();
        (Arc::new(Self { tls: Arc::clone(tls), usage, verdict: verdict.clone() }), verdict)
    }

    fn judge(
        &self,
        own: &CertificateDer<'_>,
        above: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        let chain: Vec<CertificateDer<'_>> =
            std::iter::once(own).chain(above).map(|der| CertificateDer::from(der.as_ref())).collect();
        let now = i64::try_from(now.as_secs()).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let judged = judge_peer(&self.tls.bundle, &chain, now.unwrap_or(Timestamp::MAX), &self.usage);
        let mut found = self.verdict.0.lock().unwrap_or_else(PoisonError::into_inner);
        found.certificate = Certificate::from_der(own);
        judged.map_err(|fault| {
            let error = Error::InvalidCertificate(for_rustls(&fault));
            found.fault = Some(fault);
            error
        })
    }

    fn schemes(&self) -> Vec<SignatureScheme> {
        self.tls.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// rustls' nearest error: it decides which alert the peer hears.
fn for_rustls(fault: &PeerFault) -> CertificateError {
    match fault {
        PeerFault::NoCertificate | PeerFault::Malformed => CertificateError::BadEncoding,
        PeerFault::UnknownIssuer { .. } => CertificateError::UnknownIssuer,
        PeerFault::NameNotInCertificate { .. } => CertificateError::NotValidForName,
        PeerFault::Expired { .. } => CertificateError::Expired,
        PeerFault::NotYetValid { .. } => CertificateError::NotValidYet,
        PeerFault::NoServerUsage { .. } | PeerFault::NoClientUsage { .. } => CertificateError::InvalidPurpose,
        PeerFault::BadSignature { .. } => CertificateError::BadSignature,
        PeerFault::Refused { .. } => CertificateError::ApplicationVerificationFailure,
    }
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        above: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.judge(own, above, now).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.tls.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.tls.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.schemes()
    }
}

impl ClientCertVerifier for Judge {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        // No hints: a bundle of leaf certificates has none to give, and diallers have one certificate only.
        &[]
    }

    fn verify_client_cert(
        &self,
        own: &CertificateDer<'_>,
        above: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.judge(own, above, now).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        ServerCertVerifier::verify_tls12_signature(self, message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        ServerCertVerifier::verify_tls13_signature(self, message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.schemes()
    }
}
