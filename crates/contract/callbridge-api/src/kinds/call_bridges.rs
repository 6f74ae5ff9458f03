//! `callBridges`: the call bridges of a cluster.

use crate::kind::{Key, Kind, Operations, Sharing, Values, field, text};

/// A call bridge of the cluster.
pub const CALL_BRIDGES: Kind = Kind {
    plural: "callBridges",
    singular: "callBridge",
    parent: None,
    fields: &[
        text("name").required().listed().searched(),
        field("address", Values::Url(&["https"])),
        text("sipDomain"),
        field("callBridgeGroup", Values::Reference("callBridgeGroups", "callBridgeGroupDoesNotExist")),
    ],
    keys: &[Key {
        scope: "callBridgeName",
        fields: &["name"],
        sharing: Sharing::None,
        taken: "duplicateCallBridgeName",
    }],
    filters: &[],
    missing: "callBridgeDoesNotExist",
    operations: Operations::All,
    page: 20,
    most: None,
};
