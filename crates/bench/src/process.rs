//! What processes use, read from /proc: memory that is resident, and processor time with that of their children.

use std::{fs, time::Duration};

use anyhow::Context as _;
use nix::unistd::{SysconfVar, sysconf};

/// What a process and all its descendants use.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// Resident memory now, in KiB. Memory that processes share counts for each.
    pub rss_kib: f64,
    /// Processor time so far, in user and kernel; that of descendants that have ended and were waited for included.
    pub cpu: Duration,
}

impl Usage {
    /// Of one process and its descendants.
    pub fn of(pid: u32) -> anyhow::Result<Self> {
        Self::of_all(&[pid])
    }

    /// Of these processes and their descendants, each counted once.
    pub fn of_all(pids: &[u32]) -> anyhow::Result<Self> {
        let mut sum = Self::default();
        for pid in with_descendants(pids)? {
            // One that ended in between is in its parent's time.
            let Some(stat) = Stat::read(pid) else { continue };
            sum.cpu += stat.cpu;
            sum.rss_kib += stat.rss_kib;
        }
        Ok(sum)
    }

    /// Processor seconds since an earlier look.
    pub fn cpu_since(&self, earlier: &Self) -> f64 {
        self.cpu.saturating_sub(earlier.cpu).as_secs_f64()
    }
}

/// The processes and all their descendants, without doubles.
pub fn with_descendants(pids: &[u32]) -> anyhow::Result<Vec<u32>> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc").context("/proc can't be read")?.flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        if let Some(stat) = Stat::read(pid) {
            parents.push((pid, stat.parent));
        }
    }
    let mut found: Vec<u32> = pids.to_vec();
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        let children = parents.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| *pid);
        let fresh: Vec<u32> = children.filter(|pid| !found.contains(pid)).collect();
        found.extend(fresh);
        next += 1;
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The processes whose command line this accepts.
pub fn find(accepts: impl Fn(&[String]) -> bool) -> anyhow::Result<Vec<u32>> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").context("/proc can't be read")?.flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let words: Vec<String> =
            line.split(|&byte| byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect();
        if accepts(&words) {
            found.push(pid);
        }
    }
    Ok(found)
}

struct Stat {
    parent: u32,
    cpu: Duration,
    rss_kib: f64,
}

impl Stat {
    fn read(pid: u32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// proc_pid_stat(5). The name in brackets may hold anything, so fields count from the last bracket.
    fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        let ticks = field(14)? + field(15)? + field(16)? + field(17)?;
        let variable =
            |variable| sysconf(variable).ok().flatten().and_then(|value| u32::try_from(value).ok());
        let per_second = f64::from(variable(SysconfVar::CLK_TCK)?);
        let page_kib = f64::from(variable(SysconfVar::PAGE_SIZE)?) / 1024.0;
        Some(Self {
            parent: u32::try_from(field(4)?).ok()?,
            cpu: Duration::from_secs_f64(ticks as f64 / per_second),
            rss_kib: field(24)? as f64 * page_kib,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_and_its_child_are_counted_once_each() {
        let own = std::process::id();
        let mut child = std::process::Command::new("sleep").arg("30").spawn().unwrap();
        let all = with_descendants(&[own, child.id()]).unwrap();
        assert_eq!(all.iter().filter(|&&pid| pid == child.id()).count(), 1);
        assert!(Usage::of(own).unwrap().rss_kib > 500.0);
        assert!(
            find(|words| words.first().is_some_and(|word| word == "sleep")).unwrap().contains(&child.id())
        );
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn a_name_with_brackets_and_spaces_does_not_confuse() {
        let text = "7 (a ) b) S 3 7 7 0 -1 0 0 0 0 0 250 50 0 0 20 0 4 0 100 1000000 2560 0";
        let stat = Stat::parse(text).unwrap();
        assert_eq!((stat.parent, stat.cpu), (3, Duration::from_secs(3)));
        assert!(stat.rss_kib >= 10_240.0);
    }
}
