//! Wrong passwords: who is locked out by them, who is not, and when they are written.

use std::time::{Duration, Instant};

use super::*;

/// A server whose changes wait that long for the file.
fn server_that_waits(lock_wait: Duration) -> (TempDir, Arc<Accounts>) {
    let (folder, mut accounts) = server();
    Arc::get_mut(&mut accounts).unwrap().keeper.lock_wait = lock_wait;
    (folder, accounts)
}

/// What stands in the file.
fn written(folder: &TempDir) -> u32 {
    account(&Accounts::of(folder.path()), "admin").failures
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
async fn nobody_who_guesses_waits_for_the_file_and_the_guess_counts_at_once() {
    // Longer than the guesses take on a slow machine: the failures are written as soon as the lock is given back.
    let lock_wait = Duration::from_secs(60);
    let (folder, accounts) = server_that_waits(lock_wait);
    let lock = fs::File::open(folder.path().join("accounts.lock")).unwrap();
    lock.lock().unwrap();
    let guess = || try_in(&accounts, "admin", "wrong", "203.0.113.9", Purpose::Api);
    let begun = Instant::now();
    for failures in 1..=5 {
        assert!(matches!(guess().await, Err(Refused::Wrong(Why::Password))));
        assert_eq!((account(&accounts, "admin").failures, written(&folder)), (failures, 0));
    }
    assert!(begun.elapsed() < lock_wait, "{:?}", begun.elapsed());
    assert!(matches!(guess().await, Err(Refused::Wrong(Why::Denied(Denied::Locked { .. })))));
    lock.unlock().unwrap();
    let limit = Instant::now() + Duration::from_secs(20);
    while written(&folder) != 5 {
        assert!(Instant::now() < limit);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(account(&accounts, "admin").failures, 5, "once");
    accounts.unlock(&name("admin")).unwrap();
    assert!(try_in(&accounts, "admin", RIGHT, "203.0.113.9", Purpose::Api).await.is_ok());
}

#[test]
fn a_guess_that_is_not_written_when_the_process_stops_is_written_then() {
    let (folder, accounts) = server();
    let lock = fs::File::open(folder.path().join("accounts.lock")).unwrap();
    lock.lock().unwrap();
    // The threads that write are all taken, so that none of them begins.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build().unwrap();
    let (go, wait) = std::sync::mpsc::channel::<()>();
    runtime.block_on(async {
        tokio::task::spawn_blocking(move || wait.recv());
        accounts.note_failure(&name("admin"), None, now());
    });
    runtime.shutdown_background();
    drop(go);
    lock.unlock().unwrap();
    drop(accounts);
    let limit = Instant::now() + Duration::from_secs(20);
    while written(&folder) != 1 {
        assert!(Instant::now() < limit);
        thread::yield_now();
    }
}

#[tokio::test]
async fn failures_that_can_not_be_written_wait_up_to_their_limit_and_are_written_before_the_next_change() {
    let (folder, accounts) = server();
    let fresh = folder.path().join("accounts.json.new");
    // A folder there lets nothing be written.
    fs::create_dir(&fresh).unwrap();
    for _ in 0..=MAX_WAITING {
        accounts.note_failure(&name("admin"), None, now());
    }
    let most = MAX_WAITING as u32;
    assert_eq!((account(&accounts, "admin").failures, written(&folder)), (most, 0));
    for _ in 0..3 {
        // Also those that come while others are being written.
        let failed = accounts.change(|book| {
            for _ in 0..MAX_WAITING / 2 {
                accounts.note_failure(&name("admin"), None, now());
            }
            assert_eq!(account(&accounts, "admin").failures, most);
            book.rules.min_length = 11;
            Ok(())
        });
        assert!(matches!(failed, Err(AccountsFault::Io { .. })), "{failed:?}");
        assert_eq!((account(&accounts, "admin").failures, written(&folder)), (most, 0));
    }
    fs::remove_dir(&fresh).unwrap();
    accounts.set_rule("min_length", "10").unwrap();
    assert_eq!((account(&accounts, "admin").failures, written(&folder)), (most, most));
}

#[test]
fn a_change_waits_for_the_file_once_and_takes_what_waits_with_it_or_leaves_it() {
    let lock_wait = Duration::from_millis(500);
    let (folder, accounts) = server_that_waits(lock_wait);
    let lock = fs::File::open(folder.path().join("accounts.lock")).unwrap();
    lock.lock().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let _within = runtime.enter();
    (0..5).for_each(|_| accounts.note_failure(&name("admin"), None, now()));
    let begun = Instant::now();
    assert!(matches!(accounts.unlock(&name("admin")), Err(AccountsFault::Busy { .. })));
    assert!(begun.elapsed() < lock_wait * 2, "{:?}", begun.elapsed());
    assert!(account(&accounts, "admin").locked(None, now()).is_some());
    lock.unlock().unwrap();
    // One that is refused is no reason to write nothing.
    assert!(matches!(accounts.unlock(&name("nobody")), Err(AccountsFault::Unknown(_))));
    assert_eq!(written(&folder), 5);
    accounts.unlock(&name("admin")).unwrap();
    assert_eq!((account(&accounts, "admin").locked(None, now()), written(&folder)), (None, 5));
}

#[test]
fn who_reads_while_failures_are_written_finds_each_of_them_once() {
    let (_folder, accounts) = server();
    accounts.set_rule("max_failed_logins", "none").unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let _within = runtime.enter();
    for failures in 1..=100 {
        accounts.note_failure(&name("admin"), None, now());
        for _ in 0..5 {
            assert_eq!(account(&accounts, "admin").failures, failures);
        }
    }
}
