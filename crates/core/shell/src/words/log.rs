//! `log`: what was logged, by filters.

use std::time::Duration;

use super::Command;
use crate::grammar::{AUDIT, Word, form_for};

/// Lines shown where nothing else is said.
pub const LINES: usize = 50;
/// Most lines that are shown at once.
pub const MAX_LINES: usize = 100_000;

/// Which lines are meant; all conditions must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filters {
    /// How many, the last ones.
    pub lines: usize,
    /// This level or a higher one.
    pub level: Level,
    /// Lines of this process: part of its name.
    pub process: Option<String>,
    /// Not older than this.
    pub since: Option<Duration>,
    /// All of these occur, whatever their case.
    pub texts: Vec<String>,
}

impl Default for Filters {
    fn default() -> Self {
        Self { lines: LINES, level: Level::Debug, process: None, since: None, texts: Vec::new() }
    }
}

/// The level of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Details.
    Debug,
    /// What happens.
    Info,
    /// What should be looked at.
    Warning,
    /// What went wrong.
    Error,
}

impl Level {
    const WORDS: [(&'static str, Self); 4] =
        [("debug", Self::Debug), ("info", Self::Info), ("warning", Self::Warning), ("error", Self::Error)];

    /// The level that a line tells, in either of the two forms of lines.
    pub fn of_line(line: &str) -> Self {
        if line.starts_with('{') {
            return match field_of(line, "level") {
                Some("debug" | "trace") => Self::Debug,
                Some("warn") => Self::Warning,
                Some("error") => Self::Error,
                _ => Self::Info,
            };
        }
        let place = line.split_whitespace().find_map(|word| {
            ["daemon.", "local0.", "local7."].iter().find_map(|facility| word.strip_prefix(facility))
        });
        match place {
            Some("debug") => Self::Debug,
            Some("warning") => Self::Warning,
            Some("err") => Self::Error,
            _ => Self::Info,
        }
    }
}

/// A field of a line that is one JSON object, whose values of these fields hold nothing that is escaped.
fn field_of<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    line.split_once(&format!("\"{name}\":\""))?.1.split('"').next()
}

/// The process that wrote a line: `scheduler_backend[2056]`.
fn process_of(line: &str) -> Option<&str> {
    if line.starts_with('{') {
        return field_of(line, "process");
    }
    // `Aug 21 11:53:28.999 daemon.info cms1 scheduler_backend[2056]: ...`
    line.split_whitespace().take(6).find_map(|word| word.strip_suffix(':'))
}

impl Filters {
    /// Reads `lines=100 level=warning process=scheduler since=10m word ...`.
    pub fn parse(words: &[String]) -> Result<Self, String> {
        let mut filters = Self::default();
        for word in words {
            match word.split_once('=') {
                Some(("lines", count)) => {
                    let good = count.parse().ok().filter(|count| (1..=MAX_LINES).contains(count));
                    filters.lines =
                        good.ok_or_else(|| format!("\"{word}\": expected lines=<1 to {MAX_LINES}>"))?;
                }
                Some(("level", level)) => {
                    let found = Level::WORDS.into_iter().find(|(name, _)| *name == level);
                    filters.level = found
                        .ok_or_else(|| format!("\"{word}\": expected level=debug, info, warning or error"))?
                        .1;
                }
                Some(("process", name)) => filters.process = Some(name.to_lowercase()),
                Some(("since", span)) => {
                    filters.since = Some(duration(span).ok_or_else(|| {
                        format!("\"{word}\": expected since=<number>(s|m|h|d), such as since=10m")
                    })?);
                }
                _ => filters.texts.push(word.to_lowercase()),
            }
        }
        Ok(filters)
    }

    /// Whether a line is meant; how old it may be is seen to elsewhere, by whoever knows when it was written.
    pub fn accept(&self, line: &str) -> bool {
        let lower = line.to_lowercase();
        let is_of =
            |wanted: &String| process_of(&lower).is_some_and(|process| process.contains(wanted.as_str()));
        self.process.as_ref().is_none_or(is_of)
            && Level::of_line(&lower) >= self.level
            && self.texts.iter().all(|text| lower.contains(text.as_str()))
    }
}

fn duration(text: &str) -> Option<Duration> {
    let unit = text.chars().last()?;
    let number: u64 = text.get(..text.len() - unit.len_utf8())?.parse().ok()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    number.checked_mul(seconds).filter(|seconds| *seconds <= 366 * 86_400).map(Duration::from_secs)
}

/// What is to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Log {
    /// The last lines that fit.
    Show(Filters),
}

/// The word.
pub const LOG: Word = Word {
    name: "log",
    about: "Show what was logged",
    forms: &[form_for(AUDIT, "log [<filter>...]", |args| {
        Ok(Command::Log(Log::Show(Filters::parse(&args.all(0))?)))
    })],
    notes: "Filters: `lines=<n>` (50), `level=debug|info|warning|error`, `process=<part of its name>`, `since=<n>s|m|h|d`, and words that must \
            occur. All logs come as `logbundle.tar.gz` by SFTP, with the settings and the state of the services; secrets are left out of it.",
};

#[cfg(test)]
mod tests {
    use super::*;

    fn filters(line: &str) -> Result<Filters, String> {
        Filters::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn lines_are_picked_by_level_process_and_words() {
        let line = "Aug 21 11:53:31.016 daemon.info cms1 scheduler_backend[2056]: INFO C2WSupervisor - C2W connection UP";
        for (given, picked) in [
            ("", true),
            ("process=scheduler", true),
            ("process=node", false),
            ("level=info c2w UP", true),
            ("level=warning", false),
            ("down", false),
            ("process=c2w", false),
        ] {
            assert_eq!(filters(given).unwrap().accept(line), picked, "{given}");
        }
    }

    #[test]
    fn lines_of_json_are_picked_alike() {
        let line = r#"{"time":"2026-11-23T12:00:00.000Z","level":"ERROR","host":"cms1","process":"scheduler_backend","class":"Main","message":"no \"port\""}"#;
        for (given, picked) in
            [("level=error", true), ("process=scheduler port", true), ("process=node", false)]
        {
            assert_eq!(filters(given).unwrap().accept(line), picked, "{given}");
        }
        assert!(!filters("level=warning").unwrap().accept(&line.replace("ERROR", "INFO")));
    }

    #[test]
    fn what_is_no_filter_is_told() {
        assert_eq!(filters("lines=100 since=2h").unwrap().since, Some(Duration::from_secs(7200)));
        for (given, told) in [
            ("lines=0", "\"lines=0\": expected lines=<1 to 100000>"),
            ("level=loud", "\"level=loud\": expected level=debug, info, warning or error"),
            ("since=soon", "\"since=soon\": expected since=<number>(s|m|h|d), such as since=10m"),
            ("since=999999999d", "\"since=999999999d\": expected since=<number>(s|m|h|d), such as since=10m"),
        ] {
            assert_eq!(filters(given).unwrap_err(), told);
        }
    }
}
