//! Start, serve, stop.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use convoke_c2w::LinkSet;
use convoke_callbridge_client::Client;
use convoke_fetch::{Fetcher, Reach};
use convoke_http::{
    BindError, Bound, Check, SecurityHeaders, TlsConfigError, Transport, bind, ops_router,
    refuse_other_sites, server_config,
};
use convoke_mailer::{Auth, Mailer, MailerSettings, Protocol, SettingsFault, Timeouts, Trust};
use convoke_runtime::{
    Clock, Role, Settings, Shutdown, control, detail::DetailedLog, random, settings::scheduler::Email,
};
use convoke_store::Store;
use prometheus_client::registry::Registry;
use tokio::sync::{Notify, OnceCell, Semaphore};

use crate::{
    answer_links::AnswerLinks,
    branding::Brandings,
    handlers::{self, links::rate::Rate, timed_logging},
    jobs,
    keys::Keys,
    mail_limit::MailLimit,
    mesh,
    metrics::Metrics,
    state::{Shared, State},
    status,
    templates::Templates,
    users::{self, Users},
};

/// How often figures that lie in the database are read for the metrics page.
const MEASURE_EVERY: Duration = Duration::from_secs(15);

/// The scheduler can't run.
#[derive(Debug, thiserror::Error)]
pub enum RunFault {
    /// The settings have no section for it, or none for the call bridge that it asks.
    #[error("the settings file has no section [{0}]")]
    NotConfigured(&'static str),
    /// The mail server can't be used as it is set.
    #[error("scheduler.email: {0}")]
    Mail(#[from] SettingsFault),
    /// A port can't be listened on.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// Answers can't come in as it is set.
    #[error("scheduler.replies: {0}")]
    Replies(#[from] jobs::read_mails::IntakeFault),
    /// The certificate can't be used.
    #[error(transparent)]
    Tls(#[from] TlsConfigError),
}

/// Runs the scheduler until the stop.
pub async fn run(
    settings: &Settings,
    store: Store,
    clock: Clock,
    shutdown: Shutdown,
) -> Result<(), RunFault> {
    tracing::info!(target: "ConvokeScheduler", "Starting ConvokeScheduler with PID {}", std::process::id());
    let own = settings.scheduler.clone().ok_or(RunFault::NotConfigured("scheduler"))?;
    let client = Client::new(own.call_bridge.address, &settings.node.loopback_token_file());
    let mailer = own.email.as_ref().map(mailer).transpose()?;
    let templates = own.email.as_ref().map(|email| Templates::read(&email.templates)).unwrap_or_default();
    let https = match &own.https {
        Some(https) => {
            Some((bind(https.listen.address).await?, server_config(&https.identity, https.only_tls_1_3)?))
        }
        None => None,
    };
    let ops = bind(own.loopback.address).await?;
    let answer_links = AnswerLinks::new(&own.web_app_url);
    let intake = match &own.replies {
        Some(replies) => Some(jobs::read_mails::Intake::open(replies, own.email.as_ref()).await?),
        None => None,
    };
    let reach = if own.webhooks.allow_private { Reach::Private } else { Reach::Public };
    let fetcher = Fetcher::new(reach, own.outgoing_trust.clone());
    let brandings = Brandings::new(own.outgoing_trust.clone());
    let state: Shared = Arc::new(State {
        store,
        clock,
        settings: own,
        call_bridge: client,
        keys: Keys::default(),
        users: Users::default(),
        mailer,
        fetcher,
        templates: Arc::new(templates),
        brandings,
        mail_limit: MailLimit::default(),
        answer_links: Arc::new(answer_links),
        answer_rate: Rate::default(),
        feed_rate: Rate::default(),
        feeds_at_once: Semaphore::new(handlers::feeds::ics::FEEDS_AT_ONCE),
        mails: Notify::new(),
        zones: Notify::new(),
        handovers: Notify::new(),
        links: OnceCell::new(),
        claim: format!("{}/{}", settings.node.name, random::guid()),
        detailed_log: DetailedLog::new(&timed_logging::TOPICS),
        mail_seen: Mutex::default(),
        metrics: Metrics::default(),
    });
    let node = settings.node.name.clone();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(mesh::run(state.clone(), node, shutdown.clone()));
    tasks.spawn(watch_what_it_needs(state.clone(), shutdown.clone()));
    tasks.spawn(users::run(state.clone(), shutdown.clone()));
    tasks.spawn(jobs::send_mails::run(state.clone(), shutdown.clone()));
    tasks.spawn(jobs::send_webhooks::run(state.clone(), shutdown.clone()));
    if let Some(intake) = intake {
        tasks.spawn(jobs::read_mails::run(state.clone(), intake, shutdown.clone()));
    }
    tasks.spawn(jobs::clean_up_spaces::run(state.clone(), shutdown.clone()));
    tasks.spawn(jobs::settle_spaces::run(state.clone(), shutdown.clone()));
    tasks.spawn(jobs::remind::run(state.clone(), shutdown.clone()));
    tasks.spawn(jobs::hand_over::run(state.clone(), shutdown.clone()));
    tasks.spawn(jobs::forget::run(state.clone(), shutdown.clone()));
    tasks.spawn(jobs::watch_zones::run(state.clone(), shutdown.clone()));
    tasks.spawn({
        let (state, shutdown) = (state.clone(), shutdown.clone());
        async move { state.detailed_log.run(&shutdown).await }
    });
    tasks.spawn(measure(state.clone(), shutdown.clone()));
    let control_socket = settings.node.control_socket(Role::Scheduler);
    tasks.spawn(control::serve(control_socket, shutdown.clone(), {
        let state = state.clone();
        move |asked| status::answer(state.clone(), asked)
    }));
    tasks.spawn(serve_ops(state.clone(), ops, shutdown.clone()));
    if let Some((https, tls)) = https {
        tracing::info!(target: "ConvokeScheduler", "listening on {}", https.address());
        let api = SecurityHeaders::api().layer(refuse_other_sites(handlers::router(state.clone())));
        let stop = shutdown.clone();
        tasks.spawn(https.serve(Transport::Tls(tls), api, async move { stop.asked().await }));
    }
    while tasks.join_next().await.is_some() {}
    if let Some(mailer) = &state.mailer {
        mailer.close().await;
    }
    Ok(())
}

async fn watch_what_it_needs(state: Shared, shutdown: Shutdown) {
    tokio::select! {
        () = state.call_bridge.watch() => {}
        () = state.store.watch() => {}
        () = shutdown.asked() => {}
    }
}

fn mailer(email: &Email) -> Result<Mailer, SettingsFault> {
    let from = email.from.parse().map_err(|_| SettingsFault::BadHello(email.from.clone()))?;
    Mailer::new(MailerSettings {
        host: email.host.clone(),
        port: email.port,
        protocol: if email.smtps { Protocol::Smtps } else { Protocol::Smtp },
        starttls: email.starttls,
        auth: email.auth.clone().map(|(username, password)| Auth { username, password }),
        trust: match &email.trust {
            None => Trust::System,
            Some(bundle) => jobs::read_mails::certificates(bundle),
        },
        hello: email.hello.clone(),
        from,
        person_domains: email.person_domains.clone(),
        connections: email.connections,
        mails_a_connection: email.mails_a_connection,
        timeouts: Timeouts::default(),
    })
}

async fn serve_ops(state: Shared, ops: Bound, shutdown: Shutdown) {
    let mut registry = Registry::default();
    state.metrics.register(&mut registry);
    let readiness = {
        let state = state.clone();
        move || checks(&state)
    };
    let router = ops_router(readiness, Arc::new(registry));
    ops.serve(Transport::Plain, router, async move { shutdown.asked().await }).await;
}

fn checks(state: &State) -> Vec<Check> {
    let keys = if state.keys.is_ready() {
        Check::ready("callBridge")
    } else {
        Check::missing("callBridge", "it has not answered yet")
    };
    let links = state.links.get().map(LinkSet::status).unwrap_or_default();
    let links = match links.iter().find(|link| !link.is_up()) {
        None => Check::ready("webBridges"),
        Some(link) => Check::missing("webBridges", format!("{}: {:?}", link.url, link.state)),
    };
    let database = match state.store.out_of_reach() {
        None => Check::ready("database"),
        Some(fault) => Check::missing("database", fault),
    };
    vec![database, keys, links]
}

async fn measure(state: Shared, shutdown: Shutdown) {
    loop {
        let waiting = jobs::send_mails::waiting(&state).await;
        state.metrics.mails_waiting.set(waiting.count);
        state.metrics.oldest_mail_seconds.set(waiting.oldest_seconds);
        if !shutdown.sleep(MEASURE_EVERY).await {
            return;
        }
    }
}
