//! The mesh: a link to every web bridge that the API lists. A reconciler, woken by changes in the database.

use std::time::Duration;

use convoke_c2w::{C2wUrl, Dialler, LinkSet, Role};
use convoke_callbridge_api::kinds::web_bridges::WEB_BRIDGES;
use convoke_runtime::Shutdown;
use convoke_store::{DbFault, objects, objects::Query};

use crate::{state::Shared, web};

/// How often changes are looked for; another call bridge of the cluster may have made them.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Keeps the links until the stop; none where C2W is not configured.
pub async fn run(state: Shared, node: String, shutdown: Shutdown) {
    let Some((identity, bundle)) = state.settings.c2w.clone() else { return shutdown.asked().await };
    let dialler = Dialler {
        role: Role::CallBridge,
        node,
        identity,
        bundle,
        router: state.requests.counted("c2w", web::router(state.clone())),
    };
    let links = state.links.get_or_init(async || LinkSet::new(dialler)).await;
    let mut seen = None;
    loop {
        let version = state.store.read(|tx| objects::change_version(tx, WEB_BRIDGES.plural)).await;
        match version {
            Ok(version) if seen == Some(version) => {}
            Ok(version) => match wanted(&state).await {
                Ok(urls) => {
                    links.set_wanted(urls);
                    seen = Some(version);
                }
                Err(fault) => tracing::warn!(target: "C2WSupervisor", "getWebBridges - {fault}"),
            },
            Err(fault) => {
                let fault: DbFault = fault;
                tracing::debug!(target: "C2WSupervisor", "getWebBridges - {fault}");
            }
        }
        if !shutdown.sleep(LOOK_EVERY).await {
            links.stop().await;
            return;
        }
    }
}

async fn wanted(state: &Shared) -> Result<Vec<C2wUrl>, DbFault> {
    let query = Query { limit: i64::MAX, ..Query::default() };
    let (_, bridges) = state.store.read(move |tx| objects::list(tx, WEB_BRIDGES.plural, &query)).await?;
    Ok(bridges.iter().filter_map(|bridge| c2w_url(bridge.get("url")?)).collect())
}

/// The host and port of `c2w://host:port`.
pub fn c2w_url(text: &str) -> Option<C2wUrl> {
    text.parse().ok()
}
