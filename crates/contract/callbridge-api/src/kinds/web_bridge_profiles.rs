//! `webBridgeProfiles`: what a web bridge offers guests and users.

use crate::kind::{Compares, Filter, Kind, Operations, Values, field, flag, text};

/// What a web bridge offers; what is unset is inherited.
pub const WEB_BRIDGE_PROFILES: Kind = Kind {
    plural: "webBridgeProfiles",
    singular: "webBridgeProfile",
    parent: None,
    fields: &[
        text("name").listed().searched(),
        field("resourceArchive", Values::Url(&["http", "https"])),
        flag("allowPasscodes"),
        flag("allowSecrets"),
        flag("userPortalEnabled"),
        flag("allowUnauthenticatedGuests"),
        flag("resolveCoSpaceCallIds"),
        flag("resolveLyncConferenceIds"),
        field(
            "resolveCoSpaceUris",
            Values::Choice(&["off", "domainSuggestionDisabled", "domainSuggestionEnabled"]),
        ),
    ],
    keys: &[],
    filters: &[Filter { parameter: "usageFilter", compares: Compares::Usage }],
    missing: "webBridgeProfileDoesNotExist",
    operations: Operations::All,
    page: 20,
    most: None,
};
