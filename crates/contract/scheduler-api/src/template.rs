//! How invitations look by a text of one's own.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A text of invitations that somebody wants to look at: one of `text`, `url` and `meeting` is needed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplatePreviewRequest {
    /// The text.
    pub text: Option<String>,
    /// Where it is; for operators.
    pub url: Option<String>,
    /// `en` or `ko`, or a locale of one of them; English when absent.
    pub language: Option<String>,
    /// The meeting that is invited to (a GUID), one that the caller may change; an example when absent. Without `text` and `url`
    /// it is shown by the text that its invitations would have now.
    pub meeting: Option<String>,
}

/// How an invitation looks. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TemplatePreview {
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as a page.
    pub html: String,
    /// What is wrong with the text, at most 50; then the rest shows what is sent in its place.
    pub faults: Vec<TemplateFault>,
    /// What is to be looked at.
    pub warnings: Vec<String>,
}

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TemplateFault {
    /// The line, from 1 on.
    pub line: usize,
    /// The character of the line, from 1 on.
    pub column: usize,
    /// What is wrong.
    pub reason: String,
}
