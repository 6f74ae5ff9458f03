//! Links between real processes' halves: real TLS on free ports, certificates made for each test.

mod bench;
mod faults;
mod flow;
mod liveness;
mod logs;
mod pki;
mod proxy;
mod story;
