//! `reboot`, `shutdown`, `factory_reset`.

use std::{path::Path, sync::Arc, time::Duration};

use convoke_directory::Accounts;
use convoke_runtime::{Role, log, settings::Wanted};
use convoke_shell::words::power::Power;

use crate::{
    backup::SUFFIX,
    console::Console,
    files::Files,
    gate::{DICTIONARY, PUBLIC_KEYS},
    hints::with_command,
    mmp::{Host, Mmp},
    outcome::{Done, Failed},
    services::{Services, to_its_end},
    settings_file::SettingsFile,
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
            let turn = mmp.turn().await;
            check(mmp)?;
            let rebooting = Rebooting::of(mmp);
            let restarted = to_its_end(async move {
                let _turn = turn;
                rebooting.run().await
            });
            tell_restarted(mmp, console, restarted.await.unwrap_or_default()).await
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
            let turn = mmp.turn().await;
            // What can't be written is noticed while everything still runs.
            forget_settings(mmp)?;
            let (services, files, data_dir) = (mmp.services.clone(), mmp.files.clone(), mmp.data_dir.clone());
            let erased = to_its_end(async move {
                let _turn = turn;
                services.stop_all().await;
                erase(&files, &data_dir)
            });
            erased.await.unwrap_or_else(|| Err(Failed::line("FAILURE: it ended by itself; try again")))?;
            console.line("SUCCESS: configuration erased").await;
            Ok(())
        }
    }
}

/// What runs is not stopped for settings with which it could not start again.
fn check(mmp: &Mmp) -> Done {
    let view = mmp.settings.look()?;
    let runs = |role: Role| mmp.services.life(role).process.is_some();
    if !Role::ALL.into_iter().any(runs) {
        return Ok(());
    }
    // Of all that are enabled at once: two of them may want the same port.
    let concerns_what_runs = |fault: &String| {
        let section = fault.split(['.', ':']).next().unwrap_or_default();
        Role::ALL.into_iter().find(|role| role.section() == section).is_none_or(runs)
    };
    let mut faults: Vec<String> = view.faults(Wanted::Enabled);
    faults.retain(concerns_what_runs);
    faults = faults.iter().map(|fault| format!("FAILURE: {}", with_command(fault))).collect();
    if faults.is_empty() {
        return Ok(());
    }
    faults.push(
        "FAILURE: nothing was restarted; what runs could not start again with these settings".to_owned(),
    );
    Err(Failed::Lines(faults))
}

/// Everything that a reboot needs, whatever becomes of who asked for it.
pub(super) struct Rebooting {
    host: Host,
    accounts: Arc<Accounts>,
    settings: SettingsFile,
    services: Services,
}

impl Rebooting {
    pub(super) fn of(mmp: &Mmp) -> Self {
        Self {
            host: mmp.host.clone(),
            accounts: Arc::clone(&mmp.accounts),
            settings: mmp.settings.clone(),
            services: mmp.services.clone(),
        }
    }

    /// Starts what is enabled now, stops what is not, and makes a new name and new ways of the log count; answers what was started.
    pub(super) async fn run(self) -> Vec<Role> {
        let Ok(view) = self.settings.look() else { return Vec::new() };
        if let Ok(settings) = view.settings(Wanted::Shell) {
            self.host.rename(&settings.node.name);
            self.accounts.set_zone(settings.zone());
            log::renew(&settings.node.name, &settings.log);
        }
        self.services.stop_all().await;
        let enabled: Vec<Role> = Role::ALL.into_iter().filter(|role| view.is_enabled(*role)).collect();
        for role in &enabled {
            self.services.start(*role).await;
        }
        enabled
    }
}

/// Tells of each service that was started whether it runs.
pub(super) async fn tell_restarted(mmp: &Mmp, console: &Console, restarted: Vec<Role>) -> Done {
    let mut failed = false;
    for role in restarted {
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
fn erase(files: &Files, data_dir: &Path) -> Done {
    let stays = |name: &String| name.ends_with(SUFFIX) || name.ends_with(PUBLIC_KEYS) || name == DICTIONARY;
    for name in files.names().into_iter().filter(|name| !stays(name)) {
        std::fs::remove_file(files.place(&name)?)
            .map_err(|fault| Failed::line(format!("FAILURE: \"{name}\" can't be removed: {fault}")))?;
    }
    match std::fs::remove_dir_all(data_dir.join("secrets")) {
        Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => {
            Err(Failed::line(format!("FAILURE: passwords can't be removed: {fault}")))
        }
        _ => Ok(()),
    }
}
