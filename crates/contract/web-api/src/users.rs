//! Signing in, and finding people.

use serde::{Deserialize, Serialize};

/// `POST /api/auth`.
#[derive(Clone, Deserialize)]
pub struct SignIn {
    /// A user name, `user@domain`, or an e-mail address.
    #[serde(default)]
    pub username: String,
    /// The password.
    #[serde(default)]
    pub password: String,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignIn({})", self.username)
    }
}

/// The answer to [`SignIn`].
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    /// The token that further requests carry.
    pub jwt: String,
    /// The token's id.
    pub id_token: String,
    /// When the token ends (RFC 3339).
    pub expires_at: String,
    /// Who signed in.
    pub user: User,
    /// The sign-in before this one.
    pub last_login: Option<LastLogin>,
}

/// A sign-in of the past.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LastLogin {
    /// When (RFC 3339).
    pub at: String,
    /// The browser's address.
    pub address: String,
}

/// A person of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The id.
    pub id: String,
    /// `user@domain`.
    pub user_jid: String,
    /// The name that people see.
    pub name: String,
    /// The e-mail address.
    pub email: String,
}

/// `GET /api/userLookup?query=`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Found {
    /// At most [`MAX_FOUND`] people.
    pub users: Vec<User>,
}

/// People in one answer at most.
pub const MAX_FOUND: i64 = 20;
/// Shortest text that is searched for, in characters.
pub const MIN_QUERY_CHARS: usize = 2;
