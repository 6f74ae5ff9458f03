//! Until when a certificate holds, and when to say that it will not for long.

use jiff::Timestamp;

use crate::certificate::Certificate;

/// An expiry is announced this many days before it.
pub const EXPIRY_WARNING_DAYS: i64 = 30;

const SECONDS_A_DAY: i64 = 86_400;

/// The last instant at which the certificate is valid.
pub fn expiry(certificate: &Certificate) -> Timestamp {
    certificate.not_after()
}

/// Whole days left, when they are [`EXPIRY_WARNING_DAYS`] or fewer; negative once expired.
pub fn expiry_warning(certificate: &Certificate, now: Timestamp) -> Option<i64> {
    let days = (certificate.not_after().as_second() - now.as_second()).div_euclid(SECONDS_A_DAY);
    (days <= EXPIRY_WARNING_DAYS).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Ca, leaf};

    #[test]
    fn warns_from_30_days_before_until_after_the_end() {
        let certificate = Ca::new("Root").issue(leaf("a", &["a.test"])).certificate();
        let days = |now: &str| expiry_warning(&certificate, now.parse().unwrap());
        assert_eq!(days("2026-11-30T23:59:59Z"), None);
        assert_eq!(days("2026-12-02T00:00:00Z"), Some(30));
        assert_eq!(days("2026-12-31T12:00:00Z"), Some(0));
        assert_eq!(days("2027-01-01T00:00:01Z"), Some(-1));
        assert_eq!(expiry(&certificate).to_string(), "2027-01-01T00:00:00Z");
    }
}
