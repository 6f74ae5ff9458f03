//! `coSpaceTemplates/{id}/accessMethodTemplates`: the access methods that a template gives its spaces.

use super::{CALL_LEG_PROFILE, DIAL_IN_SECURITY_PROFILE};
use crate::kind::{Compares, Filter, Kind, Operations, Values, field, flag, text};

/// An access method to be.
pub const ACCESS_METHOD_TEMPLATES: Kind = Kind {
    plural: "accessMethodTemplates",
    singular: "accessMethodTemplate",
    parent: Some("coSpaceTemplates"),
    fields: &[
        text("name").listed().searched(),
        field("uriGenerator", Values::UriGenerator).listed(),
        field("callLegProfile", CALL_LEG_PROFILE).listed(),
        flag("generateUniqueCallId").listed(),
        field("dialInSecurityProfile", DIAL_IN_SECURITY_PROFILE).listed(),
        field("scope", Values::Choice(&["public", "private", "member", "directory"])).listed(),
    ],
    keys: &[],
    filters: &[Filter { parameter: "callLegProfileFilter", compares: Compares::Reference("callLegProfile") }],
    missing: "coSpaceAccessMethodTemplateDoesNotExist",
    operations: Operations::All,
    page: 10,
    most: None,
};
