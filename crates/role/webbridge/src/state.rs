//! What the handlers share.

use std::{sync::Arc, time::Duration};

use convoke_c2w::LinkRegistry;
use tokio::sync::watch;

use crate::{files::Files, metrics::Metrics};

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct Bridge {
    pub links: LinkRegistry,
    pub files: Arc<Files>,
    pub metrics: Metrics,
    /// True once the process stops; event streams end then.
    pub stopping: watch::Receiver<bool>,
    /// Longest wait for the head of an answer.
    pub answer_timeout: Duration,
}
