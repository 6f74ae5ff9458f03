//! What is done by one scheduler at a time, and who it is after a start: apart from the jobs, of which several have a lease.

use convoke_store::{DbFault, lease};

use crate::state::Shared;

/// The lease that this node's last start left is nobody's any more.
pub(super) async fn release_of_earlier_start(state: &Shared, lease: &str) {
    let prefix = state.claim.split('/').next().map(|node| format!("{node}/")).unwrap_or_default();
    let lease = lease.to_owned();
    let released = state.store.write_rows(move |tx| lease::release_of(tx, &lease, &prefix)).await;
    if let Err::<(), DbFault>(fault) = released {
        tracing::debug!(target: "MeetingService", "the lease of an earlier start ends by itself: {fault}");
    }
}
