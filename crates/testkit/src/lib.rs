//! What tests need of the world: a throw-away CA, real servers on free ports, processes that end with the test.
//!
//! For tests and the demo only. It knows nothing of Convoke's own crates, so that every one of them can use it.

pub mod ca;
pub mod postgres;
pub mod process;

use std::{
    net::{IpAddr, SocketAddr, TcpListener},
    time::{Duration, Instant},
};

/// How long a test waits for something that is bound to come.
pub const PATIENCE: Duration = Duration::from_secs(30);

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
