//! Which crate may use which: the path names the layer.

use crate::repository::{Crate, Dependency, File};

/// Crates of the workspace that each layer may use: the path of the user begins with the first, that of the used with
/// one of the others. A crate that no line names may use none.
const MAY_USE: &[(&str, &[&str])] = &[
    ("crates/core/invite", &["crates/core/model", "crates/core/meeting"]),
    ("crates/core/shell", &["crates/core/model", "crates/core/trust"]),
    ("crates/core/", &["crates/core/model"]),
    ("crates/contract/", &["crates/core/model"]),
    ("crates/edge/", &["crates/contract/", "crates/core/", "crates/edge/runtime"]),
    ("crates/role/", &["crates/edge/", "crates/contract/", "crates/core/"]),
    // testkit for its `dev` module alone, which `testkit` below sees to.
    (
        "crates/convoke",
        &["crates/role/", "crates/edge/", "crates/contract/", "crates/core/", "crates/testkit"],
    ),
    ("crates/xtask", &["crates/"]),
    ("crates/bench", &["crates/"]),
    ("crates/fuzz", &["crates/"]),
];

/// Crates from outside that a layer may not use, by the beginning of its path.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("crates/core/", &["tokio", "axum", "hyper", "rusqlite", "postgres", "serde"]),
    ("crates/contract/", &["tokio", "axum", "hyper"]),
];

/// Programs that speak SQL; the store alone has them.
const SQL_DRIVERS: &[&str] =
    &["rusqlite", "postgres", "tokio-postgres", "tokio-postgres-rustls", "sqlx", "diesel"];
const STORE: &str = "crates/edge/store";
/// What the store is measured against: a raw loop over the same driver.
const BENCH: &str = "crates/bench";

/// Every dependency that the table does not allow.
pub fn check(crates: &[Crate]) -> Vec<String> {
    crates.iter().flat_map(|from| from.dependencies.iter().filter_map(|to| fault(&from.path, to))).collect()
}

fn fault(from: &str, to: &Dependency) -> Option<String> {
    let Some(path) = &to.path else {
        return is_forbidden(from, &to.name).then(|| format!("{from} may not use {}", to.name));
    };
    let line = MAY_USE.iter().find(|(user, _)| from.starts_with(user));
    let allowed = line.is_some_and(|(_, used)| used.iter().any(|used| lies_in(path, used)));
    (!allowed).then(|| format!("{from} may not use {path}"))
}

/// A folder (with a slash at its end) holds the path, or the path is the crate itself.
fn lies_in(path: &str, place: &str) -> bool {
    if place.ends_with('/') { path.starts_with(place) } else { path == place }
}

fn is_forbidden(from: &str, name: &str) -> bool {
    let by_layer = FORBIDDEN.iter().any(|(layer, names)| from.starts_with(layer) && names.contains(&name));
    by_layer || (![STORE, BENCH].contains(&from) && SQL_DRIVERS.contains(&name))
}

/// The executable uses the testkit in its `dev` module alone.
pub fn testkit(file: &File) -> Option<String> {
    let dev = ["crates/convoke/src/dev/", "crates/convoke/src/dev.rs"];
    let applies =
        file.path.starts_with("crates/convoke/src/") && !dev.iter().any(|dev| file.path.starts_with(dev));
    let used = concat!("convoke_", "testkit");
    (applies && file.text.contains(used)).then(|| format!("{}: {used} is for its dev module", file.path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inner(from: &str, to: &str) -> bool {
        let to = Dependency { name: "x".into(), path: Some(to.into()) };
        fault(from, &to).is_none()
    }

    fn outer(from: &str, name: &str) -> bool {
        fault(from, &Dependency { name: name.into(), path: None }).is_none()
    }

    #[test]
    fn a_layer_uses_what_lies_below_it_and_nothing_else() {
        for (from, to, allowed) in [
            ("crates/core/meeting", "crates/core/model", true),
            ("crates/core/invite", "crates/core/meeting", true),
            ("crates/core/shell", "crates/core/trust", true),
            ("crates/core/meeting", "crates/core/invite", false),
            ("crates/core/model", "crates/contract/web-api", false),
            ("crates/contract/web-api", "crates/core/model", true),
            ("crates/contract/web-api", "crates/core/meeting", false),
            ("crates/contract/web-api", "crates/contract/scheduler-api", false),
            ("crates/edge/http", "crates/contract/web-api", true),
            ("crates/edge/store", "crates/edge/runtime", true),
            ("crates/edge/store", "crates/edge/http", false),
            ("crates/edge/store", "crates/role/callbridge", false),
            ("crates/role/scheduler", "crates/edge/store", true),
            ("crates/role/scheduler", "crates/role/callbridge", false),
            ("crates/role/scheduler", "crates/testkit", false),
            ("crates/convoke", "crates/role/callbridge", true),
            ("crates/convoke", "crates/testkit", true),
            ("crates/testkit", "crates/core/model", false),
            ("crates/xtask", "crates/edge/store", true),
            ("crates/bench", "crates/convoke", true),
            ("crates/convoke", "crates/bench", false),
            ("crates/role/webbridge", "crates/bench", false),
        ] {
            assert_eq!(inner(from, to), allowed, "{from} -> {to}");
        }
    }

    #[test]
    fn rules_stay_free_of_io_and_sql_stays_in_the_store() {
        for (from, name, allowed) in [
            ("crates/core/model", "uuid", true),
            ("crates/core/model", "tokio", false),
            ("crates/core/meeting", "serde", false),
            ("crates/contract/web-api", "serde", true),
            ("crates/contract/web-api", "axum", false),
            ("crates/edge/http", "axum", true),
            ("crates/edge/store", "rusqlite", true),
            ("crates/edge/directory", "postgres", false),
            ("crates/convoke", "rusqlite", false),
            ("crates/bench", "rusqlite", true),
        ] {
            assert_eq!(outer(from, name), allowed, "{from} -> {name}");
        }
    }

    #[test]
    fn every_dependency_at_fault_is_told() {
        let dependency =
            |name: &str, path: Option<&str>| Dependency { name: name.into(), path: path.map(str::to_owned) };
        let from = Crate {
            path: "crates/core/model".into(),
            dependencies: vec![dependency("tokio", None), dependency("x", Some("crates/edge/store"))],
        };
        assert_eq!(
            check(&[from]),
            ["crates/core/model may not use tokio", "crates/core/model may not use crates/edge/store"]
        );
    }

    #[test]
    fn the_testkit_is_for_the_dev_module() {
        let text = concat!("use convoke_", "testkit::ca;").to_owned();
        let file = |path: &str| File { path: path.into(), text: text.clone() };
        assert!(testkit(&file("crates/convoke/src/main.rs")).is_some());
        assert!(testkit(&file("crates/convoke/src/dev/demo.rs")).is_none());
        assert!(testkit(&file("crates/edge/store/tests/a.rs")).is_none());
    }
}
