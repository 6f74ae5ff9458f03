//! Attacks on the web bridge's listeners: TLS, requests that mean two things, paths, forged fields, other sites.

use std::process::{Command, Stdio};

use bytes::Bytes;
use http::{Method, Request, header};
use serde_json::{Value, json};

use crate::{
    wire::{self, END_HEADERS, ENDS, Http2, Outcome, answers, kind, statuses},
    world::World,
};

/// What `openssl s_client` says of a handshake with these arguments; it ends the connection at once.
fn handshake(world: &World, port: u16, arguments: &[&str]) -> String {
    let address = format!("{}:{port}", world.system.layout.nodes[0].address);
    let output = Command::new("openssl")
        .args(["s_client", "-connect", &address, "-CAfile"])
        .arg(world.system.layout.ca_file())
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("openssl is installed");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn is_agreed(told: &str) -> bool {
    told.lines().any(|line| line.contains("Cipher is ") && !line.contains("(NONE)"))
}

pub fn no_old_protocol_and_no_weak_cipher_is_spoken(world: &World) {
    let ports = world.system.layout.nodes[0].ports;
    for port in [ports.web_app, ports.admin_api, ports.scheduler_api] {
        for good in [
            ["-tls1_3"].as_slice(),
            &["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"],
            &["-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305"],
        ] {
            let told = handshake(world, port, good);
            assert!(is_agreed(&told) && told.contains("Verify return code: 0"), "{good:?}: {told}");
        }
        for bad in [
            // Level 0 lets this client offer what it would not by itself.
            ["-tls1", "-cipher", "ALL:@SECLEVEL=0"].as_slice(),
            &["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
            &["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256:@SECLEVEL=0"],
            &["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0"],
            &["-tls1_2", "-cipher", "AES128-GCM-SHA256:AES128-SHA:@SECLEVEL=0"],
            &["-tls1_2", "-cipher", "aNULL:eNULL:@SECLEVEL=0"],
            &["-tls1_2", "-curves", "P-521:brainpoolP256r1", "-cipher", "ECDHE"],
        ] {
            let told = handshake(world, port, bad);
            assert!(!is_agreed(&told), "{bad:?}: {told}");
        }
    }
}

pub fn a_stranger_has_no_way_into_c2w(world: &World) {
    let port = world.system.layout.nodes[0].ports.c2w;
    let told = handshake(world, port, &["-tls1_2"]);
    assert!(!is_agreed(&told), "{told}");
    // In TLS 1.3 the client hears of the refusal after its own part of the handshake: it reads until then.
    let told = handshake(world, port, &["-tls1_3", "-ign_eof"]);
    assert!(told.contains("alert certificate required"), "{told}");
    let stranger = convoke_testkit::ca::Ca::new("Some other CA");
    let folder = tempfile::tempdir().unwrap();
    let request = convoke_testkit::ca::Request::new("cms1-callbridge", &["localhost"]);
    let (key, chain) = stranger.issue_into(folder.path(), "stranger", &request);
    let (key, chain) = (key.to_string_lossy(), chain.to_string_lossy());
    let told = handshake(world, port, &["-tls1_3", "-ign_eof", "-key", &key, "-cert", &chain]);
    assert!(told.contains("alert unknown ca"), "{told}");
}

/// Each of these is one request at most, and the connection ends with its answer: whoever stands between and counts
/// otherwise finds no second answer to give to somebody else.
pub async fn no_request_is_read_as_two(world: &World) {
    let node = &world.system.layout.nodes[0];
    let host = wire::host(node);
    let second = format!("GET /api/status HTTP/1.1\r\nHost: {host}\r\nX-Second: 1\r\n\r\n");
    let post = |fields: &str, body: &str| {
        format!("POST /api/auth HTTP/1.1\r\nHost: {host}\r\n{fields}\r\n{body}{second}")
    };
    let long = format!("5;{}\r\nhello\r\n0\r\n\r\n", "x".repeat(20_000));
    let cases = [
        // Both lengths: chunked counts, and the connection is closed (RFC 9112 6.1).
        post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        post("Transfer-Encoding: chunked\r\nContent-Length: 6\r\n", "0\r\n\r\n"),
        post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"),
        post("Content-Length: 5, 6\r\n", "hello"),
        post("Content-Length: +5\r\n", "hello"),
        post("Content-Length: 0x5\r\n", "hello"),
        post("Content-Length: 99999999999999999999999\r\n", "hello"),
        post("Transfer-Encoding: identity\r\n", "hello"),
        post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
        post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
        post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"),
        post("X-A: b\r\n Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
        post("X-A: b\rTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        post("X-A: b\0c\r\n", ""),
        post("Transfer-Encoding: chunked\r\n", "5\nhello\n0\n\n"),
        post("Transfer-Encoding: chunked\r\n", "ffffffffffffffff1\r\nhello\r\n0\r\n\r\n"),
        post("Transfer-Encoding: chunked\r\n", "-5\r\nhello\r\n0\r\n\r\n"),
        post("Transfer-Encoding: chunked\r\n", "5\r\nhelloXX0\r\n\r\n"),
        post("Transfer-Encoding: chunked\r\n", &long),
        format!(
            "POST /api/auth HTTP/1.0\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{second}"
        ),
        format!("GET /api/status HTTP/1.1 HTTP/1.1\r\nHost: {host}\r\n\r\n{second}"),
        format!("GET  /api/status HTTP/1.1\r\nHost: {host}\r\n\r\n{second}"),
        format!("GET /api/status\r\n\r\n{second}"),
    ];
    for case in cases {
        let told = answers(world, node.ports.web_app, case.as_bytes()).await;
        let found = statuses(&told);
        assert!(found.len() <= 1 && found.iter().all(|status| *status == 400), "{case}\n{told}");
    }
    // The other way round: two sound requests do have two answers.
    let last = second.replace("X-Second: 1", "Connection: close");
    let told = answers(world, node.ports.web_app, format!("{second}{last}").as_bytes()).await;
    assert_eq!(statuses(&told), [200, 200], "{told}");
}

/// A field of HTTP/2 is bytes with a length: in HTTP/1.1 some would become two fields, or another body.
pub async fn no_header_of_http_2_carries_another(world: &World) {
    let node = &world.system.layout.nodes[0];
    let (host, port) = (wire::host(node), node.ports.web_app);
    let get = |further: &[(&str, &str)]| wire::request(&host, "GET", "/api/cospaces", further);
    let mut pseudo_last = wire::field("x-a", "b");
    pseudo_last.extend(get(&[]));
    let mut two_paths = get(&[]);
    two_paths.splice(0..0, wire::field(":path", "/api/status"));
    let blocks = [
        get(&[("x-a", "b\r\nx-convoke-client-address: 203.0.113.9")]),
        get(&[("x-a", "b\nc")]),
        get(&[("x-a", "b\0c")]),
        get(&[("x-a\r\nx-b", "c")]),
        get(&[("X-Upper", "b")]),
        get(&[("", "b")]),
        get(&[("transfer-encoding", "chunked")]),
        get(&[("connection", "x-convoke-client-address")]),
        get(&[("upgrade", "h2c")]),
        get(&[("te", "gzip")]),
        get(&[(":status", "200")]),
        pseudo_last,
        two_paths,
        wire::request(&host, "GET", "/api/cospaces HTTP/1.1\r\nX: y", &[]),
        wire::request(&host, "GET", "", &[]),
        wire::request(&host, "GE T", "/api/cospaces", &[]),
        wire::request("a b", "GET", "/api/cospaces", &[]),
    ];
    for block in blocks {
        let mut client = Http2::open(world, port, 65_535).await;
        let stream = client.begin(&block, ENDS).await.unwrap();
        let outcome = client.outcome(stream).await;
        let is_refused = matches!(outcome, Outcome::Reset | Outcome::Gone | Outcome::Answered(400));
        assert!(is_refused, "{outcome:?} to {}", String::from_utf8_lossy(&block));
    }
    // A body of another length than was announced.
    for (length, body) in [("2", "hello"), ("9", "hello")] {
        let mut client = Http2::open(world, port, 65_535).await;
        let block = wire::request(&host, "POST", "/api/auth", &[("content-length", length)]);
        let stream = client.begin(&block, END_HEADERS).await.unwrap();
        client.send(kind::DATA, 1, stream, body.as_bytes()).await;
        let outcome = client.outcome(stream).await;
        assert!(matches!(outcome, Outcome::Reset | Outcome::Gone | Outcome::Answered(400)), "{outcome:?}");
    }
    // The same connection with nothing wrong is answered.
    let mut client = Http2::open(world, port, 65_535).await;
    let stream = client.begin(&get(&[]), ENDS).await.unwrap();
    assert_eq!(client.outcome(stream).await, Outcome::Answered(401));
}

/// Sends a target as it stands, which clients would tidy up, and gives the answer.
async fn ask(world: &World, port: u16, target: &str, fields: &str) -> String {
    let node = &world.system.layout.nodes[0];
    let host = wire::host(node);
    let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n{fields}Connection: close\r\n\r\n");
    answers(world, port, request.as_bytes()).await
}

pub async fn no_path_leads_to_the_operators_api(world: &World) {
    let port = world.system.layout.nodes[0].ports.web_app;
    let operator = format!("Authorization: {}\r\n", world.operator());
    let targets = [
        "/api/v1/coSpaces",
        "/api/v1/system/status",
        "/API/V1/coSpaces",
        "//api//v1//coSpaces",
        "/api/./v1/coSpaces",
        "/api/x/../v1/coSpaces",
        "/api/x/..%2fv1/coSpaces",
        "/api/x/%2e%2e/v1/coSpaces",
        "/api/x%2f..%2fv1%2fcoSpaces",
        "/api%2fv1%2fcoSpaces",
        "/%61pi/v1/coSpaces",
        "/api/%76%31/coSpaces",
        "/api/v1%2fcoSpaces",
        "/api/v1/scheduler/../coSpaces",
        "/api/v1/scheduler/..%2f..%2fcoSpaces",
        "/api/v1/scheduler%2f..%2fcoSpaces",
        "/api/v1/scheduler/..;/coSpaces",
        "/api/x%252f..%252fv1/coSpaces",
        "/api/x\\..\\v1\\coSpaces",
        "/api/x/..%5cv1/coSpaces",
        "/api/cospaces/..%2f..%2fv1%2fcoSpaces",
        "/api/loopback/v1/organizers?jid=alice@example.test",
        "/loopback/v1/organizers?jid=alice@example.test",
        "/loopback/v1/signingKeys",
        "/metrics",
        "/readyz",
        "http://127.0.0.1:8081/api/v1/coSpaces",
        "/api/v1/coSpaces#/api/auth",
        "*",
    ];
    for target in targets {
        let told = ask(world, port, target, &operator).await;
        let is_the_app = told.starts_with("HTTP/1.1 200") && told.contains("<title>Convoke</title>");
        let is_refused = told.starts_with("HTTP/1.1 4");
        assert!(is_the_app || is_refused, "{target}: {told}");
        let told = told.to_lowercase();
        for secret in ["<cospaces", "softwareversion", "userjid", "\"keys\"", "# help"] {
            assert!(!told.contains(secret), "{target}: {told}");
        }
    }
    // With the right path the same sign-in does work, where operators are meant to come in.
    let admin = world.system.layout.nodes[0].ports.admin_api;
    let told = ask(world, admin, "/api/v1/coSpaces", &operator).await;
    assert!(told.starts_with("HTTP/1.1 200") && told.contains("<coSpaces"), "{told}");
}

/// What the web bridge tells a part about a browser can't come from the browser.
pub async fn no_browser_says_who_it_is(world: &World) {
    let node = &world.system.layout.nodes[0];
    let bob = &world.people.users[1];
    let body = json!({"username": bob.username, "password": bob.password, "trace": false}).to_string();
    let host = wire::host(node);
    let forged = "203.0.113.9";
    let name = "x-convoke-client-address";
    let fields = [
        format!("{name}: {forged}\r\n"),
        format!("X-Convoke-Client-Address: {forged}\r\n{name}: {forged}\r\n"),
        format!("Connection: {name}, close\r\n{name}: {forged}\r\n"),
        format!("Forwarded: for={forged}\r\nX-Forwarded-For: {forged}\r\nX-Real-IP: {forged}\r\n"),
        format!("x_convoke_client_address: {forged}\r\n"),
        format!("Trailer: {name}\r\n"),
    ];
    for fields in fields {
        let request = format!(
            "POST /api/auth HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\n{fields}Connection: close\r\n\r\n{body}",
            body.len()
        );
        let told = answers(world, node.ports.web_app, request.as_bytes()).await;
        assert!(told.starts_with("HTTP/1.1 200"), "{fields}: {told}");
        assert!(!told.contains(forged), "{fields}: {told}");
    }
    // In a trailer, after the body.
    let request = format!(
        "POST /api/auth HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n{:x}\r\n{body}\r\n0\r\n{name}: {forged}\r\n\r\n",
        body.len()
    );
    let told = answers(world, node.ports.web_app, request.as_bytes()).await;
    assert!(told.starts_with("HTTP/1.1 200"), "{told}");
    // And by HTTP/2.
    let mut client = Http2::open(world, node.ports.web_app, 65_535).await;
    let block = wire::request(&host, "POST", "/api/auth", &[(name, forged), ("x-forwarded-for", forged)]);
    let stream = client.begin(&block, END_HEADERS).await.unwrap();
    assert!(client.send(kind::DATA, 1, stream, body.as_bytes()).await);
    assert_eq!(client.outcome(stream).await, Outcome::Answered(200));
    // The sign-in after each of them would tell the address of the one before.
    let url = format!("{}/api/auth", world.web(0));
    let body: Value = serde_json::from_str(&body).unwrap();
    let last = world.call(Method::POST, &url, "", Some(&body)).await.json["lastLogin"]["address"].clone();
    assert_eq!(last, json!("127.0.0.1"), "the address that this test connects from");
    assert!(!world.logs().contains(forged));
}

/// No other site reads an answer (CORS), frames the app, or finds an answer of the APIs in a cache.
pub async fn other_sites_neither_read_nor_frame_nor_keep_what_is_answered(world: &World) {
    let alice = world.sign_in(0).await;
    for (path, is_api) in
        [("/", false), ("/api/status", true), ("/api/cospaces", true), ("/api/v1/scheduler/meetings", true)]
    {
        for method in [Method::GET, Method::OPTIONS] {
            let request = Request::builder()
                .method(&method)
                .uri(format!("{}{path}", world.web(0)))
                .header(header::AUTHORIZATION, &alice)
                .header(header::ORIGIN, "https://evil.test")
                .header(header::ACCESS_CONTROL_REQUEST_METHOD, "DELETE")
                .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization");
            let answer = world.system.client.send(request.body(Bytes::new()).unwrap()).await.unwrap();
            let fields = answer.headers();
            assert!(
                !fields.keys().any(|name| name.as_str().starts_with("access-control-")),
                "{path}: {fields:?}"
            );
            assert_eq!(fields[header::X_FRAME_OPTIONS], "DENY", "{path}");
            assert_eq!(fields[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
            let policy = fields[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(
                policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"),
                "{policy}"
            );
            assert!(!policy.contains("unsafe"), "{policy}");
            assert!(fields.contains_key(header::STRICT_TRANSPORT_SECURITY), "{path}");
            assert!(
                !fields.contains_key(header::SET_COOKIE) && !fields.contains_key(header::SERVER),
                "{path}"
            );
            if is_api && method == Method::GET {
                assert_eq!(fields[header::CACHE_CONTROL], "no-store", "{path}");
            }
        }
    }
}
