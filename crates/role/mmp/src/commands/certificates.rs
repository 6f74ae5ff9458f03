//! The certificates that services use, and until when they hold.

use convoke_shell::rows;
use convoke_trust::expiry_warning;

use crate::{checks::chain_of, mmp::Mmp, settings_file::View};

/// The sections that name a certificate, with what each is to people.
pub(crate) const SECTIONS: [(&str, &str); 6] = [
    ("callbridge.https", "webadmin"),
    ("callbridge.c2w", "callbridge"),
    ("webbridge.https", "webbridge3 https"),
    ("webbridge.c2w", "webbridge3 c2w"),
    ("scheduler.https", "scheduler https"),
    ("scheduler.c2w", "scheduler c2w"),
];

/// A line for each certificate in use that ends soon, or has ended.
pub(super) fn expiring(mmp: &Mmp, view: &View) -> Vec<String> {
    let now = mmp.clock.now();
    let mut lines = Vec::new();
    for (section, service) in SECTIONS {
        for certificate in chain_of(view, section).unwrap_or_default() {
            match expiry_warning(&certificate, now) {
                Some(days) if days < 0 => {
                    lines.push(format!("{service}: that of {} has expired", certificate.name()))
                }
                Some(days) => lines.push(format!(
                    "{service}: that of {} expires in {}",
                    certificate.name(),
                    rows::days(days)
                )),
                None => {}
            }
        }
    }
    lines
}
