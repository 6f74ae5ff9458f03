//! New passwords: the rules that they hold to, and who may choose them.

use super::*;

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
