//! `webBridges`: the web bridges that call bridges and schedulers dial.

use super::TENANT;
use crate::kind::{Compares, Filter, Kind, Operations, Values, field};

/// A web bridge, by its C2W address.
pub const WEB_BRIDGES: Kind = Kind {
    plural: "webBridges",
    singular: "webBridge",
    parent: None,
    fields: &[
        field("url", Values::Url(&["c2w"])).required().listed().searched(),
        field("tenant", TENANT),
        field("tenantGroup", Values::Reference("tenantGroups", "tenantGroupDoesNotExist")),
        field("callBridge", Values::Reference("callBridges", "callBridgeDoesNotExist")),
        field("callBridgeGroup", Values::Reference("callBridgeGroups", "callBridgeGroupDoesNotExist")),
        field("webBridgeProfile", Values::Reference("webBridgeProfiles", "webBridgeProfileDoesNotExist")),
    ],
    keys: &[],
    filters: &[Filter { parameter: "tenantFilter", compares: Compares::Reference("tenant") }],
    missing: "webBridgeDoesNotExist",
    operations: Operations::All,
    page: 20,
    most: None,
};
