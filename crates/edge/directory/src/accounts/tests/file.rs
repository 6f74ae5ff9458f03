//! The file as several processes use it: nothing is lost, nothing is half written.

use super::*;

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
