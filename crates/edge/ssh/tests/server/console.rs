//! The console's socket: for its owner alone, with the same sessions.

use std::{fs, os::unix::fs::PermissionsExt as _};

use convoke_ssh::console::Console;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::UnixStream,
};

use crate::host::host;

/// Reads frames until one of this kind; answers the bytes of all before it and its own.
async fn read_until(stream: &mut UnixStream, kind: u8) -> (String, Vec<u8>) {
    let mut shown = Vec::new();
    loop {
        let found = stream.read_u8().await.unwrap();
        let mut body = vec![0; stream.read_u32().await.unwrap() as usize];
        stream.read_exact(&mut body).await.unwrap();
        if found == kind {
            return (String::from_utf8(shown).unwrap(), body);
        }
        shown.extend(body);
    }
}

async fn write(stream: &mut UnixStream, kind: u8, body: &[u8]) {
    stream.write_u8(kind).await.unwrap();
    stream.write_u32(u32::try_from(body.len()).unwrap()).await.unwrap();
    stream.write_all(body).await.unwrap();
}

#[test]
fn the_console_carries_lines_scripts_and_terminals() {
    let mut host = host();
    let path = host.home.path().join("mmp.sock");
    let stop = host.stop.take().unwrap();
    host.runtime.block_on(async {
        let start =
            || Console::start(&path, "console".to_owned(), host.sessions.clone(), host.shutdown.clone());
        let console = start().await.unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(start().await.unwrap_err().to_string().contains("another node serves it"));

        let mut line = UnixStream::connect(&path).await.unwrap();
        write(&mut line, 1, b"\x02who").await;
        assert_eq!(read_until(&mut line, 6).await, ("console\n".to_owned(), vec![0]));

        let mut script = UnixStream::connect(&path).await.unwrap();
        write(&mut script, 1, b"\0").await;
        write(&mut script, 2, b"1234567").await;
        write(&mut script, 5, b"").await;
        assert_eq!(read_until(&mut script, 6).await, ("7 bytes\n".to_owned(), vec![0]));

        let mut terminal = UnixStream::connect(&path).await.unwrap();
        write(&mut terminal, 1, b"\x01\0\x50\0\x18\x05xterm").await;
        assert_eq!(terminal.read_u8().await.unwrap(), 2);
        let mut greeting = vec![0; terminal.read_u32().await.unwrap() as usize];
        terminal.read_exact(&mut greeting).await.unwrap();
        assert_eq!(greeting, b"80x24 xterm\r\n");
        write(&mut terminal, 3, b"\0\x64\0\x28").await;
        write(&mut terminal, 2, b"\x04").await;
        assert_eq!(read_until(&mut terminal, 6).await, ("now 100x40\r\n".to_owned(), vec![0]));

        let mut waits = UnixStream::connect(&path).await.unwrap();
        write(&mut waits, 1, b"\x02deaf").await;
        // It has its session once another that came later has one.
        let mut later = UnixStream::connect(&path).await.unwrap();
        write(&mut later, 1, b"\x02who").await;
        read_until(&mut later, 6).await;
        stop.ask();
        assert_eq!(read_until(&mut waits, 6).await, ("\r\nThe server stops.\r\n".to_owned(), vec![255]));
        console.stopped().await;
        assert!(!path.exists());
    });
}

#[test]
fn a_socket_that_a_dead_node_left_is_replaced_and_another_file_is_not() {
    let host = host();
    let path = host.home.path().join("mmp.sock");
    host.runtime.block_on(async {
        let start =
            || Console::start(&path, "console".to_owned(), host.sessions.clone(), host.shutdown.clone());
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        start().await.unwrap();
        fs::remove_file(&path).unwrap();
        fs::write(&path, "mine").unwrap();
        assert!(start().await.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"mine");
    });
}
