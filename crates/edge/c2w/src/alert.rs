//! What a peer means by a TLS alert about our certificate (RFC 8446 6.2).

use rustls::AlertDescription;

/// In words, when the alert is about our certificate; `None` for any other.
pub(crate) fn alert_words(alert: AlertDescription) -> Option<&'static str> {
    Some(match alert {
        AlertDescription::UnknownCA => "unknown issuer (TLS alert unknown_ca)",
        AlertDescription::CertificateExpired => "expired or not yet valid (TLS alert certificate_expired)",
        AlertDescription::BadCertificate => {
            "name not in certificate, or a malformed certificate (TLS alert bad_certificate)"
        }
        AlertDescription::UnsupportedCertificate => "wrong usage (TLS alert unsupported_certificate)",
        AlertDescription::CertificateRevoked => "revoked (TLS alert certificate_revoked)",
        AlertDescription::CertificateUnknown => "not acceptable (TLS alert certificate_unknown)",
        AlertDescription::CertificateRequired => "none was presented (TLS alert certificate_required)",
        AlertDescription::DecryptError => "bad signature (TLS alert decrypt_error)",
        AlertDescription::AccessDenied => "access denied (TLS alert access_denied)",
        _ => return None,
    })
}
