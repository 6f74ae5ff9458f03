//! The file as several processes use it: nothing is lost, nothing is half written, nobody is let in who should not be.

use std::{fs, net::IpAddr, os::unix::fs::PermissionsExt as _, sync::Arc, thread};

use convoke_model::account::{AccountName, AccountRole, Denied, DutyHours, PasswordFinding, Purpose};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use tempfile::TempDir;

use super::*;
use crate::{Attempts, attempts::MAX_FAILURES};

const RIGHT: &str = "a right one";

fn name(text: &str) -> AccountName {
    text.parse().unwrap()
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// A server's folder with the account `admin`.
fn server() -> (TempDir, Arc<Accounts>) {
    let folder = TempDir::new().unwrap();
    let accounts = Accounts::of(folder.path());
    accounts.add(&name("admin"), AccountRole::Admin, &secret(RIGHT), false, now()).unwrap();
    (folder, Arc::new(accounts))
}

async fn try_in(
    accounts: &Arc<Accounts>,
    who: &str,
    password: &str,
    from: &str,
    purpose: Purpose,
) -> Result<Accepted, Refused> {
    let address: IpAddr = from.parse().unwrap();
    let asked = Asked { name: who, password: secret(password), address: Some(address), purpose, now: now() };
    accounts.verify(asked, &Attempts::default()).await
}

fn account(accounts: &Accounts, who: &str) -> Arc<convoke_model::account::Account> {
    Arc::clone(accounts.book().unwrap().find(&name(who)).unwrap())
}

#[test]
fn the_file_is_its_owners_alone_and_a_half_written_one_beside_it_does_not_matter() {
    let (folder, accounts) = server();
    let fresh = folder.path().join("accounts.json.new");
    fs::write(&fresh, "{\"version\": 1, \"acc").unwrap();
    accounts.set_rule("min_length", "10").unwrap();
    let other = Accounts::of(folder.path());
    assert_eq!(other.book().unwrap().rules.min_length, 10);
    let mode = fs::metadata(folder.path().join("accounts.json")).unwrap().permissions().mode();
    assert_eq!((mode & 0o777, fresh.exists()), (0o600, false));
}

#[test]
fn changes_of_several_at_once_are_all_kept() {
    let (folder, accounts) = server();
    thread::scope(|scope| {
        for writer in 0..4 {
            let own = Accounts::of(folder.path());
            scope.spawn(move || {
                for host in 0..10 {
                    own.allow_host(&name("admin"), format!("10.0.{writer}.{host}").parse().unwrap()).unwrap();
                }
            });
        }
    });
    assert_eq!(account(&accounts, "admin").hosts.len(), 40);
}

#[test]
fn a_broken_file_is_told_and_left_as_it_is() {
    let (folder, accounts) = server();
    let file = folder.path().join("accounts.json");
    let broken = fs::read_to_string(&file).unwrap().replace("\"admin\"", "\"king\"");
    fs::write(&file, &broken).unwrap();
    let fault = accounts.set_rule("min_length", "10").unwrap_err().to_string();
    assert!(fault.contains("accounts.json can't be used: account \"king\": \"king\" is no role"), "{fault}");
    assert!(matches!(accounts.take_over(Vec::new(), now()), Err(AccountsFault::Broken { .. })));
    assert_eq!(fs::read_to_string(&file).unwrap(), broken);
    fs::write(&file, " ".repeat(MAX_FILE_BYTES as usize + 1)).unwrap();
    assert!(accounts.book().unwrap_err().to_string().contains("more than 8388608"));
}

#[test]
fn a_change_waits_no_longer_than_is_good_for_a_lock_that_is_never_given_back() {
    let (folder, _) = server();
    let mut accounts = Accounts::of(folder.path());
    accounts.keeper.lock_wait = std::time::Duration::from_millis(20);
    let lock = fs::File::open(folder.path().join("accounts.lock")).unwrap();
    lock.lock().unwrap();
    assert!(matches!(accounts.unlock(&name("admin")), Err(AccountsFault::Busy { .. })));
    lock.unlock().unwrap();
    accounts.unlock(&name("admin")).unwrap();
}

#[test]
fn the_last_admin_can_be_neither_removed_nor_made_less() {
    let (_folder, accounts) = server();
    accounts.add(&name("reader"), AccountRole::Api, &secret(RIGHT), false, now()).unwrap();
    assert!(matches!(accounts.delete(&name("admin")), Err(AccountsFault::LastAdmin(_))));
    let less = accounts.put(&name("admin"), AccountRole::Api, &secret(RIGHT), now());
    assert!(matches!(less, Err(AccountsFault::LastAdmin(_))));
    assert_eq!(account(&accounts, "admin").role, AccountRole::Admin);
    let never = || Some(DutyHours::parse("MoMo").unwrap());
    assert!(matches!(accounts.set_duty(&name("admin"), never()), Err(AccountsFault::LastAdmin(_))));
    assert_eq!(accounts.put(&name("bob"), AccountRole::Admin, &secret(RIGHT), now()).unwrap(), Put::Added);
    accounts.set_duty(&name("bob"), never()).unwrap();
    assert!(
        matches!(accounts.delete(&name("admin")), Err(AccountsFault::LastAdmin(_))),
        "bob never comes in"
    );
    accounts.set_duty(&name("bob"), None).unwrap();
    accounts.delete(&name("admin")).unwrap();
    accounts.delete(&name("reader")).unwrap();
    assert!(matches!(accounts.delete(&name("reader")), Err(AccountsFault::Unknown(_))));
}

#[test]
fn with_an_account_go_the_keys_that_let_it_in() {
    let (folder, accounts) = server();
    accounts.add(&name("bob"), AccountRole::Crypto, &secret(RIGHT), false, now()).unwrap();
    fs::create_dir(folder.path().join("files")).unwrap();
    for file in ["bob.pub", "admin.pub"] {
        fs::write(folder.path().join("files").join(file), "ssh-ed25519 AAAA").unwrap();
    }
    accounts.delete(&name("bob")).unwrap();
    assert!(accounts.delete(&name("admin")).is_err());
    assert!(!folder.path().join("files/bob.pub").exists() && folder.path().join("files/admin.pub").exists());
}

#[test]
fn an_account_that_can_not_be_removed_keeps_its_keys_and_keys_that_stay_are_told() {
    let (folder, accounts) = server();
    accounts.add(&name("bob"), AccountRole::Crypto, &secret(RIGHT), false, now()).unwrap();
    let (keys, fresh) = (folder.path().join("files/bob.pub"), folder.path().join("accounts.json.new"));
    fs::create_dir(folder.path().join("files")).unwrap();
    fs::write(&keys, "ssh-ed25519 AAAA").unwrap();
    // A folder there lets nothing be written.
    fs::create_dir(&fresh).unwrap();
    assert!(matches!(accounts.delete(&name("bob")), Err(AccountsFault::Io { .. })));
    assert!(keys.exists() && accounts.book().unwrap().find(&name("bob")).is_some());
    fs::remove_dir(&fresh).unwrap();
    fs::remove_file(&keys).unwrap();
    fs::create_dir(&keys).unwrap();
    let told = accounts.delete(&name("bob")).unwrap_err().to_string();
    assert!(told.starts_with("the account is removed, but its public keys are not: "), "{told}");
    assert!(accounts.book().unwrap().find(&name("bob")).is_none());
}

#[test]
fn a_server_has_no_more_accounts_than_it_can_read_again() {
    let folder = TempDir::new().unwrap();
    let accounts = Accounts::of(folder.path());
    let taken = (0..MAX_ACCOUNTS + 1).map(|number| Taken {
        name: name(&format!("a{number:03}")),
        role: AccountRole::Api,
        hash: "h".into(),
    });
    assert!(accounts.take_over(taken.collect(), now()).unwrap());
    assert_eq!(accounts.book().unwrap().accounts.len(), MAX_ACCOUNTS);
    let more = accounts.add(&name("more"), AccountRole::Admin, &secret(RIGHT), false, now());
    assert!(matches!(more, Err(AccountsFault::TooMany)));
}

#[test]
fn accounts_are_taken_over_once_and_their_passwords_hold() {
    let folder = TempDir::new().unwrap();
    let accounts = Accounts::of(folder.path());
    assert!(!accounts.exist().unwrap());
    let taken = || Taken { name: name("old"), role: AccountRole::Admin, hash: "h".into() };
    assert!(accounts.take_over(vec![taken()], now()).unwrap());
    let old = account(&accounts, "old");
    assert_eq!((old.expires_at, old.must_change, old.role), (None, false, AccountRole::Admin));
    assert!(!accounts.take_over(Vec::new(), now()).unwrap());
    assert!(accounts.book().unwrap().find(&name("old")).is_some());
}

#[test]
fn a_new_password_holds_to_the_rules_the_history_and_the_dictionary() {
    let (folder, accounts) = server();
    let admin = name("admin");
    let findings = |present: &str, new: &str| match accounts.change_own_password(
        &admin,
        None,
        &secret(present),
        &secret(new),
        now(),
    ) {
        Ok(_) => Vec::new(),
        Err(AccountsFault::Password(findings)) => findings,
        Err(other) => panic!("{other}"),
    };
    let wrong = accounts.change_own_password(&admin, None, &secret("wrong"), &secret("another one"), now());
    assert!(matches!(wrong, Err(AccountsFault::WrongPassword)));
    assert_eq!(findings(RIGHT, RIGHT), [PasswordFinding::Same]);
    assert_eq!(findings(RIGHT, "admin"), [PasswordFinding::Short { least: 8 }, PasswordFinding::HoldsName]);
    accounts.set_rule("max_history", "2").unwrap();
    assert_eq!(findings(RIGHT, "second one"), []);
    assert_eq!(findings("second one", "third one!"), []);
    assert_eq!(findings("third one!", RIGHT), [PasswordFinding::Former { most: 2 }]);
    accounts.set_rule("max_history", "1").unwrap();
    assert_eq!(findings("third one!", RIGHT), []);

    fs::create_dir(folder.path().join("files")).unwrap();
    fs::write(folder.path().join("files/dictionary"), b"summer\r\nWinterzeit\n\xff\n").unwrap();
    assert!(accounts.has_dictionary());
    assert_eq!(findings(RIGHT, "winterZeit99"), [PasswordFinding::Dictionary]);
    accounts.set_rule("min_password_age", "1").unwrap();
    let from = now() + SignedDuration::from_hours(24);
    assert_eq!(findings(RIGHT, "third one again"), [PasswordFinding::TooSoon { from }]);
    accounts.expire(&admin).unwrap();
    assert_eq!(findings(RIGHT, "third one again"), []);
}

#[test]
fn a_password_that_an_administrator_sets_is_to_be_changed() {
    let (_folder, accounts) = server();
    accounts.add(&name("bob"), AccountRole::Crypto, &secret(RIGHT), true, now()).unwrap();
    assert!(account(&accounts, "bob").must_change);
    let initial = Generation::of(&account(&accounts, "bob"));
    accounts.choose_password(&name("bob"), initial, &secret("my own one"), now()).unwrap();
    assert!(!account(&accounts, "bob").must_change);
    accounts.set_password(&name("bob"), &secret("the other's"), now()).unwrap();
    assert!(account(&accounts, "bob").must_change);
    let again = accounts.add(&name("bob"), AccountRole::Crypto, &secret(RIGHT), true, now());
    assert!(matches!(again, Err(AccountsFault::Exists(_))));
}

#[test]
fn guesses_of_the_present_password_count_like_sign_ins_and_lock() {
    let (_folder, accounts) = server();
    let address = "192.0.2.1".parse().ok();
    let change = |present: &str, address| {
        accounts.change_own_password(&name("admin"), address, &secret(present), &secret("my own one"), now())
    };
    for guess in 1..=5 {
        assert!(matches!(change("a guess", address), Err(AccountsFault::WrongPassword)));
        assert_eq!(account(&accounts, "admin").failures, guess);
    }
    assert!(matches!(change(RIGHT, address), Err(AccountsFault::Locked(until)) if until > now()));
    accounts.unlock(&name("admin")).unwrap();
    assert!(change(RIGHT, address).is_ok());
}

#[test]
fn who_holds_an_older_password_can_not_choose_the_next_one() {
    let (_folder, accounts) = server();
    let bob = name("bob");
    accounts.add(&bob, AccountRole::Crypto, &secret(RIGHT), true, now()).unwrap();
    let choose = |signed_in_by, new: &str| accounts.choose_password(&bob, signed_in_by, &secret(new), now());
    let initial = Generation::of(&account(&accounts, "bob"));
    let own = choose(initial, "my own one").unwrap();
    for held in [initial, own] {
        let refused = choose(held, "a stranger's one");
        assert!(matches!(refused, Err(AccountsFault::ChangedMeanwhile(_))), "none is due");
    }
    accounts.expire(&bob).unwrap();
    assert!(matches!(choose(initial, "a stranger's one"), Err(AccountsFault::ChangedMeanwhile(_))));
    assert!(choose(own, "another one").is_ok());
}

#[test]
fn a_white_list_has_its_limits() {
    let (_folder, accounts) = server();
    let admin = name("admin");
    let host =
        |number: usize| format!("10.0.0.{number}").parse::<convoke_model::account::AllowedHost>().unwrap();
    for number in 0..convoke_model::account::MAX_HOSTS {
        accounts.allow_host(&admin, host(number)).unwrap();
    }
    assert!(matches!(accounts.allow_host(&admin, host(99)), Err(AccountsFault::TooManyHosts)));
    assert!(matches!(accounts.allow_host(&admin, host(0)), Err(AccountsFault::HostThere(_))));
    accounts.disallow_host(&admin, &host(0)).unwrap();
    assert!(matches!(accounts.disallow_host(&admin, &host(0)), Err(AccountsFault::NoSuchHost(_))));
}

#[tokio::test]
async fn only_the_right_password_is_let_in_and_everything_else_sounds_the_same() {
    let (_folder, accounts) = server();
    let accepted = try_in(&accounts, "Admin", RIGHT, "192.0.2.1", Purpose::Shell).await.unwrap();
    assert_eq!(
        (accepted.name.as_str(), accepted.role, accepted.must_change),
        ("admin", AccountRole::Admin, false)
    );
    let last = account(&accounts, "admin").last_sign_in.clone().unwrap();
    assert_eq!((last.at, last.from.as_str()), (now(), "192.0.2.1"));
    let wrong = try_in(&accounts, "admin", "wrong", "192.0.2.1", Purpose::Shell).await;
    assert!(matches!(wrong, Err(Refused::Wrong(Why::Password))));
    assert_eq!(account(&accounts, "admin").failures, 1);
    for nobody in ["nobody", "a:b", &"x".repeat(65)] {
        let refused = try_in(&accounts, nobody, RIGHT, "192.0.2.1", Purpose::Shell).await;
        assert!(matches!(refused, Err(Refused::Wrong(Why::Name))));
    }
    accounts.allow_host(&name("admin"), "10.0.0.0/8".parse().unwrap()).unwrap();
    let elsewhere = try_in(&accounts, "admin", RIGHT, "192.0.2.1", Purpose::Shell).await;
    assert!(matches!(elsewhere, Err(Refused::Wrong(Why::Denied(Denied::Host)))));
    assert!(try_in(&accounts, "admin", RIGHT, "10.1.1.1", Purpose::Shell).await.is_ok());
    accounts.set_duty(&name("admin"), Some(DutyHours::parse("Tu").unwrap())).unwrap();
    let late = try_in(&accounts, "admin", RIGHT, "10.1.1.1", Purpose::Api).await;
    assert!(matches!(late, Err(Refused::Wrong(Why::Denied(Denied::Duty)))));
    // It is noon of a Monday in UTC.
    accounts.set_duty(&name("admin"), Some(DutyHours::parse("Mo2000-2200").unwrap())).unwrap();
    assert!(try_in(&accounts, "admin", RIGHT, "10.1.1.1", Purpose::Shell).await.is_err());
    accounts.set_zone(jiff::tz::TimeZone::fixed(jiff::tz::offset(9)));
    assert!(try_in(&accounts, "admin", RIGHT, "10.1.1.1", Purpose::Shell).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_takes_as_long_for_a_name_that_nobody_has() {
    let (_folder, accounts) = server();
    let mut taken = Vec::new();
    for who in ["admin", "nobody"] {
        let begun = tokio::time::Instant::now();
        assert!(try_in(&accounts, who, "wrong", "192.0.2.1", Purpose::Shell).await.is_err());
        taken.push(begun.elapsed());
    }
    assert_eq!(taken[0], taken[1]);
    assert!(taken[0].as_millis() >= 50);
}

#[tokio::test]
async fn a_host_name_of_a_white_list_is_looked_up() {
    let (_folder, accounts) = server();
    accounts.allow_host(&name("admin"), "localhost".parse().unwrap()).unwrap();
    assert!(try_in(&accounts, "admin", RIGHT, "127.0.0.1", Purpose::Api).await.is_ok());
    assert!(try_in(&accounts, "admin", RIGHT, "192.0.2.1", Purpose::Api).await.is_err());
}

#[tokio::test]
async fn host_names_are_looked_up_for_who_has_the_password_alone() {
    let (_folder, accounts) = server();
    accounts.allow_host(&name("admin"), "localhost".parse().unwrap()).unwrap();
    assert!(try_in(&accounts, "admin", "wrong", "127.0.0.1", Purpose::Shell).await.is_err());
    assert_eq!(accounts.names.remembered("localhost"), None);
    let elsewhere = try_in(&accounts, "admin", RIGHT, "192.0.2.1", Purpose::Api).await;
    assert!(matches!(elsewhere, Err(Refused::Wrong(Why::Denied(Denied::Host)))));
    assert!(accounts.names.remembered("localhost").is_some());
    assert!(try_in(&accounts, "admin", RIGHT, "127.0.0.1", Purpose::Api).await.is_ok());
    accounts.disallow_host(&name("admin"), &"localhost".parse().unwrap()).unwrap();
    assert!(try_in(&accounts, "admin", RIGHT, "192.0.2.1", Purpose::Api).await.is_ok());
}

#[tokio::test]
async fn guesses_lock_out_strangers_until_an_administrator_unlocks() {
    let (_folder, accounts) = server();
    try_in(&accounts, "admin", RIGHT, "192.0.2.1", Purpose::Shell).await.unwrap();
    for _ in 0..5 {
        let wrong = try_in(&accounts, "admin", "wrong", "203.0.113.9", Purpose::Api).await;
        assert!(matches!(wrong, Err(Refused::Wrong(Why::Password))));
    }
    // Also with the right password, and by a key only where no guess is possible.
    let locked = try_in(&accounts, "admin", RIGHT, "203.0.113.9", Purpose::Api).await;
    assert!(matches!(locked, Err(Refused::Wrong(Why::Denied(Denied::Locked { .. })))));
    let key = accounts.admit(&name("admin"), "203.0.113.9".parse().ok(), Purpose::Shell, now()).await;
    assert!(key.is_ok());
    assert!(try_in(&accounts, "admin", RIGHT, "192.0.2.1", Purpose::Shell).await.is_ok());
    accounts.unlock(&name("admin")).unwrap();
    assert!(try_in(&accounts, "admin", RIGHT, "198.51.100.3", Purpose::Api).await.is_ok());
}

#[tokio::test]
async fn a_sign_in_holds_until_the_account_is_another_one() {
    let (_folder, accounts) = server();
    let bob = name("bob");
    accounts.add(&bob, AccountRole::Admin, &secret(RIGHT), false, now()).unwrap();
    let enter =
        async |password: &str| try_in(&accounts, "bob", password, "192.0.2.1", Purpose::Shell).await.unwrap();
    let holds = |accepted: &Accepted| {
        let standing = Standing {
            name: &accepted.name,
            role: accepted.role,
            generation: accepted.generation,
            must_change: accepted.must_change,
            address: "192.0.2.1".parse().ok(),
        };
        accounts.still(&standing, now())
    };
    let first = enter(RIGHT).await;
    for _ in 0..5 {
        assert!(try_in(&accounts, "bob", "wrong", "192.0.2.1", Purpose::Shell).await.is_err());
    }
    assert!(holds(&first), "a lock is for those who guess");
    accounts.set_password(&bob, &secret("another one"), now()).unwrap();
    assert!(!holds(&first), "another password");
    let second = enter("another one").await;
    assert!(second.must_change && holds(&second));
    accounts.change_own_password(&bob, None, &secret("another one"), &secret("my own one"), now()).unwrap();
    let third = enter("my own one").await;
    assert!(!holds(&second) && holds(&third));
    accounts.expire(&bob).unwrap();
    assert!(!holds(&third), "asked for a new one");
    assert_eq!(accounts.put(&bob, AccountRole::Admin, &secret(RIGHT), now()).unwrap(), Put::Changed);
    let fourth = enter(RIGHT).await;
    let host = || "10.0.0.0/8".parse::<convoke_model::account::AllowedHost>().unwrap();
    accounts.allow_host(&bob, host()).unwrap();
    assert!(!holds(&fourth), "another address");
    accounts.allow_host(&bob, "jump.test".parse().unwrap()).unwrap();
    assert!(holds(&fourth), "names are looked up at sign-ins alone");
    accounts.set_duty(&bob, Some(DutyHours::parse("Mo2000-2200").unwrap())).unwrap();
    assert!(!holds(&fourth), "another hour");
    accounts.set_duty(&bob, None).unwrap();
    assert!(holds(&fourth));
    accounts.delete(&bob).unwrap();
    assert!(!holds(&fourth), "gone");
}

#[tokio::test]
async fn guesses_from_elsewhere_do_not_make_the_usual_desk_wait() {
    let (_folder, accounts) = server();
    let attempts = Attempts::default();
    let try_in = async |password: &str, from: &str| {
        let (password, address) = (secret(password), from.parse().ok());
        let asked = Asked { name: "admin", password, address, purpose: Purpose::Shell, now: now() };
        accounts.verify(asked, &attempts).await
    };
    // The lock of the file is another matter.
    accounts.set_rule("max_failed_logins", "none").unwrap();
    for desk in ["192.0.2.1", "192.0.2.2"] {
        try_in(RIGHT, desk).await.unwrap();
    }
    for stranger in ["203.0.113.9", "198.51.100.3"] {
        for _ in 0..MAX_FAILURES / 2 {
            assert!(matches!(try_in("wrong", stranger).await, Err(Refused::Wrong(Why::Password))));
        }
    }
    assert!(matches!(try_in(RIGHT, "198.51.100.4").await, Err(Refused::TooOften)), "strangers together");
    assert!(try_in(RIGHT, "192.0.2.1").await.is_ok());
    for _ in 0..MAX_FAILURES {
        assert!(matches!(try_in("wrong", "192.0.2.1").await, Err(Refused::Wrong(Why::Password))));
    }
    assert!(matches!(try_in(RIGHT, "192.0.2.1").await, Err(Refused::TooOften)), "each desk alone");
    assert!(try_in(RIGHT, "192.0.2.2").await.is_ok());
}

#[tokio::test]
async fn a_lock_opens_neither_host_nor_hour_to_keys_and_to_programs_at_work() {
    let (_folder, accounts) = server();
    let (admin, from) = (name("admin"), "192.0.2.1");
    try_in(&accounts, "admin", RIGHT, from, Purpose::Api).await.unwrap();
    let key = || accounts.admit(&admin, from.parse().ok(), Purpose::Shell, now());
    let program = || try_in(&accounts, "admin", RIGHT, from, Purpose::Api);
    let lock = || async {
        for _ in 0..5 {
            assert!(try_in(&accounts, "admin", "wrong", from, Purpose::Api).await.is_err());
        }
    };
    lock().await;
    assert!(program().await.is_ok(), "the lock alone does not stop a program");
    lock().await;
    accounts.set_duty(&admin, Some(DutyHours::parse("Mo2000-2200").unwrap())).unwrap();
    assert!(matches!(key().await, Err(Refused::Denied(Denied::Duty))));
    assert!(matches!(program().await, Err(Refused::Wrong(Why::Denied(Denied::Duty)))));
    accounts.set_duty(&admin, None).unwrap();
    accounts.allow_host(&admin, "10.0.0.0/8".parse().unwrap()).unwrap();
    assert!(matches!(key().await, Err(Refused::Denied(Denied::Host))));
    assert!(matches!(program().await, Err(Refused::Wrong(Why::Denied(Denied::Host)))));
    accounts.disallow_host(&admin, &"10.0.0.0/8".parse().unwrap()).unwrap();
    assert!(key().await.is_ok(), "nor a key");
}

#[tokio::test]
async fn who_has_the_right_password_is_told_why_it_is_of_no_use() {
    let (_folder, accounts) = server();
    accounts.add(&name("keys"), AccountRole::Crypto, &secret(RIGHT), true, now()).unwrap();
    accounts.expire(&name("admin")).unwrap();
    let role = try_in(&accounts, "keys", RIGHT, "192.0.2.1", Purpose::Api).await;
    assert!(matches!(role, Err(Refused::Denied(Denied::Role(AccountRole::Crypto)))));
    let change = try_in(&accounts, "admin", RIGHT, "192.0.2.1", Purpose::Api).await;
    assert!(matches!(change, Err(Refused::Denied(Denied::MustChange))));
    let shell = try_in(&accounts, "admin", RIGHT, "192.0.2.1", Purpose::Shell).await.unwrap();
    assert!(shell.must_change);
    let guess = try_in(&accounts, "keys", "wrong", "192.0.2.1", Purpose::Api).await;
    assert!(matches!(guess, Err(Refused::Wrong(Why::Password))), "nothing is told for a guess");
}

#[tokio::test]
async fn a_program_that_signs_in_with_every_request_is_noted_once_a_minute() {
    let (folder, accounts) = server();
    let file = folder.path().join("accounts.json");
    let stamp = || fs::metadata(&file).map(|found| std::os::unix::fs::MetadataExt::ino(&found)).unwrap();
    let at = |seconds: i64| {
        let accounts = Arc::clone(&accounts);
        async move {
            let now = now() + SignedDuration::from_secs(seconds);
            let address = "192.0.2.1".parse().ok();
            let asked = Asked { name: "admin", password: secret(RIGHT), address, purpose: Purpose::Api, now };
            accounts.verify(asked, &Attempts::default()).await.unwrap();
            account(&accounts, "admin")
                .last_sign_in
                .clone()
                .unwrap()
                .at
                .duration_since(super::tests::now())
                .as_secs()
        }
    };
    assert_eq!(at(0).await, 0);
    let before = stamp();
    assert_eq!(at(1).await, 0);
    assert_eq!(at(59).await, 0);
    assert_eq!(stamp(), before, "nothing was written");
    assert_eq!(at(60).await, 60);
    // A password that was changed counts at once, whatever is remembered of the former one.
    accounts.set_password(&name("admin"), &secret("another one"), now()).unwrap();
    assert!(try_in(&accounts, "admin", RIGHT, "192.0.2.1", Purpose::Api).await.is_err());
}

#[tokio::test]
async fn a_file_that_can_not_be_read_lets_nobody_in_and_says_so() {
    let (folder, accounts) = server();
    fs::write(folder.path().join("accounts.json"), "{").unwrap();
    let refused = try_in(&accounts, "admin", RIGHT, "192.0.2.1", Purpose::Api).await;
    assert!(matches!(refused, Err(Refused::Unavailable(AccountsFault::Broken { .. }))));
}
