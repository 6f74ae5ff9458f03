//! Sign-ins that go on while their account is changed.

use super::*;

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
