//! `system/profiles`: the profiles that hold where nothing nearer names one. There is one of it, so it is no collection.

use super::{CALL_BRANDING_PROFILE, CALL_LEG_PROFILE, CALL_PROFILE, DIAL_IN_SECURITY_PROFILE, USER_PROFILE};
use crate::kind::{Kind, Operations, Values, field};

/// The profiles of the whole system.
pub const SYSTEM_PROFILES: Kind = Kind {
    plural: "system/profiles",
    singular: "profiles",
    parent: None,
    fields: &[
        field("callLegProfile", CALL_LEG_PROFILE),
        field("callProfile", CALL_PROFILE),
        field("dtmfProfile", Values::Reference("dtmfProfiles", "dtmfProfileDoesNotExist")),
        field("userProfile", USER_PROFILE),
        field(
            "ivrBrandingProfile",
            Values::Reference("ivrBrandingProfiles", "ivrBrandingProfileDoesNotExist"),
        ),
        field("callBrandingProfile", CALL_BRANDING_PROFILE),
        field(
            "compatibilityProfile",
            Values::Reference("compatibilityProfiles", "compatibilityProfileDoesNotExist"),
        ),
        field("dialInSecurityProfile", DIAL_IN_SECURITY_PROFILE),
        field("webBridgeProfile", Values::Reference("webBridgeProfiles", "webBridgeProfileDoesNotExist")),
    ],
    keys: &[],
    filters: &[],
    missing: "profilesDoNotExist",
    operations: Operations::ReadOnly,
    page: 1,
    most: None,
};
