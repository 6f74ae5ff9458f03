//! Connections of accounts that are changed or shown out while they are open.

use russh::{Channel, ChannelMsg, client::Msg};

use crate::{
    client::{connect, read_to_end, read_until},
    host::host,
};

/// A packet of SFTP with this type, number and text.
fn packet(kind: u8, number: u32, text: Option<&str>) -> Vec<u8> {
    let mut rest = vec![kind];
    rest.extend(number.to_be_bytes());
    if let Some(text) = text {
        rest.extend((text.len() as u32).to_be_bytes());
        rest.extend(text.as_bytes());
    }
    [&(rest.len() as u32).to_be_bytes()[..], &rest].concat()
}

/// The type of the answer, and what follows its number.
async fn answer(channel: &mut Channel<Msg>) -> (u8, Vec<u8>) {
    loop {
        if let ChannelMsg::Data { data } = channel.wait().await.expect("an answer") {
            return (data[4], data[9..].to_vec());
        }
    }
}

#[test]
fn a_sign_in_that_holds_no_more_opens_no_channel_and_no_file() {
    const INIT: u8 = 1;
    const OPEN_DIR: u8 = 11;
    const REMOVE: u8 = 13;
    const STATUS: u8 = 101;
    const HANDLE: u8 = 102;
    const DENIED: u8 = 3;
    let host = host();
    std::fs::write(host.files().join("kept.txt"), "x").unwrap();
    host.runtime.block_on(async {
        let client = connect(&host).await;
        let mut files = client.channel_open_session().await.unwrap();
        files.request_subsystem(true, "sftp").await.unwrap();
        files.data(&packet(INIT, 3, None)[..]).await.unwrap();
        answer(&mut files).await;
        files.data(&packet(OPEN_DIR, 1, Some("/"))[..]).await.unwrap();
        assert_eq!(answer(&mut files).await.0, HANDLE);
        host.accounts.changed.lock().unwrap().push("admin".to_owned());
        for (kind, path) in [(OPEN_DIR, "/"), (REMOVE, "/kept.txt")] {
            files.data(&packet(kind, 2, Some(path))[..]).await.unwrap();
            let (kind, rest) = answer(&mut files).await;
            assert_eq!((kind, rest[3]), (STATUS, DENIED));
        }
        for what in ["who", "sftp"] {
            let mut channel = client.channel_open_session().await.unwrap();
            match what {
                "sftp" => channel.request_subsystem(true, what).await.unwrap(),
                line => channel.exec(true, line).await.unwrap(),
            }
            let told = read_to_end(&mut channel).await;
            assert_eq!(told, ("This account was changed meanwhile; sign in again.\r\n".to_owned(), Some(1)));
        }
    });
    assert!(host.files().join("kept.txt").exists());
}

#[test]
fn whoever_is_shown_out_loses_the_whole_connection_and_nobody_else_does() {
    let host = host();
    host.runtime.block_on(async {
        let client = connect(&host).await;
        let mut shell = client.channel_open_session().await.unwrap();
        shell.request_pty(true, "xterm", 80, 24, 0, 0, &[]).await.unwrap();
        shell.request_shell(true).await.unwrap();
        read_until(&mut shell, "80x24").await;
        let mut files = client.channel_open_session().await.unwrap();
        files.request_subsystem(true, "sftp").await.unwrap();
        files.data(&packet(1, 3, None)[..]).await.unwrap();
        answer(&mut files).await;
        let other = connect(&host).await;
        {
            let inside = host.accounts.inside.lock().unwrap();
            assert_eq!(inside.len(), 2, "connections, not channels");
            inside[&0].ask();
        }
        assert_eq!(read_to_end(&mut files).await, (String::new(), Some(0)));
        // This shell does not say goodbye by itself.
        assert_eq!(read_to_end(&mut shell).await, (String::new(), None));
        let mut here = other.channel_open_session().await.unwrap();
        here.exec(true, "who").await.unwrap();
        assert_eq!(read_to_end(&mut here).await, ("admin\n".to_owned(), Some(0)));
    });
}
