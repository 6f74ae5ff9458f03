//! Lines for standard output, written by a thread of its own: whoever reads them may stand still (a terminal that was stopped, a pipe that
//! nobody reads) without what runs here standing still with it.

use std::{
    collections::VecDeque,
    io::Write,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

/// Lines that wait to be written, each no longer than one of the journal: 16 MiB at most. Those beyond are left out and counted.
pub const MAX_WAITING_LINES: usize = 1024;

/// The lines' way out. They end with it, once those that wait are written.
#[derive(Debug)]
pub(crate) struct Output(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: VecDeque<String>,
    /// Lines that found no room since the last that did.
    left_out: u64,
    is_writing: bool,
    is_closed: bool,
}

impl Shared {
    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Output {
    /// Lines go to `to`.
    pub(crate) fn start(to: impl Write + Send + 'static) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let writer = Arc::clone(&shared);
        thread::Builder::new().name("output".to_owned()).spawn(move || write_all(&writer, to))?;
        Ok(Self(shared))
    }

    /// Writes a line, soon. Never waits.
    pub(crate) fn line(&self, text: &str) {
        let mut state = self.0.locked();
        if state.lines.len() >= MAX_WAITING_LINES {
            state.left_out += 1;
            return;
        }
        if let left_out @ 1.. = std::mem::take(&mut state.left_out) {
            state.lines.push_back(format!(
                "({left_out} lines are left out here, since nobody read; the journal has them)"
            ));
        }
        state.lines.push_back(text.to_owned());
        drop(state);
        self.0.changed.notify_all();
    }

    /// Waits until all lines are written, or for so long.
    pub(crate) fn drain(&self, patience: Duration) {
        let waits = |state: &mut State| state.is_writing || !state.lines.is_empty();
        drop(self.0.changed.wait_timeout_while(self.0.locked(), patience, waits));
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.0.locked().is_closed = true;
        self.0.changed.notify_all();
    }
}

fn write_all(shared: &Shared, mut to: impl Write) {
    let mut state = shared.locked();
    loop {
        state.is_writing = false;
        shared.changed.notify_all();
        let idle = |state: &mut State| state.lines.is_empty() && !state.is_closed;
        state = shared.changed.wait_while(state, idle).unwrap_or_else(PoisonError::into_inner);
        let Some(mut line) = state.lines.pop_front() else { return };
        state.is_writing = true;
        drop(state);
        line.push('\n');
        // Nobody can be told that standard output is gone.
        drop(to.write_all(line.as_bytes()).and_then(|()| to.flush()));
        state = shared.locked();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead as _, BufReader, PipeReader, pipe},
        time::Instant,
    };

    use super::*;

    fn lines(reader: PipeReader) -> Vec<String> {
        BufReader::new(reader).lines().map(Result::unwrap).collect()
    }

    #[test]
    fn who_writes_does_not_wait_for_a_reader_that_stands_still_and_what_was_left_out_is_told() {
        const MANY: usize = MAX_WAITING_LINES * 3;
        let (reader, writer) = pipe().unwrap();
        let output = Output::start(writer).unwrap();
        let line = |number: usize| format!("{number:01000}");
        (0..MANY).for_each(|number| output.line(&line(number)));
        let begun = Instant::now();
        output.drain(Duration::from_millis(10));
        assert!(begun.elapsed() >= Duration::from_millis(10), "nobody reads");
        let read = thread::spawn(move || lines(reader));
        output.drain(Duration::from_secs(20));
        output.line("last");
        drop(output);
        let read = read.join().unwrap();
        assert_eq!(read.last().map(String::as_str), Some("last"));
        // Every line is there, or counted where it would be.
        let (mut next, mut left_out) = (0, 0);
        for told in &read[..read.len() - 1] {
            match told.strip_prefix('(').and_then(|told| told.split(' ').next()) {
                Some(count) => {
                    assert!(
                        told.ends_with(" lines are left out here, since nobody read; the journal has them)")
                    );
                    left_out += count.parse::<usize>().unwrap();
                    next += count.parse::<usize>().unwrap();
                }
                None => {
                    assert_eq!(*told, line(next), "in their order");
                    next += 1;
                }
            }
        }
        assert_eq!(next, MANY);
        assert!((1..=MANY - MAX_WAITING_LINES).contains(&left_out), "{left_out}");
    }

    #[test]
    fn a_reader_that_is_gone_holds_up_nobody() {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        let output = Output::start(writer).unwrap();
        output.line("lost");
        output.drain(Duration::from_secs(20));
        assert!(output.0.locked().lines.is_empty());
    }
}
