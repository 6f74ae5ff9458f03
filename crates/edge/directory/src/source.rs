//! Where people come from: one interface, the built-in directory as its first source.

use convoke_model::UserId;
use secrecy::SecretString;

use crate::password;

/// A sign-in could not be decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the directory is out of reach: {0}")]
pub struct OutOfReach(pub String);

/// A source of people that can say whether a password is right.
pub trait Source: Send + Sync {
    /// Whether `password` is the one of `user`. `None` stands for a name that nobody has; it takes as long.
    fn verify(
        &self,
        user: Option<UserId>,
        password: SecretString,
        begin: impl FnOnce() -> bool + Send,
    ) -> impl Future<Output = Result<Option<bool>, OutOfReach>> + Send;
}

/// Where the built-in directory's password hashes are kept.
pub trait PasswordBook: Send + Sync {
    /// The hash of a user's password, if the user has one.
    fn hash_of(&self, user: UserId) -> impl Future<Output = Result<Option<String>, OutOfReach>> + Send;
}

/// The built-in directory.
#[derive(Debug, Clone)]
pub struct BuiltIn<B> {
    book: B,
}

impl<B: PasswordBook> BuiltIn<B> {
    /// A directory over this book.
    pub fn new(book: B) -> Self {
        Self { book }
    }
}

impl<B: PasswordBook> Source for BuiltIn<B> {
    async fn verify(
        &self,
        user: Option<UserId>,
        password: SecretString,
        begin: impl FnOnce() -> bool + Send,
    ) -> Result<Option<bool>, OutOfReach> {
        let hash = match user {
            Some(user) => self.book.hash_of(user).await?,
            None => None,
        };
        Ok(password::verify(password, hash, begin).await)
    }
}
