//! `user` and `passwd`.

use convoke_mmp::{
    shell::{DONE, FAILED, NOT_PERMITTED},
    sign_in::MAX_GUESSES,
};
use convoke_model::{AccountRole, account::Purpose};
use jiff::SignedDuration;

use crate::support::Server;

#[tokio::test]
async fn an_account_is_added_listed_shown_and_removed() {
    let server = Server::new();
    let (status, lines) = server.with("user add bob crypto", &["a good one", "a good one"]).await;
    assert_eq!(status, DONE, "{lines:?}");
    assert_eq!(
        lines,
        ["<Please enter new password: ****>", "<Please enter new password again: ****>", "Success"]
    );
    assert_eq!(server.refused("user add bob admin").await, ["FAILURE: there is an account bob already"]);
    let expiry = server.mmp.clock.now() + SignedDuration::from_hours(180 * 24);
    let day = expiry.strftime("%Y-%b-%d").to_string();
    let _open = server.connection_of("admin");
    assert_eq!(
        server.done("user list").await,
        [
            "USERNAME  ROLE    PASSWORD EXPIRY  LOGGED IN".to_owned(),
            format!("admin     admin   {day}      yes"),
            format!("bob       crypto  {day}      no"),
        ]
    );
    server.done("user host bob add 10.0.0.0/8").await;
    server.done("user duty bob Wk0800-1800").await;
    let info = server.done("user info bob").await;
    let changed = server.mmp.shown_time(server.mmp.clock.now());
    let labels: Vec<&str> = info.iter().filter_map(|line| line.split(" : ").next()).collect();
    assert_eq!(
        labels,
        [
            "Username",
            "Role",
            "Logged in",
            "Last login",
            "Failed logins since last login",
            "Last password change",
            "Password expiry",
            "Locked",
            "Allowed hosts",
            "Duty hours"
        ]
    );
    assert!(info[5].ends_with(&changed[..10]) || info[5].contains(&changed[..10]), "{info:?}");
    assert_eq!(info[6], format!("Password expiry : {day} (must be changed at the next login)"));
    assert_eq!(info[8..], ["Allowed hosts : 10.0.0.0/8", "Duty hours : Wk0800-1800"]);
    server.done("user duty bob none").await;
    server.done("user host bob delete 10.0.0.0/8").await;
    assert_eq!(server.done("user info bob").await[8..], ["Allowed hosts : none", "Duty hours : none"]);
    let (_open, ended) = server.connection_of("bob");
    assert_eq!(server.done("user del bob").await, ["1 session of bob was ended"]);
    ended.asked().await;
    assert_eq!(server.refused("user info bob").await, ["FAILURE: there is no account bob"]);
    assert_eq!(
        server.refused("user del admin").await,
        ["FAILURE: admin is the last account of role admin; add another one first"]
    );
}

#[tokio::test]
async fn whoever_gets_another_password_or_is_asked_for_one_is_shown_out() {
    let server = Server::new();
    server.with("user add bob audit", &["a good one", "a good one"]).await;
    let (_open, ended) = server.connection_of("bob");
    let (status, lines) = server.with("passwd bob", &["a better one", "a better one"]).await;
    assert_eq!(
        (status, &lines[2..]),
        (DONE, &["Success".to_owned(), "1 session of bob was ended".into()][..])
    );
    ended.asked().await;
    let (_open, ended) = server.connection_of("bob");
    assert_eq!(server.done("user expire bob").await, ["2 sessions of bob were ended"]);
    ended.asked().await;
}

#[tokio::test]
async fn nobody_shuts_himself_out_by_hosts_and_hours() {
    let mut server = Server::new();
    server.sign_in_from("192.0.2.1").await;
    for line in ["user host admin add 192.0.3.1", "user host admin add typo.invalid", "user duty admin MoMo"]
    {
        let told = server.refused(line).await;
        assert!(told[0].starts_with("FAILURE: this would shut you out, who are signed in from 192.0.2.1: "));
    }
    server.done("user host admin add 192.0.2.0/24").await;
    server.done("user host admin add 192.0.3.1").await;
    assert_eq!(server.refused("user host admin delete 192.0.2.0/24").await.len(), 1);
    assert_eq!(server.done("user info admin").await[9], "Duty hours : none");
    server.with("user add bob audit", &["a good one", "a good one"]).await;
    server.done("user host bob add 192.0.3.1").await;
    server.done("user duty bob MoMo").await;
    // The machine's own console always comes in, and yet somebody has to who may do everything.
    server.sign_in = None;
    server.done("user host admin delete 192.0.2.0/24").await;
    let told = server.refused("user duty admin MoMo").await;
    assert_eq!(told, ["FAILURE: admin is the last account of role admin; add another one first"]);
}

#[tokio::test]
async fn who_guesses_the_present_password_in_an_open_session_is_shown_out() {
    let mut server = Server::new();
    server.sign_in_from("192.0.2.1").await;
    let ended = server.sign_in.as_ref().unwrap().ended.clone();
    for guess in 1..=MAX_GUESSES {
        assert!(!ended.is_asked(), "{guess}");
        let (status, lines) = server.with("passwd", &["a guess", "my own one", "my own one"]).await;
        assert_eq!((status, lines[3].as_str()), (FAILED, "FAILURE: the present password is wrong"));
    }
    assert!(ended.is_asked());
    assert_eq!(server.done("user info admin").await[4], "Failed logins since last login : 3");
}

#[tokio::test]
async fn a_locked_account_is_shown_as_such_and_unlocked() {
    let server = Server::new();
    let attempts = convoke_directory::Attempts::default();
    for _ in 0..5 {
        let asked = convoke_directory::accounts::Asked {
            name: "admin",
            password: secrecy::SecretString::from("wrong"),
            address: "203.0.113.9".parse().ok(),
            purpose: Purpose::Shell,
            now: server.mmp.clock.now(),
        };
        assert!(server.mmp.accounts.verify(asked, &attempts).await.is_err());
    }
    let info = server.done("user info admin").await;
    assert_eq!(info[4], "Failed logins since last login : 5");
    assert!(info[7].starts_with("Locked : until 20"), "{info:?}");
    server.done("user unlock admin").await;
    assert_eq!(server.done("user info admin").await[7], "Locked : no");
}

#[tokio::test]
async fn a_password_is_changed_by_its_owner_and_set_by_an_administrator() {
    let server = Server::new();
    let (status, lines) = server.with("passwd", &["the first one", "the second one", "the second one"]).await;
    assert_eq!(
        (status, lines.last().map(String::as_str), lines[0].as_str()),
        (DONE, Some("Success"), "<Please enter current password: ****>")
    );
    let (status, lines) = server.with("passwd", &["the first one", "another one", "another one"]).await;
    assert_eq!((status, lines[3].as_str()), (FAILED, "FAILURE: the present password is wrong"));
    let (status, lines) = server.with("passwd admin", &["the second one", "admin", "admin"]).await;
    assert_eq!(
        (status, &lines[3..]),
        (
            FAILED,
            &[
                "FAILURE: the password has fewer than 8 characters".to_owned(),
                "FAILURE: the password holds the user name".to_owned()
            ][..]
        )
    );
    let (status, lines) = server.with("passwd", &["the second one", "one thing", "another"]).await;
    assert_eq!(
        (status, lines[3].as_str()),
        (FAILED, "FAILURE: the two passwords are not the same; nothing was changed")
    );

    server.with("user add bob audit", &["a good one", "a good one"]).await;
    let (status, _) = server.with("passwd bob", &["a better one", "a better one"]).await;
    assert_eq!(status, DONE);
    assert_eq!(server.refused("passwd nobody").await, ["FAILURE: there is no account nobody"]);
    let own = ["a better one", "my own one", "my own one"];
    assert_eq!(server.as_account("bob", AccountRole::Audit, "passwd", &own).await.0, DONE);
    assert_eq!(server.as_account("bob", AccountRole::Audit, "passwd admin", &[]).await.0, NOT_PERMITTED);
    let console = server.as_account("console", AccountRole::Admin, "passwd", &[]).await;
    assert!(console.1[0].starts_with("FAILURE: the machine's own console has no password"), "{console:?}");
}

#[tokio::test]
async fn rules_are_shown_set_and_held_to() {
    let server = Server::new();
    let rules = server.done("user rule").await;
    assert_eq!(rules[0], "max_history : none");
    assert!(
        rules.contains(&"password_age : 180".to_owned()) && rules.contains(&"dictionary : none".to_owned())
    );
    server.done("user rule min_digits 2").await;
    assert!(server.done("user rule").await.contains(&"min_digits : 2".to_owned()));
    assert_eq!(
        server.refused("user rule password_age 3000000").await,
        ["FAILURE: password_age is a number from 1 to 36500, or none (0), and not 3000000"]
    );
    let (status, lines) = server.with("user add bob audit", &["a good one", "a good one"]).await;
    assert_eq!((status, lines[2].as_str()), (FAILED, "FAILURE: the password has fewer than 2 digits"));
    server.with("user add reader api", &["a good one 42", "a good one 42"]).await;
    assert!(server.refused("user expire reader").await[0].contains("can't be asked for a new password"));
    server.done("user expire admin").await;
    assert!(server.done("user info admin").await[6].ends_with("(must be changed at the next login)"));
}
