//! The addresses that the host names of a white list have.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use convoke_model::account::{Account, AllowedHost};
use tokio::{net::lookup_host, task::JoinSet, time::timeout};

/// How long all names of an account are waited for.
const LOOKUP: Duration = Duration::from_secs(2);
/// How long an answer, also that there is none, is taken again.
const FRESH: Duration = Duration::from_secs(60);
/// Names remembered at most.
const MAX_REMEMBERED: usize = 1000;

/// Answers that were given lately.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: Mutex<HashMap<String, (Instant, Vec<IpAddr>)>>,
}

impl Names {
    /// The addresses of every host name on the account's white list.
    pub(super) async fn of(&self, account: &Account) -> HashMap<String, Vec<IpAddr>> {
        let (mut found, mut asked) = (HashMap::new(), JoinSet::new());
        for host in &account.hosts {
            let AllowedHost::Name(name) = host else { continue };
            match self.remembered(name) {
                Some(addresses) => drop(found.insert(name.clone(), addresses)),
                None => {
                    let name = name.clone();
                    asked.spawn(async move {
                        let answer = timeout(LOOKUP, lookup_host((name.as_str(), 0))).await;
                        let addresses = answer.ok().and_then(Result::ok).into_iter().flatten();
                        let addresses: Vec<IpAddr> = addresses.map(|socket| socket.ip()).collect();
                        (name, addresses)
                    });
                }
            }
        }
        while let Some(answer) = asked.join_next().await {
            if let Ok((name, addresses)) = answer {
                self.remember(&name, &addresses);
                found.insert(name, addresses);
            }
        }
        found
    }

    /// The addresses of a name as far as they are known without asking anybody.
    pub(super) fn remembered(&self, name: &str) -> Option<Vec<IpAddr>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(name).filter(|(since, _)| since.elapsed() < FRESH).map(|(_, addresses)| addresses.clone())
    }

    fn remember(&self, name: &str, addresses: &[IpAddr]) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_REMEMBERED {
            known.clear();
        }
        known.insert(name.to_owned(), (Instant::now(), addresses.to_vec()));
    }
}
