//! A program at a pseudo-terminal: what a person would type, and what a person would see, line by line.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use nix::pty::{OpenptyResult, Winsize, openpty};

use crate::{process::end_with_test, wait_for};

/// What stands on the screen: whole lines, and the one with the cursor.
#[derive(Debug, Clone, Default)]
pub struct Screen {
    /// Lines above the cursor's.
    pub done: Vec<String>,
    /// Nothing more will be shown: every program at it has ended.
    pub is_over: bool,
    current: Vec<char>,
    column: usize,
    sequence: Option<String>,
}

/// A program at a terminal. It ends with the test.
#[derive(Debug)]
pub struct Terminal {
    child: Child,
    master: File,
    screen: Arc<Mutex<Screen>>,
}

impl Screen {
    /// The cursor's line.
    pub fn current(&self) -> String {
        self.current.iter().collect()
    }

    /// Everything, for messages.
    pub fn text(&self) -> String {
        format!("{}\n{}", self.done.join("\n"), self.current())
    }

    /// Takes a character as a terminal would that is wide enough for every line.
    fn take(&mut self, c: char) {
        if let Some(mut sequence) = self.sequence.take() {
            sequence.push(c);
            let is_whole = sequence.len() > 1 && c.is_ascii_alphabetic();
            if is_whole {
                self.control(&sequence)
            } else {
                self.sequence = Some(sequence)
            }
            return;
        }
        match c {
            '\x1b' => self.sequence = Some(String::new()),
            '\r' => self.column = 0,
            '\n' => {
                self.done.push(self.current().trim_end().to_owned());
                (self.current, self.column) = (Vec::new(), 0);
            }
            c if c.is_control() => {}
            c => {
                self.current.resize(self.current.len().max(self.column + 1), ' ');
                self.current[self.column] = c;
                self.column += 1;
            }
        }
    }

    fn control(&mut self, sequence: &str) {
        let count = || sequence.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(1);
        match sequence.chars().last() {
            Some('J' | 'K') => self.current.truncate(self.column),
            Some('C') => self.column += count(),
            _ => {}
        }
    }
}

impl Terminal {
    /// Starts a program at a terminal of this size.
    pub fn start(command: &mut Command, columns: u16, rows: u16) -> Self {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let OpenptyResult { master, slave } = openpty(&size, None).expect("a pseudo-terminal");
        let stream = || Stdio::from(slave.try_clone().expect("a descriptor"));
        command.stdin(stream()).stdout(stream()).stderr(stream());
        end_with_test(command);
        let child = command.spawn().unwrap_or_else(|e| {
            panic!("{} can't be started: {e}", command.get_program().to_string_lossy());
        });
        // The command holds the other end open as long as it lives, and the terminal would never end.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        drop(slave);
        let master = File::from(master);
        let screen = Arc::new(Mutex::new(Screen::default()));
        let (mut reader, shown) = (master.try_clone().expect("a descriptor"), Arc::clone(&screen));
        std::thread::spawn(move || {
            let (mut buffer, mut bytes) = ([0; 4096], Vec::new());
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                bytes.extend_from_slice(&buffer[..count]);
                let whole = match std::str::from_utf8(&bytes) {
                    Ok(text) => text.len(),
                    Err(fault) => fault.valid_up_to(),
                };
                let text = String::from_utf8_lossy(&bytes[..whole]).into_owned();
                bytes.drain(..whole);
                let mut screen = shown.lock().expect("no reader panics");
                text.chars().for_each(|c| screen.take(c));
            }
            shown.lock().expect("no reader panics").is_over = true;
        });
        Self { child, master, screen }
    }

    /// Types text; Enter is `\r`.
    pub fn types(&mut self, text: &str) {
        self.master.write_all(text.as_bytes()).expect("the terminal takes it");
    }

    /// What stands there now.
    pub fn screen(&self) -> Screen {
        self.screen.lock().expect("no reader panics").clone()
    }

    /// Waits until `seen` finds something; panics with the screen after a while.
    pub fn wait<T>(&self, what: &str, mut seen: impl FnMut(&Screen) -> Option<T>) -> T {
        let found = || seen(&self.screen());
        let waited = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| wait_for(what, found)));
        waited.unwrap_or_else(|_| {
            panic!("waited in vain for {what:?} on this screen:\n{}", self.screen().text())
        })
    }

    /// Waits until the cursor's line is this one.
    pub fn wait_for_current(&self, line: &str) {
        self.wait(line, |screen| (screen.current() == line).then_some(()));
    }

    /// Gives the terminal another size.
    pub fn resize(&self, columns: u16, rows: u16) {
        let size = rustix::termios::Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        rustix::termios::tcsetwinsize(&self.master, size).expect("the terminal's size can be set");
    }

    /// Whether what is typed would be shown by the terminal itself, as it is at rest.
    pub fn echoes(&self) -> bool {
        let modes = rustix::termios::tcgetattr(&self.master).expect("the terminal's modes");
        modes.local_modes.contains(rustix::termios::LocalModes::ECHO)
    }

    /// Whether the program still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The program's id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the end, and until its last words are on the screen; the exit code, none after a signal or when it did not end in `patience`.
    pub fn wait_for_end(&mut self, patience: Duration) -> Option<i32> {
        let start = std::time::Instant::now();
        while start.elapsed() < patience {
            // Another process may hold the terminal still.
            let is_read = self.screen().is_over || start.elapsed() * 2 > patience;
            if let Ok(Some(status)) = self.child.try_wait()
                && is_read
            {
                return status.code();
            }
            std::thread::park_timeout(Duration::from_millis(10));
        }
        None
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_shows_what_is_painted_over_and_erased() {
        let mut screen = Screen::default();
        "\r\x1b[Jcms1> abc\r\x1b[Jcms1> ab\r\n\x1b[?2004lone\r\ntwo\r\x1b[1C\x1b[Jx"
            .chars()
            .for_each(|c| screen.take(c));
        assert_eq!(screen.done, ["cms1> ab", "one"]);
        assert_eq!(screen.current(), "tx");
    }

    #[test]
    fn a_program_reads_what_is_typed() {
        let mut terminal = Terminal::start(&mut Command::new("cat"), 80, 24);
        assert!(terminal.echoes());
        terminal.types("한글\n");
        terminal.wait("its answer", |screen| (screen.done == ["한글", "한글"]).then_some(()));
        terminal.types("\x04");
        assert_eq!(terminal.wait_for_end(Duration::from_secs(10)), Some(0));
        terminal.wait("its end", |screen| screen.is_over.then_some(()));
    }
}
