//! Every parser of Convoke as a function that takes any bytes, and holds the parser to what it promises.
//!
//! A crate of its own, beside the layers: it reaches into many of them and none knows it. `make/fuzz.sh` runs the functions by
//! libFuzzer; `tests/replay.rs` gives them the inputs in `corpus` and `regressions` among the ordinary tests.

mod api;
mod calendar;
mod certificates;
mod incoming;
mod intake;
mod links;
mod names;
mod rules;
mod settings;
mod shell;
mod templates;
mod tokens;
mod urls;
mod web;
mod words;

/// A function for any bytes; it panics when a promise is broken.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also the name of its folders.
pub const TARGETS: &[(&str, Target)] = &[
    ("answer", incoming::answer),
    ("calendar", calendar::calendar),
    ("certificate", certificates::certificate),
    ("console", shell::console),
    ("file", incoming::file),
    ("form", api::form),
    ("frames", links::frames),
    ("handshake", links::handshake),
    ("headers", web::headers),
    ("imap", incoming::imap),
    ("intake", intake::intake),
    ("json", api::json),
    ("lmtp", incoming::lmtp),
    ("mail", incoming::mail),
    ("names", names::names),
    ("paths", web::paths),
    ("pem", certificates::pem),
    ("pkcs12", certificates::pkcs12),
    ("request", certificates::request),
    ("rule", rules::rule),
    ("settings", settings::settings),
    ("sftp", shell::sftp),
    ("template", templates::template),
    ("token", tokens::token),
    ("typed", shell::typed),
    ("words", words::words),
    ("url", urls::url),
    ("xml", api::xml),
];

/// The target of this name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().find(|(known, _)| *known == name).map(|(_, target)| *target)
}

/// An input as a few texts: its lines, the last one with all that is left. Bytes that are no UTF-8 are shown as U+FFFD.
fn texts<const N: usize>(data: &[u8]) -> [String; N] {
    let text = String::from_utf8_lossy(data);
    let mut parts = text.splitn(N, '\n');
    std::array::from_fn(|_| parts.next().unwrap_or_default().to_owned())
}
