//! Logs: the seed's line form, JSON, or RFC 5424 to a syslog server.
//!
//! An event's `target` is the class name that the seed's lines show (`C2WSupervisor`). Apart because the form of a
//! line is an interface: people and programs read it.

use std::{
    fmt::{self, Write as _},
    io::Write as _,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use jiff::Timestamp;
use tracing::{Event, Level, Subscriber, field};
use tracing_subscriber::{
    EnvFilter, Layer, Registry, layer::Context, layer::SubscriberExt, reload, util::SubscriberInitExt,
};

use crate::{
    Clock,
    journal::Journal,
    settings::log::{Log, LogFormat},
    syslog::Syslog,
};

/// Who writes: the node's name and the process's name in log lines, such as `scheduler_backend`.
#[derive(Debug, Clone)]
pub struct Writer {
    /// The node's name.
    pub host: String,
    /// The process's name.
    pub process: &'static str,
}

/// One event as it goes to a sink.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When it happened.
    pub at: Timestamp,
    /// How bad it is.
    pub level: Level,
    /// The class name.
    pub class: String,
    /// The message, on one line.
    pub message: String,
    /// Further fields, each value on one line.
    pub fields: Vec<(&'static str, String)>,
}

/// Starts logging for this process, on standard output. A second call in one process is ignored, so that tests may call it freely.
pub fn start(writer: Writer, settings: &Log, clock: Clock) {
    start_into(writer, settings, clock, None);
}

/// The same, with the node's journal in the place of standard output.
pub fn start_into(writer: Writer, settings: &Log, clock: Clock, journal: Option<Journal>) {
    let syslog = settings.syslog.as_ref().map(|target| Syslog::start(target.clone(), writer.clone()));
    let (filter, handle) = reload::Layer::new(EnvFilter::new(settings.level));
    let form = Arc::new(RwLock::new(Form { writer, format: settings.format, syslog }));
    let sink = Sink { form: Arc::clone(&form), clock, journal };
    if tracing_subscriber::registry().with(sink.with_filter(filter)).try_init().is_ok() {
        // Nothing is lost when another one was there already: the first one logs.
        let _ = LEVELS.set(Levels { usual: settings.level, handle });
        let _ = FORM.set(form);
    }
}

/// From here on lines have this host's name, this form and level, and go to this syslog server too.
pub fn renew(host: &str, settings: &Log) {
    let (Some(form), Some(levels)) = (FORM.get(), LEVELS.get()) else { return };
    {
        let mut form = form.write().unwrap_or_else(PoisonError::into_inner);
        form.writer.host = host.to_owned();
        form.format = settings.format;
        let (writer, before) = (form.writer.clone(), form.syslog.take());
        form.syslog = settings.syslog.as_ref().map(|target| Syslog::renewed(before, target, writer));
    }
    if let Err(fault) = levels.handle.reload(EnvFilter::new(settings.level)) {
        tracing::warn!(target: "Logging", "what is written can't be changed: {fault}");
    }
}

/// What is written at which level.
struct Levels {
    usual: &'static str,
    handle: reload::Handle<EnvFilter, Registry>,
}

static LEVELS: OnceLock<Levels> = OnceLock::new();

/// Writes the events of these targets from level debug on, and of all others as the settings say.
pub(crate) fn write_in_detail(targets: &[&'static str]) {
    let Some(levels) = LEVELS.get() else { return };
    let mut directives = levels.usual.to_owned();
    for target in targets {
        directives.push_str(&format!(",{target}=debug"));
    }
    if let Err(fault) = levels.handle.reload(EnvFilter::new(directives)) {
        tracing::warn!(target: "Logging", "what is written can't be changed: {fault}");
    }
}

/// How lines look and where else they go, which may change while the process runs.
struct Form {
    writer: Writer,
    format: LogFormat,
    syslog: Option<Syslog>,
}

static FORM: OnceLock<Arc<RwLock<Form>>> = OnceLock::new();

struct Sink {
    form: Arc<RwLock<Form>>,
    clock: Clock,
    journal: Option<Journal>,
}

impl<S: Subscriber> Layer<S> for Sink {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut visitor = Visitor::default();
        event.record(&mut visitor);
        let entry = Entry {
            at: self.clock.now(),
            level: *event.metadata().level(),
            class: class_name(event.metadata().target()).to_owned(),
            message: visitor.message,
            fields: visitor.fields,
        };
        let form = self.form.read().unwrap_or_else(PoisonError::into_inner);
        let mut line = match form.format {
            LogFormat::Line => line(&form.writer, std::process::id(), &entry),
            LogFormat::Json => json(&form.writer, std::process::id(), &entry),
        };
        match &self.journal {
            Some(journal) => journal.write(&line),
            None => {
                line.push('\n');
                // Nobody can be told that standard output is gone.
                drop(std::io::stdout().lock().write_all(line.as_bytes()));
            }
        }
        if let Some(syslog) = &form.syslog {
            syslog.send(&entry);
        }
    }
}

/// `convoke_store::sqlite` says `sqlite`; the seed's class names stand as they are.
fn class_name(target: &str) -> &str {
    target.rsplit("::").next().unwrap_or(target)
}

/// The class of what people do at the shell; its lines have the form that the modelled system gives them.
pub const AUDIT: &str = "cli";

/// The seed's form: `Aug 21 11:53:28.999 daemon.info cms1 scheduler_backend[2056]: INFO C2WSupervisor - text`.
pub fn line(writer: &Writer, pid: u32, entry: &Entry) -> String {
    if entry.class == AUDIT {
        let at = entry.at.strftime("%b %d %H:%M:%S.%3f");
        return format!("{at} local0.{} {} cli: {}", severity_word(entry.level), writer.host, entry.message);
    }
    let mut text = format!(
        "{} daemon.{} {} {}[{pid}]: {} {} - {}",
        entry.at.strftime("%b %d %H:%M:%S.%3f"),
        severity_word(entry.level),
        writer.host,
        writer.process,
        level_word(entry.level),
        entry.class,
        entry.message
    );
    for (name, value) in &entry.fields {
        // Writing to a String can't fail.
        let _ = write!(text, " {name}={value}");
    }
    text
}

/// One JSON object on one line.
pub fn json(writer: &Writer, pid: u32, entry: &Entry) -> String {
    let mut object = serde_json::Map::new();
    object.insert("time".into(), entry.at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string().into());
    object.insert("level".into(), level_word(entry.level).into());
    object.insert("host".into(), writer.host.clone().into());
    object.insert("process".into(), writer.process.into());
    object.insert("pid".into(), pid.into());
    object.insert("class".into(), entry.class.clone().into());
    object.insert("message".into(), entry.message.clone().into());
    for (name, value) in &entry.fields {
        object.insert((*name).into(), value.clone().into());
    }
    serde_json::Value::Object(object).to_string()
}

fn level_word(level: Level) -> &'static str {
    match level {
        Level::ERROR => "ERROR",
        Level::WARN => "WARN",
        Level::INFO => "INFO",
        Level::DEBUG => "DEBUG",
        Level::TRACE => "TRACE",
    }
}

fn severity_word(level: Level) -> &'static str {
    match level {
        Level::ERROR => "err",
        Level::WARN => "warning",
        Level::INFO => "info",
        Level::DEBUG | Level::TRACE => "debug",
    }
}

#[derive(Default)]
struct Visitor {
    message: String,
    fields: Vec<(&'static str, String)>,
}

impl field::Visit for Visitor {
    fn record_str(&mut self, field: &field::Field, value: &str) {
        self.keep(field, one_line(value));
    }

    fn record_debug(&mut self, field: &field::Field, value: &dyn fmt::Debug) {
        self.keep(field, one_line(&format!("{value:?}")));
    }
}

impl Visitor {
    fn keep(&mut self, field: &field::Field, value: String) {
        if field.name() == "message" {
            self.message = value;
        } else {
            self.fields.push((field.name(), value));
        }
    }
}

/// Control characters and what else breaks or turns a line become escapes, so that no text from outside can forge one.
fn one_line(text: &str) -> String {
    if text.chars().any(is_unsafe) {
        text.chars().flat_map(|c| if is_unsafe(c) { c.escape_default().collect() } else { vec![c] }).collect()
    } else {
        text.to_owned()
    }
}

/// Control characters, the line and paragraph separators, and those that turn the direction of writing (UAX 9).
pub fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(message: &str) -> Entry {
        Entry {
            at: "2021-08-21T11:53:28.999Z".parse().unwrap(),
            level: Level::INFO,
            class: "C2WSupervisor".into(),
            message: one_line(message),
            fields: vec![],
        }
    }

    fn writer() -> Writer {
        Writer { host: "cms1".into(), process: "scheduler_backend" }
    }

    #[test]
    fn a_line_has_the_form_that_the_seed_shows() {
        assert_eq!(
            line(&writer(), 2056, &entry("getWebBridges - totalCount=3")),
            "Aug 21 11:53:28.999 daemon.info cms1 scheduler_backend[2056]: INFO C2WSupervisor - getWebBridges - totalCount=3"
        );
    }

    #[test]
    fn what_people_do_at_the_shell_has_its_own_form() {
        let mut entry = entry(
            "User admin from 10.140.249.233:63290 issued command < callbridge av1 enable>: permission granted",
        );
        entry.class = AUDIT.into();
        assert_eq!(
            line(&writer(), 2056, &entry),
            "Aug 21 11:53:28.999 local0.info cms1 cli: User admin from 10.140.249.233:63290 issued command < callbridge av1 \
             enable>: permission granted"
        );
    }

    #[test]
    fn a_text_from_outside_cannot_forge_a_second_line() {
        let text = line(&writer(), 1, &entry("hello\nAug 21 forged"));
        assert!(!text.contains('\n') && text.contains("hello\\nAug 21 forged"));
        let text = line(&writer(), 1, &entry("hello\u{2028}forged\u{202e}backwards"));
        assert!(text.ends_with("hello\\u{2028}forged\\u{202e}backwards"), "{text}");
    }

    #[test]
    fn json_is_one_object_a_line() {
        let value: serde_json::Value = serde_json::from_str(&json(&writer(), 7, &entry("x\"y"))).unwrap();
        assert_eq!(
            (&value["class"], &value["message"], &value["pid"]),
            (&"C2WSupervisor".into(), &"x\"y".into(), &7.into())
        );
    }
}
