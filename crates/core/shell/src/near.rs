//! What somebody may have meant who mistyped a word.

/// The word that is at most two slips of the finger away.
pub(crate) fn nearest(typed: &str, words: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    /// Longest word that is compared, in bytes: the work grows with the square.
    const MAX: usize = 32;
    if typed.len() > MAX {
        return None;
    }
    let typed = typed.to_lowercase();
    words
        .map(|word| (slips(&typed, &word.to_lowercase()), word))
        .filter(|(slips, word)| *slips <= 2 && *slips * 2 < word.len())
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, word)| word)
}

/// How many characters must be put in, taken out or changed (Levenshtein).
fn slips(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, c) in from.chars().enumerate() {
        let mut before = line;
        let mut left = line + 1;
        let mut next = vec![left];
        for (other, above) in to.iter().zip(row.iter().skip(1)) {
            let change = before + usize::from(c != *other);
            left = change.min(above + 1).min(left + 1);
            before = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_or_two_are_forgiven_and_no_more() {
        let words = ["status", "enable", "log"];
        for (typed, meant) in [
            ("statu", Some("status")),
            ("STATUS", Some("status")),
            ("enabel", Some("enable")),
            ("lg", Some("log")),
            ("enabling", None),
            ("", None),
            (&"x".repeat(40), None),
        ] {
            assert_eq!(nearest(typed, words.into_iter()), meant, "{typed}");
        }
    }
}
