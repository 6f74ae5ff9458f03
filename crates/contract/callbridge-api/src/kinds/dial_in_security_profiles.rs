//! `dialInSecurityProfiles`: how long passcodes must be.

use crate::kind::{Compares, Filter, Kind, Operations, Values, field, flag, text};

/// Rules for passcodes.
pub const DIAL_IN_SECURITY_PROFILES: Kind = Kind {
    plural: "dialInSecurityProfiles",
    singular: "dialInSecurityProfile",
    parent: None,
    fields: &[
        text("name").listed().searched(),
        field("minPasscodeLength", Values::Number(0, 32)),
        flag("allowOutOfPolicy"),
    ],
    keys: &[],
    filters: &[Filter { parameter: "usageFilter", compares: Compares::Usage }],
    missing: "dialInSecurityProfileDoesNotExist",
    operations: Operations::All,
    page: 20,
    most: None,
};
