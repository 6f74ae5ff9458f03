//! How a listing looks: `Label : value` rows, as the modelled system prints them.

/// So many days in words.
pub fn days(number: i64) -> String {
    if number == 1 { "1 day".to_owned() } else { format!("{number} days") }
}

/// What stands where nothing is set.
pub const NONE: &str = "none";

/// Rows of labels and values.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Rows(Vec<String>);

impl Rows {
    /// No rows yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A row with a value, or `none`.
    #[must_use]
    pub fn row(mut self, label: &str, value: Option<impl std::fmt::Display>) -> Self {
        self.0.push(match value {
            Some(value) => format!("{label} : {value}"),
            None => format!("{label} : {NONE}"),
        });
        self
    }

    /// A row of `true` or `false`.
    #[must_use]
    pub fn flag(self, label: &str, is_set: bool) -> Self {
        self.row(label, Some(is_set))
    }

    /// A row of `Enabled` or `Disabled`.
    #[must_use]
    pub fn switch(self, label: &str, is_on: bool) -> Self {
        self.row(label, Some(if is_on { "Enabled" } else { "Disabled" }))
    }

    /// A row of several values with blanks between, or `none`.
    #[must_use]
    pub fn list(self, label: &str, values: &[String]) -> Self {
        self.row(label, (!values.is_empty()).then(|| values.join(" ")))
    }

    /// The lines.
    pub fn lines(self) -> Vec<String> {
        self.0
    }
}

/// A table: each column as wide as its widest cell, two blanks between.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> Vec<String> {
    use unicode_width::UnicodeWidthStr as _;
    let mut widths: Vec<usize> = header.iter().map(|cell| cell.width()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let line = |cells: Vec<&str>| {
        let mut text = String::new();
        for (cell, width) in cells.iter().zip(&widths) {
            text.push_str(cell);
            text.push_str(&" ".repeat(width.saturating_sub(cell.width()) + 2));
        }
        text.trim_end().to_owned()
    };
    let mut lines = vec![line(header.to_vec())];
    lines.extend(rows.iter().map(|row| line(row.iter().map(String::as_str).collect())));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unset_is_none_and_switches_are_words() {
        let rows = Rows::new()
            .flag("Enabled", true)
            .row("Https port", Some(9443))
            .row("C2W Trust bundle", None::<String>)
            .switch("HTTP redirect", false)
            .list("HTTPS listening ports and interfaces", &["a:443".into(), "b:443".into()]);
        assert_eq!(
            rows.lines(),
            [
                "Enabled : true",
                "Https port : 9443",
                "C2W Trust bundle : none",
                "HTTP redirect : Disabled",
                "HTTPS listening ports and interfaces : a:443 b:443",
            ]
        );
    }

    #[test]
    fn a_table_lines_up_wide_characters_too() {
        let rows =
            vec![vec!["관리자".to_owned(), "admin".to_owned()], vec!["bob".to_owned(), "api".to_owned()]];
        assert_eq!(
            table(&["USERNAME", "ROLE"], &rows),
            ["USERNAME  ROLE", "관리자    admin", "bob       api"]
        );
    }
}
