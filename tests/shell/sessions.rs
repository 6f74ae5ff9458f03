//! Sessions by SSH: the first sign-in, several at once, automation, and the end of the server.

use convoke_testkit::PATIENCE;

use crate::server::{PASSWORD, Server, with_input};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_first_sign_in_wants_a_new_password_and_the_first_one_is_worth_nothing_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), "cms1");
    let said = server.said();
    let first = said.split("has the password ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    // Without a terminal nobody can be asked.
    let mut command = server.client("ssh", &first);
    let refused = command.args([&format!("admin@{}", server.address), "version"]).output().unwrap();
    let told = "FAILURE: this password must be changed first: sign in with a terminal (ssh -t)\n";
    assert_eq!((refused.status.code(), text(&refused.stdout).as_str()), (Some(3), told));
    let mut terminal = server.terminal();
    terminal.types("version\r");
    terminal
        .wait("the version", |screen| screen.done.iter().any(|line| line.contains("version")).then_some(()));
    for password in [&first, PASSWORD] {
        let mut command = server.client("ssh", password);
        let out = command.args([&format!("admin@{}", server.address), "version"]).output().unwrap();
        assert_eq!(out.status.success(), password == PASSWORD);
    }
    assert!(!server.said().contains(PASSWORD));
    assert_eq!(server.said().matches(&first).count(), 1, "shown once");
}

#[test]
fn a_first_password_that_is_not_good_is_refused_with_the_reason_and_three_times_end_the_session() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), "cms1");
    let said = server.said();
    let first = said.split("has the password ").nth(1).unwrap().split(' ').next().unwrap();
    let mut terminal = server.terminal_of("admin", first);
    for (count, (new, again)) in
        [("short", "short"), (PASSWORD, "Tall-ships-9"), ("the-admin-8", "the-admin-8")].iter().enumerate()
    {
        terminal.wait("the question", |screen| {
            let asked = screen.done.iter().filter(|line| line.starts_with("FAILURE: ")).count();
            (asked == count && screen.current() == "Please enter new password: ").then_some(())
        });
        terminal.types(&format!("{new}\r"));
        terminal.wait_for_current("Please enter new password again: ");
        terminal.types(&format!("{again}\r"));
    }
    assert_eq!(terminal.wait_for_end(PATIENCE), Some(1));
    let shown = terminal.screen().done;
    let told: Vec<&String> = shown.iter().filter(|line| line.starts_with("FAILURE: ")).collect();
    assert_eq!(
        told,
        [
            "FAILURE: the password has fewer than 8 characters",
            "FAILURE: the two passwords are not the same; nothing was changed",
            "FAILURE: the password holds the user name",
        ]
    );
}

#[test]
fn lines_and_scripts_by_ssh_have_their_output_and_their_status() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), "cms1");
    let version = server.ssh("version", "");
    assert!(version.status.success() && !version.stdout.is_empty());
    assert_eq!(server.ssh("nonsense", "").status.code(), Some(2));
    let script = server.ssh("", "version\nnonsense\n");
    assert_eq!(script.status.code(), Some(2));
    assert!(text(&script.stdout).ends_with("The script stops at line 2.\n"), "{}", text(&script.stdout));
}

#[test]
fn several_sessions_live_side_by_side_and_are_told_when_the_server_stops() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), "cms1");
    let mut one = server.terminal();
    let two = server.terminal();
    one.types("shutdown\r");
    let mut stopped = [one, two];
    // Whether it is meant.
    stopped[0].wait("the question", |screen| screen.current().ends_with("(Y/n) ").then_some(()));
    stopped[0].types("Y\r");
    for terminal in &mut stopped {
        terminal.wait("the last words", |screen| screen.text().contains("The server stops.").then_some(()));
        assert!(terminal.wait_for_end(PATIENCE).is_some(), "it ends by itself");
    }
}

#[test]
fn tab_completes_commands_and_uploaded_files_and_a_question_mark_helps() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), "cms1");
    for name in ["CB344748.key", "CB344748.cer", "one.csr", "ca.key", "ca.crt", "other.crt"] {
        std::fs::write(server.local().join(name), "x").unwrap();
        assert!(server.sftp(&format!("put {name}")).status.success());
    }
    let mut terminal = server.terminal();
    terminal.types("sch\tc2\tcer\tC\t");
    terminal.wait_for_current("cms1> scheduler c2w certs CB344748.");
    terminal.types("\t");
    terminal.wait("both names", |screen| {
        screen.done.iter().any(|line| line == "CB344748.cer  CB344748.key").then_some(())
    });
    terminal.types("k\t");
    terminal.wait_for_current("cms1> scheduler c2w certs CB344748.key ");
    terminal.types("?");
    terminal.wait("the form", |screen| {
        screen
            .done
            .iter()
            .any(|line| line.trim() == "scheduler c2w certs <key-file> <cert-fullchain-file>")
            .then_some(())
    });
    terminal.types("\x15pki sign \t\t");
    terminal.wait_for_current("cms1> pki sign one ca ");
    terminal.types("\x15한글\x7f\x7fversion\r");
    terminal.wait("the version", |screen| {
        screen.done.iter().any(|line| line.starts_with("Convoke ")).then_some(())
    });
    terminal.types("\x1b[A\x03");
    terminal.wait("the line before", |screen| {
        screen.done.iter().any(|line| line == "cms1> version^C").then_some(())
    });
}

#[test]
fn administrators_at_once_lose_none_of_each_others_changes_nor_what_is_written_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), "cms1");
    let settings = std::fs::read_to_string(server.config()).unwrap();
    let with_remark = settings.replace("[interfaces]", "# Of the second floor.\n[interfaces]");
    std::fs::write(server.config(), with_remark).unwrap();
    assert!(server.ssh("version", "").status.success(), "the first password is chosen");
    let script = |who: &str| -> String {
        (0..12).map(|number| format!("ipv4 {who}{number} add {}\n", server.address)).collect()
    };
    let (one, two, three) = (script("x"), script("y"), script("z"));
    let server = &server;
    std::thread::scope(|scope| {
        let by_ssh = |input: String| {
            move || {
                let mut command = server.client("ssh", PASSWORD);
                command.arg(format!("admin@{}", server.address));
                with_input(command, &input)
            }
        };
        let all =
            [scope.spawn(by_ssh(one)), scope.spawn(by_ssh(two)), scope.spawn(move || server.mmp("", &three))];
        for output in all.map(|thread| thread.join().unwrap()) {
            assert!(output.status.success(), "{}", text(&output.stdout));
        }
    });
    let settings = std::fs::read_to_string(server.config()).unwrap();
    for who in ["x", "y", "z"] {
        for number in 0..12 {
            assert!(settings.contains(&format!("\n{who}{number} = ")), "{who}{number} is not in\n{settings}");
        }
    }
    assert!(settings.contains("# Of the second floor.\n[interfaces]"), "{settings}");
}
