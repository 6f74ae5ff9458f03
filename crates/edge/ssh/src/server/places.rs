//! Counts connections, so that a crowd at one address, or of strangers, keeps nobody else out.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::limits::{BURST, MAX_CONNECTIONS, MAX_CONNECTIONS_OF_ADDRESS, MAX_NEWCOMERS, PACE};

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    newcomers: usize,
    by_network: HashMap<IpAddr, Network>,
}

/// The connections of one address.
#[derive(Debug)]
struct Network {
    count: usize,
    /// When its allowance will be whole again.
    whole_at: Instant,
}

/// How many there are.
#[derive(Debug, Clone, Default)]
pub(super) struct Places(Arc<Mutex<Counts>>);

/// One of them, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Places,
    network: IpAddr,
    is_newcomer: bool,
    /// How long it waits before it is answered.
    pub(super) wait: Duration,
}

/// What an address counts as: itself, or with IPv6 the /64 that one customer has (RFC 6177).
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        address => address,
    }
}

impl Places {
    /// Counts one more that has not signed in; `None` when there are as many as there may be.
    pub(super) fn begin(&self, address: IpAddr, now: Instant) -> Option<Place> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.all >= MAX_CONNECTIONS || counts.newcomers >= MAX_NEWCOMERS {
            return None;
        }
        counts.by_network.retain(|_, network| network.count > 0 || network.whole_at > now);
        let network = network(address);
        let fresh = || Network { count: 0, whole_at: now };
        let of_network = counts.by_network.entry(network).or_insert_with(fresh);
        if of_network.count >= MAX_CONNECTIONS_OF_ADDRESS {
            return None;
        }
        of_network.count += 1;
        of_network.whole_at = of_network.whole_at.max(now) + PACE;
        let wait = of_network.whole_at.duration_since(now).saturating_sub(PACE * BURST);
        counts.all += 1;
        counts.newcomers += 1;
        Some(Place { places: self.clone(), network, is_newcomer: true, wait })
    }
}

impl Place {
    /// It has signed in.
    pub(super) fn signed_in(&mut self) {
        if std::mem::take(&mut self.is_newcomer) {
            self.places.0.lock().unwrap_or_else(PoisonError::into_inner).newcomers -= 1;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.signed_in();
        let mut counts = self.places.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.all -= 1;
        if let Some(network) = counts.by_network.get_mut(&self.network) {
            network.count -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(number: usize) -> IpAddr {
        IpAddr::from([10, 0, 0, u8::try_from(number).unwrap()])
    }

    #[test]
    fn one_address_strangers_and_all_together_have_their_share() {
        let (places, mut held, now) = (Places::default(), Vec::new(), Instant::now());
        for _ in 0..MAX_CONNECTIONS_OF_ADDRESS {
            held.push(places.begin(address(0), now).unwrap());
        }
        assert!(places.begin(address(0), now).is_none(), "its share");
        for number in held.len()..MAX_NEWCOMERS {
            held.push(places.begin(address(number), now).unwrap());
        }
        assert!(places.begin(address(200), now).is_none(), "strangers' share");
        held.iter_mut().for_each(Place::signed_in);
        for number in held.len()..MAX_CONNECTIONS {
            held.push(places.begin(address(number), now).unwrap());
            held.iter_mut().for_each(Place::signed_in);
        }
        assert!(places.begin(address(200), now).is_none(), "all");
        held.clear();
        drop(places.begin(address(0), now + PACE * 1000));
        let counts = places.0.lock().unwrap();
        assert_eq!((counts.all, counts.newcomers, counts.by_network.len()), (0, 0, 1));
    }

    #[test]
    fn one_address_is_answered_in_a_burst_and_then_at_a_pace() {
        let (places, now) = (Places::default(), Instant::now());
        for _ in 0..BURST {
            assert_eq!(places.begin(address(0), now).unwrap().wait, Duration::ZERO);
        }
        assert_eq!(places.begin(address(0), now).unwrap().wait, PACE);
        assert_eq!(places.begin(address(0), now).unwrap().wait, PACE * 2);
        assert_eq!(places.begin(address(1), now).unwrap().wait, Duration::ZERO);
        assert_eq!(places.begin(address(0), now + PACE * 12).unwrap().wait, Duration::ZERO);
    }

    #[test]
    fn addresses_of_one_customer_count_as_one() {
        let (places, mut held, now) = (Places::default(), Vec::new(), Instant::now());
        for number in 0..MAX_CONNECTIONS_OF_ADDRESS {
            let last = u16::try_from(number).unwrap();
            held.push(places.begin(IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]), now).unwrap());
        }
        assert!(places.begin("2001:db8:0:1:ffff::1".parse().unwrap(), now).is_none());
        assert!(places.begin("2001:db8:0:2::1".parse().unwrap(), now).is_some());
    }
}
