//! What a settings file may say, and every fault's text.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use super::*;

/// A folder with a certificate `cb.crt`, its key `cb.key`, and a password file.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    write(folder.path(), "cb.crt", &made.cert.pem(), 0o644);
    write(folder.path(), "cb.key", &made.signing_key.serialize_pem(), 0o600);
    write(folder.path(), "smtp.password", "secret\n", 0o600);
    folder
}

fn write(folder: &Path, name: &str, text: &str, mode: u32) {
    fs::write(folder.join(name), text).unwrap();
    fs::set_permissions(folder.join(name), fs::Permissions::from_mode(mode)).unwrap();
}

const WHOLE: &str = r#"
[node]
name = "cms1"
data_dir = "data"
web_app_url = "https://meet.example.com/"
[interfaces]
a = "192.0.2.10"
[callbridge]
loopback = "lo:8081"
https = { listen = "a:445", key_file = "cb.key", cert_file = "cb.crt" }
c2w = { key_file = "cb.key", cert_file = "cb.crt", trust_file = "cb.crt" }
[webbridge]
loopback = "lo:8082"
https = { listen = ["a:443"], key_file = "cb.key", cert_file = "cb.crt", frame_ancestors = "https://x.test", http_redirect = "a:80" }
c2w = { listen = ["a:8443"], key_file = "cb.key", cert_file = "cb.crt", trust_file = "cb.crt" }
[scheduler]
loopback = "lo:8083"
https = { listen = "a:9443", key_file = "cb.key", cert_file = "cb.crt" }
c2w = { key_file = "cb.key", cert_file = "cb.crt", trust_file = "cb.crt" }
[scheduler.email]
server = "mail.example.com"
port = 587
starttls = true
username = "meetings"
password_file = "smtp.password"
from = "meetings@example.com"
"#;

fn faults(text: &str, folder: &Path) -> String {
    Settings::parse(text, folder).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn a_whole_file_is_read() {
    let folder = folder();
    let settings = Settings::parse(WHOLE, folder.path()).unwrap();
    assert_eq!(settings.node.name, "cms1");
    assert_eq!(settings.callbridge.unwrap().https.unwrap().listen.address.to_string(), "192.0.2.10:445");
    let web = settings.webbridge.unwrap();
    assert_eq!(web.c2w_listen[0].address.port(), 8443);
    let scheduler = settings.scheduler.unwrap();
    assert_eq!(settings.node.web_app_url.unwrap(), "https://meet.example.com");
    let email = scheduler.email.unwrap();
    assert_eq!((email.connections, email.mails_a_connection), (8, 100));
    assert_eq!(email.auth.unwrap().0, "meetings");
    assert!(
        matches!(settings.database, database::Database::Sqlite { file } if file.ends_with("data/convoke.db"))
    );
}

#[test]
fn all_faults_are_told_at_once_each_with_what_would_be_right() {
    let folder = folder();
    let text = WHOLE
        .replace("\"a:445\"", "\"c:445\"")
        .replace("port = 587", "port = 70000")
        .replace("frame_ancestors", "frame_ancestor")
        .replace("loopback = \"lo:8083\"", "loopback = \"a:8083\"")
        .replace("https://meet.example.com/", "meet.example.com")
        .replace("name = \"cms1\"\n", "");
    let told = faults(&text, folder.path());
    for expected in [
        "node.name: missing; expected a name such as cms1",
        "callbridge.https.listen: no interface is called \"c\"; there are a, lo; expected an interface and a port",
        "scheduler.email.port: 70000 is out of range; expected a whole number from 1 to 65535",
        "webbridge.https.frame_ancestor: unknown key; expected one of: bundle_file, cert_file, frame_ancestors",
        "scheduler.loopback: 192.0.2.10 is not a loopback address",
        "node.web_app_url: \"meet.example.com\" is not the address of a web server",
    ] {
        assert!(told.contains(expected), "{expected}\nnot in:\n{told}");
    }
    assert_eq!(told.lines().count(), 6, "{told}");
}

#[test]
fn a_password_must_not_be_readable_by_others_nor_stand_in_the_url() {
    let folder = folder();
    write(folder.path(), "smtp.password", "secret\n", 0o644);
    let told = faults(WHOLE, folder.path());
    assert!(
        told.contains("scheduler.email.password_file:") && told.contains("can be read by others (mode 0644)"),
        "{told}"
    );

    let url = "[node]\nname='x'\ndata_dir='d'\n[database]\nurl='postgres://u:p@h/d'\n";
    assert!(
        faults(url, folder.path())
            .contains("database.url: it holds a password; expected the password in a file")
    );
}

#[test]
fn a_key_of_another_certificate_is_told() {
    let folder = folder();
    let other = rcgen::generate_simple_self_signed(vec!["other".to_owned()]).unwrap();
    write(folder.path(), "cb.key", &other.signing_key.serialize_pem(), 0o600);
    assert!(faults(WHOLE, folder.path()).contains("the key is not that of the certificate of"));
    write(folder.path(), "cb.key", &other.signing_key.serialize_pem(), 0o644);
    assert!(faults(WHOLE, folder.path()).contains("can be read by everyone (mode 0644)"));
    write(folder.path(), "cb.crt", "nothing", 0o644);
    assert!(faults(WHOLE, folder.path()).contains("the file holds no PEM certificate"));
}

#[test]
fn a_mail_password_never_goes_over_the_network_in_the_clear() {
    let folder = folder();
    let told = faults(&WHOLE.replace("starttls = true", "starttls = false"), folder.path());
    assert!(
        told.contains("scheduler.email.auth: a password would go over the network in the clear"),
        "{told}"
    );
}

#[test]
fn a_mail_server_is_asked_for_no_more_connections_than_there_may_be() {
    let folder = folder();
    for number in ["0", "65"] {
        let asked = format!("[scheduler.email]\nconnections = {number}");
        let told = faults(&WHOLE.replace("[scheduler.email]", &asked), folder.path());
        assert!(told.contains("scheduler.email.connections") && told.contains("64"), "{told}");
    }
}

#[test]
fn a_scheduler_needs_the_call_bridge_of_its_node() {
    let folder = folder();
    let start = WHOLE.find("[callbridge]").unwrap();
    let end = WHOLE.find("[webbridge]").unwrap();
    let text = format!("{}{}", &WHOLE[..start], &WHOLE[end..]);
    assert!(
        faults(&text, folder.path()).contains("scheduler: a scheduler asks the call bridge of its own node")
    );
}

#[test]
fn a_scheduler_needs_that_call_bridge_switched_on() {
    let folder = folder();
    let text = WHOLE.replace("[callbridge]\n", "[callbridge]\nenabled = false\n");
    let told = faults(&text, folder.path());
    assert!(
        told.contains("scheduler.enabled: a scheduler asks the call bridge of its own node, and that one is"),
        "{told}"
    );
}

#[test]
fn a_database_password_never_goes_over_the_network_in_the_clear() {
    let folder = folder();
    let text = |host: &str| {
        format!(
            "[node]\nname='x'\ndata_dir='d'\n[database]\nurl='postgres://u@{host}/d'\npassword_file='smtp.password'\n"
        )
    };
    let told = faults(&text("db.example.com:5432"), folder.path());
    assert!(
        told.contains("database.password_file: the password would go over the network in the clear"),
        "{told}"
    );
    for host in ["localhost", "127.0.0.1:5432", "[::1]:5432", "[::1]"] {
        assert!(Settings::parse(&text(host), folder.path()).is_ok(), "{host}");
    }
    let local_at_first_sight = text("localhost").replace("/d'", "/d?application_name=x&host=db.example.com'");
    let told = faults(&local_at_first_sight, folder.path());
    assert!(told.contains("in the clear"), "{told}");
}

#[test]
fn broken_toml_is_told_with_its_place() {
    let told = faults("[node\nname=1", Path::new("."));
    assert!(told.contains("not well-formed TOML") && told.contains("line 1"), "{told}");
}

#[test]
fn answers_come_by_one_way_or_by_none() {
    let folder = folder();
    let replies = |more: &str| {
        let settings =
            Settings::parse(&format!("{WHOLE}[scheduler.replies]\n{more}"), folder.path()).unwrap();
        settings.scheduler.unwrap().replies
    };
    assert!(replies("").is_none());
    assert!(replies("mode = \"off\"\nimap = { server = \"later.example.com\" }").is_none());
    let lmtp = replies("mode = \"lmtp\"\nlmtp = { listen = \"lo:2424\", allow = [\"192.0.2.25\"] }").unwrap();
    assert_eq!(lmtp.address.as_str(), "meetings@example.com");
    assert!(lmtp.authserv_id.is_none());
    let replies::Way::Lmtp(lmtp) = lmtp.way else { panic!("{:?}", lmtp.way) };
    assert_eq!((lmtp.listen.address.port(), lmtp.allow.len()), (2424, 1));
    let imap = replies(
        "mode = \"imap\"\naddress = \"answers@example.com\"\nauthserv_id = \"mx.example.com\"\n\
         imap = { server = \"imap.example.com\", username = \"answers\", password_file = \"smtp.password\" }",
    );
    let imap = imap.unwrap();
    assert_eq!(
        (imap.address.as_str(), imap.authserv_id.as_deref()),
        ("answers@example.com", Some("mx.example.com"))
    );
    let replies::Way::Imap(imap) = imap.way else { panic!("{:?}", imap.way) };
    assert_eq!((imap.port, imap.imaps, imap.folder.as_str()), (993, true, "INBOX"));
}

#[test]
fn what_is_wrong_with_the_way_of_answers_is_told() {
    let folder = folder();
    let told = faults(
        &format!(
            "{WHOLE}[scheduler.replies]\nmode = \"imap\"\naddress = \"x\"\nimap = {{ folder = \"받은\" }}"
        ),
        folder.path(),
    );
    for key in [
        "replies.imap.server",
        "replies.imap.username",
        "replies.imap.password_file",
        "replies.imap.folder",
        "replies.address",
    ] {
        assert!(told.contains(key), "{key}: {told}");
    }
    let told = faults(
        &format!(
            "{WHOLE}[scheduler.replies]\nmode = \"lmtp\"\nlmtp = {{ listen = \"b:24\", allow = [\"mail\"] }}"
        ),
        folder.path(),
    );
    assert!(told.contains("lmtp.listen") && told.contains("lmtp.allow"), "{told}");
    let other = format!(
        "{WHOLE}[scheduler.replies]\nmode = \"lmtp\"\naddress = \"a@other.test\"\nlmtp = {{ listen = \"lo:24\" }}"
    );
    assert!(faults(&other, folder.path()).contains("replies.address"));
    let without = WHOLE.split("[scheduler.email]").next().unwrap();
    let told = faults(
        &format!("{without}[scheduler.replies]\nmode = \"lmtp\"\nlmtp = {{ listen = \"lo:24\" }}"),
        folder.path(),
    );
    assert!(told.contains("replies.mode"), "{told}");
}

#[test]
fn webhooks_reach_the_internet_and_private_networks_by_setting_and_one_bundle_is_for_all_that_goes_out() {
    let folder = folder();
    let read = |more: &str| Settings::parse(&format!("{WHOLE}{more}"), folder.path());
    let settings = read("").unwrap();
    let scheduler = settings.scheduler.unwrap();
    assert!(!scheduler.webhooks.allow_private && scheduler.outgoing_trust.is_none());
    assert!(settings.callbridge.unwrap().outgoing_trust.is_none());
    let more = "[scheduler.webhooks]\nallow_private = true\n[outgoing]\ntrust_file = \"cb.crt\"\n";
    let settings = read(more).unwrap();
    let scheduler = settings.scheduler.unwrap();
    assert!(scheduler.webhooks.allow_private && scheduler.outgoing_trust.is_some());
    assert!(settings.callbridge.unwrap().outgoing_trust.is_some());
    let found = faults(&format!("{WHOLE}[outgoing]\ntrust_file = \"none.crt\"\n"), folder.path());
    assert!(found.contains("outgoing.trust_file"), "{found}");
    let found =
        faults(&format!("{WHOLE}[scheduler.webhooks]\nallow_private = 1\nurl = \"x\"\n"), folder.path());
    assert!(
        found.contains("scheduler.webhooks.allow_private") && found.contains("scheduler.webhooks.url"),
        "{found}"
    );
}

#[test]
fn a_role_that_is_off_may_be_unfinished_but_not_misspelt() {
    let folder = folder();
    let text = |more: &str| {
        format!(
            "[node]\nname = \"cms1\"\ndata_dir = \"data\"\n[scheduler]\nenabled = false\n[scheduler.https]\nlisten = \"a:9443\"\n{more}"
        )
    };
    let settings = Settings::parse(&text(""), folder.path()).unwrap();
    assert!(settings.scheduler.is_none() && settings.enabled.is_empty());
    let faults = Settings::parse(&text("lisen = 1\n"), folder.path()).unwrap_err().to_string();
    assert!(
        faults.starts_with("scheduler.https.lisen: unknown key; expected one of: ")
            && faults.lines().count() == 1,
        "{faults}"
    );
    let only = Settings::parse_for(&text(""), folder.path(), Wanted::Only(Role::Scheduler)).unwrap_err();
    assert!(only.to_string().contains("scheduler.c2w.key_file: missing"), "{only}");
}

#[test]
fn a_role_reads_its_own_section_whole_and_no_other() {
    let folder = folder();
    let broken =
        WHOLE.replace("[\"a:8443\"], key_file = \"cb.key\"", "[\"a:8443\"], key_file = \"none.key\"");
    assert!(Settings::parse(&broken, folder.path()).is_err());
    let scheduler = Settings::parse_for(&broken, folder.path(), Wanted::Only(Role::Scheduler)).unwrap();
    assert!(scheduler.webbridge.is_none() && scheduler.callbridge.is_none());
    assert_eq!(scheduler.scheduler.unwrap().call_bridge.address.to_string(), "127.0.0.1:8081");
    assert_eq!(scheduler.enabled, Role::ALL);
    assert!(Settings::parse_for(&broken, folder.path(), Wanted::Nothing).is_ok());
}

#[test]
fn a_shell_needs_little_of_the_settings() {
    let folder = folder();
    let broken = format!(
        "{WHOLE}[mmp]\nlisten = [\"a:22\"]\n[outgoing]\ntrust_file = \"gone.crt\"\n[colours]\nred = 1\n"
    );
    assert!(Settings::parse_for(&broken, folder.path(), Wanted::Nothing).is_err());
    let shell = Settings::parse_for(&broken, folder.path(), Wanted::Shell).unwrap();
    assert_eq!((shell.enabled.len(), shell.mmp.unwrap().listen.len()), (3, 1));
    let misnamed = broken.replace("a:22", "z:22");
    assert!(Settings::parse_for(&misnamed, folder.path(), Wanted::Shell).is_err());
}

#[test]
fn two_listeners_in_the_same_place_are_told() {
    let folder = folder();
    let found = |from: &str, to: &str| {
        let text = WHOLE.replace(from, to);
        assert_ne!(text, WHOLE, "{from}");
        faults(&text, folder.path())
    };
    let twice = found("[\"a:8443\"]", "[\"a:443\"]");
    assert_eq!(
        twice.trim(),
        "webbridge.c2w.listen: a:443 is where webbridge.https.listen listens already; expected another port"
    );
    let own = found("a:9443", "lo:8083");
    assert!(
        own.contains("scheduler.https.listen: lo:8083 is where scheduler.loopback listens already"),
        "{own}"
    );
}

#[test]
fn a_server_that_is_named_must_be_one() {
    let folder = folder();
    let found =
        faults(&WHOLE.replace("server = \"mail.example.com\"", "server = \"bad host\""), folder.path());
    assert!(
        found.contains("scheduler.email.server: \"bad host\" is neither a host name nor an IP address"),
        "{found}"
    );
}
