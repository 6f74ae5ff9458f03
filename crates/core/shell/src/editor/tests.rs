//! What the editor shows, held against a terminal that shows it.

use proptest::prelude::*;

use super::{
    Editor, Event, Fed, MAX_TYPED_AHEAD, Mode,
    cells::{Cell, after, in_columns, place},
    emulator::Emulator,
};
use crate::line::MAX_LINE_BYTES;

const PROMPT: &str = "cms1> ";

fn editor() -> Editor {
    let mut editor = Editor::new(80, 24, false);
    editor.ask(PROMPT, Mode::Command);
    editor
}

fn typed(bytes: &[u8]) -> (String, Option<Event>) {
    let mut editor = editor();
    let fed = editor.feed(bytes);
    (editor.line().to_owned(), fed.event)
}

fn line(bytes: &[u8]) -> String {
    let (_, event) = typed(&[bytes, b"\r"].concat());
    let Some(Event::Line(line)) = event else { panic!("{event:?}") };
    line
}

#[test]
fn keys_edit_the_line_as_in_other_shells() {
    for (bytes, expected) in [
        (&b"abc\x1b[Dx"[..], "abxc"),
        (b"abc\x01x\x05y", "xabcy"),
        (b"abc\x7f\x7f", "a"),
        (b"abc\x1b[D\x1b[D\x1b[3~", "ac"),
        (b"abc\x02\x04", "ab"),
        (b"one two three\x17\x17x", "one x"),
        (b"one two\x1bbx", "one xtwo"),
        (b"one two\x01\x1bfx", "onex two"),
        (b"one two\x01\x1bd", " two"),
        (b"one two\x15x", "x"),
        (b"one two\x1bb\x0b", "one "),
        (b"one two\x17\x19 \x19", "one two two"),
        ("한글\x7f자".as_bytes(), "한자"),
        ("e\u{301}x\x1b[D\x7f".as_bytes(), "x"),
        ("\u{301}a".as_bytes(), "a"),
        (b"a\x00\x1fb\xc2\x85", "ab"),
        ("a\u{202e}b\u{2028}".as_bytes(), "ab"),
        (b"\xffa", "\u{fffd}a"),
        (b"say \"why?\"", "say \"why?\""),
        (b"\x1b[200~what?\tso\x1b[201~", "what? so"),
    ] {
        assert_eq!(line(bytes), expected, "{bytes:?}");
    }
}

#[test]
fn keys_that_ask_for_something_are_events() {
    assert_eq!(typed(b"sch\t"), ("sch".to_owned(), Some(Event::Complete)));
    assert_eq!(typed(b"sch?"), ("sch".to_owned(), Some(Event::Help)));
    assert_eq!(typed(b"sch\x03"), (String::new(), Some(Event::Interrupt)));
    assert_eq!(typed(b"\x04"), (String::new(), Some(Event::End)));
    assert_eq!(typed(b"a\x04").1, None);
}

#[test]
fn what_is_typed_ahead_waits_for_the_next_question() {
    let mut editor = editor();
    assert_eq!(editor.feed(b"one\rtwo\r").event, Some(Event::Line("one".to_owned())));
    assert_eq!(editor.feed(b"three"), Fed::default(), "nothing is asked for");
    editor.ask(PROMPT, Mode::Command);
    assert_eq!(editor.feed(b"").event, Some(Event::Line("two".to_owned())));
    editor.ask(PROMPT, Mode::Command);
    assert_eq!(editor.feed(b""), Fed { shown: "three".to_owned(), event: None });
    editor.feed(b"\r");
    editor.feed(&vec![b'x'; MAX_TYPED_AHEAD + 1]);
    editor.drop_typed_ahead();
    editor.ask(PROMPT, Mode::Command);
    assert_eq!(editor.feed(b"y\r").event, Some(Event::Line("y".to_owned())));
}

/// Types ahead while nothing is asked for, asks, and answers the lines that come of it.
fn lines_of(pieces: &[&[u8]], then: &[&[u8]]) -> Vec<String> {
    let mut editor = editor();
    editor.feed(b"first\r");
    pieces.iter().for_each(|piece| drop(editor.feed(piece)));
    let mut lines = Vec::new();
    editor.ask(PROMPT, Mode::Command);
    for piece in std::iter::once(&&b""[..]).chain(then) {
        let mut fed = editor.feed(piece);
        while let Some(Event::Line(line)) = fed.event {
            lines.push(line);
            editor.ask(PROMPT, Mode::Command);
            fed = editor.feed(b"");
        }
    }
    lines
}

#[test]
fn what_is_typed_ahead_is_kept_whole_up_to_its_limit_and_beyond_it_no_half_line_is_run() {
    let full: Vec<u8> = b"version\r".iter().copied().cycle().take(MAX_TYPED_AHEAD).collect();
    assert_eq!(lines_of(&[&full], &[]).len(), MAX_TYPED_AHEAD / b"version\r".len());
    assert_eq!(lines_of(&[&full, b"x"], &[b"y\rz\r"]), ["z"], "y is the rest of what was dropped");
    assert_eq!(lines_of(&[&full, b"shutdown now"], &[b" or later", b"\rhealth\r"]), ["health"]);
    assert_eq!(lines_of(&[&full, b"shutdown\r"], &[b"health\r"]), ["health"]);
    assert_eq!(lines_of(&[&full, b"shut", b"down\r"], &[b"health\r"]), ["health"]);
    assert_eq!(lines_of(&[&full, b"shut", b"down"], &[b"xx\x03health\r"]), [""; 0], "Ctrl-C is heard");
    assert_eq!(lines_of(&[&[&full[..], b"shut"].concat(), b"down\r\n"], &[b"health\r"]), ["health"]);
}

#[test]
fn that_too_much_was_typed_ahead_is_said_once_with_a_bell() {
    let mut editor = editor();
    editor.feed(b"first\r");
    editor.feed(&vec![b'x'; MAX_TYPED_AHEAD]);
    let said = "\r\nMore than 64 KiB was typed ahead; all of it was dropped.\r\n\x07";
    assert_eq!(editor.feed(b"x"), Fed { shown: said.to_owned(), event: None });
    assert_eq!(editor.feed(b"x\r"), Fed::default());
    editor.drop_typed_ahead();
    assert_eq!(editor.feed(b"y\r"), Fed::default());
    editor.ask(PROMPT, Mode::Command);
    assert_eq!(editor.feed(b"").event, Some(Event::Line("y".to_owned())), "Ctrl-C begins anew");
    editor.ask(PROMPT, Mode::Command);
    let fed = editor.feed(&vec![b'x'; MAX_TYPED_AHEAD + 1]);
    assert!(fed.shown.contains("all of it was dropped.\r\n") && fed.shown.ends_with("cms1> \x07"), "{fed:?}");
    assert_eq!(editor.line(), "");
    assert_eq!(editor.feed(b"x\ry\r").event, Some(Event::Line("y".to_owned())));
}

#[test]
fn keys_cost_what_they_change_and_many_that_come_together_are_shown_once() {
    let mut editor = Editor::new(80, 100, false);
    editor.ask(PROMPT, Mode::Command);
    let long = "x".repeat(MAX_LINE_BYTES - 2000);
    let shown = |editor: &mut Editor, keys: &[u8]| editor.feed(keys).shown.len();
    assert_eq!(shown(&mut editor, long.as_bytes()) / long.len(), 1);
    assert!(shown(&mut editor, b"y") < 20, "at the end");
    for key in [&b"\x1b[D"[..], b"\x1b[C", b"\x01", b"\x05", b"\x7f", b"\x02", b"y", b"\x7f", b"\x1b[3~"] {
        assert!(shown(&mut editor, key) < 20, "{key:?}");
    }
    editor.feed(b"\x01");
    let many = shown(&mut editor, "a".repeat(500).as_bytes());
    assert!(many < MAX_LINE_BYTES, "{many}");
    let many = shown(&mut editor, &b"\x1b[A\x1b[B".repeat(500));
    assert!(many < 100, "{many}");
}

#[test]
fn a_secret_is_never_shown_and_has_no_help_completion_or_history() {
    let mut editor = editor();
    editor.remember("version");
    assert_eq!(editor.ask("Password: ", Mode::Secret), "\r\x1b[JPassword: ");
    let fed = editor.feed("s3cr?t\t\x1b[A한\x01\x7fx\r".as_bytes());
    assert!(fed.shown.chars().all(|c| "\x07\r\n".contains(c)), "{:?}", fed.shown);
    assert_eq!(fed.event, Some(Event::Line("xs3cr?t한".to_owned())));
    editor.ask("Password: ", Mode::Secret);
    let shown = editor.feed(b"secret\x0c").shown + &editor.resize(40, 10);
    assert!(!shown.contains('e'), "{shown:?}");
}

#[test]
fn the_arrows_find_lines_that_were_remembered() {
    let mut editor = editor();
    editor.remember("version");
    editor.remember("scheduler status");
    editor.ask(PROMPT, Mode::Command);
    assert_eq!(editor.feed(b"dra\x1b[A\x1b[A\r").event, Some(Event::Line("version".to_owned())));
    editor.ask(PROMPT, Mode::Command);
    assert_eq!(editor.feed(b"dra\x1b[A\x1b[Bft\r").event, Some(Event::Line("draft".to_owned())));
}

#[test]
fn a_line_is_as_long_as_it_may_be() {
    let long = line(&vec![b'x'; MAX_LINE_BYTES + 10]);
    assert_eq!(long.len(), MAX_LINE_BYTES);
}

#[test]
fn completion_puts_what_is_sure_and_shows_what_is_not() {
    let strings = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let mut terminal = Emulator::new(40, 6);
    let mut editor = Editor::new(40, 6, true);
    terminal.show(&editor.ask(PROMPT, Mode::Command));
    terminal.show(&editor.feed(b"scheduler ht").shown);
    terminal.show(&editor.complete(10, &strings(&["https"])));
    assert_eq!(editor.line(), "scheduler https ");
    terminal.show(&editor.feed(b"certs C").shown);
    terminal.show(&editor.complete(22, &strings(&["CB.crt", "CB.key"])));
    assert_eq!(editor.line(), "scheduler https certs CB.");
    terminal.show(&editor.complete(22, &strings(&["CB.crt", "CB.key"])));
    assert_eq!(editor.complete(22, &[]), "\x07");
    let text = terminal.text();
    assert_eq!(
        text[..3],
        ["cms1> scheduler https certs CB.", "CB.crt  CB.key", "cms1> scheduler https certs CB."]
    );
    assert_eq!((terminal.row, terminal.column), (2, 31));
    terminal.show(&editor.feed(b"\x15listen ").shown);
    terminal.show(&editor.complete(7, &strings(&["lo:"])));
    assert_eq!(editor.line(), "listen lo:");
    assert_eq!(terminal.text()[2], "cms1> listen lo:");
}

#[test]
fn words_stand_in_columns_read_downwards() {
    let words: Vec<_> = ["a", "bb", "한글", "d", "e"].map(str::to_owned).into();
    assert_eq!(in_columns(&words, 13), ["a     d", "bb    e", "한글"]);
    assert_eq!(in_columns(&words, 3).len(), 5);
}

/// Typing: characters of all widths, keys, pieces of sequences, and nonsense.
fn typing() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => "[a-z ]{1,12}".prop_map(String::into_bytes),
        4 => "[한글자모漢字e\u{301}\u{1100}\u{1161}👍]{1,6}".prop_map(String::into_bytes),
        6 => prop::sample::select(vec![
            &b"\x1b[D"[..], b"\x1b[C", b"\x1b[A", b"\x1b[B", b"\x1b[H", b"\x1b[F", b"\x1b[3~", b"\x7f", b"\x17", b"\x15",
            b"\x0b", b"\x19", b"\x1bb", b"\x1bf", b"\x1bd", b"\x01", b"\x05", b"\x0c",
        ]).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 0..8),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// What a terminal of this width should show of a text, and where its cursor should stand.
fn expected(text: &str, columns: usize) -> Vec<String> {
    let (mut at, mut rows) = (Cell::default(), vec![String::new()]);
    for c in text.chars() {
        let (own, next) = place(at, c, columns);
        rows.resize(rows.len().max(own.row + 1), String::new());
        rows[own.row].push(c);
        at = next;
    }
    rows.iter().map(|row| row.trim_end().to_owned()).collect()
}

proptest! {
    #[test]
    fn what_is_shown_is_the_line_with_the_cursor_where_it_is(
        typing in typing(), columns in 8_usize..50, cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..5),
    ) {
        const ROWS: usize = 300;
        let mut terminal = Emulator::new(columns, ROWS);
        let mut editor = Editor::new(columns as u16, ROWS as u16, false);
        editor.remember("a line of before that is not so very short");
        editor.remember("한글 이름");
        terminal.show(&editor.ask(PROMPT, Mode::Command));
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(typing.len() + 1)).collect();
        cuts.extend([0, typing.len()]);
        cuts.sort_unstable();
        for piece in cuts.windows(2) {
            let mut fed = editor.feed(&typing[piece[0]..piece[1]]);
            terminal.show(&fed.shown);
            while let Some(event) = fed.event {
                if let Event::Line(_) | Event::Interrupt | Event::End = event {
                    // A new one begins on a clear screen, so that it can be compared.
                    terminal = Emulator::new(columns, ROWS);
                    terminal.show(&editor.ask(PROMPT, Mode::Command));
                }
                fed = editor.feed(b"");
                terminal.show(&fed.shown);
            }
            let whole = format!("{PROMPT}{}", editor.line());
            let shown = terminal.text();
            let expected = expected(&whole, columns);
            prop_assert_eq!(&shown[..expected.len()], &expected[..]);
            prop_assert!(shown[expected.len()..].iter().all(String::is_empty));
            let cursor = after(Cell::default(), &format!("{PROMPT}{}", editor.before_cursor()), columns);
            prop_assert_eq!((terminal.row, terminal.column), (cursor.row, cursor.column));
        }
    }

    #[test]
    fn a_line_higher_than_the_terminal_shows_the_rows_around_the_cursor(
        typing in typing(), columns in 8_usize..20, rows in 1_usize..5, piece in 1_usize..20,
    ) {
        let mut terminal = Emulator::new(columns, rows);
        let mut editor = Editor::new(columns as u16, rows as u16, true);
        terminal.show(&editor.ask(PROMPT, Mode::Command));
        for typed in typing.chunks(piece) {
            let mut fed = editor.feed(typed);
            terminal.show(&fed.shown);
            while fed.event.is_some() {
                if !editor.is_asking {
                    terminal.show(&editor.ask(PROMPT, Mode::Command));
                }
                fed = editor.feed(b"");
                terminal.show(&fed.shown);
            }
        }
        terminal.show(&editor.feed(b"\x1b").shown);
        terminal.show(&editor.feed(b"[C").shown);
        let whole = expected(&format!("{PROMPT}{}", editor.line()), columns);
        let cursor = after(Cell::default(), &format!("{PROMPT}{}", editor.before_cursor()), columns);
        prop_assert_eq!(terminal.column, cursor.column);
        let shown = &terminal.text()[terminal.row];
        prop_assert_eq!(shown, whole.get(cursor.row).map_or("", String::as_str));
    }

    #[test]
    fn after_a_resize_a_cleared_screen_shows_the_line(typing in typing(), columns in 8_usize..50, other in 1_u16..50) {
        let mut editor = Editor::new(columns as u16, 100, false);
        editor.ask(PROMPT, Mode::Command);
        editor.feed(&typing);
        editor.drop_typed_ahead();
        editor.ask(PROMPT, Mode::Command);
        editor.feed("abc 한글 def".as_bytes());
        editor.resize(other, 100);
        let columns = usize::from(other).max(2);
        let mut terminal = Emulator::new(columns, 100);
        terminal.show(&editor.feed(b"\x0c").shown);
        let expected = expected(&format!("{PROMPT}abc 한글 def"), columns);
        prop_assert_eq!(&terminal.text()[..expected.len()], &expected[..]);
    }
}
