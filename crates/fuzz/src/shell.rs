//! What administrators and their programs send: keys of a terminal, lines, requests of SFTP, frames of the console.

use convoke_model::AccountRole;
use convoke_shell::{
    editor::{Editor, Event, Mode},
    grammar, help,
    line::MAX_LINE_BYTES,
};

/// A session at a terminal: its size, how much comes at once, and what is typed.
pub(crate) fn typed(data: &[u8]) {
    let [columns, rows, piece, rest @ ..] = data else { return };
    let mut editor = Editor::new(u16::from(*columns), u16::from(*rows), false);
    editor.remember("scheduler status");
    editor.ask("cms1> ", Mode::Command);
    rest.chunks(usize::from(*piece).max(1)).for_each(|piece| feed(&mut editor, piece));
}

fn feed(editor: &mut Editor, piece: &[u8]) {
    let mut fed = editor.feed(piece);
    while let Some(event) = fed.event {
        match event {
            Event::Line(line) => {
                assert!(line.len() <= MAX_LINE_BYTES && !line.contains(char::is_control), "{line:?}");
                drop(grammar::read(&line, AccountRole::Admin));
                editor.ask("cms1> ", Mode::Command);
            }
            Event::Complete => drop(editor.complete(0, &["scheduler".to_owned(), "syslog".to_owned()])),
            Event::Help => {
                let lines = help::at(editor.before_cursor(), AccountRole::Admin);
                editor.show_below(&lines);
            }
            Event::Interrupt | Event::End => drop(editor.ask("cms1> ", Mode::Answer)),
        }
        assert!(editor.line().starts_with(editor.before_cursor()));
        fed = editor.feed(b"");
    }
}

/// A stream of SFTP: whatever it names lies in the folder.
pub(crate) fn sftp(data: &[u8]) {
    let (packets, names) = convoke_ssh::fuzz::sftp(data);
    assert!(packets <= data.len());
    for name in names {
        assert!(!name.as_str().contains(['/', '\0']) && !name.as_str().starts_with('.'), "{name}");
    }
}

/// A frame of the console's socket.
pub(crate) fn console(data: &[u8]) {
    if let [kind, body @ ..] = data {
        convoke_ssh::fuzz::console(*kind, body);
    }
}
