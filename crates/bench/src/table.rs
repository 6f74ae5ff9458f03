//! One table of figures, for a terminal and as Markdown.

use std::{
    fmt::{self, Write as _},
    fs,
    path::{Path, PathBuf},
};

use crate::rounds::Compared;

/// How much of a reason stands in the table; all of it was printed before.
const MAX_WHY_CHARS: usize = 160;

/// Whether a figure reaches its goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// Told without a goal.
    NoGoal,
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What was measured.
    pub figure: String,
    /// Convoke's own, with its unit.
    pub ours: String,
    /// The peer's, with its name; `–` without one.
    pub peer: String,
    /// Median of the rounds' ratios, with their range; `–` without a peer.
    pub ratio: String,
    /// What is wanted.
    pub goal: String,
    /// Whether it is reached.
    pub met: Met,
}

/// Which side of its goal a figure must be on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// At least so much.
    AtLeast(f64),
    /// At most so much.
    AtMost(f64),
    /// Told only.
    None,
}

impl Goal {
    fn met(self, value: f64) -> Met {
        let reached = |yes: bool| if yes { Met::Yes } else { Met::No };
        match self {
            Self::AtLeast(least) => reached(value >= least),
            Self::AtMost(most) => reached(value <= most),
            Self::None => Met::NoGoal,
        }
    }

    fn words(self, unit: &str) -> String {
        match self {
            Self::AtLeast(least) => format!("≥ {least}{unit}"),
            Self::AtMost(most) => format!("≤ {most}{unit}"),
            Self::None => "–".to_owned(),
        }
    }
}

impl Line {
    /// A figure whose goal is a ratio to a peer in the same run.
    pub fn ratio(figure: impl Into<String>, unit: &str, peer: &str, compared: &Compared, goal: Goal) -> Self {
        Self {
            figure: figure.into(),
            ours: number(compared.ours, unit),
            peer: format!("{peer} {}", number(compared.peer, unit)),
            ratio: format!("{:.2} × ({:.2}–{:.2})", compared.ratio, compared.least, compared.most),
            goal: goal.words(" ×"),
            met: goal.met(compared.ratio),
        }
    }

    /// A figure whose goal is absolute.
    pub fn absolute(figure: impl Into<String>, unit: &str, value: f64, goal: Goal) -> Self {
        Self {
            figure: figure.into(),
            ours: number(value, unit),
            peer: "–".to_owned(),
            ratio: "–".to_owned(),
            goal: goal.words(&spaced(unit)),
            met: goal.met(value),
        }
    }

    /// Names a peer's figure beside an absolute one, for the reader.
    pub fn beside(mut self, peer: &str, value: f64, unit: &str) -> Self {
        self.peer = format!("{peer} {}", number(value, unit));
        self
    }

    fn cells(&self, row: &str) -> [String; 7] {
        let met = match self.met {
            Met::Yes => "yes",
            Met::No => "NO",
            Met::NoGoal => "–",
        };
        [
            row.to_owned(),
            self.figure.clone(),
            self.ours.clone(),
            self.peer.clone(),
            self.ratio.clone(),
            self.goal.clone(),
            met.to_owned(),
        ]
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [_, figure, ours, peer, ratio, goal, met] = self.cells("");
        write!(f, "{figure}: {ours}, {peer}, {ratio}, goal {goal}, met {met}")
    }
}

/// Three digits that matter, thousands apart.
fn number(value: f64, unit: &str) -> String {
    let text = match value.abs() {
        v if v >= 100.0 => thousands(value),
        v if v >= 10.0 => format!("{value:.1}"),
        0.0 => "0".to_owned(),
        v if v >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    };
    format!("{text}{}", spaced(unit))
}

fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits.as_str()), |rest| ("-", rest));
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{sign}{text}")
}

fn spaced(unit: &str) -> String {
    if unit.is_empty() { String::new() } else { format!(" {unit}") }
}

/// All lines of a run.
#[derive(Debug, Default)]
pub struct Table {
    quick: bool,
    cells: Vec<[String; 7]>,
    failed: Vec<String>,
}

const HEAD: [&str; 7] = ["row", "figure", "Convoke", "peer", "ratio", "goal", "met"];

impl Table {
    /// An empty table.
    pub fn new(quick: bool) -> Self {
        Self { quick, ..Self::default() }
    }

    /// Adds what a row measured.
    pub fn add(&mut self, row: &str, lines: Vec<Line>) {
        self.cells.extend(lines.iter().map(|line| line.cells(row)));
    }

    /// Notes a row that could not be measured.
    pub fn failed(&mut self, row: &str, why: &str) {
        let why: String = why.replace(['\n', '|'], " ").chars().take(MAX_WHY_CHARS).collect();
        let why = format!("could not be measured: {why}");
        self.cells.push([row.to_owned(), why, "–".into(), "–".into(), "–".into(), "–".into(), "NO".into()]);
        self.failed.push(row.to_owned());
    }

    /// Whether every row could be measured.
    pub fn is_whole(&self) -> bool {
        self.failed.is_empty()
    }

    /// The table, aligned, for a terminal.
    pub fn text(&self) -> String {
        let head = HEAD.map(str::to_owned);
        let rows: Vec<&[String; 7]> = std::iter::once(&head).chain(&self.cells).collect();
        let widths: Vec<usize> = (0..HEAD.len())
            .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default())
            .collect();
        let mut text = String::new();
        for row in rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(cell);
                line.extend(std::iter::repeat_n(' ', width + 2 - cell.chars().count()));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// The table as Markdown, with the date and the machine.
    pub fn markdown(&self) -> String {
        let mut text = format!("# Figures of {}\n\n{}", jiff::Zoned::now().date(), machine());
        if self.quick {
            text.push_str(" A quick look: fewer and shorter rounds.");
        }
        text.push_str("\n\n");
        // Writing to a String does not fail.
        let _ = writeln!(text, "| {} |\n|{}", HEAD.join(" | "), "---|".repeat(HEAD.len()));
        for cells in &self.cells {
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
        text
    }

    /// Writes the Markdown to `<folder>/<date>.md`; answers the file.
    pub fn write(&self, folder: &Path) -> std::io::Result<PathBuf> {
        fs::create_dir_all(folder)?;
        let name = jiff::Zoned::now().strftime("%Y-%m-%d-%H%M%S.md").to_string();
        let file = folder.join(name);
        fs::write(&file, self.markdown())?;
        Ok(file)
    }
}

/// The machine in one sentence.
fn machine() -> String {
    let of = |file: &str, key: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let found = text
            .lines()
            .find_map(|line| line.strip_prefix(key)?.split_once(':').map(|(_, v)| v.trim().to_owned()));
        found.unwrap_or_else(|| "unknown".to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = of("/proc/meminfo", "MemTotal");
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    format!(
        "{} cores of {}, {memory}, Linux {}, load {load} at the end.",
        cores,
        of("/proc/cpuinfo", "model name"),
        kernel.trim()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_met_at_its_edge_and_missed_beyond() {
        assert_eq!(Goal::AtLeast(1.3).met(1.3), Met::Yes);
        assert_eq!(Goal::AtLeast(1.3).met(1.29), Met::No);
        assert_eq!(Goal::AtMost(0.65).met(0.65), Met::Yes);
        assert_eq!(Goal::AtMost(0.65).met(0.66), Met::No);
        assert_eq!(Goal::None.met(7.0), Met::NoGoal);
    }

    #[test]
    fn numbers_show_three_digits_that_matter() {
        for (value, shown) in [
            (1234567.8, "1,234,568 /s"),
            (123.4, "123 /s"),
            (12.34, "12.3 /s"),
            (1.234, "1.23 /s"),
            (0.1234, "0.123 /s"),
        ] {
            assert_eq!(number(value, "/s"), shown);
        }
    }

    #[test]
    fn a_row_that_failed_stands_in_the_table_as_not_met() {
        let mut table = Table::new(false);
        table.add("files", vec![Line::absolute("held", "KiB", 12.0, Goal::AtMost(16.0))]);
        assert!(table.is_whole());
        table.failed("links", "no link\ncame up");
        assert!(!table.is_whole());
        let text = table.markdown();
        assert!(text.contains("| files | held | 12.0 KiB | – | – | ≤ 16 KiB | yes |"), "{text}");
        assert!(
            text.contains("| links | could not be measured: no link came up | – | – | – | – | NO |"),
            "{text}"
        );
    }
}
