//! Reads a transcript; tests/transcripts/README.md says how one is written.

/// One thing that is done, and what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its line in the file, from 1.
    pub number: usize,
    pub action: Action,
    /// The lines that follow it, without blank ones at their end.
    pub expected: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A line at the prompt of a server; with `is_awaited` again until it shows what is expected.
    Typed { server: String, line: String, is_awaited: bool },
    /// `$ sftp SERVER COMMAND`.
    Sftp { server: String, command: String },
    /// `$ ssh SERVER LINE`.
    Ssh { server: String, line: String },
    /// `$ mmp SERVER LINE`.
    Mmp { server: String, line: String },
    /// `$ meeting SERVER API-PORT OTHER WEB-PORT`: a person, a template, and a meeting through the other's web bridge.
    Meeting { server: String, line: String },
    /// `$ api SERVER PORT COLLECTION FIELD=VALUE...`: makes an object.
    Api { server: String, line: String },
    /// `$ take SERVER PORT` and `$ free SERVER PORT`: another program listens there, or no more.
    Port { server: String, line: String, is_taken: bool },
    /// `$ edit SERVER OLD => NEW`: a text of the settings file is replaced by hand.
    Edit { server: String, line: String },
    /// `$ sql SERVER STATEMENT`: on the database that all share.
    Sql { server: String, line: String },
}

impl Action {
    pub fn server(&self) -> &str {
        match self {
            Self::Typed { server, .. }
            | Self::Sftp { server, .. }
            | Self::Ssh { server, .. }
            | Self::Mmp { server, .. }
            | Self::Meeting { server, .. }
            | Self::Api { server, .. }
            | Self::Port { server, .. }
            | Self::Edit { server, .. }
            | Self::Sql { server, .. } => server,
        }
    }
}

/// A line with something typed in its midst: `«unseen»` or `‹seen›`.
#[derive(Debug, PartialEq, Eq)]
pub struct Typing<'l> {
    pub before: &'l str,
    pub typed: &'l str,
    pub is_seen: bool,
}

/// What is typed within an expected line, if anything is.
pub fn typing(line: &str) -> Option<Typing<'_>> {
    [('«', '»', false), ('‹', '›', true)].into_iter().find_map(|(opening, closing, is_seen)| {
        let (before, rest) = line.split_once(opening)?;
        let (typed, _) = rest.split_once(closing)?;
        Some(Typing { before, typed, is_seen })
    })
}

/// An expected line as it is seen.
pub fn seen(line: &str) -> String {
    match typing(line) {
        Some(Typing { before, typed, is_seen: true }) => format!("{before}{typed}"),
        Some(Typing { before, .. }) => before.trim_end().to_owned(),
        None => line.to_owned(),
    }
}

/// The steps of a file.
pub fn read(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.starts_with('#') {
            continue;
        }
        match (action(line), steps.last_mut()) {
            (Some(action), _) => steps.push(Step { number, action, expected: Vec::new() }),
            (None, Some(step)) => step.expected.push(line.to_owned()),
            (None, None) => assert!(line.trim().is_empty(), "line {number} belongs to nothing: {line}"),
        }
    }
    for step in &mut steps {
        while step.expected.last().is_some_and(|line| line.trim().is_empty()) {
            step.expected.pop();
        }
    }
    steps
}

/// What a line of a transcript does, if it does anything.
pub fn action(line: &str) -> Option<Action> {
    if let Some(rest) = line.strip_prefix("$ ") {
        let mut words = rest.splitn(3, ' ');
        let (program, server) = (words.next()?, words.next()?.to_owned());
        let line = words.next().unwrap_or_default().to_owned();
        return match program {
            "sftp" => Some(Action::Sftp { server, command: line }),
            "ssh" => Some(Action::Ssh { server, line }),
            "mmp" => Some(Action::Mmp { server, line }),
            "api" => Some(Action::Api { server, line }),
            "meeting" => Some(Action::Meeting { server, line }),
            "take" => Some(Action::Port { server, line, is_taken: true }),
            "free" => Some(Action::Port { server, line, is_taken: false }),
            "edit" => Some(Action::Edit { server, line }),
            "sql" => Some(Action::Sql { server, line }),
            other => panic!("no transcript knows {other}"),
        };
    }
    let (server, line) = line.split_once('>')?;
    let (line, is_awaited) = line.strip_prefix('?').map_or((line, false), |line| (line, true));
    let line = line.strip_prefix(' ').or_else(|| line.is_empty().then_some(line))?;
    let is_server = server.strip_prefix("cms").is_some_and(|number| number.parse::<u8>().is_ok());
    is_server.then(|| Action::Typed { server: server.to_owned(), line: line.to_owned(), is_awaited })
}

#[test]
fn a_transcript_has_steps_with_what_they_show() {
    let text = "# about\n\ncms1> passwd\nPassword: «one»\nSuccess\n\ncms2>? a > b\n$ sftp cms1 put x\n$ ssh cms1 version\nv\n";
    let steps = read(text);
    let shown: Vec<(usize, &str, Vec<String>)> =
        steps.iter().map(|step| (step.number, step.action.server(), step.expected.clone())).collect();
    let expected = [
        (3, "cms1", vec!["Password: «one»".to_owned(), "Success".to_owned()]),
        (7, "cms2", vec![]),
        (8, "cms1", vec![]),
        (9, "cms1", vec!["v".to_owned()]),
    ];
    assert_eq!(shown, expected);
    assert_eq!(seen("Password: «one»"), "Password:");
    assert_eq!(seen("Really? (Y/n) ‹Y›"), "Really? (Y/n) Y");
}
