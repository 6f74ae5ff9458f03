//! The node's journal: every line that it and its roles log, kept in files of bounded size, and told to who follows it.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{self, BufRead as _, BufReader, Write},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::sync::broadcast;

use crate::{Clock, output::Output};

pub use crate::output::MAX_WAITING_LINES;

/// Largest file of the journal, in bytes; then the next one begins.
pub const MAX_FILE_BYTES: u64 = 8 * 1024 * 1024;
/// Files that are kept: some hundred thousand lines.
pub const MAX_FILES: usize = 5;
/// Longest line that is kept, in bytes; what is longer is cut.
pub const MAX_LINE_BYTES: usize = 16 * 1024;
/// How long the last lines may take to standard output when the process ends.
pub const LAST_LINES: Duration = Duration::from_secs(1);
/// Lines that one who follows may be behind before some are left out.
const FOLLOWERS_BEHIND: usize = 1024;

/// A line and when it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// The line, without its end.
    pub text: Arc<str>,
}

/// The journal; clones are the same one.
#[derive(Debug, Clone)]
pub struct Journal {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    clock: Clock,
    file: Mutex<Option<Current>>,
    output: Output,
    followers: broadcast::Sender<Line>,
}

/// While it lives the process has not ended: dropped, it lets the last lines reach standard output.
#[derive(Debug)]
#[must_use]
pub struct LastLines(Journal);

impl Drop for LastLines {
    fn drop(&mut self) {
        self.0.shared.output.drain(LAST_LINES);
    }
}

#[derive(Debug)]
struct Current {
    file: File,
    bytes: u64,
}

impl Journal {
    /// The journal in `folder`, which is made when it is missing.
    pub fn open(folder: &Path, clock: Clock) -> io::Result<Self> {
        Self::open_beside(folder, clock, io::stdout())
    }

    /// The same with something else in the place of standard output.
    fn open_beside(folder: &Path, clock: Clock, output: impl Write + Send + 'static) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let current = Current::open(folder)?;
        let shared = Shared {
            folder: folder.to_owned(),
            clock,
            file: Mutex::new(Some(current)),
            output: Output::start(output)?,
            followers: broadcast::Sender::new(FOLLOWERS_BEHIND),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Writes a line here and on standard output. A full disk keeps nobody from running (the line is then only told), and neither does
    /// standard output that nobody reads (it is then only kept).
    pub fn write(&self, text: &str) {
        let text = cut(text);
        self.shared.output.line(text);
        let line = Line { at: self.shared.clock.now(), text: text.into() };
        let mut file = self.shared.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(fault) = keep(&mut file, &self.shared.folder, &line) {
            self.shared.output.line(&format!("the journal can't be written: {fault}"));
            *file = None;
        }
        drop(file);
        // Nobody may be following.
        let _ = self.shared.followers.send(line);
    }

    /// For the end of the process.
    pub fn last_lines(&self) -> LastLines {
        LastLines(self.clone())
    }

    /// Lines as they are written from now on.
    pub fn follow(&self) -> broadcast::Receiver<Line> {
        self.shared.followers.subscribe()
    }

    /// The last `most` lines that `wanted` picks, oldest first. It reads all files: blocking work.
    pub fn last(&self, most: usize, mut wanted: impl FnMut(&Line) -> bool) -> io::Result<Vec<Line>> {
        let mut found = VecDeque::new();
        for path in self.files() {
            let file = match File::open(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                opened => opened?,
            };
            for text in BufReader::new(file).split(b'\n') {
                let Some(line) = parse(&String::from_utf8_lossy(&text?)) else { continue };
                if wanted(&line) {
                    if found.len() == most {
                        found.pop_front();
                    }
                    found.push_back(line);
                }
            }
        }
        Ok(found.into())
    }

    /// Its files, oldest first; the last one is being written.
    pub fn files(&self) -> Vec<PathBuf> {
        (0..MAX_FILES).rev().map(|age| path(&self.shared.folder, age)).filter(|path| path.exists()).collect()
    }
}

impl Current {
    fn open(folder: &Path) -> io::Result<Self> {
        let file = File::options().append(true).create(true).mode(0o600).open(path(folder, 0))?;
        let bytes = file.metadata()?.len();
        Ok(Self { file, bytes })
    }
}

fn keep(current: &mut Option<Current>, folder: &Path, line: &Line) -> io::Result<()> {
    if current.as_ref().is_some_and(|current| current.bytes >= MAX_FILE_BYTES) {
        *current = None;
        for age in (1..MAX_FILES).rev() {
            match fs::rename(path(folder, age - 1), path(folder, age)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    let file = match current {
        Some(file) => file,
        None => current.insert(Current::open(folder)?),
    };
    // One write a line: what a kill leaves is whole lines, but for the last.
    let text = format!("{} {}\n", line.at.as_millisecond(), line.text);
    file.file.write_all(text.as_bytes())?;
    file.bytes += text.len() as u64;
    Ok(())
}

fn path(folder: &Path, age: usize) -> PathBuf {
    folder.join(if age == 0 { "log".to_owned() } else { format!("log.{age}") })
}

fn parse(text: &str) -> Option<Line> {
    let (at, text) = text.split_once(' ')?;
    let at = Timestamp::from_millisecond(at.parse().ok()?).ok()?;
    Some(Line { at, text: text.into() })
}

fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_LINE_BYTES)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| &*line.text).collect()
    }

    #[tokio::test]
    async fn lines_are_kept_over_a_start_and_told_to_who_follows() {
        let folder = tempfile::tempdir().unwrap();
        Journal::open(folder.path(), Clock::system()).unwrap().write("first");
        let journal = Journal::open(folder.path(), Clock::system()).unwrap();
        let mut followed = journal.follow();
        journal.write("second 둘째");
        assert_eq!(&*followed.recv().await.unwrap().text, "second 둘째");
        assert_eq!(texts(&journal.last(10, |_| true).unwrap()), ["first", "second 둘째"]);
        assert_eq!(texts(&journal.last(1, |_| true).unwrap()), ["second 둘째"]);
        assert_eq!(texts(&journal.last(10, |line| line.text.starts_with('f')).unwrap()), ["first"]);
    }

    #[test]
    fn standard_output_that_nobody_reads_keeps_no_line_from_the_journal() {
        const MANY: usize = 5000;
        let folder = tempfile::tempdir().unwrap();
        let (_reader, writer) = io::pipe().unwrap();
        let journal = Journal::open_beside(folder.path(), Clock::system(), writer).unwrap();
        (0..MANY).for_each(|number| journal.write(&format!("{number:0100}")));
        assert_eq!(journal.last(MANY * 2, |_| true).unwrap().len(), MANY);
    }

    #[test]
    fn files_and_lines_have_a_size_and_the_oldest_go() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), Clock::system()).unwrap();
        for number in 0..MAX_FILES + 2 {
            let mut file = journal.shared.file.lock().unwrap();
            let line = Line { at: Clock::system().now(), text: format!("line {number}").into() };
            keep(&mut file, folder.path(), &line).unwrap();
            file.as_mut().unwrap().bytes = MAX_FILE_BYTES;
        }
        assert_eq!(journal.files().len(), MAX_FILES);
        let kept = journal.last(100, |_| true).unwrap();
        assert_eq!(texts(&kept), ["line 2", "line 3", "line 4", "line 5", "line 6"]);
        assert_eq!(cut(&"가".repeat(MAX_LINE_BYTES)).len(), MAX_LINE_BYTES - 1);
    }
}
