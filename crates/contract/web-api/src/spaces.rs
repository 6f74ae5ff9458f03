//! Spaces, templates and invitations as the web app sees them.

use serde::{Deserialize, Serialize};

/// `GET /api/cospaces`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Spaces {
    /// The spaces that the user is a member of.
    pub spaces: Vec<SpaceRow>,
}

/// A space in a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SpaceRow {
    /// The id.
    pub guid: String,
    /// The name.
    pub name: String,
    /// The full URI.
    pub uri: Option<String>,
    /// The meeting ID.
    pub call_id: Option<String>,
}

/// `GET /api/cospaces/{guid}`, and the answer to `POST /api/cospaces`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Space {
    /// The id.
    pub guid: String,
    /// The name.
    pub name: String,
    /// The full URI.
    pub uri: Option<String>,
    /// The meeting ID.
    pub call_id: Option<String>,
    /// Whether the user may delete it.
    pub can_destroy: bool,
    /// The ways in.
    pub access_methods: Vec<AccessMethod>,
    /// The members.
    pub members: Vec<Member>,
}

/// A way into a space.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessMethod {
    /// The id.
    pub guid: String,
    /// The name.
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

/// A member of a space.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// `user@domain`.
    pub user_jid: String,
    /// The name that people see.
    pub name: String,
}

/// `POST /api/cospaces`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NewSpace {
    /// The template's id.
    pub co_space_template_id: String,
    /// The space's name.
    pub name: String,
}

/// `GET /api/coSpaceTemplates`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Templates {
    /// The templates that are assigned to the user.
    pub co_space_templates: Vec<Template>,
}

/// A template.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The roles that its spaces have.
    pub access_method_templates: Vec<Named>,
    /// The one that people get unless another is chosen.
    pub default_access_method_template: Option<String>,
}

/// A thing by id and name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Named {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
}

/// `POST .../emailInvitation`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct InvitationRequest {
    /// A locale such as `en_GB`.
    pub language: String,
}

/// The text that invites to a space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// The subject of a mail.
    pub subject: String,
    /// The text, with line feeds.
    pub invitation: String,
    /// The locale that it is written in.
    pub language: String,
}

/// `GET /api/meetingEntry`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MeetingEntry {
    /// The space's name.
    pub name: String,
}
