//! One role as this process: the edges it needs, its names, its run.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context as _;
use convoke_directory::Accounts;
use convoke_runtime::{
    Clock, Role, Settings, Shutdown, log,
    log::Writer,
    random,
    settings::{Wanted, interfaces::Listener},
};
use convoke_store::Store;
use convoke_webbridge::WebBridgeSettings;

use crate::{
    accounts,
    start::{self, Start},
    zones,
};

/// Threads that serve a role's requests.
const WORKERS: usize = 2;
/// How long work that blocks may take to end after the role has.
const LAST_WORK: Duration = Duration::from_millis(300);

/// Runs a role until SIGTERM or SIGINT.
pub fn run(role: Role, start: &Start) -> anyhow::Result<()> {
    if !start.tie_to_parent() {
        return Ok(());
    }
    let settings = start::settings(&start.config, Wanted::Only(role))?;
    let (clock, _mover) = start.clock();
    let writer = Writer { host: settings.node.name.clone(), process: role.process() };
    log::start(writer, &settings.log, clock.clone());
    settings.remarks.iter().for_each(|remark| tracing::warn!(target: "Main", "{remark}"));
    if role != Role::WebBridge {
        start::make_data_dir(&settings)?;
    }
    if let Some(folder) = settings.node.zone_data.as_ref().filter(|_| role == Role::Scheduler)
        && let Err(faults) = zones::install(folder)
    {
        faults
            .iter()
            .for_each(|fault| tracing::error!(target: "Main", "{} can't run: {fault}", role.subcommand()));
        anyhow::bail!("{}", faults.join("\n"));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()?;
    let ended = runtime.block_on(async {
        let (shutdown, trigger) = Shutdown::new();
        trigger.on_signals()?;
        serve(role, &settings, clock, shutdown).await
    });
    runtime.shutdown_timeout(LAST_WORK);
    if let Err(fault) = &ended {
        tracing::error!(target: "Main", "{} can't run: {fault:#}", role.subcommand());
    }
    ended
}

async fn serve(role: Role, settings: &Settings, clock: Clock, shutdown: Shutdown) -> anyhow::Result<()> {
    if role == Role::WebBridge {
        let settings = web_bridge_settings(settings)?;
        let stop = async move { shutdown.asked().await };
        return Ok(convoke_webbridge::run(settings, |_| (), stop).await?);
    }
    let opened = tokio::select! {
        opened = open(settings) => opened?,
        () = shutdown.asked() => return Ok(()),
    };
    if role == Role::CallBridge {
        // Alone, without a node that has done it before, or when the database was out of reach then.
        let accounts = Accounts::of(&settings.node.data_dir);
        if let Err(fault) = accounts::take_over(&accounts, &opened, clock.now()).await {
            tracing::error!(target: "Main", "nobody can sign in by the accounts of this server: {fault:#}");
        }
    }
    match role {
        Role::CallBridge => convoke_callbridge::run(settings, opened, clock, shutdown).await?,
        _ => convoke_scheduler::run(settings, opened, clock, shutdown).await?,
    }
    Ok(())
}

async fn open(settings: &Settings) -> anyhow::Result<Store> {
    let database = settings.database.clone();
    Ok(tokio::task::spawn_blocking(move || Store::open(&database)).await??)
}

fn web_bridge_settings(settings: &Settings) -> anyhow::Result<WebBridgeSettings> {
    let own = settings.webbridge.clone().context("the settings file has no section [webbridge]")?;
    let addresses = |listeners: &[Listener]| -> Vec<SocketAddr> {
        listeners.iter().map(|listener| listener.address).collect()
    };
    Ok(WebBridgeSettings {
        https_listen: addresses(&own.https_listen),
        https_identity: own.https_identity,
        redirect_listen: own.http_redirect.map(|listener| listener.address),
        frame_ancestors: own.frame_ancestors,
        c2w_listen: addresses(&own.c2w_listen),
        c2w_identity: own.c2w_identity,
        c2w_bundle: own.c2w_trust,
        ops_listen: Some(own.loopback.address),
        https_only_tls_1_3: own.https_only_tls_1_3,
        control_socket: Some(settings.node.control_socket(Role::WebBridge)),
        // It names one run of one web bridge: nothing is kept over a restart.
        guid: random::guid(),
    })
}
