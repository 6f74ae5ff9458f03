//! `convoke node`: a server with its shell, which keeps the enabled roles alive as child processes, so that a crash in one stays its own.

pub(crate) mod lock;

use std::sync::Arc;

use anyhow::ensure;
use convoke_directory::Accounts;
use convoke_mmp::{
    backup::{self, Places},
    files::Files,
    mmp::Mmp,
    run,
    services::{Program, Services},
    sessions::Sessions,
    settings_file::SettingsFile,
};
use convoke_runtime::{
    Clock, Role, Settings, Shutdown, journal::Journal, log, log::Writer, settings::Wanted,
};
use convoke_store::{OpenFault, Store};
use tokio::sync::Mutex;

use crate::{
    accounts,
    start::{self, Start},
};

/// Runs the node until SIGTERM or SIGINT; the settings are checked whole before anything starts.
pub fn run(start: &Start) -> anyhow::Result<()> {
    if !start.tie_to_parent() {
        return Ok(());
    }
    let mut settings = settings(start)?;
    start::make_data_dir(&settings)?;
    let _lock = lock::take(&settings.node.data_dir)?;
    if end_rollback(start, &settings)? {
        settings = self::settings(start)?;
    }
    let (clock, _mover) = start.clock();
    let journal = Journal::open(&settings.node.data_dir.join("logs"), clock.clone())?;
    let writer = Writer { host: settings.node.name.clone(), process: "node" };
    log::start_into(writer, &settings.log, clock.clone(), Some(journal.clone()));
    if settings.enabled.iter().any(|role| *role != Role::WebBridge) {
        migrate(&settings.database)?;
    }
    if let Err(fault) = accounts::prepare(&settings, clock.now()) {
        tracing::error!(target: "Supervisor", "nobody can sign in by the accounts of this server: {fault:#}");
    }
    let mmp = mmp(start, &settings, journal, clock)?;
    let listen = settings.mmp.iter().flat_map(|mmp| &mmp.listen).map(|listener| listener.address).collect();
    // One thread: the kernel ties a child to the thread that starts it, and this one lasts.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (signalled, trigger) = Shutdown::new();
        trigger.on_signals()?;
        for role in &settings.enabled {
            mmp.services.start(*role).await;
        }
        let stop = async {
            tokio::select! {
                () = signalled.asked() => mmp.stop.ask(),
                () = mmp.stopping.asked() => {}
            }
            mmp.services.stop_all().await;
        };
        let shell = async {
            if let Err(fault) = run::run(mmp.clone(), listen).await {
                tracing::error!(target: "Mmp", "the shell can't be served: {fault}");
            }
        };
        tokio::join!(stop, shell);
        tracing::info!(target: "Supervisor", "node stopped");
        Ok(())
    })
}

/// Ends the way back to a backup that a kill broke off; whether there was one.
fn end_rollback(start: &Start, settings: &Settings) -> anyhow::Result<bool> {
    let places = Places {
        data_dir: settings.node.data_dir.clone(),
        settings: std::path::absolute(&start.config)?,
        database: Places::database_of(&settings.database),
    };
    let is_waiting = backup::is_waiting(&places);
    if is_waiting {
        backup::put_in_place(&places)?;
    }
    Ok(is_waiting)
}

/// This server, as its shell sees it.
fn mmp(start: &Start, settings: &Settings, journal: Journal, clock: Clock) -> anyhow::Result<Arc<Mmp>> {
    // What the shell writes into the settings must mean the same from everywhere.
    let data_dir = settings.node.data_dir.canonicalize()?;
    let (stopping, stop) = Shutdown::new();
    let program = program(start, settings)?;
    let accounts = Accounts::of(&data_dir);
    accounts.set_zone(settings.zone());
    Ok(Arc::new(Mmp {
        host: settings.node.name.clone(),
        settings: SettingsFile::new(&start.config),
        files: Files::open(&data_dir)?,
        accounts: Arc::new(accounts),
        sessions: Sessions::default(),
        services: Services::new(program, journal.clone(), clock.clone(), data_dir.join("control")),
        turn: Mutex::default(),
        journal,
        started_at: clock.now(),
        clock,
        stop,
        stopping,
        data_dir,
    }))
}

/// Without a shell, whatever is wrong must be mended in the file, so the start is refused; with one, a role that can't start is seen to
/// by it.
fn settings(start: &Start) -> anyhow::Result<Settings> {
    let shared = start::settings(&start.config, Wanted::Nothing)?;
    if shared.mmp.is_some() {
        return Ok(shared);
    }
    let settings = start::settings(&start.config, Wanted::Enabled)?;
    ensure!(
        !settings.enabled.is_empty(),
        "no role is enabled: the settings file needs [callbridge], [webbridge] or [scheduler], or [mmp] for a shell to set them up"
    );
    Ok(settings)
}

/// This executable, with the settings file that this process was given.
fn program(start: &Start, settings: &Settings) -> anyhow::Result<Program> {
    let ahead = (start.clock_ahead != 0).then(|| format!("--clock-ahead={}", start.clock_ahead));
    Ok(Program {
        executable: std::env::current_exe()?,
        config: start.config.clone(),
        arguments: ahead.into_iter().collect(),
        host: settings.node.name.clone(),
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
