//! Crowds, and clients that say nothing sensible.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
};

use convoke_ssh::limits::{
    LISTEN_FIRST_PAUSE, LOGIN_GRACE, MAX_AUTH_ATTEMPTS, MAX_CONNECTIONS_OF_ADDRESS, MAX_NEWCOMERS, NO_CHANNEL,
};
use russh::client::{self, AuthResult};
use tokio::{io::AsyncReadExt as _, time::Instant};

use crate::{
    client::{Trusting, connect},
    host::{Host, host, host_also_on, host_without_waiting, host_without_waiting_also_on, text},
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
fn strangers_of_many_networks_do_not_keep_out_whoever_signs_in() {
    let host = host();
    let strangers: Vec<_> =
        (0..MAX_NEWCOMERS).map(|number| connect_from([127, 1, number as u8, 1], &host)).collect();
    let out = convoke_testkit::wait_for("a place", || {
        Some(host.ssh("admin", &["who"])).filter(|out| out.status.success())
    });
    assert_eq!(text(&out.stdout), "admin\n");
    // Some silent one has lost its place, and the rest have theirs.
    let closed = strangers.iter().filter(|stream| is_closed(stream)).count();
    assert!((1..MAX_NEWCOMERS / 2).contains(&closed), "{closed}");
}

/// A silent connection from an address of this machine.
fn connect_from(address: [u8; 4], host: &Host) -> TcpStream {
    let connected = host.runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((address, 0).into()).unwrap();
        socket.connect(host.address).await.unwrap()
    });
    connected.into_std().unwrap()
}

/// Whether the server has ended it, after what it said first.
fn is_closed(mut stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let mut said = [0; 1024];
    loop {
        match stream.read(&mut said) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(cause) => return cause.kind() != std::io::ErrorKind::WouldBlock,
        }
    }
}

#[test]
fn a_program_that_connects_twenty_times_at_once_is_let_in_each_time() {
    const AT_ONCE: usize = 20;
    let host = host();
    let _strangers: Vec<_> =
        (0..MAX_NEWCOMERS / 2).map(|number| connect_from([127, 1, number as u8, 1], &host)).collect();
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(|| host.ssh("admin", &["who"]))).collect();
        for one in all {
            let out = one.join().unwrap();
            assert_eq!(text(&out.stdout), "admin\n", "{}", text(&out.stderr));
        }
    });
}

#[test]
fn an_address_that_can_not_be_listened_on_keeps_nobody_from_the_others_and_is_tried_again() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let mut host = host_also_on(vec![taken.local_addr().unwrap()]);
    assert!(host.ssh("admin", &["who"]).status.success());
    host.listens_at(taken.local_addr().unwrap());
    drop(taken);
    convoke_testkit::wait_for("the other address", || {
        Some(host.ssh("admin", &["who"])).filter(|out| out.status.success())
    });
}

#[test]
fn the_pauses_between_those_tries_grow() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = taken.local_addr().unwrap();
    let host = host_without_waiting_also_on(vec![address]);
    host.runtime.block_on(async {
        let began = Instant::now();
        // It is tried after 1, 2, 4 and 8 pauses, and then after 16.
        tokio::time::sleep(LISTEN_FIRST_PAUSE * 16).await;
        drop(taken);
        while TcpStream::connect(address).is_err() {
            tokio::time::sleep(LISTEN_FIRST_PAUSE / 2).await;
        }
        let pauses = began.elapsed().as_secs_f64() / LISTEN_FIRST_PAUSE.as_secs_f64();
        assert!((31.0..33.0).contains(&pauses), "{pauses}");
    });
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
