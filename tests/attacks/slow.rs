//! Clients that take their time (slow-loris and its kin): each holds its place for a bounded time, and nobody else notices.

use std::{
    fs,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use http::Method;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    time::{sleep, timeout},
};

use crate::{wire, world::World};

/// Slow clients of each kind.
const CROWD: usize = 100;
/// Between two bytes of one.
const PACE: Duration = Duration::from_millis(700);
/// What a handshake (10 s) and a head (10 s, and 3.5 s for its end) may take, and what a crowd takes beside.
const HEAD: Duration = Duration::from_secs(25);
/// What a body may take (30 s at a part's own listener, 20 s at the web bridge).
const BODY: Duration = Duration::from_secs(38);

/// The head of a request that never ends.
const ENDLESS: &str = "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ";

pub async fn nobody_waits_for_slow_clients(world: &World) {
    let ports = world.system.layout.nodes[0].ports;
    let before = descriptors(world);
    let slow = async {
        tokio::join!(
            crowd(|| silent(world, ports.web_app)),
            crowd(|| silent(world, ports.c2w)),
            crowd(|| head(world, ports.web_app)),
            crowd(|| head(world, ports.scheduler_api)),
            crowd(|| body(world, ports.web_app, "/api/auth")),
            body(world, ports.scheduler_api, "/api/v1/scheduler/occurrences"),
            body(world, ports.admin_api, "/api/v1/coSpaces"),
        )
    };
    tokio::select! {
        _ = slow => {}
        () = others(world) => {}
    }
    world
        .until("the places to be free again", async || (descriptors(world) < before + 20).then_some(()))
        .await;
    unread(world, ports.web_app).await;
}

async fn crowd<F: Future<Output = ()>>(client: impl Fn() -> F) {
    join_all((0..CROWD).map(|_| client())).await;
}

/// Descriptors of all processes that listen.
fn descriptors(world: &World) -> usize {
    let processes = ["webbridge", "callbridge", "scheduler"].iter().flat_map(|role| world.processes(role));
    processes.filter_map(|process| Some(fs::read_dir(format!("/proc/{process}/fd")).ok()?.count())).sum()
}

/// People who are in no way slow, for as long as there are others.
async fn others(world: &World) {
    loop {
        let begun = Instant::now();
        let answer = world.call(Method::GET, &format!("{}/api/cospaces", world.web(0)), "", None).await;
        assert_eq!(answer.status, 401, "{}", answer.json);
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        sleep(PACE).await;
    }
}

/// Says nothing, not even the first word of TLS.
async fn silent(world: &World, port: u16) {
    let mut stream = TcpStream::connect((world.system.layout.nodes[0].address, port)).await.unwrap();
    ends(&mut stream, HEAD, "a connection that says nothing").await;
}

/// Sends a head byte by byte.
async fn head(world: &World, port: u16) {
    let mut stream = wire::connect(world, port, b"http/1.1").await;
    let begun = Instant::now();
    let bytes = ENDLESS.bytes().chain(std::iter::repeat(b'x'));
    trickle(&mut stream, bytes, HEAD).await;
    ends(&mut stream, HEAD.saturating_sub(begun.elapsed()), "a head without end").await;
}

/// Sends a body byte by byte, and reads why it is refused.
async fn body(world: &World, port: u16, path: &str) {
    let node = &world.system.layout.nodes[0];
    let (host, operator) = (wire::host(node), world.operator());
    let fields = format!("Host: {host}\r\nAuthorization: {operator}\r\nContent-Type: application/json\r\n");
    let head = format!("POST {path} HTTP/1.1\r\n{fields}Content-Length: 1000\r\n\r\n");
    let mut stream = wire::connect(world, port, b"http/1.1").await;
    stream.write_all(head.as_bytes()).await.unwrap();
    let begun = Instant::now();
    let (mut reading, mut writing) = tokio::io::split(stream);
    let mut answer = Vec::new();
    let ended = timeout(BODY, async {
        tokio::select! {
            _ = reading.read_to_end(&mut answer) => {}
            () = trickle(&mut writing, std::iter::repeat(b' '), BODY) => {
                let _ = reading.read_to_end(&mut answer).await;
            }
        }
    });
    let is_ended = ended.await.is_ok();
    let answer = String::from_utf8_lossy(&answer);
    assert!(is_ended, "{path}: {answer}");
    assert!(answer.starts_with("HTTP/1.1 408 "), "{path} after {:?}: {answer}", begun.elapsed());
}

/// Asks for the largest script again and again and reads nothing: what waits for it is bounded, and after the minute that
/// a peer may leave bytes unread the system ends the connection. That minute is waited for in `make soak` alone.
async fn unread(world: &World, port: u16) {
    let node = &world.system.layout.nodes[0];
    let get =
        |path: &str, more: &str| format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{more}\r\n", wire::host(node));
    let page = wire::answers(world, port, get("/", "Connection: close\r\n").as_bytes()).await;
    // A build without the web app has its page alone.
    let script = page.split('"').find(|part| part.starts_with("/assets/") && part.ends_with(".js"));
    let request = get(script.unwrap_or("/"), "");
    let process = world.processes("webbridge")[0];
    let before = resident(process);
    let mut held = Vec::new();
    for _ in 0..CROWD {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let stream = socket.connect((node.address, port).into()).await.unwrap();
        let mut stream = wire::secure(world, stream, b"http/1.1").await;
        let many = request.repeat(1000);
        let _ = timeout(PACE, stream.write_all(many.as_bytes())).await;
        held.push(stream);
    }
    let kept = resident(process).saturating_sub(before) / CROWD;
    println!("{kept} KiB kept for each client that reads nothing");
    assert!(kept < 512, "{kept} KiB are kept for each of {CROWD} clients");
    if std::env::var_os("CONVOKE_SOAK_SECONDS").is_some() {
        let open = || fs::read_dir(format!("/proc/{process}/fd")).unwrap().count();
        let (held, begun) = (open(), Instant::now());
        // While they are held nothing else comes or goes.
        while open() > held - CROWD {
            assert!(begun.elapsed() < Duration::from_secs(100), "{} of {held} are open", open());
            sleep(PACE).await;
        }
        assert!(begun.elapsed() > Duration::from_secs(40), "closed after {:?}", begun.elapsed());
    }
    drop(held);
}

/// A process's memory in KiB.
fn resident(process: i32) -> usize {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse().unwrap()
}

/// Writes byte by byte until the other side has had enough.
async fn trickle(stream: &mut (impl AsyncWrite + Unpin), bytes: impl Iterator<Item = u8>, longest: Duration) {
    let begun = Instant::now();
    for byte in bytes {
        if begun.elapsed() > longest
            || stream.write_all(&[byte]).await.is_err()
            || stream.flush().await.is_err()
        {
            return;
        }
        sleep(PACE).await;
    }
}

async fn ends(stream: &mut (impl AsyncRead + Unpin), within: Duration, what: &str) {
    let mut told = Vec::new();
    let ended = timeout(within.max(PACE), stream.read_to_end(&mut told)).await;
    assert!(ended.is_ok(), "{what} is still held: {}", String::from_utf8_lossy(&told));
}
