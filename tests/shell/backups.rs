//! Backups and the way back, with kills at any moment of it; the log bundle as tar reads it.

use std::{fs, process::Command, thread::sleep, time::Duration};

use convoke_runtime::random;
use convoke_testkit::PATIENCE;

use crate::server::{PASSWORD, Server};

const DUSK: &str = "Tall-ships-9-at-dusk";

fn done(server: &Server, line: &str) -> String {
    let output = server.mmp(line, "");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{line}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// Makes the server one that can be told from others by its settings, its files, its passwords and its accounts.
fn becomes(server: &mut Server, name: &str, other: &str) {
    done(server, &format!("callbridge webapp https://{name}.example.com"));
    fs::write(server.local().join("mark.cer"), name).unwrap();
    assert!(server.sftp("put mark.cer").status.success());
    fs::write(server.local().join(format!("{name}.cer")), name).unwrap();
    assert!(server.sftp(&format!("put {name}.cer\nrm {other}.cer")).status.success());
    let script = format!("scheduler email username {name}\n{DUSK}-{name}\n");
    assert!(server.mmp("", &script).status.success());
    server.add_account(name, "crypto", DUSK);
    // There may be none.
    drop(server.mmp(&format!("user del {other}"), ""));
}

/// Which of the two it is, by each part.
fn state(server: &Server) -> Vec<String> {
    let which = |text: &str| {
        let is = ["north", "south"].map(|name| text.contains(name));
        match is {
            [true, false] => "north",
            [false, true] => "south",
            _ => "neither",
        }
        .to_owned()
    };
    let mut parts = vec![
        which(&done(server, "callbridge")),
        which(&done(server, "scheduler")),
        which(&done(server, "user list")),
        which(&done(server, "pki list")),
        which(&fs::read_to_string(server.files().join("mark.cer")).unwrap()),
    ];
    let secrets = fs::read_dir(server.files().with_file_name("secrets")).unwrap();
    parts.extend(secrets.map(|entry| which(&fs::read_to_string(entry.unwrap().path()).unwrap())));
    parts
}

#[test]
fn a_rollback_leads_to_one_state_or_the_other_whenever_it_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), "cms1");
    for (name, other) in [("north", "south"), ("south", "north")] {
        becomes(&mut server, name, other);
        done(&server, &format!("backup snapshot {name}"));
        assert_eq!(state(&server), [name; 6]);
    }
    let (mut now, mut moved, mut caught) = ("south", 0, 0);
    for _ in 0..16 {
        let wanted = if now == "north" { "south" } else { "north" };
        let mut rollback = server.mmp_begins(&format!("backup rollback {wanted}"));
        // From when it has begun on; the rest takes some 15 ms.
        let begun = server.files().with_file_name("rollback");
        while !begun.exists() && rollback.is_running() {
            std::hint::spin_loop();
        }
        let [chance] = random::bytes::<1>();
        let pause = Duration::from_micros(u64::from(chance) * 60);
        sleep(pause);
        caught += usize::from(begun.exists());
        server.is_killed_and_starts_again();
        rollback.wait(PATIENCE);
        let after = state(&server);
        let is_whole = after.iter().all(|part| *part == after[0]) && after[0] != "neither";
        assert!(is_whole, "killed after {pause:?} on the way from {now} to {wanted}: {after:?}");
        if after[0] == wanted {
            (now, moved) = (wanted, moved + 1);
        }
    }
    println!("{moved} of 16 got through, {caught} were killed on their way");
    assert!(caught > 0, "no kill came in the midst of one");
    // And without a kill.
    for name in ["north", "south"] {
        assert!(done(&server, &format!("backup rollback {name}")).contains("SUCCESS: rolled back"));
        assert_eq!(state(&server), [name; 6]);
    }
    let listed = done(&server, "backup list");
    assert!(listed.contains("north.bak") && listed.contains("south.bak"), "{listed}");
}

#[test]
fn a_rollback_that_nobody_has_confirmed_is_none_after_a_power_cut_either() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), "cms1");
    becomes(&mut server, "north", "south");
    done(&server, "backup snapshot north");
    becomes(&mut server, "south", "north");
    let mut terminal = server.terminal();
    terminal.types("backup rollback north\r");
    terminal.wait("the question", |screen| screen.current().ends_with("(Y/n) ").then_some(()));
    server.is_killed_and_starts_again();
    assert_eq!(state(&server), ["south"; 6]);
    let mut terminal = server.terminal();
    terminal.types("backup rollback north\r");
    terminal.wait("the question", |screen| screen.current().ends_with("(Y/n) ").then_some(()));
    terminal.types("y\r");
    terminal.wait("the refusal", |screen| {
        screen.done.iter().any(|line| line == "FAILURE: not done; only a capital Y is yes").then_some(())
    });
    assert_eq!(state(&server), ["south"; 6]);
}

#[test]
fn the_log_bundle_shows_what_helps_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), "cms1");
    becomes(&mut server, "north", "south");
    done(&server, "pki selfsigned ca CN:ca key:ec-p256");
    // A password at the wrong place: it is refused, and the line is in the log without it.
    let refused = server.mmp("database url postgres://convoke:Deep-secret-1@127.0.0.1:9/convoke", "");
    assert!(!refused.status.success());
    assert!(server.sftp("get logbundle.tar.gz").status.success());
    let unpacked = folder.path().join("unpacked");
    fs::create_dir(&unpacked).unwrap();
    let bundle = server.local().join("logbundle.tar.gz");
    let tar = Command::new("tar").arg("-xzf").arg(&bundle).arg("-C").arg(&unpacked).status().unwrap();
    assert!(tar.success());
    let texts: Vec<(String, String)> = fs::read_dir(&unpacked)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap()))
        .collect();
    let all: String = texts.iter().map(|(name, text)| format!("== {name}\n{text}\n")).collect();
    for needed in [
        "== about.txt\nConvoke ",
        "[node]",
        "webapp https://north.example.com",
        "ca.key ",
        "issued command < database url postgres://",
        "issued command < pki selfsigned ca CN:ca key:ec-p256>",
    ] {
        assert!(all.contains(needed), "{needed} not in\n{all}");
    }
    for secret in [DUSK, PASSWORD, "Deep-secret-1", "PRIVATE KEY", "BEGIN CERTIFICATE", "$argon2"] {
        assert!(!all.contains(secret), "{secret} in\n{all}");
    }
}

#[test]
fn a_backup_of_another_address_or_name_is_told_before_it_shuts_anybody_out() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), "cms1");
    let now = fs::read_to_string(server.config()).unwrap();
    let other = now
        .replace(&server.address.to_string(), "198.51.100.7")
        .replace("name = \"cms1\"", "name = \"cms7\"");
    fs::write(server.config(), other).unwrap();
    done(&server, "backup snapshot other");
    fs::write(server.config(), &now).unwrap();
    let mut terminal = server.mmp_at_terminal(&["backup", "rollback", "other"]);
    terminal.wait("the question", |screen| screen.current().ends_with("(Y/n) ").then_some(()));
    let shown = terminal.screen().done.join("\n");
    for warning in [
        "WARNING: it is of a server that is called cms7, and this one is cms1",
        "WARNING: its shell listens on 198.51.100.7:2222, which is no address of this machine: by that one nobody would get in any more",
    ] {
        assert!(shown.contains(warning), "{shown}");
    }
    terminal.types("n\r");
    assert_eq!(terminal.wait_for_end(PATIENCE), Some(1));
    assert_eq!(fs::read_to_string(server.config()).unwrap(), now);
}
