//! What all services have in common: checked and enabled, disabled, started again, and how they are.

use convoke_control_api::{Link, RoleStatus};
use convoke_runtime::{Role, settings::Wanted};
use convoke_store::{OpenFault, Store};

use crate::{
    checks::Checks,
    console::Console,
    hints::with_command,
    mmp::{Mmp, Turn},
    outcome::{Done, Failed},
    services::{Condition, Life, Services, to_its_end},
    settings_file::{SettingsFile, View},
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

/// A service that is to be enabled or started again.
pub(super) struct Wish<'a> {
    /// Its process.
    pub role: Role,
    /// What it is called.
    pub word: &'a str,
    /// Which command asks.
    pub asked: Asked,
    /// From before the checks on.
    pub turn: Turn,
}

/// Shows the checks' lines; when they are good, enables the role, starts it anew, and waits until it answers. `more` is written into the
/// settings with it.
pub(super) async fn enable(
    mmp: &Mmp,
    console: &Console,
    Wish { role, word, asked, turn }: Wish<'_>,
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
    let enabled = mmp.settings.change(|view| {
        let before = view.clone();
        more(view);
        view.set(&format!("{}.enabled", role.section()), true);
        // What the checks do not know of keeps it from starting too; one that runs is not stopped for that.
        let faults = view.faults(Wanted::Only(role));
        if faults.is_empty() { Ok((before, view.clone())) } else { Err(told(&faults)) }
    });
    let (before, after) = match enabled {
        Ok(change) => change,
        Err(fault) => {
            tell(console, fault).await;
            return Err(refused());
        }
    };
    let (services, settings) = (mmp.services.clone(), mmp.settings.clone());
    // To its end, even if who asked goes away meanwhile: what can't run is not left enabled.
    let started = to_its_end(async move {
        let _turn = turn;
        services.restart(role).await;
        match services.until_it_runs(role).await {
            Ok(_) => Ok(()),
            Err(why) => Err((why, go_back(&services, &settings, role, &before, &after).await)),
        }
    });
    match started.await {
        Some(Ok(())) => {
            console.line(format!("SUCCESS: {word} {}", asked.done())).await;
            Ok(())
        }
        Some(Err((why, gone_back))) => {
            console.line(format!("FAILURE: {word} does not run: {why}")).await;
            gone_back?;
            Err(refused())
        }
        None => Err(refused()),
    }
}

/// Faults of the settings as failure lines.
pub(super) fn told(faults: &[String]) -> Failed {
    Failed::Lines(faults.iter().map(|fault| format!("FAILURE: {}", with_command(fault))).collect())
}

/// What could not start goes back to what was before, rather than being tried for ever: disabled, or running as it did. A service that was
/// started again with the settings that it had has nothing to go back to.
async fn go_back(
    services: &Services,
    settings: &SettingsFile,
    role: Role,
    before: &View,
    after: &View,
) -> Done {
    if after.text() == before.text() {
        return Ok(());
    }
    if !before.is_enabled(role) {
        services.stop(role).await;
    }
    let enabled = format!("{}.enabled", role.section());
    settings.change(|view| {
        view.undo(&[&enabled, "callbridge.https.enabled", "node.web_app_url"], before, after);
        Ok(())
    })?;
    if before.is_enabled(role) {
        services.restart(role).await;
    }
    Ok(())
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
    let turn = mmp.turn().await;
    mmp.settings.change(|view| {
        if view.has(role.section()) {
            view.set(&format!("{}.enabled", role.section()), false);
        }
        Ok(())
    })?;
    let services = mmp.services.clone();
    to_its_end(async move {
        let _turn = turn;
        services.stop(role).await;
    })
    .await;
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

/// The checks that a command begins with.
pub(super) fn checks(mmp: &Mmp, role: Role, asked: Asked) -> Checks {
    Checks::of_restart(asked == Asked::Restart && mmp.services.life(role).process.is_some())
}

/// A role's database answers, as it will be asked.
pub(super) async fn check_database(checks: &mut Checks, view: &View) {
    let database = match view.settings(Wanted::Nothing) {
        Ok(settings) => settings.database,
        Err(faults) => return faults.iter().for_each(|fault| checks.failure(fault)),
    };
    let looked = tokio::task::spawn_blocking(move || Store::look(&database)).await;
    match looked {
        Ok(Ok(version)) if version.found > version.known => checks.failure(format!(
            "the database is of a newer Convoke (its tables are of version {}, and this one knows {}): upgrade this server",
            version.found, version.known
        )),
        Ok(Ok(_)) => {}
        Ok(Err(OpenFault::Open(why))) => {
            checks.failure(format!("database out of reach: {why}; \"database\" shows what is configured"));
        }
        Ok(Err(fault)) => checks.failure(fault.to_string()),
        Err(fault) => checks.failure(format!("database: {fault}")),
    }
}

/// What of its ports a role has already.
#[derive(Debug)]
pub(super) enum Held {
    /// These, which it told.
    These(Vec<String>),
    /// Perhaps all of them: its process is there, and does not answer.
    Unknown,
}

impl Held {
    /// Looks at the listener of a service that is to start, unless the service has it already.
    pub(super) fn check(&self, checks: &mut Checks, view: &View, what: &str, listener: &str) {
        match self {
            Self::These(held) => checks.port(view, what, listener, held),
            Self::Unknown => {}
        }
    }
}

/// Where a role listens already.
pub(super) async fn held(mmp: &Mmp, role: Role) -> Held {
    match mmp.services.condition(role).await {
        Condition::Running(status) => Held::These(status.listening.into_iter().chain(status.lmtp).collect()),
        _ if mmp.services.life(role).process.is_some() => Held::Unknown,
        _ => Held::These(Vec::new()),
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
        Condition::Silent(why) => {
            console.line(format!("Running, and silent: {why}")).await;
            was_started_again(mmp, console, &life).await;
            Err(Failed::Lines(Vec::new()))
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
            let at = mmp.shown_time(ended.at);
            console.line(format!("Last exit {at}; {}", started(life.starts))).await;
            Err(Failed::Lines(Vec::new()))
        }
    }
}

async fn was_started_again(mmp: &Mmp, console: &Console, life: &Life) {
    if let Some(ended) = &life.last_end {
        let at = mmp.shown_time(ended.at);
        console.line(format!("Last exit {at}: {}; {}", ended.words(), started(life.starts))).await;
    }
}

fn started(starts: u32) -> String {
    if starts == 1 { "started once".to_owned() } else { format!("started {starts} times") }
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
