//! `convoke node`: a server with its shell, which keeps the enabled roles alive as child processes, so that a crash in one stays its own.

pub(crate) mod lock;

use std::{sync::Arc, time::Duration};

use anyhow::ensure;
use convoke_directory::Accounts;
use convoke_mmp::{
    backup,
    files::Files,
    mmp::{Host, Mmp},
    run,
    services::{Program, Services},
    sessions::Sessions,
    settings_file::SettingsFile,
};
use convoke_runtime::{
    Clock, Role, Settings, Shutdown, journal::Journal, log, log::Writer, settings::Wanted,
};
use convoke_store::{OpenFault, Store};
use jiff::Timestamp;

use crate::{
    accounts,
    start::{self, Start},
};

/// How long work that blocks may take to end after everything else has.
const LAST_WORK: Duration = Duration::from_millis(300);

/// Runs the node until SIGTERM or SIGINT; the settings are checked whole before anything starts.
pub fn run(start: &Start) -> anyhow::Result<()> {
    if !start.tie_to_parent() {
        return Ok(());
    }
    end_rollback(start)?;
    let (settings, faults) = settings(start)?;
    start::make_data_dir(&settings)?;
    let _lock = lock::take(&settings.node.data_dir)?;
    let (clock, _mover) = start.clock();
    let journal = Journal::open(&settings.node.data_dir.join("logs"), clock.clone())?;
    let _last_lines = journal.last_lines();
    let writer = Writer { host: settings.node.name.clone(), process: "node" };
    log::start_into(writer, &settings.log, clock.clone(), Some(journal.clone()));
    match &faults {
        None => prepare(&settings, clock.now())?,
        Some(faults) => tracing::error!(target: "Supervisor", "only the shell can be served: {faults}"),
    }
    let mmp = mmp(start, &settings, journal, clock)?;
    let listen = settings.mmp.iter().flat_map(|mmp| &mmp.listen).map(|listener| listener.address).collect();
    // One thread: the kernel ties a child to the thread that starts it, and this one lasts.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
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
        tokio::join!(stop, run::run(mmp.clone(), listen));
        tracing::info!(target: "Supervisor", "node stopped");
        Ok(())
    });
    // What blocks, such as a backup that is being packed, does not hold up the stop.
    runtime.shutdown_timeout(LAST_WORK);
    ended
}

/// Ends the way back to a backup that a kill broke off. The settings may be faulty until it has ended, so they are asked for the folder
/// alone; that it can't be ended keeps no shell from starting.
fn end_rollback(start: &Start) -> anyhow::Result<()> {
    let config = std::path::absolute(&start.config)?;
    let text = std::fs::read_to_string(&config).unwrap_or_default();
    let table: toml::Table = text.parse().unwrap_or_default();
    let named = table.get("node").and_then(|node| node.get("data_dir")).and_then(toml::Value::as_str);
    let Some(data_dir) = named.and_then(|named| Some(config.parent()?.join(named))) else { return Ok(()) };
    if !backup::is_waiting(&data_dir) {
        return Ok(());
    }
    let _lock = lock::take(&data_dir)?;
    match backup::put_in_place(&data_dir, &config) {
        Ok(()) => println!("The rollback that was broken off has ended."),
        Err(fault) => eprintln!("convoke: the rollback that was broken off can't be ended: {fault}"),
    }
    Ok(())
}

/// This server, as its shell sees it.
fn mmp(start: &Start, settings: &Settings, journal: Journal, clock: Clock) -> anyhow::Result<Arc<Mmp>> {
    // What the shell writes into the settings must mean the same from everywhere.
    let data_dir = settings.node.data_dir.canonicalize()?;
    let files = Files::open(&data_dir)?;
    backup::sweep(&data_dir, files.folder());
    let (stopping, stop) = Shutdown::new();
    let host = Host::new(&settings.node.name);
    let program = program(start, host.clone())?;
    let accounts = Accounts::of(&data_dir);
    accounts.set_zone(settings.zone());
    Ok(Arc::new(Mmp {
        host,
        attempts: Arc::default(),
        settings: SettingsFile::new(&start.config),
        files,
        accounts: Arc::new(accounts),
        sessions: Sessions::default(),
        services: Services::new(program, journal.clone(), clock.clone(), data_dir.join("control")),
        turn: Arc::default(),
        journal,
        started_at: clock.now(),
        clock,
        stop: Arc::new(stop),
        stopping,
        data_dir,
    }))
}

/// The settings, and what is wrong with those of them that the shell does not need. Without a shell, whatever is wrong must be mended in
/// the file, so the start is refused; with one, it is the shell that mends it.
fn settings(start: &Start) -> anyhow::Result<(Settings, Option<String>)> {
    let shell = start::settings(&start.config, Wanted::Shell).ok().filter(|settings| settings.mmp.is_some());
    if let Some(shell) = shell {
        return Ok(match start::settings(&start.config, Wanted::Nothing) {
            Ok(shared) => (shared, None),
            Err(faults) => (shell, Some(faults.to_string())),
        });
    }
    let settings = start::settings(&start.config, Wanted::Enabled)?;
    ensure!(
        !settings.enabled.is_empty(),
        "no role is enabled: the settings file needs [callbridge], [webbridge] or [scheduler], or [mmp] for a shell to set them up"
    );
    Ok((settings, None))
}

/// Database and accounts, before anything runs. What is wrong with them keeps no shell from starting.
fn prepare(settings: &Settings, now: Timestamp) -> anyhow::Result<()> {
    if settings.enabled.iter().any(|role| *role != Role::WebBridge)
        && let Err(fault) = migrate(&settings.database)
    {
        if settings.mmp.is_none() {
            return Err(fault.into());
        }
        tracing::error!(target: "Supervisor", "the database can't be used: {fault}");
    }
    if let Err(fault) = accounts::prepare(settings, now) {
        tracing::error!(target: "Supervisor", "nobody can sign in by the accounts of this server: {fault:#}");
    }
    Ok(())
}

/// This executable, with the settings file that this process was given.
fn program(start: &Start, host: Host) -> anyhow::Result<Program> {
    let ahead = (start.clock_ahead != 0).then(|| format!("--clock-ahead={}", start.clock_ahead));
    Ok(Program {
        executable: std::env::current_exe()?,
        config: start.config.clone(),
        arguments: ahead.into_iter().collect(),
        host,
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
