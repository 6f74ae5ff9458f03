//! Which services use a file: what the settings name is not to be lost, whether it is removed by `pki` or over SFTP.

use std::path::Path;

use crate::{
    commands::certificates::SECTIONS,
    files::Files,
    outcome::Failed,
    settings_file::{SettingsFile, View},
};

/// Keys of the settings that name a bundle, with the command that sets each.
const TRUSTS: [(&str, &str); 7] = [
    ("callbridge.c2w.trust_file", "callbridge trust c2w"),
    ("webbridge.c2w.trust_file", "webbridge3 c2w trust"),
    ("scheduler.c2w.trust_file", "scheduler c2w trust"),
    ("scheduler.email.trust_file", "scheduler email trust"),
    ("database.trust_file", "database trust"),
    ("scheduler.replies.imap.trust_file", "mail replies trust"),
    ("outgoing.trust_file", "callbridge trust branding"),
];

/// Which commands set this file for a service; the key of the settings where there is no command.
pub fn users_of(settings: &SettingsFile, files: &Files, name: &str) -> Result<Vec<String>, Failed> {
    let (path, view) = (files.place(name)?, settings.look()?);
    Ok(users_in(&view, &path))
}

fn users_in(view: &View, path: &Path) -> Vec<String> {
    let named = view.files().into_iter().filter(|(_, used)| is_same(used, path));
    let mut users: Vec<(usize, String)> = named.map(|(key, _)| command_of(key)).collect();
    users.sort();
    users.dedup();
    users.into_iter().map(|(_, user)| user).collect()
}

/// The command that sets a key, and its place among all.
fn command_of(key: String) -> (usize, String) {
    let section =
        key.rsplit_once('.').filter(|(_, last)| matches!(*last, "key_file" | "cert_file" | "bundle_file"));
    let of_section =
        SECTIONS.iter().position(|(name, _)| section.is_some_and(|(section, _)| section == *name));
    if let Some(at) = of_section {
        return (at, format!("{} certs", SECTIONS[at].1));
    }
    match TRUSTS.iter().position(|(name, _)| *name == key) {
        Some(at) => (SECTIONS.len() + at, TRUSTS[at].1.to_owned()),
        None => (SECTIONS.len() + TRUSTS.len(), key),
    }
}

/// Whether two paths lead to the same file, or would: people write paths in several ways.
fn is_same(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_that_names_a_file_is_a_use_of_it_told_by_its_command() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).unwrap();
        files.write("a.key", b"x").unwrap();
        std::os::unix::fs::symlink(files.folder().join("a.key"), folder.path().join("link")).unwrap();
        let text = "[outgoing]\ntrust_file = \"link\"\n[scheduler.email]\npassword_file = \"./files/a.key\"\n\
            [scheduler.https]\nkey_file = \"files/a.key\"\ncert_file = \"files/a.key\"\n\
            [callbridge.https]\nkey_file = \"files/a.key\"\n[node]\nname = \"files/a.key\"\n";
        let view = View::of(text, folder.path());
        let expected = [
            "webadmin certs",
            "scheduler https certs",
            "callbridge trust branding",
            "scheduler.email.password_file",
        ];
        assert_eq!(users_in(&view, &files.folder().join("a.key")), expected);
        assert!(users_in(&view, &files.folder().join("b.key")).is_empty());
    }
}
