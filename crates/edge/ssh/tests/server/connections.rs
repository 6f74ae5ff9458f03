//! Crowds, and clients that say nothing sensible.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use convoke_ssh::limits::{LOGIN_GRACE, MAX_AUTH_ATTEMPTS, MAX_CONNECTIONS_OF_ADDRESS, NO_CHANNEL};
use russh::client::{self, AuthResult};
use tokio::{io::AsyncReadExt as _, time::Instant};

use crate::{
    client::{Trusting, connect},
    host::{host, host_without_waiting, text},
};

#[test]
fn one_address_has_its_share_of_connections_and_is_told_so() {
    let host = host();
    let mut held: Vec<_> =
        (0..MAX_CONNECTIONS_OF_ADDRESS).map(|_| TcpStream::connect(host.address).unwrap()).collect();
    for stream in &mut held {
        let mut first = [0; 4];
        stream.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"SSH-");
    }
    let mut refused = Vec::new();
    TcpStream::connect(host.address).unwrap().read_to_end(&mut refused).unwrap();
    assert_eq!(text(&refused), "There are too many connections; try again later.\r\n");
    drop(held);
    // Their ends are noticed one by one.
    loop {
        if host.ssh("admin", &["who"]).status.success() {
            break;
        }
    }
}

#[test]
fn nonsense_ends_its_own_connection_alone() {
    let host = host();
    for nonsense in
        [&b"GET / HTTP/1.1\r\n\r\n"[..], b"SSH-2.0-x\r\n\0\0\0\x0c\x0a\x14aaaaaaaaaa", &[0xff; 70_000]]
    {
        let mut stream = TcpStream::connect(host.address).unwrap();
        drop(stream.write_all(nonsense));
        drop(stream.shutdown(std::net::Shutdown::Write));
        let mut rest = Vec::new();
        drop(stream.read_to_end(&mut rest));
    }
    assert!(host.ssh("admin", &["who"]).status.success());
}

#[test]
fn a_connection_has_as_many_tries_as_it_may() {
    let host = host();
    host.runtime.block_on(async {
        let config = std::sync::Arc::new(client::Config::default());
        let mut client = client::connect(config, host.address, Trusting).await.unwrap();
        for _ in 0..MAX_AUTH_ATTEMPTS {
            let answer = client.authenticate_password("admin", "guess").await.unwrap();
            assert!(matches!(answer, AuthResult::Failure { .. }));
        }
        assert!(!matches!(client.authenticate_password("admin", "guess").await, Ok(AuthResult::Success)));
        assert!(client.authenticate_password("admin", crate::host::PASSWORD).await.is_err());
    });
    assert_eq!(*host.accounts.guesses.lock().unwrap() as usize, MAX_AUTH_ATTEMPTS);
}

#[test]
fn whoever_does_not_sign_in_is_closed_after_their_time() {
    let host = host_without_waiting();
    // One says nothing, the other nothing more.
    for said in ["", "SSH-2.0-Waiting\r\n"] {
        host.runtime.block_on(async {
            let began = Instant::now();
            let mut stream = tokio::net::TcpStream::connect(host.address).await.unwrap();
            tokio::io::AsyncWriteExt::write_all(&mut stream, said.as_bytes()).await.unwrap();
            let mut rest = Vec::new();
            drop(stream.read_to_end(&mut rest).await);
            let waited = began.elapsed();
            assert!(waited >= LOGIN_GRACE && waited < LOGIN_GRACE * 2, "{said:?}: {waited:?}");
        });
    }
}

#[test]
fn a_connection_that_asks_for_nothing_is_closed_after_its_time() {
    let host = host_without_waiting();
    host.runtime.block_on(async {
        // What two sides say to each other takes real time.
        tokio::time::resume();
        let client = connect(&host).await;
        tokio::time::pause();
        let began = Instant::now();
        while !client.is_closed() {
            tokio::time::sleep(NO_CHANNEL / 10).await;
        }
        assert!(began.elapsed() >= NO_CHANNEL && began.elapsed() < NO_CHANNEL * 2, "{:?}", began.elapsed());
    });
}
