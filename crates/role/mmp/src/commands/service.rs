//! What all services have in common: checked and enabled, disabled, started again, and how they are.

use convoke_control_api::{Link, RoleStatus};
use convoke_runtime::{Role, settings::Wanted};

use crate::{
    checks::Checks,
    console::Console,
    mmp::Mmp,
    outcome::{Done, Failed},
    services::{Condition, Life},
    settings_file::View,
};

/// What the command is called whose answer ends a check: `enabled` or `restarted`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// `enable`.
    Enable,
    /// `restart`.
    Restart,
}

impl Asked {
    fn done(self) -> &'static str {
        match self {
            Self::Enable => "enabled",
            Self::Restart => "restarted",
        }
    }
}

/// Shows the checks' lines; when they are good, enables the role, starts it anew, and waits until it answers. `word` is what the
/// service is called, `more` is written into the settings with it.
pub(super) async fn enable(
    mmp: &Mmp,
    console: &Console,
    (role, word): (Role, &str),
    asked: Asked,
    checks: Checks,
    more: impl FnOnce(&mut View),
) -> Done {
    for line in checks.lines() {
        console.line(line).await;
    }
    let refused = || Failed::line(format!("FAILURE: {word} not {}", asked.done()));
    if !checks.are_good() {
        return Err(refused());
    }
    let was_enabled = mmp.settings.look()?.is_enabled(role);
    let before = mmp.settings.look()?;
    let enabled = mmp.settings.change(|view| {
        more(view);
        view.set(&format!("{}.enabled", role.section()), true);
        Ok(())
    });
    if let Err(fault) = enabled {
        tell(console, fault).await;
        return Err(refused());
    }
    mmp.services.restart(role).await;
    match mmp.services.until_it_runs(role).await {
        Ok(_) => {
            console.line(format!("SUCCESS: {word} {}", asked.done())).await;
            Ok(())
        }
        Err(why) => {
            console.line(format!("FAILURE: {word} does not run: {why}")).await;
            if !was_enabled {
                mmp.services.stop(role).await;
                go_back(mmp, role, &before)?;
            }
            Err(refused())
        }
    }
}

/// A service that could not start is disabled again, rather than tried for ever.
fn go_back(mmp: &Mmp, role: Role, before: &View) -> Done {
    let key = format!("{}.enabled", role.section());
    let was = before.flag(&key);
    mmp.settings.change(|view| {
        view.set(&key, was.unwrap_or(false));
        Ok(())
    })
}

async fn tell(console: &Console, fault: Failed) {
    if let Failed::Lines(lines) = fault {
        for line in lines {
            console.line(line).await;
        }
    }
}

/// Disables a role and stops it.
pub(super) async fn disable(mmp: &Mmp, console: &Console, role: Role, word: &str) -> Done {
    mmp.settings.change(|view| {
        if view.has(role.section()) {
            view.set(&format!("{}.enabled", role.section()), false);
        }
        Ok(())
    })?;
    mmp.services.stop(role).await;
    console.line(format!("SUCCESS: {word} disabled")).await;
    Ok(())
}

/// `restart` of a service that is not enabled.
pub(super) fn must_be_enabled(view: &View, role: Role, word: &str) -> Done {
    if view.is_enabled(role) {
        return Ok(());
    }
    Err(Failed::line(format!("FAILURE: {word} is not enabled: use \"{word} enable\"")))
}

/// A role's database answers, as it will be asked.
pub(super) async fn check_database(checks: &mut Checks, view: &View) {
    let database = match view.settings(Wanted::Nothing) {
        Ok(settings) => settings.database,
        Err(faults) => return checks.failure(format!("database: {}", faults.join("; "))),
    };
    let opened = tokio::task::spawn_blocking(move || convoke_store::Store::open(&database).map(drop)).await;
    match opened {
        Ok(Ok(())) => {}
        Ok(Err(fault)) => {
            checks.failure(format!("database out of reach: {fault}; \"database\" shows what is configured"));
        }
        Err(fault) => checks.failure(format!("database: {fault}")),
    }
}

/// Where a role that runs listens already.
pub(super) async fn held(mmp: &Mmp, role: Role) -> Vec<String> {
    match mmp.services.condition(role).await {
        Condition::Running(status) => status.listening,
        _ => Vec::new(),
    }
}

/// The first lines of a status: whether it is enabled, and what its process does. The role's own words when it runs.
pub(super) async fn status(mmp: &Mmp, console: &Console, role: Role) -> Result<Option<RoleStatus>, Failed> {
    let view = mmp.settings.look()?;
    let is_enabled = view.is_enabled(role);
    console.line(format!("Status: {}", if is_enabled { "enabled" } else { "disabled" })).await;
    let life = mmp.services.life(role);
    match mmp.services.condition(role).await {
        Condition::Running(status) => {
            console.line("Running").await;
            was_started_again(mmp, console, &life).await;
            Ok(Some(status))
        }
        Condition::Starting => {
            console.line("Starting").await;
            was_started_again(mmp, console, &life).await;
            Ok(None)
        }
        Condition::Stopped => {
            console.line("Not running").await;
            if is_enabled {
                return Err(Failed::line(
                    "FAILURE: enabled by hand: use \"reboot\", or enable it here, to have it run",
                ));
            }
            Ok(None)
        }
        Condition::Failed(ended) => {
            console.line(format!("Failed: {}", ended.words())).await;
            was_started_again(mmp, console, &life).await;
            Err(Failed::Lines(Vec::new()))
        }
    }
}

async fn was_started_again(mmp: &Mmp, console: &Console, life: &Life) {
    if let Some(ended) = &life.last_end {
        let at = mmp.shown_time(ended.at);
        console.line(format!("Last exit {at}: {}; started {} times", ended.words(), life.starts)).await;
    }
}

/// How many links of C2W are up, and which are not.
pub(super) async fn links(console: &Console, peers: &[Link], what: &str) {
    let up = peers.iter().filter(|link| link.fault.is_none()).count();
    console.line(format!("{what}: {up} of {} UP", peers.len())).await;
    for link in peers {
        if let Some(fault) = &link.fault {
            console.line(format!("  {} DOWN: {fault}", link.peer)).await;
        }
    }
}
