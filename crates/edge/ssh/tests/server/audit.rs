//! ssh-audit, which knows what is weak, finds nothing but that old clients are still let in.

use std::{path::Path, process::Command};

use crate::host::{host, text};

#[test]
fn an_audit_finds_nothing_weak() {
    let host = host();
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/audit-venv/bin/ssh-audit");
    let mut command = Command::new(&tool);
    command.args(["--level=warn", "--no-colors", "-p"]).arg(host.address.port().to_string()).arg("127.0.0.1");
    let audited = command.output().unwrap_or_else(|e| panic!("{}: {e}; `make/need.sh ssh`", tool.display()));
    let (said, faults) = (text(&audited.stdout), text(&audited.stderr));
    let found: Vec<_> =
        said.lines().filter(|line| line.contains("[warn]") || line.contains("[fail]")).collect();
    // Clients older than OpenSSH 9.9 know no exchange with ML-KEM: Debian 12 has such a one.
    let (known, unknown): (Vec<&str>, Vec<&str>) = found.iter().partition(|line| {
        line.starts_with("(kex) curve25519-sha256")
            && line.ends_with("does not provide protection against post-quantum attacks")
    });
    assert_eq!((known.len(), unknown.len()), (2, 0), "{said}{faults}");
    assert!(!said.contains("insufficient connection throttling"), "{said}");
    // At the level of information it says what there is.
    let mut command = Command::new(&tool);
    command.args(["--skip-rate-test", "-p"]).arg(host.address.port().to_string()).arg("127.0.0.1");
    let all = text(&command.output().unwrap().stdout);
    for name in [
        "mlkem768x25519-sha256",
        "curve25519-sha256",
        "ssh-ed25519",
        "chacha20-poly1305@openssh.com",
        "aes256-gcm@openssh.com",
        "kex-strict-s-v00@openssh.com",
    ] {
        assert!(all.contains(name), "{name}\n{all}");
    }
}
