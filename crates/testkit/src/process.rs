//! Child processes that end with the test, whatever ends the test.

use std::{
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use nix::{
    sys::{prctl, signal},
    unistd::Pid,
};

use crate::wait_for;

/// A running child and what it has printed.
#[derive(Debug)]
pub struct Process {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Process {
    /// Starts a program; its output (both streams) is kept line by line.
    pub fn start(command: &mut Command) -> Self {
        end_with_test(command);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| {
                panic!("{} can't be started: {e}", command.get_program().to_string_lossy());
            });
        let lines = Arc::new(Mutex::new(Vec::new()));
        let streams: [Option<Box<dyn std::io::Read + Send>>; 2] =
            [child.stdout.take().map(|s| Box::new(s) as _), child.stderr.take().map(|s| Box::new(s) as _)];
        for stream in streams.into_iter().flatten() {
            let lines = lines.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    lines.lock().expect("no reader panics").push(line);
                }
            });
        }
        Self { child, lines }
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything printed so far.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().expect("no reader panics").clone()
    }

    /// Waits for a line that holds `text`; panics with all lines after a while.
    pub fn wait_for_line(&self, text: &str) -> String {
        self.wait_for_lines(text, 1).remove(0)
    }

    /// Waits for so many lines that hold `text`.
    pub fn wait_for_lines(&self, text: &str, count: usize) -> Vec<String> {
        let found = || {
            let found: Vec<String> = self.lines().into_iter().filter(|line| line.contains(text)).collect();
            (found.len() >= count).then_some(found)
        };
        let waited = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| wait_for(text, found)));
        waited.unwrap_or_else(|_| {
            panic!("no line holds {text:?} ({count} wanted) among:\n{}", self.lines().join("\n"))
        })
    }

    /// Sends a signal.
    pub fn signal(&self, signal: signal::Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).expect("a process id"));
        signal::kill(pid, signal).expect("the process can be signalled");
    }

    /// Waits for the end; the exit code, `None` after a signal or when it did not end in `patience`.
    pub fn wait(&mut self, patience: Duration) -> Option<i32> {
        let start = std::time::Instant::now();
        while start.elapsed() < patience {
            if let Ok(Some(status)) = self.child.try_wait() {
                return status.code();
            }
            std::thread::park_timeout(Duration::from_millis(10));
        }
        None
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGTERM first, so that a supervisor can end its own children.
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap_or_default());
        if matches!(self.child.try_wait(), Ok(None)) {
            // It may have ended in between; the wait below sees that.
            let _ = signal::kill(pid, signal::Signal::SIGTERM);
            if self.wait(Duration::from_secs(6)).is_none() {
                drop(self.child.kill());
                drop(self.child.wait());
            }
        }
    }
}

/// Asks the kernel to end the child when the thread that starts it ends.
#[expect(unsafe_code, reason = "pre_exec is unsafe; prctl is safe to call between fork and exec")]
pub fn end_with_test(command: &mut Command) {
    unsafe {
        command.pre_exec(|| prctl::set_pdeathsig(signal::Signal::SIGTERM).map_err(std::io::Error::from));
    }
}
