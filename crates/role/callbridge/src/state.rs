//! What all handlers share.

use std::{sync::Arc, time::Instant};

use convoke_c2w::LinkSet;
use convoke_directory::{
    Accounts, Attempts, BuiltIn, PasswordBook,
    source::OutOfReach,
    token::{KeyFault, Signer, Verifier},
};
use convoke_fetch::{Fetcher, Reach, Texts};
use convoke_invite::MAX_TEMPLATE_BYTES;
use convoke_model::{UserId, Uuid};
use convoke_runtime::{Clock, random, settings::callbridge::CallBridge};
use convoke_store::{DbFault, Store, keys, keys::ClusterKey, passwords};
use jiff::Timestamp;
use tokio::sync::OnceCell;

use crate::metrics::Requests;

/// Shared by all handlers; clones are cheap.
pub type Shared = Arc<State>;

/// What all handlers share.
pub struct State {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// What the node was told.
    pub settings: CallBridge,
    /// Who may sign in to the web app.
    pub directory: BuiltIn<Book>,
    /// Failed sign-ins.
    pub attempts: Attempts,
    /// Who may use the APIs with name and password.
    pub accounts: Arc<Accounts>,
    /// The cluster's id.
    pub cluster: String,
    /// Signs web-app tokens.
    pub signer: Signer,
    /// Verifies them.
    pub verifier: Verifier,
    /// Requests answered.
    pub requests: Requests,
    /// The links to web bridges, once the mesh runs.
    pub links: OnceCell<LinkSet>,
    /// This call bridge's own id, new at each start.
    pub host_id: Uuid,
    /// When it started.
    pub started_at: Timestamp,
    /// The same, for measuring.
    pub started: Instant,
    /// What the scheduler shows on the loopback listener.
    pub loopback_token: String,
    /// The organisation's own texts of invitations.
    pub texts: Texts,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "State of the call bridge of cluster {}", self.cluster)
    }
}

/// The call bridge can't start.
#[derive(Debug, thiserror::Error)]
pub enum StateFault {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbFault),
    /// The cluster's key.
    #[error(transparent)]
    Key(#[from] KeyFault),
}

impl State {
    /// Reads (or makes) the cluster's key and puts everything together.
    pub async fn new(
        store: Store,
        clock: Clock,
        settings: CallBridge,
        accounts: Arc<Accounts>,
        loopback_token: String,
    ) -> Result<Self, StateFault> {
        let key = cluster_key(&store, clock.now_ms()).await?;
        let signer = Signer::new(&key.kid, &key.private_key)?;
        let verifier = Verifier::new(&key.cluster_id, [(signer.kid(), signer.public_key())])?;
        Ok(Self {
            // Administrators name these addresses, many of them of servers in their own network.
            texts: Texts::new(
                Fetcher::new(Reach::Private, settings.outgoing_trust.clone()),
                MAX_TEMPLATE_BYTES,
            ),
            directory: BuiltIn::new(Book { store: store.clone() }),
            store,
            settings,
            attempts: Attempts::default(),
            accounts,
            cluster: key.cluster_id,
            signer,
            verifier,
            requests: Requests::default(),
            links: OnceCell::new(),
            host_id: random::guid(),
            started_at: clock.now(),
            started: Instant::now(),
            clock,
            loopback_token,
        })
    }

    /// The present instant in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }
}

/// The cluster's key; whoever comes first makes it.
async fn cluster_key(store: &Store, now_ms: i64) -> Result<ClusterKey, StateFault> {
    let fresh = ClusterKey {
        kid: random::guid().to_string(),
        cluster_id: random::guid().to_string(),
        private_key: convoke_directory::token::new_private_key()?,
    };
    let key = store.write(move |tx| -> Result<ClusterKey, DbFault> {
        if let Some(key) = keys::newest(tx)? {
            return Ok(key);
        }
        keys::insert(tx, &fresh, now_ms)?;
        Ok(fresh.clone())
    });
    Ok(key.await?)
}

/// The built-in directory's passwords, in the database.
#[derive(Debug, Clone)]
pub struct Book {
    store: Store,
}

impl PasswordBook for Book {
    async fn hash_of(&self, user: UserId) -> Result<Option<String>, OutOfReach> {
        let found: Result<_, DbFault> = self.store.read(move |tx| passwords::find(tx, user)).await;
        found.map_err(|fault| OutOfReach(fault.to_string()))
    }
}
