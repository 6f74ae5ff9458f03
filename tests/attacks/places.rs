//! Attacks on what all share: the places of links, connections, memory.

use std::time::Instant;

use http::Method;

use crate::{
    wire::{self, END_HEADERS, ENDS, Http2, kind},
    world::World,
};

/// More than a link carries at once (512), on connections that carry 128 each.
const CONNECTIONS: usize = 6;
const STREAMS: usize = 120;

/// A request that anybody may make and that a call bridge answers.
const PATH: &str = "/api/cospaces";

/// Somebody else's request is answered by the call bridge, and soon.
async fn others_are_served(world: &World) {
    let begun = Instant::now();
    let answer = world.call(Method::GET, &format!("{}{PATH}", world.web(0)), "", None).await;
    assert_eq!(answer.status, 401, "{}", answer.json);
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}

pub async fn answers_that_nobody_reads_hold_no_link(world: &World) {
    let node = &world.system.layout.nodes[0];
    let block = wire::request(&wire::host(node), "GET", PATH, &[]);
    let mut held = Vec::new();
    for _ in 0..CONNECTIONS {
        // Not one byte of an answer's body is taken.
        let mut client = Http2::open(world, node.ports.web_app, 0).await;
        for _ in 0..STREAMS {
            client.begin(&block, ENDS).await.expect("the connection is there");
        }
        let mut heads = 0;
        while heads < STREAMS {
            let frame = client.frame().await.expect("the connection is there");
            assert!([kind::HEADERS, kind::WINDOW_UPDATE].contains(&frame.kind), "{frame:?}");
            heads += usize::from(frame.kind == kind::HEADERS);
        }
        held.push(client);
    }
    others_are_served(world).await;
}

pub async fn requests_that_are_given_up_break_no_link(world: &World) {
    let node = &world.system.layout.nodes[0];
    let host = wire::host(node);
    let get = wire::request(&host, "GET", PATH, &[]);
    let post = wire::request(&host, "POST", "/api/auth", &[("content-length", "100")]);
    for round in 0..20 {
        let mut client = Http2::open(world, node.ports.web_app, 65_535).await;
        // As many as a connection may have, given up in the middle; the web bridge may end the connection over it.
        for number in 0..200 {
            let (block, flags) = if number % 2 == 0 { (&get, ENDS) } else { (&post, END_HEADERS) };
            let Some(stream) = client.begin(block, flags).await else { break };
            if number % 4 == round % 4 {
                client.send(kind::DATA, 0, stream, b"{\"username\":\"alice\",").await;
            }
            if !client.send(kind::RST_STREAM, 0, stream, &8_u32.to_be_bytes()).await {
                break;
            }
        }
    }
    others_are_served(world).await;
    assert!(!world.logs().contains(" DOWN: "), "{}", world.logs());
}
