//! A part behind a web bridge: it dials it as a scheduler does and serves the router over the link.

use std::process::Command;

use clap::Args;
use convoke_c2w::{C2wUrl, Dialler, LinkSet, Role};
use convoke_testkit::process::Process;

use super::{Papers, router, serve};
use crate::{bench::Bench, bridge::Bridge};

/// How it is started.
#[derive(Debug, Clone, Args)]
pub struct Part {
    /// The web bridge's `c2w://host:port`.
    #[arg(long)]
    c2w: String,
    #[command(flatten)]
    papers: Papers,
}

impl Part {
    /// Serves until the process ends.
    pub fn run(self) -> anyhow::Result<()> {
        let (identity, bundle) = self.papers.read()?;
        let url: C2wUrl = self.c2w.parse().map_err(|_| anyhow::anyhow!("{} is no C2W address", self.c2w))?;
        serve(async {
            let dialler =
                Dialler { role: Role::Scheduler, node: "bench".into(), identity, bundle, router: router() };
            let links = LinkSet::new(dialler);
            links.set_wanted(vec![url]);
            std::future::pending::<()>().await;
            drop(links);
            Ok(())
        })
    }
}

/// Starts one and waits for its link.
pub async fn start(bench: &Bench, bridge: &Bridge) -> anyhow::Result<Process> {
    let papers = Papers::issue(bench, &bridge.system.ca, "part", &["part.test"])?;
    let mut command = Command::new(&bench.own);
    command.args(["part", "--c2w", &bridge.c2w_url()]).args(papers.arguments());
    let process = Process::start(&mut command);
    bridge.until_links(0, 1).await?;
    Ok(process)
}
