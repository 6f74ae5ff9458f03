//! Words that stand for work not done.

use crate::repository::File;

/// What may not be in code, and whether it must stand alone as a word. Put together, so that this file does not hold them.
const WORDS: &[(&str, bool)] = &[
    (concat!("to", "do!"), false),
    (concat!("unimple", "mented!"), false),
    (concat!("db", "g!("), false),
    (concat!("#[ig", "nore"), false),
    (concat!("TO", "DO"), true),
    (concat!("FIX", "ME"), true),
];

/// Endings of files that are code.
const CODE: &[&str] =
    &[".rs", ".ts", ".tsx", ".js", ".mjs", ".css", ".html", ".sql", ".toml", ".py", ".sh", "Makefile"];

/// Every place where such a word stands.
pub fn check(file: &File) -> Vec<String> {
    if !CODE.iter().any(|end| file.path.ends_with(end)) {
        return Vec::new();
    }
    let found = file.text.lines().enumerate().flat_map(|(number, line)| {
        let here = WORDS.iter().filter(move |(word, alone)| holds(line, word, *alone));
        here.map(move |(word, _)| format!("{}:{}: {word}", file.path, number + 1))
    });
    found.collect()
}

fn holds(line: &str, word: &str, alone: bool) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(start, _)| {
        let (before, after) = (&line[..start], &line[start + word.len()..]);
        let within = before.ends_with(part_of_word) || alone && after.starts_with(part_of_word);
        !within
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&File { path: path.into(), text: text.into() })
    }

    #[test]
    fn each_word_is_found_where_it_stands() {
        for (word, _) in WORDS {
            let text = format!("fn a() {{\n    {word} x\n}}");
            assert_eq!(found("a.rs", &text), [format!("a.rs:2: {word}")]);
        }
    }

    #[test]
    fn parts_of_other_words_and_texts_for_people_are_left_alone() {
        let (work, mend) = (WORDS[4].0, WORDS[5].0);
        for text in [format!("MAS{work}N"), format!("{work}S_LEFT"), format!("X{mend}"), "dbg".to_owned()] {
            assert_eq!(found("a.rs", &text), Vec::<String>::new(), "{text}");
        }
        assert_eq!(found("CONTRIBUTING.md", work), Vec::<String>::new());
    }
}
