//! `reboot`, `shutdown`, `factory_reset`.

use convoke_runtime::Role;
use convoke_shell::words::power::Power;

use crate::{
    console::Console,
    mmp::Mmp,
    outcome::{Done, Failed},
};

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
        Power::Reboot => reboot(mmp, console).await,
        Power::Shutdown => {
            console.line("Stopping").await;
            mmp.stop.ask();
            Ok(())
        }
        Power::FactoryReset => {
            mmp.services.stop_all().await;
            erase(mmp)?;
            console.line("SUCCESS: configuration erased").await;
            Ok(())
        }
    }
}

/// Starts what is enabled now, stops what is not.
pub(super) async fn reboot(mmp: &Mmp, console: &Console) -> Done {
    let view = mmp.settings.look()?;
    mmp.services.stop_all().await;
    let mut failed = false;
    for role in Role::ALL.into_iter().filter(|role| view.is_enabled(*role)) {
        mmp.services.start(role).await;
    }
    for role in Role::ALL.into_iter().filter(|role| view.is_enabled(*role)) {
        match mmp.services.until_it_runs(role).await {
            Ok(_) => console.line(format!("SUCCESS: {} restarted", role.word())).await,
            Err(why) => {
                failed = true;
                console.line(format!("FAILURE: {} does not run: {why}", role.word())).await;
            }
        }
    }
    let renamed = view.string("node.name").filter(|name| *name != mmp.host);
    if let Some(name) = renamed {
        console
            .line(format!(
                "This shell is called {} until the server's process starts again; its services are {name}",
                mmp.host
            ))
            .await;
    }
    if failed { Err(Failed::Lines(Vec::new())) } else { Ok(()) }
}

/// The services' sections and the files go; who may sign in, and where, stays.
fn erase(mmp: &Mmp) -> Done {
    mmp.settings.change(|view| {
        for section in ["callbridge", "webbridge", "scheduler", "database", "outgoing"] {
            view.remove(section);
        }
        view.remove("node.web_app_url");
        Ok(())
    })?;
    for name in
        mmp.files.names().into_iter().filter(|name| !name.ends_with(".bak") && !name.ends_with(".pub"))
    {
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
