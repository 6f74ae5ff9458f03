//! Who may come in: asked of the caller, who has the accounts and counts wrong guesses.

use std::net::SocketAddr;

use convoke_runtime::Shutdown;
use secrecy::SecretString;

use crate::UserKey;

/// What becomes of one try to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<W> {
    /// Come in.
    Welcome(W),
    /// The password or key is right, and yet it can't be now. The reason is told to whoever proved who they are, and to nobody else.
    Told(String),
    /// No: told without a reason.
    Refused,
}

/// The caller's accounts.
pub trait Gate: Send + Sync + 'static {
    /// What the caller knows a signed-in account by.
    type Who: Clone + Send + Sync + 'static;

    /// Judges a name and a password. Every wrong one comes here, to be counted.
    fn password(
        &self,
        name: &str,
        password: SecretString,
        from: SocketAddr,
    ) -> impl Future<Output = Answer<Self::Who>> + Send;

    /// Whether a key is one of that name; nothing is proven yet, so nothing is counted.
    fn knows_key(&self, name: &str, key: &UserKey, from: SocketAddr) -> impl Future<Output = bool> + Send;

    /// Judges a name and a key whose owner has proven to have it.
    fn key(
        &self,
        name: &str,
        key: &UserKey,
        from: SocketAddr,
    ) -> impl Future<Output = Answer<Self::Who>> + Send;

    /// Held as long as the connection of somebody who has signed in is open.
    type Stay: Send + Sync + 'static;

    /// Somebody has signed in. The signal ends the whole connection.
    fn enters(&self, who: &Self::Who) -> (Self::Stay, Shutdown);

    /// Whether the sign-in still holds: asked for each channel, and for each file that is opened, put in place, renamed or removed.
    fn still(&self, who: &Self::Who) -> bool;

    /// The account's name: unfinished uploads are kept apart by it.
    fn account(&self, who: &Self::Who) -> String;

    /// Whether the account may use SFTP at all. The error says why not.
    fn may_use_files(&self, who: &Self::Who) -> Result<(), String>;

    /// Whether it may read the file of this name; lists show what it may read. The error says why not.
    fn may_read(&self, who: &Self::Who, name: &str) -> Result<(), String>;

    /// Whether it may write, rename or remove the file of this name. The error says why not.
    fn may_write(&self, who: &Self::Who, name: &str) -> Result<(), String>;

    /// Whether it may put a file there under this name, beyond [`Gate::may_write`]. The error says why not.
    fn may_put(&self, who: &Self::Who, name: &str) -> Result<(), String> {
        self.may_write(who, name)
    }

    /// Whether the file of this name may be lost: removed, renamed, or replaced by another one that is renamed. The error says what needs
    /// it. That a new one is uploaded in its place is no loss. May block.
    fn may_take_away(&self, who: &Self::Who, name: &str) -> Result<(), String>;

    /// Something was done over SFTP, such as `wrote cms1.key (1704 bytes)`, for the caller's log.
    fn noted(&self, who: &Self::Who, from: SocketAddr, what: &str);
}
