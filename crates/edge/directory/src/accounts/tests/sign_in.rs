//! Who is let in, and who is not.

use super::*;

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
