//! Connections that have not shown yet who they are. They are counted apart from links, and by address, so that a crowd of
//! strangers keeps no node out.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use convoke_model::network::customer_of;

use crate::limits::{MAX_NEWCOMERS, MAX_NEWCOMERS_OF_ADDRESS};

/// How many there are, by address.
#[derive(Debug, Clone, Default)]
pub(super) struct Newcomers(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One of them, until it is dropped.
#[derive(Debug)]
pub(super) struct Newcomer {
    all: Newcomers,
    network: IpAddr,
}

impl Newcomers {
    /// Counts one more; `None` when there are as many as there may be, in all or from this address.
    pub(super) fn begin(&self, address: IpAddr) -> Option<Newcomer> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.values().sum::<usize>() >= MAX_NEWCOMERS {
            return None;
        }
        let network = customer_of(address);
        let count = counts.entry(network).or_default();
        if *count >= MAX_NEWCOMERS_OF_ADDRESS {
            return None;
        }
        *count += 1;
        Some(Newcomer { all: self.clone(), network })
    }
}

impl Drop for Newcomer {
    fn drop(&mut self) {
        let mut counts = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_takes_its_share_and_all_together_no_more_than_there_is() {
        let (all, mut held) = (Newcomers::default(), Vec::new());
        let address = |number: usize| IpAddr::from([10, 0, (number / 256) as u8, (number % 256) as u8]);
        for _ in 0..MAX_NEWCOMERS_OF_ADDRESS {
            held.push(all.begin(address(0)).unwrap());
        }
        assert!(all.begin(address(0)).is_none());
        drop(held.pop());
        held.push(all.begin(address(0)).unwrap());
        for number in held.len()..MAX_NEWCOMERS {
            held.push(all.begin(address(number)).unwrap());
        }
        assert!(all.begin(address(MAX_NEWCOMERS)).is_none());
        held.clear();
        for number in 0..MAX_NEWCOMERS_OF_ADDRESS {
            held.push(all.begin(IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, number as u16])).unwrap());
        }
        assert!(all.begin("2001:db8:0:1:ffff::1".parse().unwrap()).is_none(), "one customer's network");
        held.push(all.begin("2001:db8:0:2::1".parse().unwrap()).unwrap());
        held.clear();
        assert!(all.0.lock().unwrap().is_empty());
    }
}
