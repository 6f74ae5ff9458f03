//! Certificates that will not hold for long are announced once a day, 30 days before.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use convoke_trust::{Certificate, expiry, expiry_warning};
use jiff::{SignedDuration, Timestamp};

use crate::limits::MAX_LINKS;

const ONE_DAY: SignedDuration = SignedDuration::from_hours(24);

/// What was announced, and when.
#[derive(Debug, Default)]
pub(crate) struct Announcements(Mutex<HashMap<String, Timestamp>>);

impl Announcements {
    /// The words, when `certificate` ends soon and that was not said today. `whose` reads as in "the certificate of …".
    pub(crate) fn due(&self, whose: &str, certificate: &Certificate, now: Timestamp) -> Option<String> {
        let days = expiry_warning(certificate, now)?;
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if said.get(whose).is_some_and(|&at| now.duration_since(at) < ONE_DAY) {
            return None;
        }
        if said.len() >= 2 * MAX_LINKS {
            said.clear();
        }
        said.insert(whose.to_owned(), now);
        let (name, at) = (certificate.name(), expiry(certificate));
        Some(if days < 0 {
            format!("the C2W certificate of {whose} ({name}) expired at {at}")
        } else {
            format!("the C2W certificate of {whose} ({name}) expires in {days} days, at {at}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announces_once_a_day_from_30_days_before() {
        let mut params = rcgen::CertificateParams::new(vec!["wb1.test".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(2026, 12, 31);
        let made = params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
        let certificate = Certificate::from_der(made.der()).unwrap();
        let announcements = Announcements::default();
        let due = |now: &str| announcements.due("webbridge wb1:1", &certificate, now.parse().unwrap());
        assert_eq!(due("2026-11-01T00:00:00Z"), None);
        let words = due("2026-12-11T00:00:00Z").unwrap();
        assert!(words.starts_with("the C2W certificate of webbridge wb1:1 ("), "{words}");
        assert!(words.ends_with("expires in 20 days, at 2026-12-31T00:00:00Z"), "{words}");
        assert_eq!(due("2026-12-11T23:00:00Z"), None);
        assert!(due("2026-12-12T00:00:00Z").is_some());
    }
}
