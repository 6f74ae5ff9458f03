//! `callBrandingProfiles`: where an organisation's own texts are.

use crate::kind::{Kind, Operations, Values, field};

/// Where texts of invitations come from.
pub const CALL_BRANDING_PROFILES: Kind = Kind {
    plural: "callBrandingProfiles",
    singular: "callBrandingProfile",
    parent: None,
    fields: &[
        field("invitationTemplate", Values::Url(&["http", "https"])).listed(),
        field("resourceLocation", Values::Url(&["http", "https"])).listed(),
    ],
    keys: &[],
    filters: &[],
    missing: "callBrandingProfileDoesNotExist",
    operations: Operations::All,
    page: 20,
    most: None,
};
