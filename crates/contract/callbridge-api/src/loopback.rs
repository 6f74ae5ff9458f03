//! What the co-located scheduler asks beyond the public API, on the loopback listener alone.
//!
//! Each request carries the token of [`TOKEN_HEADER`], which the call bridge writes into a file that only the node's
//! own user can read. Bodies are JSON.

use serde::{Deserialize, Serialize};

use crate::branding::Branding;

/// The header that carries this start's token.
pub const TOKEN_HEADER: &str = "x-convoke-loopback-token";
/// `GET`: [`SigningKeys`].
pub const SIGNING_KEYS: &str = "/loopback/v1/signingKeys";
/// `POST` [`NewSpace`]: [`Space`]. All or nothing; the same `request` twice answers the same space. `DELETE ?request=`:
/// removes the space made under that request unless a meeting has taken it over; 200 whatever there was.
pub const SPACES: &str = "/loopback/v1/spaces";
/// `POST` [`Credentials`]: [`Operator`], or 401.
pub const SIGN_IN: &str = "/loopback/v1/signIn";
/// `GET ?jid=` or `?id=`, with `&space=` or `&template=`: [`Organizer`], or 404 when there is no such user.
pub const ORGANIZERS: &str = "/loopback/v1/organizers";
/// `GET ?since=` (milliseconds since 1970): [`RemovedUsers`].
pub const REMOVED_USERS: &str = "/loopback/v1/removedUsers";
/// `GET ?filter=&after=&limit=`: [`Groups`] by name.
pub const GROUPS: &str = "/loopback/v1/groups";
/// `GET ?group=` (an id or a name): [`GroupMembers`], or 404 when there is no such group.
pub const GROUP_MEMBERS: &str = "/loopback/v1/groupMembers";
/// Users of one [`RemovedUsers`] at most.
pub const MAX_REMOVED_USERS: usize = 10_000;

/// The public keys that web-app tokens are verified with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SigningKeys {
    /// The cluster, which tokens name as their issuer.
    pub cluster: String,
    /// Every key that may have signed a token that is still good.
    pub keys: Vec<SigningKey>,
}

/// One public key (Ed25519).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SigningKey {
    /// The key's id.
    pub kid: String,
    /// The 32 bytes of the key in base64url without padding (`x` of RFC 8037).
    pub x: String,
}

/// A space to be made from a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewSpace {
    /// Who asks and for what, so that asking twice makes one space (a GUID).
    pub request: String,
    /// The template's id.
    pub template: String,
    /// The space's name.
    pub name: String,
    /// The user who becomes a member and the owner.
    pub owner: String,
}

/// A space with its ways in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Space {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its ways in; for a space without access methods, the space itself under the name `""`.
    pub access_methods: Vec<AccessMethod>,
    /// The name of the access method that people get unless another is chosen.
    pub default_access_method: Option<String>,
    /// Whether it was made for one meeting, and goes with it.
    #[serde(default)]
    pub is_temporary: bool,
}

/// A way into a space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessMethod {
    /// Its id.
    pub id: String,
    /// Its name, which serves as the attendee's role.
    pub name: String,
    /// The full URI.
    pub uri: Option<String>,
    /// The meeting ID.
    pub call_id: Option<String>,
    /// The passcode.
    pub passcode: Option<String>,
    /// The link that opens the web app there.
    pub link: Option<String>,
}

/// A user of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The id.
    pub id: String,
    /// `user@domain`.
    pub jid: String,
    /// The name that people see.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// The templates that the user may make spaces from.
    pub templates: Vec<String>,
}

/// A user who wants to hold a meeting, and what was asked of the place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organizer {
    /// The user.
    pub user: User,
    /// The space that was asked for, when the user is a member of it.
    pub space: Option<Space>,
    /// The names of the access methods of the template that was asked for, oldest first, when it is the user's.
    pub template_roles: Option<Vec<String>>,
    /// Where the organisation's own text of invitations is, for that space or for all.
    #[serde(default, skip_serializing_if = "Branding::is_none")]
    pub branding: Branding,
    /// Numbers to dial in by, of the system's web bridge profile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ivr_numbers: Vec<IvrNumber>,
}

/// A number to dial in by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IvrNumber {
    /// What it is called; may be empty.
    pub label: String,
    /// The number.
    pub number: String,
}

/// Users who were removed lately.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemovedUsers {
    /// Oldest first, at most [`MAX_REMOVED_USERS`].
    pub users: Vec<RemovedUser>,
}

/// A user who was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemovedUser {
    /// The id.
    pub id: String,
    /// When, in milliseconds since 1970.
    pub removed_at: i64,
}

/// A page of the groups of people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Groups {
    /// By name.
    pub groups: Vec<Group>,
    /// What `after` of the next page is; absent on the last.
    pub next: Option<String>,
}

/// A group of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// How many people are in it.
    pub members: usize,
}

/// The people of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupMembers {
    /// The group's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Everybody in it, who came first, first.
    pub members: Vec<GroupMember>,
}

/// Somebody in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupMember {
    /// Where mail goes.
    pub email: String,
    /// As people call them; empty when nobody said.
    pub name: String,
}

/// A Basic sign-in to be verified.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    /// The operator's name.
    pub name: String,
    /// The password.
    pub password: String,
    /// Where the request came from.
    pub address: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credentials({} from {})", self.name, self.address)
    }
}

/// An operator who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// The name.
    pub name: String,
    /// `admin`, `appadmin` or `api`.
    pub role: String,
}
