//! The mesh: a link to every web bridge that the call bridge's API lists. A reconciler.

use std::time::Duration;

use convoke_c2w::{Dialler, LinkSet, Role};
use convoke_runtime::Shutdown;

use crate::{handlers, state::Shared};

/// How often the list is asked for.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// The same while the call bridge has not answered yet.
const ASK_EAGERLY: Duration = Duration::from_millis(20);

/// Keeps the links until the stop.
pub(crate) async fn run(state: Shared, node: String, shutdown: Shutdown) {
    let dialler = Dialler {
        role: Role::Scheduler,
        node,
        identity: state.settings.c2w_identity.clone(),
        bundle: state.settings.c2w_trust.clone(),
        router: handlers::router(state.clone()),
    };
    let links = state.links.get_or_init(async || LinkSet::new(dialler)).await;
    let mut has_answered = false;
    let mut is_away = false;
    loop {
        match state.call_bridge.web_bridges().await {
            Ok(bridges) => {
                links.set_wanted(bridges.iter().filter_map(|url| url.parse().ok()).collect());
                (has_answered, is_away) = (true, false);
                if !state.keys.is_ready() {
                    // A failure is told by the first request that needs the keys.
                    let _ = state.keys.warm(&state.call_bridge).await;
                }
            }
            Err(fault) if has_answered && !is_away => {
                tracing::warn!(target: "C2WSupervisor", "getWebBridges - {fault}");
                is_away = true;
            }
            Err(_) => {}
        }
        let up = links.status().iter().filter(|link| link.is_up()).count();
        state.metrics.links_up.set(i64::try_from(up).unwrap_or(i64::MAX));
        if !shutdown.sleep(if has_answered { ASK_EVERY } else { ASK_EAGERLY }).await {
            links.stop().await;
            return;
        }
    }
}
