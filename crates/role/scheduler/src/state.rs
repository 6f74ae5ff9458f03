//! What all handlers and jobs share.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use convoke_c2w::LinkSet;
use convoke_callbridge_api::loopback::Organizer;
use convoke_callbridge_client::{CallFault, Client};
use convoke_control_api::LastAnswer;
use convoke_fetch::Fetcher;
use convoke_mailer::Mailer;
use convoke_runtime::{Clock, detail::DetailedLog, settings::scheduler::Scheduler};
use convoke_store::{DbFault, Store};
use convoke_web_api::Problem;
use tokio::sync::{Notify, OnceCell};

use crate::{
    answer_links::AnswerLinks,
    branding::{Brandings, Written},
    handlers::links::rate::Rate,
    keys::Keys,
    mail_limit::{Counted, MailLimit},
    metrics::Metrics,
    templates::Templates,
    users::Users,
};

/// Shared by all handlers; clones are cheap.
pub(crate) type Shared = Arc<State>;

/// What all handlers and jobs share.
pub(crate) struct State {
    /// The database.
    pub(crate) store: Store,
    /// The time.
    pub(crate) clock: Clock,
    /// What the node was told.
    pub(crate) settings: Scheduler,
    /// What the mail server answered last.
    pub(crate) mail_seen: Mutex<Option<LastAnswer>>,
    /// The co-located call bridge.
    pub(crate) call_bridge: Client,
    /// The keys of web-app tokens.
    pub(crate) keys: Keys,
    /// The users who were removed lately.
    pub(crate) users: Users,
    /// Hands mails over, when a mail server is configured.
    pub(crate) mailer: Option<Mailer>,
    /// Asks the servers that webhooks name.
    pub(crate) fetcher: Fetcher,
    /// The administrators' texts of invitations.
    pub(crate) templates: Arc<Templates>,
    /// The texts of invitations that branding profiles name.
    pub(crate) brandings: Brandings,
    /// How many mails whose meetings asked for lately.
    pub(crate) mail_limit: MailLimit,
    /// Personal links of invitations.
    pub(crate) answer_links: Arc<AnswerLinks>,
    /// How often each was used.
    pub(crate) answer_rate: Rate,
    /// How often each calendar that somebody subscribed to was asked for.
    pub(crate) feed_rate: Rate,
    /// Who may write a calendar now.
    pub(crate) feeds_at_once: tokio::sync::Semaphore,
    /// Wakes the job that sends mails.
    pub(crate) mails: Notify,
    /// Wakes the job that looks after zone data.
    pub(crate) zones: Notify,
    /// Wakes the job that hands the meetings of leavers over.
    pub(crate) handovers: Notify,
    /// The links to web bridges, once the mesh runs.
    pub(crate) links: OnceCell<LinkSet>,
    /// `node/` and an id of this start: whose claims are whose.
    pub(crate) claim: String,
    /// What is logged in detail.
    pub(crate) detailed_log: DetailedLog,
    /// What is counted.
    pub(crate) metrics: Metrics,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "State of the scheduler {}", self.claim)
    }
}

impl State {
    /// The present instant in milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }
}

impl State {
    /// By what invitations to an organizer's meeting are written from now on.
    pub(crate) async fn templates_of(&self, organizer: &Organizer) -> Written {
        let branding = &organizer.branding;
        let templates = self.brandings.noted(&self.store, &self.templates, branding, self.now_ms()).await;
        let ivr_numbers = if templates.is_empty() { Vec::new() } else { organizer.ivr_numbers.clone() };
        Written { templates, ivr_numbers }
    }

    /// Counts mails that a user's meeting asks for, or refuses them when they are too many.
    pub(crate) fn count_mails(&self, user: &str, count: usize) -> Result<Counted<'_>, Problem> {
        self.mail_limit.take(user, count, self.settings.limits.mails_per_hour, self.now_ms())
    }
}

/// How a fault of the database looks to callers.
pub(crate) fn database(fault: DbFault) -> Problem {
    tracing::warn!(target: "MeetingService", "database: {fault}");
    match fault {
        DbFault::Unknown(_) => Problem::outcome_unknown("database"),
        // Nothing was done, but the other schedulers' database is the same one: it has not less to do when they ask too.
        DbFault::Busy | DbFault::Contention(_) => Problem {
            undone: false,
            ..Problem::not_connected(
                "database",
                "The database has too much to do at the moment; nothing was changed. Try again soon.",
            )
        },
        _ => out_of_reach(),
    }
}

/// The database can't be asked.
pub(crate) fn out_of_reach() -> Problem {
    Problem::not_connected("database", "The database is out of reach at the moment; nothing was changed.")
}

/// How a fault of the call bridge looks to callers.
pub(crate) fn call_bridge(fault: CallFault) -> Problem {
    tracing::warn!(target: "MeetingService", "{fault}");
    match fault {
        CallFault::OutOfReach(_) => Problem::not_connected(
            "callBridge",
            "The call bridge is out of reach at the moment; nothing was changed.",
        ),
        CallFault::Refused(problem) => *problem,
        CallFault::NotUnderstood(_) => Problem::internal(),
    }
}
