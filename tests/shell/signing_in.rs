//! Who is let in, as whom, and how that ends: accounts and keys by OpenSSH's clients.

use std::{
    fs,
    process::{Command, Output, Stdio},
};

use convoke_testkit::{PATIENCE, terminal::Terminal, wait_for};

use crate::server::{PASSWORD, SSH_PORT, Server};

const DUSK: &str = "Tall-ships-9-at-dusk";

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn each_role_may_do_its_own_work_and_each_try_is_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), "cms1");
    for role in ["crypto", "audit", "appadmin", "api"] {
        server.add_account(&format!("of.{role}"), role, DUSK);
    }
    let denied = "ERROR: permission denied";
    for (account, line, status, shown) in [
        ("of.crypto", "pki list", 0, "User supplied certificates and keys:"),
        ("of.crypto", "scheduler enable", 3, denied),
        ("of.crypto", "user list", 3, denied),
        ("of.audit", "log process=cli issued", 0, "issued command"),
        ("of.audit", "pki list", 3, denied),
        ("of.audit", "scheduler", 3, denied),
    ] {
        let output = server.ssh_as(account, DUSK, line);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(status), "{account} {line}: {said}");
        assert!(said.contains(shown), "{account} {line}: {said}");
        let outcome = if status == 0 { "granted" } else { "denied" };
        let audited = format!("issued command < {line}>: permission {outcome}");
        wait_for(&audited, || {
            let log = server.said();
            let of_account = format!(" cli: User {account} from ");
            log.lines().any(|log| log.contains(&of_account) && log.ends_with(&audited)).then_some(())
        });
    }
    // These two have no shell, and are told so once they have shown who they are.
    for account in ["of.appadmin", "of.api"] {
        let output = server.ssh_as(account, DUSK, "version");
        let told = format!("accounts of role {} sign in to the APIs only\r\n", &account[3..]);
        assert_eq!((output.status.code(), said(&output).as_str()), (Some(1), told.as_str()));
        assert!(!server.sftp_as(account, DUSK, "ls\n").status.success());
    }
    // Files: keys and certificates are crypto's; nothing is audit's.
    for name in ["CB344748.key", "admin.pub", "notes.txt"] {
        fs::write(server.local().join(name), "x").unwrap();
        assert!(server.sftp(&format!("put {name}")).status.success());
    }
    let listed = said(&server.sftp_as("of.crypto", DUSK, "ls -1\n"));
    assert!(listed.contains("CB344748.key") && !listed.contains(".pub"), "{listed}");
    let put = said(&server.sftp_as("of.crypto", DUSK, "put admin.pub\n"));
    assert!(put.contains("ermission denied"), "{put}");
    let put = said(&server.sftp_as("of.audit", DUSK, "put CB344748.key\n"));
    assert!(put.contains("ermission denied"), "{put}");
}

/// One line by a key alone.
fn by_key(server: &Server, key: &str) -> Output {
    let known = server.config().with_file_name("known_hosts");
    Command::new("ssh")
        .current_dir(server.local())
        .args(["-F", "none", "-i", key, "-p", &SSH_PORT.to_string()])
        .args(["-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none"])
        .arg(format!("-oUserKnownHostsFile={}", known.display()))
        .args([&format!("admin@{}", server.address), "version"])
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn a_key_uploaded_as_the_accounts_file_lets_in_until_it_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), "cms1");
    for name in ["mine", "another"] {
        let made = Command::new("ssh-keygen")
            .current_dir(server.local())
            .args(["-q", "-t", "ed25519", "-N", "", "-f", name])
            .status()
            .unwrap();
        assert!(made.success());
    }
    assert!(!by_key(&server, "mine").status.success());
    assert!(server.sftp("put mine.pub admin.pub").status.success());
    let come = by_key(&server, "mine");
    assert!(come.status.success(), "{}", said(&come));
    assert!(!by_key(&server, "another").status.success());
    server.wait_for_lines("signed in by key SHA256:", 1);
    assert!(server.sftp("rm admin.pub").status.success());
    assert!(!by_key(&server, "mine").status.success());
}

#[test]
fn an_account_that_is_sent_out_or_removed_is_out_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), "cms1");
    server.add_account("carol", "crypto", DUSK);
    for line in ["user evict carol", "user del carol"] {
        let mut carol = server.terminal_of("carol", DUSK);
        carol.wait_for_current("cms1> ");
        assert!(
            said(&server.ssh("user list", ""))
                .lines()
                .any(|row| row.starts_with("carol") && row.ends_with("yes"))
        );
        assert!(server.ssh(line, "").status.success());
        assert!(carol.wait_for_end(PATIENCE).is_some(), "{line}");
    }
    assert!(!server.ssh_as("carol", DUSK, "version").status.success());
}

#[test]
fn who_mistypes_a_password_is_asked_again_on_the_same_connection() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), "cms1");
    server.add_account("carol", "crypto", DUSK);
    let known = server.config().with_file_name("known_hosts");
    let mut command = Command::new("setsid");
    command
        .args(["--ctty", "--wait", "ssh", "-F", "none", "-tt", "-p", &SSH_PORT.to_string()])
        .args(["-o", "IdentityAgent=none", "-o", "PubkeyAuthentication=no"])
        .arg(format!("-oUserKnownHostsFile={}", known.display()))
        .arg(format!("carol@{}", server.address));
    let mut terminal = Terminal::start(&mut command, 200, 50);
    let question = format!("carol@{}'s password: ", server.address);
    terminal.wait_for_current(&question);
    terminal.types("Tall-ships-9-at-dawn\r");
    terminal.wait("the refusal", |screen| {
        let is_refused = screen.done.iter().any(|line| line == "Permission denied, please try again.");
        (is_refused && screen.current() == question).then_some(())
    });
    terminal.types(&format!("{DUSK}\r"));
    terminal.wait_for_current("cms1> ");
}

#[test]
fn wrong_passwords_lock_until_the_account_is_unlocked() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), "cms1");
    server.add_account("carol", "crypto", DUSK);
    assert!(server.ssh("user rule max_failed_logins 2", "").status.success());
    for password in ["Not-her-password-1", "Not-her-password-2", DUSK] {
        // The third is locked out, and nothing says so.
        let refused = server.ssh_as("carol", password, "version");
        let words = format!("carol@{}: Permission denied (publickey,password).\r\n", server.address);
        assert_eq!((refused.status.code(), said(&refused)), (Some(255), words));
    }
    server.wait_for_lines("User \"carol\" from ", 3);
    let info = said(&server.ssh("user info carol", ""));
    assert!(
        info.contains("\nFailed logins since last login : 2\n") && info.contains("\nLocked : until "),
        "{info}"
    );
    assert!(server.ssh("user unlock carol", "").status.success());
    assert!(server.ssh_as("carol", DUSK, "version").status.success());
    let info = said(&server.ssh("user info carol", ""));
    assert!(info.contains("\nLocked : no\n"), "{info}");
}

#[test]
fn an_uploaded_dictionary_refuses_its_words_as_passwords() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), "cms1");
    fs::write(server.local().join("passwordlist.txt"), "hunter2\nTall-ships-7-at-noon\n").unwrap();
    assert!(server.sftp("put passwordlist.txt dictionary").status.success());
    let mut terminal = server.terminal();
    terminal.types("passwd\r");
    terminal.wait_for_current("Please enter current password: ");
    terminal.types(&format!("{PASSWORD}\r"));
    for question in ["Please enter new password: ", "Please enter new password again: "] {
        terminal.wait_for_current(question);
        terminal.types("Tall-ships-7-at-noon\r");
    }
    let refusal = wait_for("the refusal", || {
        terminal.screen().done.iter().find(|line| line.starts_with("FAILURE: ")).cloned()
    });
    assert!(refusal.contains("dictionary"), "{refusal}");
    assert!(server.ssh("version", "").status.success(), "the old one is good still");
}
