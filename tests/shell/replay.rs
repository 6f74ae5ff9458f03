//! Types a transcript, and holds what is shown against it.

use std::{
    collections::BTreeMap,
    fs,
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::Output,
    time::Instant,
};

use convoke_testkit::{PATIENCE, postgres::Postgres, terminal::Terminal};

use crate::{
    certificates::Authority,
    matching::{line_matches, matches},
    meeting,
    server::Server,
    transcript::{Action, Step, action, read, seen, typing},
};

/// The database that all servers of a transcript may share.
const DATABASE: &str = "transcript";

/// The servers of a transcript, and a session at each.
struct Stage {
    folder: tempfile::TempDir,
    servers: BTreeMap<String, Server>,
    terminals: BTreeMap<String, Terminal>,
    names: Vec<String>,
    authority: Authority,
    /// A database that all share, where the transcript names one.
    postgres: Option<Postgres>,
    /// Ports that another program has.
    taken: BTreeMap<(Ipv4Addr, u16), TcpListener>,
}

/// With this in the environment a transcript is written anew with what was shown, to be looked at and committed.
const WRITE: &str = "CONVOKE_WRITE_TRANSCRIPTS";

/// Replays a file from empty servers.
pub fn replay(file: &Path) {
    let text = fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let steps = read(&text);
    let mut names: Vec<String> = steps.iter().map(|step| step.action.server().to_owned()).collect();
    names.sort();
    names.dedup();
    let mut stage = Stage {
        folder: tempfile::tempdir().unwrap(),
        servers: BTreeMap::new(),
        terminals: BTreeMap::new(),
        names,
        authority: Authority::new(),
        postgres: text.contains("{postgres}").then(Postgres::start),
        taken: BTreeMap::new(),
    };
    if let Some(postgres) = &stage.postgres {
        postgres.database(DATABASE);
    }
    stage.start();
    let mut written = Written::new(&text);
    let secrets = secrets(&steps);
    for mut step in steps {
        stage.fill_in(&mut step);
        let shown = stage.carry_out(&step);
        let expected: Vec<String> = step.expected.iter().map(|line| seen(line)).collect();
        let is_so = matches(&expected, &shown);
        if std::env::var_os(WRITE).is_some() {
            written.add(step.number, (!is_so).then(|| stage.emptied(&shown)));
            fs::write(file, written.whole()).unwrap();
            continue;
        }
        assert!(
            is_so,
            "{}:{}: {:?}\n--- expected\n{}\n--- shown\n{}\n--- the node said\n{}",
            file.display(),
            step.number,
            step.action,
            expected.join("\n"),
            shown.join("\n"),
            stage.servers[step.action.server()].said(),
        );
    }
    for (secret, server) in secrets.iter().flat_map(|secret| stage.servers.values().map(move |s| (secret, s)))
    {
        let settings = fs::read_to_string(server.config()).unwrap();
        assert!(!server.said().contains(secret) && !settings.contains(secret), "{secret} shows");
    }
}

/// What is typed unseen.
fn secrets(steps: &[Step]) -> Vec<String> {
    let lines = steps.iter().flat_map(|step| &step.expected);
    lines
        .filter_map(|line| typing(line))
        .filter(|typing| !typing.is_seen)
        .map(|typing| typing.typed.to_owned())
        .collect()
}

impl Stage {
    fn start(&mut self) {
        for name in &self.names {
            self.servers.insert(name.clone(), Server::start(self.folder.path(), name));
        }
        self.authority.put_beside(self.servers.values());
    }

    /// Puts addresses in place: `{cms1}`.
    fn fill_in(&self, step: &mut Step) {
        let fill = |text: &mut String| {
            for (name, server) in &self.servers {
                *text = text.replace(&format!("{{{name}}}"), &server.address.to_string());
            }
            *text = text.replace("{postgres}", &self.postgres_url());
        };
        step.expected.iter_mut().for_each(fill);
        match &mut step.action {
            Action::Typed { line, .. }
            | Action::Meeting { line, .. }
            | Action::Ssh { line, .. }
            | Action::Mmp { line, .. }
            | Action::Api { line, .. }
            | Action::Port { line, .. }
            | Action::Edit { line, .. }
            | Action::Sql { line, .. } => fill(line),
            Action::Sftp { command, .. } => fill(command),
        }
    }

    /// Puts names in place of addresses.
    fn emptied(&self, shown: &[String]) -> Vec<String> {
        let empty = |line: &String| {
            let mut line = line.clone();
            for (name, server) in &self.servers {
                line = line.replace(&server.address.to_string(), &format!("{{{name}}}"));
            }
            line
        };
        shown.iter().map(empty).collect()
    }

    fn postgres_url(&self) -> String {
        self.postgres.as_ref().map_or_else(String::new, |postgres| postgres.url(DATABASE))
    }

    fn carry_out(&mut self, step: &Step) -> Vec<String> {
        let Some(server) = self.servers.get_mut(step.action.server()) else { panic!("no server") };
        match &step.action {
            Action::Typed { server: name, line, is_awaited } => {
                let mut terminal = self.terminals.remove(name).unwrap_or_else(|| server.terminal());
                let (began, prompt) = (Instant::now(), format!("{name}> "));
                let expected: Vec<String> = step.expected.iter().map(|line| seen(line)).collect();
                let (shown, is_open) = loop {
                    let (shown, is_open) = type_line(&mut terminal, &prompt, line, &step.expected);
                    if !is_awaited || !is_open || began.elapsed() > PATIENCE || matches(&expected, &shown) {
                        break (shown, is_open);
                    }
                };
                if is_open {
                    self.terminals.insert(name.clone(), terminal);
                }
                shown
            }
            Action::Sftp { command, .. } => {
                let output = server.sftp(command);
                lines_of(&output, &output.stderr)
            }
            Action::Ssh { line, .. } => {
                let output = server.ssh(line, "");
                lines_of(&output, &output.stdout)
            }
            Action::Mmp { line, .. } => {
                let output = server.mmp(line, "");
                lines_of(&output, &output.stdout)
            }
            Action::Api { line, .. } => create(self.authority.pem(), server, line),
            Action::Port { line, is_taken, .. } => {
                let place = (server.address, line.parse().unwrap());
                if *is_taken {
                    self.taken.insert(place, TcpListener::bind(place).unwrap());
                } else {
                    assert!(self.taken.remove(&place).is_some(), "{place:?} was not taken");
                }
                Vec::new()
            }
            Action::Edit { line, .. } => {
                edit(&server.config(), line);
                Vec::new()
            }
            Action::Sql { line, .. } => {
                self.postgres.as_ref().expect("a transcript that names {postgres}").run(DATABASE, line);
                Vec::new()
            }
            Action::Meeting { line, .. } => {
                let ports: Vec<&str> = line.split_whitespace().collect();
                let [api, other, web] = ports[..] else { panic!("{line}") };
                let (server, other) = (&self.servers[step.action.server()], &self.servers[other]);
                meeting::Organizer::new(self.authority.pem(), (server, api), (other, web)).schedule(&[])
            }
        }
    }
}

/// Makes an object by the API; what is wrong, if anything is.
fn create(ca: &str, server: &Server, line: &str) -> Vec<String> {
    let mut words = line.split_whitespace();
    let (port, collection) = (words.next().unwrap(), words.next().unwrap());
    let fields: Vec<(&str, &str)> = words.filter_map(|field| field.split_once('=')).collect();
    meeting::create(ca, (server, port), collection, &fields)
}

/// Replaces a text of a settings file, as somebody does by hand: `old => new`, where `\n` begins a line.
fn edit(file: &Path, line: &str) {
    let (old, new) = line.split_once("=>").unwrap_or_else(|| panic!("no => in {line:?}"));
    let (old, new) = (old.trim().replace("\\n", "\n"), new.trim().replace("\\n", "\n"));
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(&old), "{old:?} is not in\n{text}");
    fs::write(file, text.replacen(&old, &new, 1)).unwrap();
}

/// A transcript that is written anew: its own lines, but where something else was shown.
struct Written<'t> {
    lines: Vec<&'t str>,
    /// How many of them are taken over.
    until: usize,
    text: String,
}

impl<'t> Written<'t> {
    fn new(text: &'t str) -> Self {
        Self { lines: text.lines().collect(), until: 0, text: String::new() }
    }

    /// Takes over the lines up to this step's own, and what it showed where that was not expected.
    fn add(&mut self, number: usize, shown: Option<Vec<String>>) {
        self.take_over(number);
        let Some(shown) = shown else { return };
        let is_expected = |line: &&str| !(line.is_empty() || line.starts_with('#') || action(line).is_some());
        self.until += self.lines[number..].iter().take_while(|line| is_expected(line)).count();
        shown.iter().for_each(|line| self.text.push_str(&format!("{line}\n")));
    }

    fn take_over(&mut self, until: usize) {
        for line in &self.lines[self.until..until] {
            self.text.push_str(&format!("{line}\n"));
        }
        self.until = until;
    }

    fn whole(&self) -> String {
        let rest: String = self.lines[self.until..].iter().map(|line| format!("{line}\n")).collect();
        format!("{}{rest}", self.text)
    }
}

/// What a program said, and its status where it is not 0.
pub fn lines_of(output: &Output, said: &[u8]) -> Vec<String> {
    let mut lines: Vec<String> = String::from_utf8_lossy(said).lines().map(str::to_owned).collect();
    if !output.status.success() {
        lines.push(format!("[status {}]", output.status.code().unwrap_or(-1)));
    }
    trimmed(lines)
}

fn trimmed(mut lines: Vec<String>) -> Vec<String> {
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    lines
}

/// Types a line at the prompt and all that its expected lines say is typed; answers what was shown until the next prompt, and whether
/// there is one.
fn type_line(terminal: &mut Terminal, prompt: &str, line: &str, expected: &[String]) -> (Vec<String>, bool) {
    terminal.wait_for_current(prompt);
    let from = terminal.screen().done.len() + 1;
    terminal.types(&format!("{line}\r"));
    for (index, expected_line) in expected.iter().enumerate() {
        if expected_line == "^C" {
            let before: Vec<String> = expected[..index].iter().map(|line| seen(line)).collect();
            terminal.wait("what comes before ^C", |screen| {
                screen.done.get(from..).is_some_and(|shown| matches(&before, shown)).then_some(())
            });
            terminal.types("\x03");
        } else if let Some(typing) = typing(expected_line) {
            terminal.wait(typing.before, |screen| {
                let is_asked = screen.done.len() >= from && line_matches(typing.before, &screen.current());
                is_asked.then_some(())
            });
            // The next question may be the same, so what counts is the line that the answer ends.
            let count = terminal.screen().done.len();
            terminal.types(&format!("{}\r", typing.typed));
            terminal.wait("the answer", |screen| (screen.done.len() > count).then_some(()));
        }
    }
    let is_open = wait_for_prompt(terminal, prompt, from);
    let screen = terminal.screen();
    (trimmed(screen.done.get(from..).unwrap_or_default().to_vec()), is_open)
}

/// Waits until the command has ended, by the prompt or by the session's end.
fn wait_for_prompt(terminal: &Terminal, prompt: &str, from: usize) -> bool {
    terminal.wait("the next prompt", |screen| {
        let is_back = screen.done.len() >= from && screen.current() == prompt;
        (is_back || screen.is_over).then_some(is_back)
    })
}
