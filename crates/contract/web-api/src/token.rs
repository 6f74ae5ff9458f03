//! What a web-app token (a JWT signed with Ed25519) says.

use serde::{Deserialize, Serialize};

/// The audience of web-app tokens.
pub const AUDIENCE: &str = "convoke-webapp";

/// The claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The cluster that issued it.
    pub iss: String,
    /// [`AUDIENCE`].
    pub aud: String,
    /// The user's id.
    pub sub: String,
    /// `user@domain`.
    pub jid: String,
    /// The name that people see.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// Its own id.
    pub jti: String,
}
