//! What tests need of the world: a throw-away CA, real servers on free ports, processes that end with the test.
//!
//! For tests and the demo only. It knows nothing of Convoke's own crates, so that every one of them can use it.

pub mod ca;
pub mod dovecot;
pub mod postgres;
pub mod process;
pub mod terminal;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    time::{Duration, Instant},
};

/// How long a test waits for something that is bound to come.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A loopback address that no other test process has, so that a port which is free on it stays so. `number` tells the
/// hosts of one test apart.
pub fn own_address(number: u8) -> Ipv4Addr {
    let [_, _, high, low] = std::process::id().to_be_bytes();
    // 127.0.0.0/8 is loopback throughout; .0 and .255 at the end would look like a network's own addresses.
    Ipv4Addr::new(127, 100_u8.saturating_add(number), high, low.clamp(1, 254))
}

/// A port that was free a moment ago on this address.
pub fn free_port(address: IpAddr) -> u16 {
    TcpListener::bind(SocketAddr::new(address, 0)).and_then(|l| l.local_addr()).expect("a free port").port()
}

/// Asks `probe` until it answers something; panics with `what` after [`PATIENCE`].
pub fn wait_for<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain for: {what}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}
