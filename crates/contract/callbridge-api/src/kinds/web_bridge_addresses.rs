//! `webBridgeProfiles/{id}/webBridgeAddresses`: addresses that invitations show.

use crate::kind::{Kind, Operations, Values, field, text};

/// An address to open the web app at.
pub const WEB_BRIDGE_ADDRESSES: Kind = Kind {
    plural: "webBridgeAddresses",
    singular: "webBridgeAddress",
    parent: Some("webBridgeProfiles"),
    fields: &[
        text("label").listed().searched(),
        field("address", Values::Url(&["https"])).required().listed().searched(),
    ],
    keys: &[],
    filters: &[],
    missing: "webBridgeAddressDoesNotExist",
    operations: Operations::All,
    page: 20,
    most: Some((32, "tooManyWebBridgeAddresses")),
};
