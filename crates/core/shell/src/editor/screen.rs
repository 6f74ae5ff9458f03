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
}

impl Screen {
    pub(super) fn new(columns: u16, rows: u16) -> Self {
        let mut screen =
            Self { columns: 1, rows: 1, prompt: String::new(), cursor_row: 0, end: None, top: 0 };
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
    }

    /// Begins where the cursor is.
    pub(super) fn begin(&mut self, prompt: &str) -> String {
        prompt.clone_into(&mut self.prompt);
        self.again() + &self.paint(&Text::default())
    }

    /// The next painting begins where the cursor is; nothing above it is ours.
    pub(super) fn again(&mut self) -> String {
        (self.cursor_row, self.top, self.end) = (0, 0, None);
        String::new()
    }

    /// A character was typed: at the end of the line it is all that need be sent.
    pub(super) fn paint_typed(&mut self, text: &Text, c: char) -> String {
        let Some(end) = self.end.filter(|_| text.is_at_end() && !is_joined(c)) else {
            return self.paint(text);
        };
        if end.column + width(c) >= self.columns {
            return self.paint(text);
        }
        self.end = Some(Cell { column: end.column + width(c), ..end });
        c.to_string()
    }

    /// Shows the prompt alone, as for a secret.
    pub(super) fn paint_prompt(&mut self) -> String {
        self.paint(&Text::default())
    }

    /// Shows all anew.
    pub(super) fn paint(&mut self, text: &Text) -> String {
        let begin = after(Cell::default(), &self.prompt, self.columns);
        let cursor = after(begin, text.before(), self.columns);
        let end = after(begin, text.as_str(), self.columns);
        let mut shown = self.to_top();
        shown.push_str("\x1b[J");
        self.top = self.choose_top(cursor.row, end.row);
        let last = self.top + self.rows - 1;
        self.print(text.as_str(), last, &mut shown);
        let shown_end = Cell { row: end.row.min(last), ..end };
        if end.row <= last && end.column == 0 && end.row > self.top {
            // Behind the last column terminals wait for a character before they go on.
            shown.push_str("\r\n");
        }
        if end.row > last || cursor != end {
            move_from(shown_end.row - cursor.row, cursor.column, &mut shown);
        }
        self.cursor_row = cursor.row - self.top;
        self.end = (cursor == end).then_some(end);
        shown
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

    fn to_top(&self) -> String {
        let mut shown = String::from("\r");
        move_up(self.cursor_row, &mut shown);
        shown
    }

    /// Keeps the rows that are shown as they are, unless the cursor would stand outside.
    fn choose_top(&self, cursor: usize, end: usize) -> usize {
        let lowest = end.saturating_sub(self.rows - 1);
        let top = self.top.min(lowest);
        top.clamp(cursor.saturating_sub(self.rows - 1), cursor)
    }

    /// Prints those characters of prompt and line that stand in the rows that are shown.
    fn print(&self, line: &str, last: usize, shown: &mut String) {
        let mut at = Cell::default();
        let prompt_end = after(at, &self.prompt, self.columns);
        let mut print = |text: &str, mut at: Cell| {
            for c in text.chars() {
                let (own, next) = place(at, c, self.columns);
                if (self.top..=last).contains(&own.row) {
                    shown.push(c);
                }
                at = next;
            }
            at
        };
        at = print(&self.prompt, at);
        if at.column >= self.columns {
            at = prompt_end;
        }
        print(line, at);
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

/// From the end of what was printed up to the cursor's place.
fn move_from(up: usize, column: usize, shown: &mut String) {
    move_up(up, shown);
    move_to_column(column, shown);
}
