//! An account through its life.

use super::*;

fn now() -> Zoned {
    // A Monday.
    "2026-11-23T12:00[UTC]".parse().unwrap()
}

fn account(role: AccountRole) -> Account {
    let name = "bob".parse().unwrap();
    Account::new(name, role, "hash".into(), false, now().timestamp(), &Rules::default())
}

fn address(text: &str) -> Option<IpAddr> {
    Some(text.parse().unwrap())
}

fn judge(account: &Account, from: &str, now: &Zoned) -> Result<(), Denied> {
    account.judge_attempt(address(from), now, |_| Vec::new())
}

#[test]
fn strangers_who_guess_do_not_lock_out_the_address_that_signed_in_before() {
    let (mut bob, now, rules) = (account(AccountRole::Admin), now(), Rules::default());
    bob.note_success(address("192.0.2.1"), now.timestamp());
    for guess in 0..rules.max_failed_logins {
        assert_eq!(judge(&bob, "203.0.113.9", &now), Ok(()), "{guess}");
        bob.note_failure(address("203.0.113.9"), now.timestamp(), &rules);
    }
    let until = now.timestamp() + super::super::FIRST_LOCK;
    assert_eq!(judge(&bob, "203.0.113.9", &now), Err(Denied::Locked { until }));
    assert_eq!(judge(&bob, "198.51.100.4", &now), Err(Denied::Locked { until }), "another stranger");
    assert_eq!(judge(&bob, "192.0.2.1", &now), Ok(()));
    assert_eq!((bob.failures, bob.locks(now.timestamp())), (5, vec![(None, until)]));
    bob.note_success(address("192.0.2.1"), now.timestamp());
    assert_eq!(bob.failures, 0);
    assert!(judge(&bob, "203.0.113.9", &now).is_err(), "strangers wait on");
    bob.unlock();
    assert_eq!(judge(&bob, "203.0.113.9", &now), Ok(()));
}

#[test]
fn who_guesses_at_a_known_address_locks_that_address_alone() {
    let (mut bob, now, rules) = (account(AccountRole::Admin), now(), Rules::default());
    bob.note_success(address("192.0.2.1"), now.timestamp());
    (0..5).for_each(|_| bob.note_failure(address("192.0.2.1"), now.timestamp(), &rules));
    assert!(judge(&bob, "192.0.2.1", &now).is_err());
    assert_eq!(judge(&bob, "203.0.113.9", &now), Ok(()));
    assert_eq!(bob.locks(now.timestamp())[0].0, Some("192.0.2.1"));
    bob.set_password("new".into(), false, now.timestamp(), &rules);
    assert_eq!(judge(&bob, "192.0.2.1", &now), Ok(()), "a new password forgives");
}

#[test]
fn the_last_networks_are_remembered() {
    let mut bob = account(AccountRole::Api);
    for last in 1..=MAX_KNOWN + 1 {
        bob.note_success(address(&format!("192.0.2.{last}")), now().timestamp());
    }
    bob.note_success(address("192.0.2.4"), now().timestamp());
    let known: Vec<&str> = bob.known.iter().map(|known| known.network.as_str()).collect();
    assert_eq!(known, ["192.0.2.4", "192.0.2.6", "192.0.2.5", "192.0.2.3", "192.0.2.2"]);
}

#[test]
fn hosts_and_hours_are_held_to() {
    let mut bob = account(AccountRole::Admin);
    bob.hosts = vec!["10.0.0.0/8".parse().unwrap()];
    assert_eq!(judge(&bob, "10.1.2.3", &now()), Ok(()));
    assert_eq!(judge(&bob, "192.0.2.1", &now()), Err(Denied::Host));
    assert_eq!(bob.judge_attempt(None, &now(), |_| Vec::new()), Err(Denied::Host));
    bob.duty = Some(DutyHours::parse("Mo0900-1300").unwrap());
    assert_eq!(judge(&bob, "10.1.2.3", &now()), Ok(()));
    let seoul = now().with_time_zone(jiff::tz::TimeZone::fixed(jiff::tz::offset(9)));
    assert_eq!(judge(&bob, "10.1.2.3", &seoul), Err(Denied::Duty), "there it is 21:00");
}

#[test]
fn a_lock_does_not_hide_that_host_or_hour_are_wrong() {
    let (mut bob, now, rules) = (account(AccountRole::Admin), now(), Rules::default());
    (0..5).for_each(|_| bob.note_failure(address("192.0.2.1"), now.timestamp(), &rules));
    assert!(matches!(judge(&bob, "192.0.2.1", &now), Err(Denied::Locked { .. })));
    bob.duty = Some(DutyHours::parse("Mo2000-2200").unwrap());
    assert_eq!(judge(&bob, "192.0.2.1", &now), Err(Denied::Duty));
    bob.hosts = vec!["10.0.0.0/8".parse().unwrap()];
    assert_eq!(judge(&bob, "192.0.2.1", &now), Err(Denied::Host));
}

#[test]
fn each_role_enters_where_it_has_something_to_do() {
    let now = now().timestamp();
    for role in AccountRole::ALL {
        let shell = account(role).judge_entry(Purpose::Shell, now).is_ok();
        let apis = account(role).judge_entry(Purpose::Api, now).is_ok();
        assert_eq!((shell, apis), (role.may_use_shell(), role.may_use_apis()), "{role}");
    }
    let denied = account(AccountRole::Crypto).judge_entry(Purpose::Api, now).unwrap_err();
    assert_eq!(denied.to_string(), "accounts of role crypto sign in to the shell only");
}

#[test]
fn a_password_that_must_change_or_has_expired_is_asked_for_in_the_shell_and_refused_by_the_apis() {
    let mut admin = account(AccountRole::Admin);
    let (now, later) = (now().timestamp(), admin.expires_at.unwrap());
    assert_eq!(later.duration_since(now), SignedDuration::from_hours(180 * 24));
    assert_eq!(admin.judge_entry(Purpose::Shell, later), Ok(true));
    assert_eq!(admin.judge_entry(Purpose::Api, later), Err(Denied::Expired { at: later }));
    assert_eq!(admin.judge_entry(Purpose::Api, later - SignedDuration::from_secs(1)), Ok(false));
    admin.expire().unwrap();
    assert_eq!(admin.judge_entry(Purpose::Shell, now), Ok(true));
    assert_eq!(admin.judge_entry(Purpose::Api, now), Err(Denied::MustChange));
    admin.set_password("new".into(), false, later, &Rules::default());
    assert_eq!(admin.judge_entry(Purpose::Api, later), Ok(false));
    assert_eq!(admin.former, ["hash"]);
}

#[test]
fn a_program_is_never_asked_for_a_new_password() {
    for role in [AccountRole::AppAdmin, AccountRole::Api] {
        let mut program = account(role);
        assert_eq!(program.expire(), Err(ExpiryFault(role)));
        program.set_password("new".into(), true, now().timestamp(), &Rules::default());
        assert!(!program.must_change);
    }
}

#[test]
fn a_sign_in_is_news_when_it_changes_what_is_known() {
    let (mut bob, now, every) = (account(AccountRole::Api), now().timestamp(), SignedDuration::from_mins(1));
    assert!(bob.is_news(address("192.0.2.1"), now, every));
    bob.note_success(address("192.0.2.1"), now);
    assert!(!bob.is_news(address("192.0.2.1"), now + SignedDuration::from_secs(59), every));
    assert!(bob.is_news(address("192.0.2.1"), now + every, every));
    assert!(bob.is_news(address("192.0.2.2"), now, every));
    bob.note_failure(address("203.0.113.9"), now, &Rules::default());
    assert!(bob.is_news(address("192.0.2.1"), now, every));
}

#[test]
fn debug_hides_the_hashes() {
    assert_eq!(format!("{:?}", account(AccountRole::Api)), "Account(bob, api)");
}
