//! Where a password comes from: a file, a person at a terminal, or standard input; never arguments or environment.

use std::{
    fs,
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    path::Path,
};

use anyhow::{Context as _, bail, ensure};
use convoke_runtime::tls_files::mode_beyond;
use nix::sys::termios::{self, LocalFlags, SetArg};
use secrecy::{ExposeSecret as _, SecretString};

/// Longest line that is read for a password, in bytes.
const MAX_LINE_BYTES: u64 = 4096;

/// The password of `file`, or else the one that is typed or piped in.
pub fn read(file: Option<&Path>) -> anyhow::Result<SecretString> {
    match file {
        Some(file) => from_file(file),
        None if io::stdin().is_terminal() => typed(),
        None => from_line(io::stdin().lock()).context("no password came on standard input"),
    }
}

fn from_file(file: &Path) -> anyhow::Result<SecretString> {
    let opened = fs::File::open(file).with_context(|| format!("{} can't be read", file.display()))?;
    if let Some(mode) = mode_beyond(file, 0o077) {
        bail!("{} can be read by others (mode {mode:04o}); give it mode 0600", file.display());
    }
    from_line(io::BufReader::new(opened)).with_context(|| format!("{} holds no password", file.display()))
}

fn from_line(from: impl io::BufRead) -> anyhow::Result<SecretString> {
    let mut line = String::new();
    from.take(MAX_LINE_BYTES).read_line(&mut line)?;
    let password = line.trim_end_matches(['\n', '\r']);
    ensure!(!password.is_empty(), "the first line is empty");
    Ok(SecretString::from(password.to_owned()))
}

fn typed() -> anyhow::Result<SecretString> {
    let first = ask("Password: ")?;
    let second = ask("The same again: ")?;
    ensure!(first.expose_secret() == second.expose_secret(), "the two passwords are not the same");
    Ok(first)
}

/// Asks at the terminal without showing what is typed.
fn ask(question: &str) -> anyhow::Result<SecretString> {
    let terminal = io::stdin();
    eprint!("{question}");
    io::stderr().flush()?;
    let before = termios::tcgetattr(&terminal)?;
    let mut silent = before.clone();
    silent.local_flags.remove(LocalFlags::ECHO);
    termios::tcsetattr(&terminal, SetArg::TCSAFLUSH, &silent)?;
    let answer = from_line(terminal.lock());
    termios::tcsetattr(&terminal, SetArg::TCSAFLUSH, &before)?;
    eprintln!();
    answer
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_password_is_the_first_line_of_what_is_given() {
        let read =
            |text: &str| from_line(text.as_bytes()).map(|password| password.expose_secret().to_owned());
        assert_eq!(read("pass word 말\r\nrest").unwrap(), "pass word 말");
        assert!(read("\nsecond").is_err());
        assert!(read("").is_err());
    }

    #[test]
    fn a_password_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        fs::write(&file, "secret\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(read(Some(&file)).unwrap_err().to_string().contains("mode 0640"));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(read(Some(&file)).unwrap().expose_secret(), "secret");
    }
}
