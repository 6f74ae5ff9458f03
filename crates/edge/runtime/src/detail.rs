//! Detailed logging of some topics for a time: what an administrator switches on to find a fault, and what goes off by itself.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use crate::{Shutdown, log};

/// Something that can be logged in detail.
#[derive(Debug, Clone, Copy)]
pub struct Topic {
    /// What administrators call it, such as `webBridge`.
    pub name: &'static str,
    /// What the log calls it, such as `web bridge`.
    pub words: &'static str,
    /// The targets whose events of level debug belong to it.
    pub targets: &'static [&'static str],
}

/// Longest time that a topic is logged in detail for, in seconds: a day.
pub const MAX_SECONDS: u32 = 86_400;

/// Which topics are logged in detail, and for how long.
pub struct DetailedLog {
    topics: &'static [Topic],
    /// Until when, one a topic.
    until: Mutex<Vec<Option<Instant>>>,
    changed: Notify,
}

impl fmt::Debug for DetailedLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.left()).finish()
    }
}

impl DetailedLog {
    /// None of these topics.
    pub fn new(topics: &'static [Topic]) -> Self {
        Self { topics, until: Mutex::new(vec![None; topics.len()]), changed: Notify::new() }
    }

    /// Logs a topic in detail for so many seconds from now on (at most [`MAX_SECONDS`]); 0 switches it off. `false` when there is
    /// no such topic.
    pub fn set(&self, topic: &str, seconds: u32) -> bool {
        let Some(place) = self.topics.iter().position(|known| known.name == topic) else { return false };
        let seconds = seconds.min(MAX_SECONDS);
        let until = (seconds > 0).then(|| Instant::now() + Duration::from_secs(seconds.into()));
        if let Some(of_topic) = self.locked().get_mut(place) {
            *of_topic = until;
        }
        self.apply();
        let state = if until.is_some() { "enabled" } else { "disabled" };
        if let Some(topic) = self.topics.get(place) {
            tracing::info!(target: "Logging", "{} detailed tracing now {state}", topic.words);
        }
        self.changed.notify_one();
        true
    }

    /// How many seconds are left of each topic; 0 for those that are off.
    pub fn left(&self) -> Vec<(&'static str, u32)> {
        let now = Instant::now();
        let left = |until: &Option<Instant>| {
            let left = until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
            u32::try_from(left.as_millis().div_ceil(1_000)).unwrap_or(MAX_SECONDS)
        };
        self.topics.iter().zip(self.locked().iter()).map(|(topic, until)| (topic.name, left(until))).collect()
    }

    /// Switches topics off whose time has passed, until the stop.
    pub async fn run(&self, shutdown: &Shutdown) {
        loop {
            let next = self.locked().iter().flatten().min().copied();
            let passed = async {
                match next {
                    Some(next) => tokio::time::sleep_until(next).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = passed => self.end_passed(),
                () = self.changed.notified() => {}
                () = shutdown.asked() => return,
            }
        }
    }

    fn end_passed(&self) {
        let now = Instant::now();
        let mut ended = Vec::new();
        for (topic, until) in self.topics.iter().zip(self.locked().iter_mut()) {
            if until.is_some_and(|until| until <= now) {
                *until = None;
                ended.push(topic.words);
            }
        }
        self.apply();
        for words in ended {
            tracing::info!(target: "Logging", "{words} detailed tracing now disabled");
        }
    }

    fn apply(&self) {
        let on: Vec<&'static str> = self
            .topics
            .iter()
            .zip(self.locked().iter())
            .filter(|(_, until)| until.is_some())
            .flat_map(|(topic, _)| topic.targets)
            .copied()
            .collect();
        log::write_in_detail(&on);
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Vec<Option<Instant>>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static TOPICS: [Topic; 2] = [
        Topic { name: "api", words: "api", targets: &["SchedulerApi"] },
        Topic { name: "webBridge", words: "web bridge", targets: &["C2WService"] },
    ];

    #[tokio::test(start_paused = true)]
    async fn a_topic_is_on_for_its_time_and_goes_off_by_itself() {
        let log = DetailedLog::new(&TOPICS);
        let (shutdown, trigger) = Shutdown::new();
        let begun = Instant::now();
        let after = async |seconds: u64| tokio::time::sleep_until(begun + Duration::from_secs(seconds)).await;
        tokio::select! {
            () = log.run(&shutdown) => unreachable!("it runs until the stop"),
            () = async {
                assert!(log.set("api", 10) && !log.set("nothing", 10));
                after(4).await;
                assert!(log.set("webBridge", 100_000));
                assert_eq!(log.left(), [("api", 6), ("webBridge", MAX_SECONDS)]);
                after(11).await;
                assert_eq!(log.left()[0], ("api", 0));
                assert_eq!(log.locked()[0], None, "switched off, not just over");
                assert!(log.set("webBridge", 0));
                assert_eq!(log.left()[1], ("webBridge", 0));
            } => {}
        }
        drop(trigger);
    }
}
