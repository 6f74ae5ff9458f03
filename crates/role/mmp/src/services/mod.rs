//! The services of this server as processes: started, watched, started again when they end, stopped in time.
//!
//! A reconciler a role: what is wanted is said by [`Services::start`] and [`Services::stop`]; a loop keeps it true.

mod backoff;
mod process;

#[cfg(test)]
mod tests;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use convoke_control_api::{Answer, Request, RoleStatus};
use convoke_runtime::{Clock, Role, Shutdown, ShutdownTrigger, control, journal::Journal};
use jiff::Timestamp;
use tokio::{task::JoinHandle, time::Instant};

pub use process::Program;

/// How long a service may take until it answers, after which a start is told as failed.
pub const START_PATIENCE: Duration = Duration::from_secs(30);
/// How often a service that starts is asked.
const ASK_EVERY: Duration = Duration::from_millis(50);

/// The services of this server; clones are the same.
#[derive(Debug, Clone)]
pub struct Services {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    program: Program,
    journal: Journal,
    clock: Clock,
    control: PathBuf,
    slots: [Slot; 3],
}

/// One role's place.
#[derive(Debug, Default)]
struct Slot {
    life: Mutex<Life>,
    /// Held while the role is started or stopped, so that two who ask wait for each other.
    turn: tokio::sync::Mutex<Option<Kept>>,
}

#[derive(Debug)]
struct Kept {
    trigger: ShutdownTrigger,
    keeper: JoinHandle<()>,
}

/// What is known of a role's process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Life {
    /// The process, while there is one.
    pub process: Option<Running>,
    /// Whether it is wanted.
    pub is_wanted: bool,
    /// Whether that process has answered since it was started.
    pub has_answered: bool,
    /// How often it was started since it was wanted.
    pub starts: u32,
    /// Its last end that nobody asked for.
    pub last_end: Option<Ended>,
}

/// A process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Running {
    /// Its id.
    pub pid: u32,
    /// Since when.
    pub since: Timestamp,
}

/// An end that nobody asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// How: `exit status: 1`.
    pub how: String,
    /// The last error that the process logged.
    pub error: Option<String>,
}

/// How a service is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// It is not wanted, and does not run.
    Stopped,
    /// Its process is there and does not answer yet.
    Starting,
    /// It answers.
    Running(RoleStatus),
    /// Its process is there and has answered, and now does not: why.
    Silent(String),
    /// It ended, and is started again after a pause.
    Failed(Ended),
}

impl Services {
    /// Nothing runs yet. `control` is the folder of the control sockets.
    pub fn new(program: Program, journal: Journal, clock: Clock, control: PathBuf) -> Self {
        let shared = Shared { program, journal, clock, control, slots: Default::default() };
        Self { shared: Arc::new(shared) }
    }

    fn slot(&self, role: Role) -> &Slot {
        let [call_bridge, web_bridge, scheduler] = &self.shared.slots;
        match role {
            Role::CallBridge => call_bridge,
            Role::WebBridge => web_bridge,
            Role::Scheduler => scheduler,
        }
    }

    /// Has a role run from now on; one that runs is left alone. Called from the thread that lasts: a role ends with the thread that
    /// started it.
    pub async fn start(&self, role: Role) {
        let services = self.clone();
        to_its_end(async move {
            let mut kept = services.slot(role).turn.lock().await;
            if kept.is_none() {
                *kept = Some(services.keep(role));
            }
        })
        .await;
    }

    fn keep(&self, role: Role) -> Kept {
        self.change(role, |life| *life = Life { is_wanted: true, ..Life::default() });
        let (shutdown, trigger) = Shutdown::new();
        let services = self.clone();
        let keeper = tokio::spawn(async move { process::keep(&services, role, shutdown).await });
        Kept { trigger, keeper }
    }

    /// Stops a role, and waits until its process has ended.
    pub async fn stop(&self, role: Role) {
        let services = self.clone();
        to_its_end(async move {
            let mut kept = services.slot(role).turn.lock().await;
            services.end(role, kept.take()).await;
        })
        .await;
    }

    /// Stops a role if it runs, and starts it.
    pub async fn restart(&self, role: Role) {
        let services = self.clone();
        to_its_end(async move {
            let mut kept = services.slot(role).turn.lock().await;
            services.end(role, kept.take()).await;
            *kept = Some(services.keep(role));
        })
        .await;
    }

    async fn end(&self, role: Role, kept: Option<Kept>) {
        if let Some(Kept { trigger, keeper }) = kept {
            trigger.ask();
            drop(keeper.await);
        }
        self.change(role, |life| *life = Life::default());
    }

    /// Stops all roles at the same time.
    pub async fn stop_all(&self) {
        let [a, b, c] = Role::ALL;
        tokio::join!(self.stop(a), self.stop(b), self.stop(c));
    }

    /// What is known of a role's process.
    pub fn life(&self, role: Role) -> Life {
        self.slot(role).life.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, role: Role, change: impl FnOnce(&mut Life)) {
        change(&mut self.slot(role).life.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Asks a role that runs.
    pub async fn ask(&self, role: Role, request: &Request) -> Result<Answer, String> {
        let path = self.shared.control.join(format!("{}.sock", role.section()));
        control::ask(&path, request).await.map_err(|fault| fault.to_string())
    }

    /// How a role is now.
    pub async fn condition(&self, role: Role) -> Condition {
        let life = self.life(role);
        match (life.process, life.last_end) {
            (Some(asked), _) => match self.ask(role, &Request::Status).await {
                Ok(Answer::Status(status)) => {
                    self.change(role, |life| life.has_answered |= life.process == Some(asked));
                    Condition::Running(status)
                }
                Ok(_) => Condition::Starting,
                Err(why) if life.has_answered => Condition::Silent(why),
                Err(_) => Condition::Starting,
            },
            (None, Some(ended)) => Condition::Failed(ended),
            (None, None) if life.is_wanted => Condition::Starting,
            (None, None) => Condition::Stopped,
        }
    }

    /// Waits until a role answers; the error says why it does not.
    pub async fn until_it_runs(&self, role: Role) -> Result<RoleStatus, String> {
        let begun = Instant::now();
        loop {
            match self.condition(role).await {
                Condition::Running(status) => return Ok(status),
                Condition::Failed(ended) => return Err(ended.words()),
                Condition::Stopped => return Err("it was stopped".to_owned()),
                Condition::Starting | Condition::Silent(_) if begun.elapsed() >= START_PATIENCE => {
                    return Err(format!(
                        "it does not answer after {} s; \"{} status\" tells more later",
                        START_PATIENCE.as_secs(),
                        role.word()
                    ));
                }
                // One that ends just now is silent too.
                Condition::Starting | Condition::Silent(_) => tokio::time::sleep(ASK_EVERY).await,
            }
        }
    }
}

/// Does something even if whoever asked for it goes away half-way, by Ctrl-C or a lost connection: what was stopped to be started again is
/// started.
pub async fn to_its_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Option<T> {
    tokio::spawn(work).await.ok()
}

impl Ended {
    /// The end in words: the error that was logged, or how the process ended.
    pub fn words(&self) -> String {
        match &self.error {
            Some(error) => format!("{error} ({})", self.how),
            None => self.how.clone(),
        }
    }
}
