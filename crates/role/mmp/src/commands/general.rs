//! `help`, `version`, `license`, `health`, `uptime`; `exit` is the terminal's.

use convoke_control_api::RoleStatus;
use convoke_runtime::Role;
use convoke_shell::{help, words::general::General};
use jiff::{SignedDuration, Timestamp};

use crate::{
    console::Console,
    mmp::Mmp,
    outcome::{Done, Failed},
    services::Condition,
};

pub(super) async fn run(mmp: &Mmp, console: &mut Console, command: General) -> Done {
    match command {
        General::Help(name) => {
            let lines = match name {
                Some(name) => {
                    help::named(&name, console.who.role).map_err(|fault| Failed::Lines(fault.lines()))?
                }
                None => help::all(console.who.role),
            };
            for line in lines {
                console.line(line).await;
            }
            Ok(())
        }
        General::Exit => Ok(()),
        General::Version => {
            console.line(format!("Convoke {}", env!("CARGO_PKG_VERSION"))).await;
            Ok(())
        }
        General::License => {
            console.line("No licence is needed: every feature is there, for any number of people").await;
            console.line("Convoke is free software (MIT or Apache 2.0, as you choose)").await;
            Ok(())
        }
        General::Health => health(mmp, console).await,
        General::Uptime => uptime(mmp, console).await,
    }
}

async fn uptime(mmp: &Mmp, console: &Console) -> Done {
    let now = mmp.clock.now();
    console.line(format!("{} up {}", mmp.host.name(), span(now, mmp.started_at))).await;
    for role in Role::ALL {
        if let Some(running) = mmp.services.life(role).process {
            console
                .line(format!("  {} up {} (process {})", role.word(), span(now, running.since), running.pid))
                .await;
        }
    }
    Ok(())
}

/// `3 days, 4:05:06`.
fn span(now: Timestamp, since: Timestamp) -> String {
    let seconds = now.duration_since(since).max(SignedDuration::ZERO).as_secs();
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let clock = format!("{}:{:02}:{:02}", rest / 3_600, rest / 60 % 60, rest % 60);
    match days {
        0 => clock,
        1 => format!("1 day, {clock}"),
        days => format!("{days} days, {clock}"),
    }
}

async fn health(mmp: &Mmp, console: &Console) -> Done {
    let view = mmp.settings.look()?;
    let mut is_well = true;
    for role in Role::ALL {
        let word = role.word();
        let (well, text) = match mmp.services.condition(role).await {
            Condition::Running(status) => {
                let mut faults = faults(&status);
                if role == Role::CallBridge && super::webadmin::is_on(&view) && status.listening.is_empty() {
                    faults.push("webadmin does not run: \"webadmin enable\" says why".to_owned());
                }
                let alone = role == Role::CallBridge && status.links.is_none();
                let well = if alone { "running; C2W is not configured" } else { "running" };
                (faults.is_empty(), if faults.is_empty() { well.to_owned() } else { faults.join("; ") })
            }
            Condition::Stopped if view.is_enabled(role) => (false, "enabled, and not running".to_owned()),
            Condition::Stopped => (true, "disabled".to_owned()),
            Condition::Starting => (false, "starting".to_owned()),
            Condition::Silent(why) => (false, format!("running, and silent: {why}")),
            Condition::Failed(ended) => (false, format!("failed: {}", ended.words())),
        };
        is_well &= well;
        console.line(format!("{} : {text}", word)).await;
    }
    for (free, what) in [(free_space(mmp), "disk")] {
        match free {
            Some(percent) if percent < LEAST_FREE_PERCENT => {
                is_well = false;
                console.line(format!("{what} : {percent} % free, which is little")).await;
            }
            Some(percent) => console.line(format!("{what} : {percent} % free")).await,
            None => {}
        }
    }
    for line in super::certificates::expiring(mmp, &view) {
        is_well = false;
        console.line(format!("certificates : {line}")).await;
    }
    if is_well { Ok(()) } else { Err(Failed::Lines(Vec::new())) }
}

/// Less free space than this is told.
const LEAST_FREE_PERCENT: u64 = 10;

fn free_space(mmp: &Mmp) -> Option<u64> {
    let found = nix::sys::statvfs::statvfs(&mmp.data_dir).ok()?;
    (found.blocks_available() * 100).checked_div(found.blocks())
}

fn faults(status: &RoleStatus) -> Vec<String> {
    let mut faults = Vec::new();
    if let Some(fault) = status.database.as_ref().and_then(|reach| reach.fault.as_ref()) {
        faults.push(format!("database lost: {fault}"));
    }
    if let Some(fault) = status.call_bridge.as_ref().and_then(|reach| reach.fault.as_ref()) {
        faults.push(format!("call bridge: {fault}"));
    }
    let down = |peers: &[convoke_control_api::Link]| peers.iter().filter(|link| link.fault.is_some()).count();
    if let Some(links) = status.links.as_ref().filter(|links| down(&links.peers) > 0) {
        faults.push(format!("{} of {} C2W links are down", down(&links.peers), links.peers.len()));
    }
    if let Some(mail) = status.mail.as_ref()
        && let Some(last) = mail.last.as_ref().filter(|last| !last.taken)
    {
        faults.push(format!("mail server: {}", last.text.trim()));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_read_at_a_glance() {
        let at = |seconds: i64| Timestamp::from_second(seconds).unwrap();
        assert_eq!(span(at(65), at(0)), "0:01:05");
        assert_eq!(span(at(86_400 + 3_600), at(0)), "1 day, 1:00:00");
        assert_eq!(span(at(3 * 86_400 + 1), at(0)), "3 days, 0:00:01");
        assert_eq!(span(at(0), at(9)), "0:00:00");
    }
}
