//! A small terminal for tests: it understands what the editor sends, and nothing else.

use super::cells::width;

#[derive(Debug)]
pub(super) struct Emulator {
    columns: usize,
    rows: usize,
    /// Each cell holds a character with what joins it; the second cell of a wide one is empty.
    pub(super) cells: Vec<Vec<String>>,
    pub(super) row: usize,
    pub(super) column: usize,
    /// Behind the last column, where the next character wraps.
    waits: bool,
}

impl Emulator {
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        Self {
            columns,
            rows,
            cells: vec![vec![" ".to_owned(); columns]; rows],
            row: 0,
            column: 0,
            waits: false,
        }
    }

    pub(super) fn show(&mut self, text: &str) {
        let mut characters = text.chars();
        while let Some(c) = characters.next() {
            match c {
                '\r' => (self.column, self.waits) = (0, false),
                '\n' => self.line_feed(),
                '\x07' => {}
                '\x1b' => {
                    assert_eq!(characters.next(), Some('['), "{text:?}");
                    let (mut parameters, mut last) = (String::new(), None);
                    for c in characters.by_ref() {
                        if c.is_ascii_alphabetic() {
                            last = Some(c);
                            break;
                        }
                        parameters.push(c);
                    }
                    self.control(&parameters, last.expect("a whole sequence"));
                }
                c => self.print(c),
            }
        }
    }

    fn line_feed(&mut self) {
        self.waits = false;
        if self.row + 1 < self.rows {
            self.row += 1;
        } else {
            self.cells.remove(0);
            self.cells.push(vec![" ".to_owned(); self.columns]);
        }
    }

    fn control(&mut self, parameters: &str, last: char) {
        let count = parameters.parse().unwrap_or(1_usize);
        self.waits = false;
        match last {
            'A' => self.row = self.row.checked_sub(count).expect("not above the screen"),
            'B' => self.row = (self.row + count).min(self.rows - 1),
            'C' => self.column = (self.column + count).min(self.columns - 1),
            'H' => (self.row, self.column) = (0, 0),
            'J' if parameters == "2" => self.cells = Self::new(self.columns, self.rows).cells,
            'J' => {
                for row in self.row..self.rows {
                    let from = if row == self.row { self.column } else { 0 };
                    self.cells[row][from..].fill(" ".to_owned());
                }
            }
            'h' | 'l' => assert_eq!(parameters, "?2004"),
            other => panic!("an unknown sequence {parameters}{other}"),
        }
    }

    fn print(&mut self, c: char) {
        let wide = width(c);
        if wide == 0 {
            let before = if self.waits { self.column } else { self.column - 1 };
            let before = if self.cells[self.row][before].is_empty() { before - 1 } else { before };
            self.cells[self.row][before].push(c);
            return;
        }
        if self.waits || self.column + wide > self.columns {
            self.column = 0;
            self.line_feed();
        }
        self.cells[self.row][self.column] = c.to_string();
        if wide == 2 {
            self.cells[self.row][self.column + 1] = String::new();
        }
        self.column += wide;
        if self.column >= self.columns {
            self.column = self.columns - 1;
            self.waits = true;
        }
    }

    /// The rows as text.
    pub(super) fn text(&self) -> Vec<String> {
        self.cells.iter().map(|row| row.concat().trim_end().to_owned()).collect()
    }
}
