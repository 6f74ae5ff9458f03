//! What a server can't be told, and what keeps it from being changed.

use std::fs;

use convoke_mmp::shell::FAILED;

use crate::support::Server;

/// Longest password of another server, in bytes.
const LONGEST_PASSWORD: usize = 4095;

#[tokio::test]
async fn a_password_of_another_server_has_one_byte_at_least_and_an_end() {
    let server = Server::new();
    for password in [String::new(), "x".repeat(LONGEST_PASSWORD + 1)] {
        let (status, lines) = server.with("scheduler email username bob", &[&password]).await;
        assert_eq!(
            (status, lines[1].as_str()),
            (FAILED, "FAILURE: a password has 1 to 4095 bytes; nothing was changed")
        );
    }
    let nobody = server.done("scheduler").await;
    assert!(nobody.contains(&"Email Username : none".to_owned()), "{nobody:?}");
    server.with("scheduler email username bob", &[&"x".repeat(LONGEST_PASSWORD)]).await;
    let shown = server.done("scheduler").await;
    assert!(shown.contains(&"Email Password : ******".to_owned()), "{shown:?}");
}

#[tokio::test]
async fn a_password_that_can_not_be_kept_leaves_the_settings_as_they_were() {
    let server = Server::new();
    fs::write(server.mmp.data_dir.join("secrets"), "in the way").unwrap();
    let before = fs::read_to_string(server.mmp.settings.path()).unwrap();
    let (status, lines) = server.with("scheduler email username bob", &["secret"]).await;
    assert_eq!(status, FAILED);
    assert!(lines[1].starts_with("FAILURE: the password can't be kept: "), "{lines:?}");
    assert_eq!(fs::read_to_string(server.mmp.settings.path()).unwrap(), before);
}

#[tokio::test]
async fn a_server_without_a_section_of_the_shell_says_where_its_time_zone_is_written() {
    let server = Server::new();
    assert_eq!(
        server.refused("timezone Asia/Seoul").await,
        [
            "FAILURE: this server is set up by its file, which has no section [mmp]: write time_zone into one there"
        ]
    );
}

#[tokio::test]
async fn a_journal_that_can_not_be_read_is_told() {
    let server = Server::new();
    server.mmp.journal.write("Aug 21 11:53:28.999 daemon.info cms1 node[7]: INFO Main - a line");
    let file = server.mmp.journal.files().pop().unwrap();
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    let told = server.refused("log").await;
    assert!(told[0].starts_with("FAILURE: the journal can't be read: "), "{told:?}");
}
