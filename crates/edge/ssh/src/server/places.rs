//! Counts connections, so that a crowd at one address, of one network, or of strangers, keeps nobody else out.

use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use convoke_model::network::{block_of, customer_of};
use tokio::time::Instant;

use super::life::Life;
use crate::limits::{
    BURST, MAX_CONNECTIONS, MAX_CONNECTIONS_OF_ADDRESS, MAX_NEWCOMERS, MAX_NEWCOMERS_OF_NETWORK, PACE, SPARED,
};

#[derive(Debug, Default)]
struct Counts {
    next: u64,
    /// All that are open, the oldest first.
    open: BTreeMap<u64, Open>,
    addresses: HashMap<IpAddr, Address>,
}

#[derive(Debug)]
struct Open {
    address: IpAddr,
    /// Until it has signed in.
    newcomer: Option<Newcomer>,
}

#[derive(Debug)]
struct Newcomer {
    network: IpAddr,
    since: Instant,
    life: Arc<Life>,
}

/// The connections of one address.
#[derive(Debug)]
struct Address {
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
    number: u64,
    /// How long it waits before it is answered.
    pub(super) wait: Duration,
}

impl Places {
    /// Counts one more that has not signed in. Where there are as many as there may be, the oldest of the network that has the most
    /// gives up its place; `None` when all of them came just now, or their address has its share.
    pub(super) fn begin(&self, address: IpAddr, life: &Arc<Life>, now: Instant) -> Option<Place> {
        let mut counts = self.locked();
        counts.addresses.retain(|_, address| address.count > 0 || address.whole_at > now);
        let (network, address) = (block_of(address), customer_of(address));
        if counts.addresses.get(&address).is_some_and(|of| of.count >= MAX_CONNECTIONS_OF_ADDRESS) {
            return None;
        }
        counts.make_room(network, now)?;
        let fresh = || Address { count: 0, whole_at: now };
        let of_address = counts.addresses.entry(address).or_insert_with(fresh);
        of_address.count += 1;
        of_address.whole_at = of_address.whole_at.max(now) + PACE;
        let wait = of_address.whole_at.duration_since(now).saturating_sub(PACE * BURST);
        let number = counts.next;
        counts.next += 1;
        let newcomer = Some(Newcomer { network, since: now, life: Arc::clone(life) });
        counts.open.insert(number, Open { address, newcomer });
        Some(Place { places: self.clone(), number, wait })
    }

    fn locked(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    /// Makes room for one more of this network.
    fn make_room(&mut self, network: IpAddr, now: Instant) -> Option<()> {
        let mut by_network: HashMap<IpAddr, usize> = HashMap::new();
        for newcomer in self.open.values().filter_map(|open| open.newcomer.as_ref()) {
            *by_network.entry(newcomer.network).or_default() += 1;
        }
        let newcomers: usize = by_network.values().sum();
        let own = by_network.get(&network).copied().unwrap_or_default();
        let is_spared = |newcomer: &Newcomer| now.duration_since(newcomer.since) < SPARED;
        let ended = if own >= MAX_NEWCOMERS_OF_NETWORK {
            self.oldest(|newcomer| newcomer.network == network && !is_spared(newcomer))?
        } else if newcomers >= MAX_NEWCOMERS || self.open.len() >= MAX_CONNECTIONS {
            let loses = |newcomer: &&Newcomer| !is_spared(newcomer);
            let losing = self.open.values().filter_map(|open| open.newcomer.as_ref()).filter(loses);
            let most = losing.map(|newcomer| by_network.get(&newcomer.network)).max()?;
            self.oldest(|newcomer| by_network.get(&newcomer.network) == most && !is_spared(newcomer))?
        } else {
            return Some(());
        };
        if let Some(newcomer) = self.end(ended) {
            newcomer.life.cut();
        }
        Some(())
    }

    fn oldest(&self, wanted: impl Fn(&Newcomer) -> bool) -> Option<u64> {
        let mut found = self.open.iter().filter(|(_, open)| open.newcomer.as_ref().is_some_and(&wanted));
        found.next().map(|(number, _)| *number)
    }

    /// Counts it no more, if it was counted.
    fn end(&mut self, number: u64) -> Option<Newcomer> {
        let open = self.open.remove(&number)?;
        if let Some(address) = self.addresses.get_mut(&open.address) {
            address.count -= 1;
        }
        open.newcomer
    }
}

impl Place {
    /// It has signed in.
    pub(super) fn signed_in(&self) {
        if let Some(open) = self.places.locked().open.get_mut(&self.number) {
            open.newcomer = None;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.locked().end(self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Places, and those that are held.
    struct Crowd {
        places: Places,
        now: Instant,
        held: Vec<(Place, Arc<Life>)>,
    }

    impl Crowd {
        fn new() -> Self {
            Self { places: Places::default(), now: Instant::now(), held: Vec::new() }
        }

        fn comes(&mut self, address: [u8; 4]) -> bool {
            let life = Arc::new(Life::new(self.now));
            let place = self.places.begin(address.into(), &life, self.now);
            let is_in = place.is_some();
            self.held.extend(place.map(|place| (place, life)));
            is_in
        }

        fn ended(&self) -> Vec<usize> {
            let all = self.held.iter().enumerate();
            all.filter(|(_, (_, life))| life.is_cut()).map(|(number, _)| number).collect()
        }
    }

    #[test]
    fn an_address_a_network_strangers_and_all_together_have_their_share() {
        let mut crowd = Crowd::new();
        for _ in 0..MAX_CONNECTIONS_OF_ADDRESS {
            assert!(crowd.comes([10, 0, 0, 1]));
        }
        assert!(!crowd.comes([10, 0, 0, 1]), "an address");
        assert!(!crowd.comes([10, 0, 0, 2]), "a network");
        for number in MAX_NEWCOMERS_OF_NETWORK..MAX_NEWCOMERS {
            assert!(crowd.comes([10, 0, number as u8, 1]));
        }
        assert!(!crowd.comes([10, 0, 200, 1]), "strangers");
        crowd.held.iter().for_each(|(place, _)| place.signed_in());
        for number in MAX_NEWCOMERS..MAX_CONNECTIONS {
            assert!(crowd.comes([10, 0, number as u8, 1]));
            crowd.held.iter().for_each(|(place, _)| place.signed_in());
        }
        assert!(!crowd.comes([10, 0, 200, 1]), "all");
        crowd.now += SPARED;
        assert!(!crowd.comes([10, 0, 200, 1]), "who has signed in is not ended");
        assert_eq!(crowd.ended(), [0; 0]);
        crowd.held.clear();
        crowd.now += PACE * 1000;
        crowd.comes([10, 0, 0, 1]);
        let counts = crowd.places.locked();
        assert_eq!((counts.open.len(), counts.addresses.len()), (1, 1));
    }

    #[test]
    fn when_all_places_are_taken_the_oldest_of_the_network_that_has_the_most_gives_up_its_own() {
        let mut crowd = Crowd::new();
        // An older one, alone in its network.
        assert!(crowd.comes([192, 0, 2, 1]));
        for number in 1..MAX_NEWCOMERS {
            crowd.now += Duration::from_millis(1);
            let network = if number % 4 == 0 { 0 } else { number as u8 };
            assert!(crowd.comes([10, 0, network, number as u8]));
        }
        assert!(!crowd.comes([198, 51, 100, 1]), "all came just now");
        crowd.now += SPARED;
        assert!(crowd.comes([198, 51, 100, 1]) && crowd.comes([198, 51, 100, 2]));
        assert_eq!(crowd.ended(), [4, 8]);
        crowd.held.retain(|(_, life)| !life.is_cut());
        assert_eq!(crowd.places.locked().open.len(), MAX_NEWCOMERS);
    }

    #[test]
    fn a_network_at_its_share_gives_up_its_own_oldest_and_nobody_elses() {
        let mut crowd = Crowd::new();
        assert!(crowd.comes([192, 0, 2, 1]));
        for number in 0..MAX_NEWCOMERS_OF_NETWORK {
            assert!(crowd.comes([10, 0, 0, number as u8]));
        }
        assert!(!crowd.comes([10, 0, 0, 200]));
        crowd.now += SPARED;
        assert!(crowd.comes([10, 0, 0, 200]));
        assert_eq!(crowd.ended(), [1]);
    }

    #[test]
    fn one_address_is_answered_in_a_burst_and_then_at_a_pace() {
        let mut crowd = Crowd::new();
        let mut wait = |address: u8, after: Duration| {
            crowd.now += after;
            assert!(crowd.comes([10, 0, 0, address]));
            crowd.held.last().unwrap().0.wait
        };
        for _ in 0..BURST {
            assert_eq!(wait(0, Duration::ZERO), Duration::ZERO);
        }
        assert_eq!(wait(0, Duration::ZERO), PACE);
        assert_eq!(wait(0, Duration::ZERO), PACE * 2);
        assert_eq!(wait(1, Duration::ZERO), Duration::ZERO);
        assert_eq!(wait(0, PACE * 12), Duration::ZERO);
    }

    #[test]
    fn addresses_of_one_customer_count_as_one() {
        let (places, now, mut held) = (Places::default(), Instant::now(), Vec::new());
        let life = Arc::new(Life::new(now));
        for number in 0..MAX_CONNECTIONS_OF_ADDRESS {
            let address = IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, number as u16]);
            held.push(places.begin(address, &life, now).unwrap());
        }
        assert!(places.begin("2001:db8:0:1:ffff::1".parse().unwrap(), &life, now).is_none());
        assert!(places.begin("2001:db8:0:2::1".parse().unwrap(), &life, now).is_some());
    }
}
