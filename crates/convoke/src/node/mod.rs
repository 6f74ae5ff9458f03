//! `convoke node`: keeps the enabled roles alive as child processes, so that a crash in one stays its own.

mod backoff;
mod child;
pub(crate) mod lock;

use anyhow::ensure;
use convoke_runtime::{Role, Shutdown, log, log::Writer, settings::Wanted};
use convoke_store::{OpenFault, Store};
use tokio::task::JoinSet;

use crate::{
    accounts,
    start::{self, Start},
};
use child::Program;

/// Runs the node until SIGTERM or SIGINT; the settings are checked whole before anything starts.
pub fn run(start: &Start) -> anyhow::Result<()> {
    if !start.tie_to_parent() {
        return Ok(());
    }
    let settings = start::settings(&start.config, Wanted::Enabled)?;
    let roles = settings.enabled.clone();
    ensure!(
        !roles.is_empty(),
        "no role is enabled: the settings file needs [callbridge], [webbridge] or [scheduler]"
    );
    start::make_data_dir(&settings)?;
    let _lock = lock::take(&settings.node.data_dir)?;
    let (clock, _mover) = start.clock();
    log::start(Writer { host: settings.node.name.clone(), process: "node" }, &settings.log, clock.clone());
    if roles.iter().any(|role| *role != Role::WebBridge) {
        migrate(&settings.database)?;
    }
    if let Err(fault) = accounts::prepare(&settings, clock.now()) {
        tracing::error!(target: "Supervisor", "nobody can sign in by the accounts of this server: {fault:#}");
    }
    let program = Program::of(start)?;
    // One thread: the kernel ties a child to the thread that starts it, and this one lasts.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (shutdown, trigger) = Shutdown::new();
        trigger.on_signals()?;
        let mut children = JoinSet::new();
        for role in roles {
            children.spawn(child::keep(role, program.clone(), shutdown.clone()));
        }
        while children.join_next().await.is_some() {}
        tracing::info!(target: "Supervisor", "node stopped");
        Ok(())
    })
}

/// Brings the schema up to date once, before several processes would try. A database that is out of reach is left to
/// the roles, which are started again until it answers.
fn migrate(database: &convoke_runtime::settings::database::Database) -> Result<(), OpenFault> {
    match Store::open(database) {
        Ok(store) => {
            tracing::info!(target: "Supervisor", "database ready ({})", store.kind());
            Ok(())
        }
        Err(OpenFault::Open(reason)) => {
            tracing::warn!(target: "Supervisor", "the database can't be opened yet: {reason}");
            Ok(())
        }
        Err(fault) => Err(fault),
    }
}
