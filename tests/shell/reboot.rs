//! `reboot` and `factory_reset`: what they make count, what they keep, and what they do not do to services that run.

use std::{fs, net::UdpSocket};

use convoke_testkit::PATIENCE;

use crate::{server::Server, site::Site};

const WORDS: [&str; 3] = ["callbridge", "webbridge3", "scheduler"];

#[test]
fn services_that_could_not_start_again_are_not_stopped() {
    let mut site = Site::whole();
    let before = WORDS.map(|word| site.process(0, word));
    let chain = site.server(0).files().join("BUN344748.cer");
    let kept = fs::read(&chain).unwrap();
    fs::remove_file(&chain).unwrap();
    let shown = site.line(0, "reboot");
    assert!(shown[0].starts_with("FAILURE: webbridge.https.cert_file: "), "{shown:#?}");
    assert!(shown[0].contains("BUN344748.cer"), "{shown:#?}");
    assert_eq!(
        shown[shown.len() - 2..],
        ["FAILURE: nothing was restarted; what runs could not start again with these settings", "[status 1]"]
    );
    assert_eq!(WORDS.map(|word| site.process(0, word)), before, "they run on");
    fs::write(&chain, kept).unwrap();
    assert_eq!(
        site.line(0, "reboot"),
        ["SUCCESS: callbridge restarted", "SUCCESS: webbridge3 restarted", "SUCCESS: scheduler restarted"]
    );
    for (word, before) in WORDS.into_iter().zip(before) {
        assert_ne!(site.process(0, word), before, "{word}");
    }
}

#[test]
fn a_new_name_and_a_new_syslog_server_count_from_then_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), "cms1");
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    receiver.set_read_timeout(Some(PATIENCE)).unwrap();
    let port = receiver.local_addr().unwrap().port();
    for line in ["hostname cms9", &format!("syslog server add 127.0.0.1 {port}")] {
        let said = server.ssh(line, "");
        assert_eq!(
            String::from_utf8(said.stdout).unwrap(),
            "A reboot is required for the change to take effect\n",
            "{line}"
        );
    }
    assert_eq!(String::from_utf8(server.ssh("hostname", "").stdout).unwrap(), "cms1\n");
    assert!(server.ssh("reboot", "").status.success());
    assert_eq!(String::from_utf8(server.ssh("hostname", "").stdout).unwrap(), "cms9\n");
    let mut bytes = [0; 2048];
    loop {
        let length = receiver.recv(&mut bytes).expect("the audit line comes");
        let message = String::from_utf8_lossy(&bytes[..length]).into_owned();
        assert!(message.contains(" cms9 "), "{message}");
        if message.contains("issued command < hostname>: permission granted") {
            break;
        }
    }
    server.wait_for_lines(" local0.info cms9 cli: User admin from ", 1);
}

#[test]
fn two_services_that_a_hand_gave_one_port_run_on() {
    let mut site = Site::whole();
    let before = WORDS.map(|word| site.process(0, word));
    let config = site.server(0).config();
    let good = fs::read_to_string(&config).unwrap();
    fs::write(&config, good.replace("\"a:9443\"", "\"a:4443\"")).unwrap();
    let shown = site.line(0, "reboot");
    let fault = "FAILURE: scheduler.https.listen: a:4443 is where webbridge.https.listen listens already; expected another port \
                 (\"scheduler https listen\")";
    assert_eq!(shown[0], fault);
    assert_eq!(WORDS.map(|word| site.process(0, word)), before, "they run on");
}

#[test]
fn a_factory_reset_forgets_services_and_keys_and_keeps_who_may_sign_in() {
    let mut site = Site::whole();
    site.server(0).add_account("carol", "crypto", "Tall-ships-9-at-dusk");
    site.done(0, "backup snapshot before\nfactory_reset app\n");
    for word in WORDS {
        assert_eq!(site.line(0, &format!("{word} status")), ["Status: disabled", "Not running"], "{word}");
    }
    assert_eq!(site.line(0, "scheduler")[..2], ["Enabled : false", "Https interface : none"]);
    assert_eq!(site.line(0, "pki list"), ["User supplied certificates and keys:"]);
    let accounts = site.line(0, "user list");
    assert!(accounts.iter().any(|row| row.starts_with("carol ")), "{accounts:#?}");
    // What was before comes back whole.
    let shown = site.done(0, "backup rollback before");
    assert!(shown.contains(&"SUCCESS: scheduler restarted".to_owned()), "{shown:#?}");
    assert_eq!(site.line(0, "scheduler status")[..2], ["Status: enabled", "Running"]);
}
