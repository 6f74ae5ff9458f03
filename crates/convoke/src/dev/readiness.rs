//! When a system is ready: every web bridge holds a link of every call bridge and scheduler, and the APIs answer.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use bytes::Bytes;
use http::Request;

use super::{layout::NodeLayout, system::System};

/// How long a start may take.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked.
const EVERY: Duration = Duration::from_millis(50);

impl System {
    /// Waits until `probe` finds nothing to complain of; fails when a node ends, or after [`PATIENCE`].
    pub async fn until(
        &mut self,
        what: &str,
        probe: impl AsyncFn(&Self) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            let Err(fault) = probe(self).await else { return Ok(()) };
            self.check_running()?;
            if begun.elapsed() > PATIENCE {
                bail!("waited {PATIENCE:?} in vain for {what}: {fault:#}");
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Waits until all links are up and every scheduler answers.
    pub async fn until_ready(&mut self) -> anyhow::Result<()> {
        self.until("links and schedulers", async |system| {
            for node in &system.layout.nodes {
                system.check_links(node, system.layout.nodes.len(), system.layout.schedulers()).await?;
                if let Some(api) = node.scheduler_api() {
                    system.get(&format!("{api}/api/v1/scheduler/openapi.json")).await?;
                }
            }
            Ok(())
        })
        .await
    }

    /// Whether a node's web bridge holds so many links of call bridges and of schedulers.
    pub async fn check_links(
        &self,
        node: &NodeLayout,
        call_bridges: usize,
        schedulers: usize,
    ) -> anyhow::Result<()> {
        let metrics = format!("http://{}:{}/metrics", node.address, node.ports.webbridge_loopback);
        let text = self.get(&metrics).await?;
        for (role, wanted) in [("callBridge", call_bridges), ("scheduler", schedulers)] {
            let prefix = format!("convoke_webbridge_links{{role=\"{role}\"}} ");
            let found = text.lines().find_map(|line| line.strip_prefix(&prefix)).unwrap_or("0");
            ensure!(found == wanted.to_string(), "{} has {found} of {wanted} links of {role}s", node.name);
        }
        Ok(())
    }

    /// The body of a successful `GET`.
    pub async fn get(&self, url: &str) -> anyhow::Result<String> {
        let answer = self.client.send(Request::get(url).body(Bytes::new())?).await?;
        ensure!(answer.status().is_success(), "{url} answered {}", answer.status());
        String::from_utf8(answer.into_body().into()).with_context(|| format!("{url} answered no text"))
    }
}
