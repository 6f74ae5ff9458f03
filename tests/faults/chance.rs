//! What is random in these tests, from one number, and how long they go on.

use std::time::{Duration, Instant};

/// Random numbers that are the same for the same seed (splitmix64).
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// From `CONVOKE_SEED`, or a fresh one; it is printed, and shown when the test fails.
    pub fn seeded() -> Self {
        let seed = match std::env::var("CONVOKE_SEED") {
            Ok(text) => text.parse().expect("CONVOKE_SEED is a number"),
            Err(_) => u64::from_be_bytes(convoke_runtime::random::bytes()) >> 32,
        };
        println!("CONVOKE_SEED={seed}");
        Self(seed)
    }

    /// Another stream of numbers.
    pub fn fork(&mut self) -> Self {
        Self(self.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Less than `most`.
    pub fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    /// A pause of up to so many milliseconds.
    pub fn pause(&mut self, most_ms: u64) -> Duration {
        Duration::from_millis(self.below(most_ms))
    }
}

/// How many rounds a test goes: a few, or as many as fit into the time that a soak gives.
#[derive(Debug)]
pub struct Rounds {
    short: usize,
    done: usize,
    until: Option<Instant>,
}

impl Rounds {
    /// So many, or until the soak's time is over.
    pub fn new(short: usize) -> Self {
        let seconds = std::env::var("CONVOKE_SOAK_SECONDS").ok().and_then(|text| text.parse().ok());
        Self { short, done: 0, until: seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds)) }
    }

    /// Whether there is another round.
    pub fn another(&mut self) -> bool {
        let more = self.until.map_or(self.done < self.short, |until| Instant::now() < until);
        self.done += usize::from(more);
        more
    }

    /// How many there were.
    pub fn done(&self) -> usize {
        self.done
    }
}
