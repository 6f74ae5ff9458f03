//! What a terminal is sent so that it shows the prompt, the line and the cursor: only what every terminal since the VT100 knows.

use super::{
    cells::{Cell, after, is_joined, place, width},
    text::Text,
};

/// One terminal's prompt and line as they were last shown.
#[derive(Debug)]
pub(super) struct Screen {
    columns: usize,
    rows: usize,
    prompt: String,
    /// The cursor's row below the first that is shown.
    cursor_row: usize,
    /// Where the cursor stands in the whole, when it stands at its end.
    end: Option<Cell>,
    /// The first row that is shown of a line that is higher than the terminal.
    top: usize,
    /// What the terminal shows now; none when that is not known, and all is to be shown anew.
    painted: Option<Painted>,
}

/// What was shown last.
#[derive(Debug)]
struct Painted {
    line: String,
    /// In the whole, as all cells.
    cursor: Cell,
}

impl Screen {
    pub(super) fn new(columns: u16, rows: u16) -> Self {
        let prompt = String::new();
        let mut screen =
            Self { columns: 1, rows: 1, prompt, cursor_row: 0, end: None, top: 0, painted: None };
        screen.resize(columns, rows);
        screen
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    pub(super) fn resize(&mut self, columns: u16, rows: u16) {
        // A wide character needs two.
        self.columns = usize::from(columns).max(2);
        self.rows = usize::from(rows).max(1);
        self.painted = None;
    }

    /// Begins where the cursor is.
    pub(super) fn begin(&mut self, prompt: &str) -> String {
        prompt.clone_into(&mut self.prompt);
        self.again() + &self.paint(&Text::default())
    }

    /// The next painting begins where the cursor is; nothing above it is ours.
    pub(super) fn again(&mut self) -> String {
        (self.cursor_row, self.top, self.end, self.painted) = (0, 0, None, None);
        String::new()
    }

    /// A character was typed: at the end of the line it is all that need be sent. None where it is not.
    pub(super) fn paint_typed(&mut self, text: &Text, c: char) -> Option<char> {
        let end = self.end.filter(|_| text.is_at_end() && !is_joined(c))?;
        let painted = self.painted.as_mut().filter(|_| end.column + width(c) < self.columns)?;
        painted.line.push(c);
        painted.cursor = Cell { column: end.column + width(c), ..end };
        self.end = Some(painted.cursor);
        Some(c)
    }

    /// Shows the prompt alone, as for a secret.
    pub(super) fn paint_prompt(&mut self) -> String {
        self.paint(&Text::default())
    }

    /// Shows the line: what has changed of it where that is known, or else all.
    pub(super) fn paint(&mut self, text: &Text) -> String {
        let begin = after(Cell::default(), &self.prompt, self.columns);
        let cursor = after(begin, text.before(), self.columns);
        let end = after(begin, text.as_str(), self.columns);
        let top = self.choose_top(cursor.row, end.row);
        let is_there = top == self.top;
        self.top = top;
        let mut shown = String::new();
        match self.painted.take().filter(|_| is_there) {
            Some(painted) if painted.line == text.as_str() => move_to(painted.cursor, cursor, &mut shown),
            Some(painted) => {
                let same = in_common(&painted.line, text.as_str());
                let (same, changed) = text.as_str().split_at_checked(same).unwrap_or_default();
                let from = after(begin, same, self.columns);
                let is_visible = (self.top..self.top + self.rows).contains(&from.row);
                if is_visible {
                    move_to(painted.cursor, from, &mut shown);
                    shown.push_str("\x1b[J");
                    self.print(changed, from, &mut shown);
                } else {
                    self.print_all(text, &mut shown);
                }
                if is_visible && changed.is_empty() {
                    move_to(from, cursor, &mut shown);
                } else {
                    self.go_from_end(cursor, end, &mut shown);
                }
            }
            None => {
                self.print_all(text, &mut shown);
                self.go_from_end(cursor, end, &mut shown);
            }
        }
        self.cursor_row = cursor.row - self.top;
        self.end = (cursor == end).then_some(end);
        self.painted = Some(Painted { line: text.as_str().to_owned(), cursor });
        shown
    }

    /// From what was printed to the cursor's place.
    fn go_from_end(&self, cursor: Cell, end: Cell, shown: &mut String) {
        let last = self.top + self.rows - 1;
        if end.row <= last && end.column == 0 && end.row > self.top {
            // Behind the last column terminals wait for a character before they go on.
            shown.push_str("\r\n");
        }
        if end.row > last || cursor != end {
            move_up(end.row.min(last) - cursor.row, shown);
            move_to_column(cursor.column, shown);
        }
    }

    /// To below the line, which stays as it is.
    pub(super) fn leave(&mut self, text: &Text) -> String {
        self.leave_with(text, "")
    }

    /// The same, with a mark at the line's end.
    pub(super) fn leave_with(&mut self, text: &Text, mark: &str) -> String {
        let begin = after(Cell::default(), &self.prompt, self.columns);
        let end = after(begin, text.as_str(), self.columns);
        let last = self.top + self.rows - 1;
        let mut shown = String::new();
        if end.row > last {
            // Only the rows that are shown can be left.
            let down = self.rows - 1 - self.cursor_row;
            move_down(down, &mut shown);
            shown.push_str("\r\n");
        } else {
            if self.end.is_none() {
                move_down(end.row - self.top - self.cursor_row, &mut shown);
                move_to_column(end.column, &mut shown);
            }
            shown.push_str(mark);
            if !(mark.is_empty() && end.column == 0 && end.row > 0) {
                shown.push_str("\r\n");
            }
        }
        self.again();
        shown
    }

    /// Keeps the rows that are shown as they are, unless the cursor would stand outside.
    fn choose_top(&self, cursor: usize, end: usize) -> usize {
        let lowest = end.saturating_sub(self.rows - 1);
        let top = self.top.min(lowest);
        top.clamp(cursor.saturating_sub(self.rows - 1), cursor)
    }

    /// Prints prompt and line anew.
    fn print_all(&self, text: &Text, shown: &mut String) {
        shown.push('\r');
        move_up(self.cursor_row, shown);
        shown.push_str("\x1b[J");
        self.print(&self.prompt, Cell::default(), shown);
        self.print(text.as_str(), after(Cell::default(), &self.prompt, self.columns), shown);
    }

    /// Prints those characters of a text that stand in the rows that are shown.
    fn print(&self, text: &str, mut at: Cell, shown: &mut String) {
        for c in text.chars() {
            let (own, next) = place(at, c, self.columns);
            if (self.top..self.top + self.rows).contains(&own.row) {
                shown.push(c);
            }
            at = next;
        }
    }
}

/// How many bytes of both are the same, up to a character that nothing stands upon that differs.
fn in_common(one: &str, other: &str) -> usize {
    let same = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let begins_joined = |text: &str, at: usize| text.get(at..).is_none_or(|rest| rest.starts_with(is_joined));
    let mut at = other.floor_char_boundary(same);
    while at > 0 && (begins_joined(one, at) || begins_joined(other, at)) {
        at = other.floor_char_boundary(at - 1);
    }
    at
}

/// From a cell to another one, both of rows that are shown.
fn move_to(from: Cell, to: Cell, shown: &mut String) {
    if from != to {
        move_up(from.row.saturating_sub(to.row), shown);
        move_down(to.row.saturating_sub(from.row), shown);
        move_to_column(to.column, shown);
    }
}

fn move_up(rows: usize, shown: &mut String) {
    if rows > 0 {
        shown.push_str(&format!("\x1b[{rows}A"));
    }
}

fn move_down(rows: usize, shown: &mut String) {
    if rows > 0 {
        shown.push_str(&format!("\x1b[{rows}B"));
    }
}

fn move_to_column(column: usize, shown: &mut String) {
    shown.push('\r');
    if column > 0 {
        shown.push_str(&format!("\x1b[{column}C"));
    }
}
