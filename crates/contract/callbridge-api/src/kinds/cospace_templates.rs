//! `coSpaceTemplates`: what users make spaces from.

use super::{CALL_LEG_PROFILE, CALL_PROFILE, DIAL_IN_SECURITY_PROFILE};
use crate::kind::{Kind, Operations, Values, field, text};

/// A template. Without access method templates its spaces have no URI, call id or passcode.
pub const COSPACE_TEMPLATES: Kind = Kind {
    plural: "coSpaceTemplates",
    singular: "coSpaceTemplate",
    parent: None,
    fields: &[
        text("name").listed().searched(),
        text("description").searched(),
        field("callProfile", CALL_PROFILE).listed(),
        field("callLegProfile", CALL_LEG_PROFILE).listed(),
        field("dialInSecurityProfile", DIAL_IN_SECURITY_PROFILE).listed(),
        field("numAccessMethodTemplates", Values::Count("accessMethodTemplates"))
            .listed()
            .shown_empty()
            .read_only(),
        field(
            "defaultAccessMethodTemplate",
            Values::Reference("accessMethodTemplates", "coSpaceAccessMethodTemplateDoesNotExist"),
        ),
    ],
    keys: &[],
    filters: &[],
    missing: "coSpaceTemplateDoesNotExist",
    operations: Operations::All,
    page: 10,
    most: None,
};
