//! What administrators change: who is there, from where, when.

use super::*;

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
