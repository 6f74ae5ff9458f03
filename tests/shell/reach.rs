//! `status` speaks of what a service needs from others: its database, its web bridges, its mail server.

use convoke_testkit::postgres::Postgres;

use crate::{
    mail_server::{MailServer, Mood},
    site::{CALL_BRIDGE, SCHEDULER_SETTINGS, Site, WEB_BRIDGE, WELL},
};

#[test]
fn a_database_that_is_lost_is_told_and_found_again_without_a_restart() {
    let mut postgres = Postgres::start();
    let url = postgres.database("convoke");
    let mut site = Site::start(1);
    let script =
        [&format!("database url {url}\n"), CALL_BRIDGE, WEB_BRIDGE, SCHEDULER_SETTINGS, "scheduler enable\n"];
    site.done(0, &script.concat());
    site.dial(0);
    site.until(0, "scheduler status", &WELL);
    let call_bridge = call_bridge_is_well(&mut site);
    let processes = [site.process(0, "callbridge"), site.process(0, "scheduler")];
    postgres.stop_immediately();
    let mut lost = WELL.to_vec();
    lost[2] = "Database lost: error connecting to server: Connection refused (os error 111)";
    site.until(0, "scheduler status", &lost);
    let mut call_bridge_lost: Vec<&str> = call_bridge.iter().map(String::as_str).collect();
    call_bridge_lost[2] = lost[2];
    site.until(0, "callbridge status", &call_bridge_lost);
    let told = site.line(0, "health");
    for word in ["callbridge", "scheduler"] {
        let told_of_it = told.iter().any(|line| line.starts_with(&format!("{word} : database lost: ")));
        assert!(told_of_it, "{told:#?}");
    }
    let asked = site.line(0, "database status");
    assert!(asked[0].starts_with("FAILURE: database out of reach: "), "{asked:#?}");
    postgres.start_again();
    site.until(0, "scheduler status", &WELL);
    call_bridge_is_well(&mut site);
    assert_eq!([site.process(0, "callbridge"), site.process(0, "scheduler")], processes);
}

/// Waits until the call bridge has all it needs; its status.
fn call_bridge_is_well(site: &mut Site) -> Vec<String> {
    let listening = format!("Web Admin listening: {}:8445", site.server(0).address);
    let well = [
        "Status: enabled",
        "Running",
        "Database responsive at start",
        &listening,
        "C2W links to web bridges: 1 of 1 UP",
    ];
    site.until(0, "callbridge status", &well)
}

#[test]
fn links_are_counted_and_the_one_that_is_down_is_named_with_its_fault() {
    let mut site = Site::start(3);
    for index in 0..3 {
        let others = if index == 0 { CALL_BRIDGE } else { "" };
        site.done(index, &[others, WEB_BRIDGE].concat());
    }
    (0..3).for_each(|index| site.dial(index));
    site.done(0, &[SCHEDULER_SETTINGS, "scheduler enable\n"].concat());
    site.until(0, "scheduler status", &WELL);
    site.until(
        2,
        "webbridge3 status",
        &["...", "C2W connections: 2", "  callBridge of cms1 UP", "  scheduler of cms1 UP"],
    );
    site.done(2, "webbridge3 disable");
    let third = site.server(2).address;
    let down = format!("  {third}:8443 DOWN: connection refused");
    let mut told = WELL[..5].to_vec();
    told.extend(["C2W links to web bridges: 2 of 3 UP", &down, WELL[5]]);
    site.until(0, "scheduler status", &told);
    site.until(0, "callbridge status", &["...", "C2W links to web bridges: 2 of 3 UP", &down]);
    let health = site.line(0, "health");
    assert!(health.contains(&"scheduler : 1 of 3 C2W links are down".to_owned()), "{health:#?}");
    site.done(2, "webbridge3 enable");
    site.until(0, "scheduler status", &WELL);
    site.until(0, "callbridge status", &["...", "C2W links to web bridges: 3 of 3 UP"]);
}

#[test]
fn the_mail_servers_last_answer_is_told_a_refusal_as_well_as_a_mail_that_it_took() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let mail = runtime.block_on(MailServer::start());
    mail.mood("@example.test", Mood::Says("RCPT", "554 5.7.1 no mail from there, please"));
    let mut site = Site::whole();
    let (host, port) = (mail.address.ip(), mail.address.port());
    let from = "Invitations come from meetings@cms1.invalid; \"mail from <address>\" changes that";
    assert_eq!(site.done(0, &format!("scheduler email server {host} {port}\n")), [from]);
    site.done(0, "scheduler restart");
    let told = |last: &str| {
        let mut told: Vec<String> = WELL[..5].iter().map(|&line| line.to_owned()).collect();
        told.extend(["Email server configured".to_owned(), format!("Email server {host}:{port}: {last}")]);
        told
    };
    let until = |site: &mut Site, last: &str| {
        let told = told(last);
        site.until(0, "scheduler status", &told.iter().map(String::as_str).collect::<Vec<_>>());
    };
    until(&mut site, "nothing was sent since the start");
    let organizer = site.organizer();
    organizer.schedule(&["bob@example.test"]);
    let refused = "the mail server refused: 554 5.7.1 no mail from there, please";
    until(&mut site, &format!("did not take a mail at <time>: {refused}"));
    let health = site.line(0, "health");
    assert!(health.contains(&format!("scheduler : mail server: {refused}")), "{health:#?}");
    mail.mood("@example.test", Mood::Takes);
    organizer.schedule(&["bob@example.test"]);
    until(&mut site, "took a mail at <time>: <any>");
    assert_eq!(mail.kept_for("bob@example.test").len(), 1);
}
