//! `reboot`, `shutdown`, `factory_reset`.

use std::time::Duration;

use convoke_runtime::{Role, log, settings::Wanted};
use convoke_shell::words::power::Power;

use crate::{
    backup::SUFFIX,
    console::Console,
    gate::{DICTIONARY, PUBLIC_KEYS},
    mmp::Mmp,
    outcome::{Done, Failed},
    services::to_its_end,
};

/// How long a session may take to say that all is being stopped.
const FAREWELL: Duration = Duration::from_millis(200);

pub(super) async fn run(mmp: &Mmp, console: &mut Console, command: Power) -> Done {
    let question = match command {
        Power::Reboot => "All services will be restarted: are you sure?",
        Power::Shutdown => "All services and this shell will be stopped: are you sure?",
        Power::FactoryReset => {
            "The configuration of all services, keys and certificates will be erased: are you sure?"
        }
    };
    // A script that says so means it; a person is asked.
    if console.is_terminal && !console.confirm(question).await? {
        return Err(Failed::line("FAILURE: not done; only a capital Y is yes"));
    }
    match command {
        Power::Reboot => {
            let _turn = mmp.turn.lock().await;
            check(mmp)?;
            reboot(mmp, console).await
        }
        Power::Shutdown => {
            console.line("Stopping").await;
            let stopping = mmp.stop.clone();
            // The session ends by itself first, with its status.
            tokio::spawn(async move {
                tokio::time::sleep(FAREWELL).await;
                stopping.ask();
            });
            Ok(())
        }
        Power::FactoryReset => {
            let _turn = mmp.turn.lock().await;
            // What can't be written is noticed while everything still runs.
            forget_settings(mmp)?;
            mmp.services.stop_all().await;
            erase(mmp)?;
            console.line("SUCCESS: configuration erased").await;
            Ok(())
        }
    }
}

/// What runs is not stopped for settings with which it could not start again.
fn check(mmp: &Mmp) -> Done {
    let view = mmp.settings.look()?;
    let runs = |role: &Role| mmp.services.life(*role).process.is_some();
    let mut faults = Vec::new();
    for role in Role::ALL.into_iter().filter(|role| view.is_enabled(*role) && runs(role)) {
        for fault in view.faults(Wanted::Only(role)) {
            let line = format!("FAILURE: {fault}");
            if !faults.contains(&line) {
                faults.push(line);
            }
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    faults.push(
        "FAILURE: nothing was restarted; what runs could not start again with these settings".to_owned(),
    );
    Err(Failed::Lines(faults))
}

/// Starts what is enabled now, stops what is not, and makes a new name and new ways of the log count. The turn is held by the caller.
pub(super) async fn reboot(mmp: &Mmp, console: &Console) -> Done {
    let view = mmp.settings.look()?;
    if let Ok(settings) = view.settings(Wanted::Shell) {
        mmp.host.rename(&settings.node.name);
        mmp.accounts.set_zone(settings.zone());
        log::renew(&settings.node.name, &settings.log);
    }
    let enabled: Vec<Role> = Role::ALL.into_iter().filter(|role| view.is_enabled(*role)).collect();
    let (services, roles) = (mmp.services.clone(), enabled.clone());
    // To its end, even if who asked goes away meanwhile.
    to_its_end(async move {
        services.stop_all().await;
        for role in roles {
            services.start(role).await;
        }
    })
    .await;
    let mut failed = false;
    for role in enabled {
        match mmp.services.until_it_runs(role).await {
            Ok(_) => console.line(format!("SUCCESS: {} restarted", role.word())).await,
            Err(why) => {
                failed = true;
                console.line(format!("FAILURE: {} does not run: {why}", role.word())).await;
            }
        }
    }
    if failed { Err(Failed::Lines(Vec::new())) } else { Ok(()) }
}

/// The services' sections go; who may sign in, and where, stays.
fn forget_settings(mmp: &Mmp) -> Done {
    mmp.settings.change(|view| {
        for section in ["callbridge", "webbridge", "scheduler", "database", "outgoing"] {
            view.remove(section);
        }
        view.remove("node.web_app_url");
        Ok(())
    })
}

/// Keys, certificates and passwords go; what belongs to accounts stays, and so do backups.
fn erase(mmp: &Mmp) -> Done {
    let stays = |name: &String| name.ends_with(SUFFIX) || name.ends_with(PUBLIC_KEYS) || name == DICTIONARY;
    for name in mmp.files.names().into_iter().filter(|name| !stays(name)) {
        std::fs::remove_file(mmp.files.place(&name)?)
            .map_err(|fault| Failed::line(format!("FAILURE: \"{name}\" can't be removed: {fault}")))?;
    }
    match std::fs::remove_dir_all(mmp.data_dir.join("secrets")) {
        Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => {
            Err(Failed::line(format!("FAILURE: passwords can't be removed: {fault}")))
        }
        _ => Ok(()),
    }
}
