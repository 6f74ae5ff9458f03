//! The log lines of one test, as `LEVEL target - text`. Tests run on one thread, so that a thread's lines are a test's.
//!
//! One subscriber for the whole process hands each line to its thread's test: subscribers of their own for several threads
//! at once lose lines, because `tracing` keeps one cache of who listens.

use std::{
    cell::RefCell,
    fmt::Write,
    sync::{Arc, Mutex, Once},
    time::Duration,
};

use tokio::{sync::Notify, time::timeout};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
};

#[derive(Clone, Default)]
pub struct Logs(Arc<Inner>);

/// While it lives, this thread's lines are caught.
pub struct Catching;

thread_local! {
    static CURRENT: RefCell<Option<Logs>> = const { RefCell::new(None) };
}

static SUBSCRIBE: Once = Once::new();

#[derive(Default)]
struct Inner {
    lines: Mutex<Vec<String>>,
    added: Notify,
}

impl Logs {
    /// Catches this thread's lines until the guard is dropped.
    pub fn start() -> (Self, Catching) {
        SUBSCRIBE.call_once(|| {
            tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Catch)).unwrap();
        });
        let logs = Self::default();
        CURRENT.set(Some(logs.clone()));
        (logs, Catching)
    }

    pub fn lines(&self) -> Vec<String> {
        self.0.lines.lock().unwrap().clone()
    }

    /// The first line that holds `part`, waited for.
    pub async fn wait_for(&self, part: &str) -> String {
        let found = async {
            loop {
                let added = self.0.added.notified();
                if let Some(line) = self.lines().into_iter().find(|line| line.contains(part)) {
                    return line;
                }
                added.await;
            }
        };
        match timeout(Duration::from_secs(20), found).await {
            Ok(line) => line,
            Err(_) => panic!("no line with {part:?} in {:#?}", self.lines()),
        }
    }
}

impl Drop for Catching {
    fn drop(&mut self) {
        CURRENT.set(None);
    }
}

struct Catch;

impl<S: Subscriber> Layer<S> for Catch {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let meta = event.metadata();
        if !meta.target().starts_with("C2W") || *meta.level() > tracing::Level::INFO {
            return;
        }
        let mut text = Text(String::new());
        event.record(&mut text);
        let line = format!("{} {} - {}", meta.level(), meta.target(), text.0);
        CURRENT.with_borrow(|logs| {
            if let Some(logs) = logs {
                logs.0.lines.lock().unwrap().push(line);
                logs.0.added.notify_waiters();
            }
        });
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            write!(self.0, "{value:?}").unwrap();
        }
    }
}
