//! SQL stands in the store only; the bench holds raw statements against it.

use super::literals;
use crate::repository::File;

const STORE: &str = "crates/edge/store/";
const BENCH: &str = "crates/bench/";

/// Every string literal outside of the store that begins a statement of SQL.
pub fn check(file: &File) -> Vec<String> {
    let looked_at = file.path.ends_with(".rs")
        && (file.path.starts_with("crates/") || file.path.starts_with("tests/"))
        && ![STORE, BENCH].iter().any(|place| file.path.starts_with(place));
    if !looked_at {
        return Vec::new();
    }
    let found = literals::strings(&file.text).into_iter().filter(|(_, literal)| is_sql(literal));
    found.map(|(line, _)| format!("{}:{line}: SQL outside of {STORE}", file.path)).collect()
}

fn is_sql(literal: &str) -> bool {
    // Each in two pieces, so that this file does not hold them.
    let statements = [["SELECT", " "], ["INSERT", " INTO "], ["DELETE", " FROM "]];
    let update = literal.split_once(concat!("UPDATE", " ")).is_some_and(|(_, rest)| rest.contains(" SET "));
    update || statements.iter().any(|pieces| literal.contains(&pieces.concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_found_outside_of_the_store_alone() {
        let file = |path: &str, text: String| File { path: path.into(), text };
        for statement in
            [["SELECT", " 1"], ["INSERT", " INTO a"], ["UPDATE", " a SET b = 1"], ["DELETE", " FROM a"]]
        {
            let text = format!("fn f() {{\n  run(\"{}\");\n}}", statement.concat());
            let told = check(&file("crates/role/a/src/b.rs", text.clone()));
            assert_eq!(told, ["crates/role/a/src/b.rs:2: SQL outside of crates/edge/store/"]);
            assert_eq!(check(&file("tests/journeys/a.rs", text.clone())).len(), 1);
            for place in ["crates/edge/store/src/a.rs", "crates/bench/src/rows/a.rs"] {
                assert_eq!(check(&file(place, text.clone())), Vec::<String>::new());
            }
        }
        let harmless = format!("// {}\nf(\"select a room, UPDATE the rest\")", ["SELECT", " 1"].concat());
        assert_eq!(check(&file("crates/role/a/src/b.rs", harmless)), Vec::<String>::new());
    }
}
