//! `[log]`: form, level and target of the logs.

use super::reader::Section;
use crate::syslog::Target;

/// Form, level and target of the logs.
#[derive(Debug, Clone)]
pub struct Log {
    /// The form on standard output.
    pub format: LogFormat,
    /// The lowest level that is written.
    pub level: &'static str,
    /// A syslog server that gets them as well.
    pub syslog: Option<Target>,
}

/// The form of a line on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// As the modelled system writes it.
    Line,
    /// One JSON object a line.
    Json,
}

const SYSLOG: &str = "\"udp://host:514\" or \"tcp://host:514\"";

impl Log {
    pub(super) fn from(section: &Section<'_>) -> Option<Self> {
        let format = section.choice(
            "format",
            &[("line", LogFormat::Line), ("json", LogFormat::Json)],
            LogFormat::Line,
        );
        let levels = ["error", "warn", "info", "debug"].map(|level| (level, level));
        let level = section.choice("level", &levels, "info");
        let syslog = match section.text("syslog") {
            None => None,
            Some(text) => match target(&text) {
                Some(target) => Some(target),
                None => {
                    section.fault("syslog", format!("\"{text}\" is not a syslog server"), SYSLOG);
                    return None;
                }
            },
        };
        Some(Self { format: format?, level: level?, syslog })
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Line, level: "info", syslog: None }
    }
}

fn target(text: &str) -> Option<Target> {
    let (scheme, rest) = text.split_once("://")?;
    let (host, port) = rest.rsplit_once(':')?;
    let tcp = match scheme {
        "udp" => false,
        "tcp" => true,
        _ => return None,
    };
    (!host.is_empty()).then_some(())?;
    Some(Target { tcp, host: host.trim_matches(['[', ']']).to_owned(), port: port.parse().ok()? })
}
