//! How wide characters stand on a terminal, and where each of a line comes to stand.

use unicode_width::UnicodeWidthChar as _;

/// Where something stands: the row below the prompt's first, and the column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Cell {
    pub(super) row: usize,
    pub(super) column: usize,
}

/// Cells that a character takes.
pub(super) fn width(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// Whether it stands upon the one before it.
pub(super) fn is_joined(c: char) -> bool {
    width(c) == 0 && !c.is_control()
}

/// Where a character stands that follows `at`, and where the next would; a wide one does not stand half in a row.
pub(super) fn place(at: Cell, c: char, columns: usize) -> (Cell, Cell) {
    let wide = width(c);
    let own = if at.column + wide > columns && wide > 0 { Cell { row: at.row + 1, column: 0 } } else { at };
    (own, Cell { row: own.row, column: own.column + wide })
}

/// Where the cursor stands after a text: behind the last column it is the next row's first.
pub(super) fn after(begin: Cell, text: &str, columns: usize) -> Cell {
    let end = text.chars().fold(begin, |at, c| place(at, c, columns).1);
    if end.column >= columns { Cell { row: end.row + 1, column: 0 } } else { end }
}

/// Words side by side, in as many columns as fit, read downwards.
pub(super) fn in_columns(words: &[String], columns: usize) -> Vec<String> {
    const GAP: usize = 2;
    let wide = |word: &str| word.chars().map(width).sum::<usize>();
    let widest = words.iter().map(|word| wide(word)).max().unwrap_or(0) + GAP;
    let across = (columns / widest).max(1);
    let down = words.len().div_ceil(across);
    let row = |row: usize| {
        let mut line = String::new();
        for word in words.iter().skip(row).step_by(down.max(1)) {
            line.push_str(word);
            line.extend(std::iter::repeat_n(' ', widest - wide(word)));
        }
        line.trim_end().to_owned()
    };
    (0..down).map(row).collect()
}
