//! The manual of the shell (`docs/operating/shell.md`), from the same grammar that reads its lines.

use convoke_model::AccountRole;

use crate::words;

const BEFORE: &str = "\
# The shell

Generated from the grammar by `cargo xtask gen`; a test holds it against the program.

`ssh admin@server` opens it where `[mmp] listen` says; `convoke mmp --config FILE` opens it on the machine itself, without a password, for whoever may \
use the server's folder. TAB completes commands, files, interfaces and accounts; `?` shows what may follow; Ctrl-C ends a command, `exit` or Ctrl-D \
the session. `help <command>` shows what stands below.

**Scripts.** `ssh admin@server scheduler status` does one line. `ssh -T admin@server < script` and `convoke mmp < script` do all lines of a script and \
stop at the first that fails; a line that begins with `#` is a comment, and what a command asks for is read from the lines that follow it. Nothing asks \
whether it is meant there. The exit status is 0 when it was done, 1 when it failed, 2 when a line was not understood, 3 when the account's role may \
not do it, 130 after Ctrl-C.

**Files.** `sftp admin@server` (and `scp`) meets one folder without folders in it: keys, certificates, backups. `<account>.pub` holds the public keys of an \
account, a line each, as OpenSSH writes them; `dictionary` holds words that new passwords must not be; `logbundle.tar.gz` is made whenever it is fetched. \
`put` renews a file that a service uses; removing or renaming it is refused. All files together have 4 GiB at most.

**Silence.** A session ends after 10 minutes at a prompt. While a command runs it stays, so that `syslog follow` can be left alone; a command without a \
word from either side for 12 hours, or whose words nobody reads so long, is ended. A client that no longer answers is noticed within two minutes.

**Changes** are written into the settings file at once, one key at a time, its comments kept; what somebody writes there by hand is seen. They take \
effect at `enable` or `restart` of the service. A change that an enabled service could not start with is refused.

**Roles.** `admin` may do everything; `crypto` keys and certificates; `audit` logs. Accounts of role `appadmin` and `api` sign in to the APIs alone. \
Each line is written into the log, with who typed it and from where.
";

/// The whole manual.
pub fn text() -> String {
    let mut text = BEFORE.to_owned();
    for word in words::ALL {
        text += &format!("\n## {}\n\n{}.\n\n```\n", word.name, word.about.trim_end_matches('.'));
        for form in word.forms.iter().filter(|form| form.is_shown()) {
            text += form.pattern;
            text.push('\n');
        }
        text += "```\n";
        let others: Vec<&str> = [AccountRole::Crypto, AccountRole::Audit]
            .into_iter()
            .filter(|role| word.forms.iter().any(|form| form.is_for(*role)))
            .map(AccountRole::word)
            .collect();
        if !others.is_empty() {
            text += &format!("\nRoles besides admin: {}", others.join(", "));
            let all = word.forms.iter().all(|form| form.roles.len() == word.forms[0].roles.len());
            text += if all { ".\n" } else { " (some forms).\n" };
        }
        if !word.notes.is_empty() {
            text += &format!("\n{}\n", word.notes);
        }
    }
    text
}
