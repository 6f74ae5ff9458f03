//! Who may sign in to the shell, and which files each role may see: the accounts of this server behind the SSH server's questions.

use std::{net::SocketAddr, sync::Arc};

use convoke_directory::{
    accounts::{Accepted, Accounts, Asked, Refused},
    attempts::Attempts,
};
use convoke_model::account::{AccountName, AccountRole, Purpose};
use convoke_runtime::{Clock, Shutdown, log::AUDIT};
use convoke_ssh::{Answer, Gate, UserKey};
use secrecy::SecretString;

use crate::{
    bundle,
    console::Who,
    files::{ENDINGS, Files, is_of_pki},
    outcome::Failed,
    public_keys::PublicKeys,
    sessions::{Entry, Sessions},
    settings_file::SettingsFile,
    sign_in::{Password, SignIn},
    uses::users_of,
};

pub use crate::public_keys::PUBLIC_KEYS;

/// The word list that new passwords must not be in.
pub const DICTIONARY: &str = "dictionary";

/// The accounts of this server, as the SSH server asks for them.
#[derive(Debug)]
pub struct Door {
    /// The accounts.
    pub accounts: Arc<Accounts>,
    /// Failures of the last minutes.
    pub attempts: Arc<Attempts>,
    /// The public keys of accounts.
    pub public_keys: PublicKeys,
    /// The folder of files.
    pub files: Files,
    /// The settings, which name files that are in use.
    pub settings: SettingsFile,
    /// Who is signed in.
    pub sessions: Sessions,
    /// The time.
    pub clock: Clock,
}

impl Door {
    fn judged(name: &str, from: SocketAddr, how: &str, judged: Result<Accepted, Refused>) -> Answer<Who> {
        match judged {
            Ok(accepted) => {
                tracing::info!(target: AUDIT, "User {} from {from} signed in by {how}", accepted.name);
                let Accepted { name, role, must_change, generation, .. } = accepted;
                let (shown, password) = (name.to_string(), Password { generation, must_change });
                let sign_in = SignIn::new(name, role, from.ip(), password);
                Answer::Welcome(Who { name: shown, role, from: from.to_string(), sign_in: Some(sign_in) })
            }
            Err(refused) => {
                tracing::warn!(target: AUDIT, "User \"{}\" from {from} was not let in by {how}: {refused}", shown(name));
                match refused {
                    Refused::Denied(denied) => Answer::Told(denied.to_string()),
                    // Nothing is proven; whoever is told something has signed in.
                    Refused::Unavailable(_) | Refused::Wrong(_) | Refused::TooOften => Answer::Refused,
                }
            }
        }
    }
}

/// A name as it was sent, for the log; whatever it holds, it stays short and on one line.
fn shown(name: &str) -> String {
    name.chars().take(64).flat_map(char::escape_debug).collect()
}

impl Gate for Door {
    type Who = Who;
    type Stay = Entry;

    fn enters(&self, who: &Who) -> (Entry, Shutdown) {
        let (ended, end) = match &who.sign_in {
            Some(sign_in) => (sign_in.ended.clone(), sign_in.end()),
            None => {
                let (ended, end) = Shutdown::new();
                (ended, Arc::new(end))
            }
        };
        (self.sessions.enter(&who.name, &who.from, self.clock.now(), end), ended)
    }

    fn still(&self, who: &Who) -> bool {
        who.sign_in.as_ref().is_none_or(|sign_in| sign_in.holds(&self.accounts, self.clock.now()))
    }

    async fn password(&self, name: &str, password: SecretString, from: SocketAddr) -> Answer<Who> {
        let asked = Asked {
            name,
            password,
            address: Some(from.ip()),
            purpose: Purpose::Shell,
            now: self.clock.now(),
        };
        Self::judged(name, from, "password", self.accounts.verify(asked, &self.attempts).await)
    }

    async fn knows_key(&self, name: &str, key: &UserKey, _: SocketAddr) -> bool {
        name.parse().is_ok_and(|name| {
            self.public_keys.of_account(&name).iter().any(|known| known.line() == key.line())
        })
    }

    async fn key(&self, name: &str, key: &UserKey, from: SocketAddr) -> Answer<Who> {
        let how = format!("key {}", key.fingerprint());
        let Ok(account) = name.parse::<AccountName>() else { return Answer::Refused };
        if !self.knows_key(name, key, from).await {
            return Answer::Refused;
        }
        let admitted = self.accounts.admit(&account, Some(from.ip()), Purpose::Shell, self.clock.now()).await;
        Self::judged(name, from, &how, admitted)
    }

    fn account(&self, who: &Who) -> String {
        who.name.clone()
    }

    fn may_use_files(&self, who: &Who) -> Result<(), String> {
        match &who.sign_in {
            Some(sign_in) if sign_in.password().must_change => {
                Err("This password must be changed first: sign in by ssh at a terminal, then come again."
                    .to_owned())
            }
            _ => Ok(()),
        }
    }

    fn may_read(&self, who: &Who, name: &str) -> Result<(), String> {
        let may = match who.role {
            AccountRole::Admin => true,
            AccountRole::Crypto => is_of_pki(name),
            AccountRole::Audit => name == bundle::NAME,
            AccountRole::AppAdmin | AccountRole::Api => false,
        };
        if may { Ok(()) } else { Err(not_for(who.role)) }
    }

    fn may_write(&self, who: &Who, name: &str) -> Result<(), String> {
        let may = match who.role {
            AccountRole::Admin => true,
            AccountRole::Crypto => is_of_pki(name),
            AccountRole::Audit | AccountRole::AppAdmin | AccountRole::Api => false,
        };
        if may { Ok(()) } else { Err(not_for(who.role)) }
    }

    fn may_put(&self, who: &Who, name: &str) -> Result<(), String> {
        self.may_write(who, name)?;
        let Some(account) = name.to_ascii_lowercase().strip_suffix(PUBLIC_KEYS).map(str::to_owned) else {
            return Ok(());
        };
        if name != format!("{account}{PUBLIC_KEYS}") {
            return Err(format!("public keys are read from {account}{PUBLIC_KEYS}, in small letters"));
        }
        let book = self.accounts.book().map_err(|fault| fault.to_string())?;
        let is_there = account.parse().is_ok_and(|account| book.find(&account).is_some());
        // They would be those of whoever gets the name later.
        if is_there { Ok(()) } else { Err(format!("there is no account {account}; add it first")) }
    }

    fn may_take_away(&self, _: &Who, name: &str) -> Result<(), String> {
        match users_of(&self.settings, &self.files, name) {
            Ok(users) if users.is_empty() => Ok(()),
            Ok(users) => Err(format!(
                "{name} is in use by \"{}\"; set another one there, or none, first",
                users.join("\" and \"")
            )),
            Err(Failed::Lines(lines)) => Err(lines.join(" ").trim_start_matches("FAILURE: ").to_owned()),
            Err(Failed::Interrupted) => Err("interrupted".to_owned()),
        }
    }

    fn noted(&self, who: &Who, from: SocketAddr, what: &str) {
        tracing::info!(target: AUDIT, "User {} from {from} {what}", who.name);
    }
}

fn not_for(role: AccountRole) -> String {
    match role {
        AccountRole::Crypto => format!(
            "permission denied: accounts of role crypto may use keys and certificates alone: names that end in {}",
            ENDINGS.join(" ")
        ),
        role => format!("permission denied: accounts of role {role} may not use this file"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn who(role: AccountRole) -> Who {
        Who { name: "x".into(), role, from: "192.0.2.1:5".into(), sign_in: None }
    }

    fn door(folder: &Path) -> Door {
        Door {
            accounts: Arc::new(Accounts::of(folder)),
            attempts: Arc::default(),
            public_keys: PublicKeys::of(Files::open(folder).unwrap()),
            files: Files::open(folder).unwrap(),
            settings: SettingsFile::new(&folder.join("convoke.toml")),
            sessions: Sessions::default(),
            clock: Clock::system(),
        }
    }

    #[tokio::test]
    async fn nobody_comes_in_while_the_accounts_can_not_be_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("accounts.json"), "{").unwrap();
        let (door, from) = (door(folder.path()), "192.0.2.1:5".parse().unwrap());
        assert!(matches!(door.password("admin", "anything".into(), from).await, Answer::Refused));
        let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIETXhNPBdLWt3NCG/3yhRSulQoq/tqUQ7Ss01YUDpk6I";
        std::fs::write(door.files.folder().join("admin.pub"), line).unwrap();
        let key = UserKey::read(line).unwrap();
        assert!(matches!(door.key("admin", &key, from).await, Answer::Refused));
    }

    #[test]
    fn each_role_has_its_files() {
        let folder = tempfile::tempdir().unwrap();
        let door = door(folder.path());
        use AccountRole::{Admin, Api, Audit, Crypto};
        for (role, name, reads, writes) in [
            (Admin, "all.bak", true, true),
            (Admin, "admin.pub", true, true),
            (Crypto, "cms1.key", true, true),
            (Crypto, "all.bak", false, false),
            (Crypto, "admin.pub", false, false),
            (Crypto, "dictionary", false, false),
            (Crypto, bundle::NAME, false, false),
            (Crypto, "notes.txt", false, false),
            (Crypto, "key", false, false),
            (Crypto, "CMS1.P12", true, true),
            (Audit, bundle::NAME, true, false),
            (Audit, "cms1.crt", false, false),
            (Api, "cms1.crt", false, false),
        ] {
            let who = who(role);
            assert_eq!(
                (door.may_read(&who, name).is_ok(), door.may_write(&who, name).is_ok()),
                (reads, writes),
                "{role} {name}"
            );
        }
    }

    #[test]
    fn what_the_settings_name_is_not_taken_away_and_what_they_do_not_is() {
        let folder = tempfile::tempdir().unwrap();
        let (door, admin) = (door(folder.path()), who(AccountRole::Admin));
        for name in ["cms1.key", "old.key"] {
            door.files.write(name, b"x").unwrap();
        }
        let unreadable = door.may_take_away(&admin, "old.key").unwrap_err();
        assert!(unreadable.contains("convoke.toml can't be read"), "{unreadable}");
        std::fs::write(door.settings.path(), "[scheduler.https]\nkey_file = \"files/cms1.key\"\n").unwrap();
        let why = door.may_take_away(&admin, "cms1.key").unwrap_err();
        assert_eq!(
            why,
            "cms1.key is in use by \"scheduler https certs\"; set another one there, or none, first"
        );
        assert_eq!(door.may_take_away(&admin, "old.key"), Ok(()));
        assert!(door.may_put(&admin, "cms1.key").is_ok(), "a new one takes its place");
    }

    #[test]
    fn role_crypto_is_told_which_names_it_may_use() {
        let folder = tempfile::tempdir().unwrap();
        let why = door(folder.path()).may_write(&who(AccountRole::Crypto), "notes.txt").unwrap_err();
        assert_eq!(
            why,
            "permission denied: accounts of role crypto may use keys and certificates alone: names that end in \
             .key .csr .crt .cer .pem .der .p7b .p12 .pfx"
        );
    }

    #[test]
    fn public_keys_are_put_for_accounts_that_are_there_by_the_name_that_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let door = door(folder.path());
        let (bob, password) = ("bob".parse().unwrap(), "the first one".into());
        door.accounts.add(&bob, AccountRole::Admin, &password, true, door.clock.now()).unwrap();
        let admin = who(AccountRole::Admin);
        for (name, is_taken) in [
            ("bob.pub", true),
            ("Bob.pub", false),
            ("bob.PUB", false),
            ("carol.pub", false),
            (".pub", false),
            ("bob.public", true),
        ] {
            assert_eq!(door.may_put(&admin, name).is_ok(), is_taken, "{name}");
            assert!(door.may_write(&admin, name).is_ok(), "what lies there can be removed");
        }
        assert!(door.may_put(&who(AccountRole::Crypto), "bob.pub").is_err());
    }

    #[tokio::test]
    async fn a_connection_is_counted_once_and_ended_whole_and_a_password_of_its_own_does_not_end_it() {
        let folder = tempfile::tempdir().unwrap();
        let (door, from) = (door(folder.path()), "192.0.2.1:5".parse().unwrap());
        let (bob, first, mine) = ("bob".parse().unwrap(), "the first one".into(), "my own one".into());
        door.accounts.add(&bob, AccountRole::Admin, &first, true, door.clock.now()).unwrap();
        let Answer::Welcome(who) = door.password("bob", first.clone(), from).await else { panic!("no") };
        let (_stay, ended) = door.enters(&who);
        let channel = who.clone();
        assert!(door.still(&channel) && door.may_use_files(&channel).is_err());
        let fresh = door.accounts.change_own_password(&bob, None, &first, &mine, door.clock.now()).unwrap();
        assert!(!door.still(&channel), "somebody changed the password");
        who.sign_in.as_ref().unwrap().renew(fresh);
        assert!(door.still(&channel) && door.may_use_files(&channel).is_ok(), "here");
        assert_eq!((door.sessions.list().len(), door.sessions.evict("bob")), (1, 1));
        ended.asked().await;
        assert!(channel.sign_in.unwrap().ended.is_asked(), "its shells end too");
    }
}
