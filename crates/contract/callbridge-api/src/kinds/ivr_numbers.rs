//! `webBridgeProfiles/{id}/ivrNumbers`: numbers that invitations show.

use crate::kind::{Kind, Operations, Values, field, text};

/// A number to dial in by.
pub const IVR_NUMBERS: Kind = Kind {
    plural: "ivrNumbers",
    singular: "ivrNumber",
    parent: Some("webBridgeProfiles"),
    fields: &[
        text("label").listed().searched(),
        field("number", Values::Text(64)).required().listed().searched(),
    ],
    keys: &[],
    filters: &[],
    missing: "ivrNumberDoesNotExist",
    operations: Operations::All,
    page: 20,
    most: Some((32, "tooManyIvrNumbers")),
};
