//! `coSpaces/{id}/accessMethods`: ways into a space.

use super::{
    CALL_LEG_PROFILE, DIAL_IN_SECURITY_PROFILE,
    cospaces::{MAX_CALL_ID_DIGITS, MAX_PASSCODE_DIGITS},
};
use crate::kind::{Compares, Filter, Key, Kind, Operations, Sharing, Values, field, flag, text};

/// A way into a space, with its own URI, call id, passcode and rights. The pair with the passcode is what must be unique.
pub const ACCESS_METHODS: Kind = Kind {
    plural: "accessMethods",
    singular: "accessMethod",
    parent: Some("coSpaces"),
    fields: &[
        field("uri", Values::UriPart).listed().searched(),
        field("callId", Values::Digits(MAX_CALL_ID_DIGITS)).listed().searched(),
        field("passcode", Values::Digits(MAX_PASSCODE_DIGITS)).listed().shown_empty(),
        text("name").listed().searched(),
        field("callLegProfile", CALL_LEG_PROFILE).listed(),
        field("secret", Values::Text(64)),
        field("scope", Values::Choice(&["public", "private", "member", "directory"])).default("public"),
        field("importance", Values::Number(0, 2_147_483_647)),
        field("dialInSecurityProfile", DIAL_IN_SECURITY_PROFILE),
        flag("requireCallId").write_only(),
        flag("regenerateSecret").write_only(),
    ],
    keys: &[
        Key { scope: "uri", fields: &["uri"], sharing: Sharing::WithinOwner, taken: "duplicateCoSpaceUri" },
        Key {
            scope: "callId",
            fields: &["callId"],
            sharing: Sharing::WithinOwner,
            taken: "duplicateCoSpaceId",
        },
        Key {
            scope: "uriPasscode",
            fields: &["uri", "passcode"],
            sharing: Sharing::None,
            taken: "duplicateCoSpaceUriPasscode",
        },
        Key {
            scope: "callIdPasscode",
            fields: &["callId", "passcode"],
            sharing: Sharing::None,
            taken: "duplicateCoSpaceIdPasscode",
        },
    ],
    filters: &[Filter { parameter: "callLegProfileFilter", compares: Compares::Reference("callLegProfile") }],
    missing: "accessMethodDoesNotExist",
    operations: Operations::All,
    page: 20,
    most: None,
};
