//! Who comes in, and who does not.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use convoke_ssh::{UserKey, limits};

use crate::host::{Host, PASSWORD, host, text};

pub fn make_key(host: &Host, name: &str, options: &[&str]) -> PathBuf {
    let path = host.home.path().join(name);
    let made =
        Command::new("ssh-keygen").args(options).args(["-q", "-N", "", "-f"]).arg(&path).status().unwrap();
    assert!(made.success());
    path
}

pub fn read_key(path: &Path) -> Result<UserKey, impl std::fmt::Debug> {
    UserKey::read(&std::fs::read_to_string(path.with_extension("pub")).unwrap())
}

#[test]
fn the_right_password_comes_in_and_wrong_ones_are_counted_and_take_their_time() {
    let host = host();
    let in_ = host.ssh("admin", &["who"]);
    assert_eq!(
        (in_.status.code(), text(&in_.stdout)),
        (Some(0), "admin\n".to_owned()),
        "{}",
        text(&in_.stderr)
    );
    for (name, password) in [("admin", "wrong"), ("nobody", PASSWORD), ("admin", "")] {
        let began = Instant::now();
        let out =
            host.command("ssh").env("SSHPASS", password).args([&format!("{name}@127.0.0.1"), "who"]).output();
        assert!(!out.unwrap().status.success(), "{name}");
        assert!(began.elapsed() >= limits::REJECTION_TIME);
    }
    assert_eq!(*host.accounts.guesses.lock().unwrap(), 2);
}

#[test]
fn whoever_may_not_come_in_now_is_told_so_after_the_right_password_alone() {
    let host = host();
    for rest in [&["who"][..], &["-s", "sftp"], &[]] {
        let out = host.ssh("late", rest);
        assert_eq!(out.status.code(), Some(1), "{rest:?}");
        assert!(text(&out.stderr).contains("late may sign in from 09:00 to 17:00."), "{}", text(&out.stderr));
    }
    let out = host.command("ssh").env("SSHPASS", "wrong").args(["late@127.0.0.1", "who"]).output().unwrap();
    assert!(!text(&out.stderr).contains("09:00"));
}

#[test]
fn current_keys_sign_in_and_unknown_short_and_old_ones_do_not() {
    let host = host();
    let good = [
        ("ed25519", &["-t", "ed25519"][..]),
        ("p256", &["-t", "ecdsa", "-b", "256"]),
        ("p384", &["-t", "ecdsa", "-b", "384"]),
        ("rsa3072", &["-t", "rsa", "-b", "3072"]),
    ];
    for (name, options) in good {
        let path = make_key(&host, name, options);
        let before = host.ssh_with_key(&path, &[]);
        assert!(!before.status.success(), "{name} is not known yet");
        let key = read_key(&path).unwrap();
        let listed = Command::new("ssh-keygen").args(["-l", "-f"]).arg(&path).output().unwrap();
        assert!(text(&listed.stdout).contains(key.fingerprint()), "as OpenSSH prints it");
        host.accounts.keys.lock().unwrap().push(key);
        let out = host.ssh_with_key(&path, &[]);
        assert!(out.status.success(), "{name}: {}", text(&out.stderr));
    }
    // RSA with SHA-1.
    let old =
        host.ssh_with_key(&host.home.path().join("rsa3072"), &["-o", "PubkeyAcceptedAlgorithms=ssh-rsa"]);
    assert!(!old.status.success());
    for (name, options) in
        [("rsa2048", &["-t", "rsa", "-b", "2048"][..]), ("p521", &["-t", "ecdsa", "-b", "521"])]
    {
        assert!(read_key(&make_key(&host, name, options)).is_err(), "{name}");
    }
    assert!(UserKey::read("ssh-ed25519 nonsense").is_err());
    assert_eq!(*host.accounts.guesses.lock().unwrap(), 0, "offering a key is no guess");
}

#[test]
fn the_fingerprint_is_the_one_that_openssh_shows() {
    let host = host();
    let key = convoke_ssh::HostKey::load_or_make(host.home.path()).unwrap();
    let file = host.home.path().join("ssh_host_ed25519_key");
    let listed = Command::new("ssh-keygen").args(["-l", "-f"]).arg(file).output().unwrap();
    assert!(
        text(&listed.stdout).contains(&key.fingerprint()),
        "{} {}",
        text(&listed.stdout),
        text(&listed.stderr)
    );
}
