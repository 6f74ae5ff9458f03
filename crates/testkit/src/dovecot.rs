//! A real IMAP server for one test: an instance of Dovecot in a folder of its own, on free ports.

use std::{
    fs,
    net::{Ipv4Addr, TcpStream},
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use tempfile::TempDir;

use crate::{free_port, process::Process, wait_for};

/// The user that mailboxes belong to: `nobody`. Dovecot starts as root only.
const MAIL_ID: u32 = 65_534;

/// A running Dovecot with one mailbox.
pub struct Dovecot {
    _process: Process,
    folder: TempDir,
    /// TLS from the first byte.
    pub imaps: u16,
    /// With STARTTLS.
    pub imap: u16,
    delivered: AtomicU32,
}

impl std::fmt::Debug for Dovecot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dovecot").field("imaps", &self.imaps).finish_non_exhaustive()
    }
}

impl Dovecot {
    /// Starts one whose only user has this password, with a certificate chain and its key (PEM files). `more` is added to its
    /// settings.
    pub fn start(user: &str, password: &str, (chain, key): (&Path, &Path), more: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        let open = |path: &Path| {
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("permissions");
        };
        open(folder.path());
        for name in ["run", "mail", "mail/new", "mail/cur", "mail/tmp"] {
            fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        for name in ["mail", "mail/new", "mail/cur", "mail/tmp"] {
            chown(folder.path().join(name), Some(MAIL_ID), Some(MAIL_ID)).expect("an owner");
        }
        let users = folder.path().join("users");
        fs::write(&users, format!("{user}:{{PLAIN}}{password}\n")).expect("a file");
        open(&users);
        let (imaps, imap) = (free_port(Ipv4Addr::LOCALHOST.into()), free_port(Ipv4Addr::LOCALHOST.into()));
        let settings = folder.path().join("dovecot.conf");
        let text = settings_of(folder.path(), (chain, key), (imap, imaps));
        fs::write(&settings, format!("{text}{more}")).expect("a file");
        let process = Process::start(Command::new("/usr/sbin/dovecot").arg("-F").arg("-c").arg(&settings));
        for port in [imap, imaps] {
            wait_for("Dovecot listens", || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok());
        }
        Self { _process: process, folder, imaps, imap, delivered: AtomicU32::new(0) }
    }

    /// Puts a mail into the mailbox, as a mail server does: whole, or not at all.
    pub fn deliver(&self, mail: &[u8]) {
        let number = self.delivered.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}.{}_{number}.test", 1_700_000_000 + number, std::process::id());
        let being_written = self.mail().join("tmp").join(&name);
        fs::write(&being_written, mail).expect("a file");
        chown(&being_written, Some(MAIL_ID), Some(MAIL_ID)).expect("an owner");
        fs::rename(being_written, self.mail().join("new").join(name)).expect("a file");
    }

    /// Makes the server number the mails of the mailbox anew.
    pub fn number_anew(&self) {
        for entry in fs::read_dir(self.mail()).expect("a folder").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with("dovecot") {
                fs::remove_file(entry.path()).expect("a file");
            }
        }
    }

    /// The names of the mails in the mailbox, with the flags that each has.
    pub fn mails(&self) -> Vec<String> {
        let of = |folder: &str| fs::read_dir(self.mail().join(folder)).expect("a folder").flatten();
        of("new").chain(of("cur")).map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn mail(&self) -> PathBuf {
        self.folder.path().join("mail")
    }
}

fn settings_of(folder: &Path, (chain, key): (&Path, &Path), (imap, imaps): (u16, u16)) -> String {
    let (folder, chain, key) = (folder.display(), chain.display(), key.display());
    format!(
        "protocols = imap\n\
         base_dir = {folder}/run\n\
         state_dir = {folder}/run\n\
         log_path = {folder}/log\n\
         listen = 127.0.0.1\n\
         ssl = required\n\
         ssl_cert = <{chain}\n\
         ssl_key = <{key}\n\
         auth_mechanisms = plain\n\
         auth_failure_delay = 0\n\
         first_valid_uid = 1\n\
         mail_location = maildir:{folder}/mail\n\
         passdb {{\n  driver = passwd-file\n  args = {folder}/users\n}}\n\
         userdb {{\n  driver = static\n  args = uid={MAIL_ID} gid={MAIL_ID} home={folder}/mail\n}}\n\
         service anvil {{\n  unix_listener anvil-auth-penalty {{\n    mode = 0\n  }}\n}}\n\
         service imap-login {{\n\
           chroot =\n\
           inet_listener imap {{\n    port = {imap}\n  }}\n\
           inet_listener imaps {{\n    port = {imaps}\n    ssl = yes\n  }}\n\
         }}\n"
    )
}
