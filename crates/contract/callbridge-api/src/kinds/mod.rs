//! Every kind of object, one file each.

pub mod access_method_templates;
pub mod access_methods;
pub mod call_branding_profiles;
pub mod call_bridges;
pub mod call_leg_profiles;
pub mod call_profiles;
pub mod cospace_templates;
pub mod cospace_users;
pub mod cospaces;
pub mod dial_in_security_profiles;
pub mod ivr_numbers;
pub mod system_profiles;
pub mod user_cospace_templates;
pub mod user_groups;
pub mod user_profiles;
pub mod users;
pub mod web_bridge_addresses;
pub mod web_bridge_profiles;
pub mod web_bridges;

use crate::kind::{Kind, Values};

/// Every kind.
pub const ALL: &[&Kind] = &[
    &access_method_templates::ACCESS_METHOD_TEMPLATES,
    &access_methods::ACCESS_METHODS,
    &call_branding_profiles::CALL_BRANDING_PROFILES,
    &call_bridges::CALL_BRIDGES,
    &call_leg_profiles::CALL_LEG_PROFILES,
    &call_profiles::CALL_PROFILES,
    &cospace_templates::COSPACE_TEMPLATES,
    &cospace_users::COSPACE_USERS,
    &cospaces::COSPACES,
    &dial_in_security_profiles::DIAL_IN_SECURITY_PROFILES,
    &ivr_numbers::IVR_NUMBERS,
    &user_cospace_templates::USER_COSPACE_TEMPLATES,
    &user_groups::USER_GROUPS,
    &user_groups::USER_GROUP_MEMBERS,
    &user_profiles::USER_PROFILES,
    &users::USERS,
    &web_bridge_addresses::WEB_BRIDGE_ADDRESSES,
    &web_bridge_profiles::WEB_BRIDGE_PROFILES,
    &web_bridges::WEB_BRIDGES,
];

/// The kind of this collection within that one (or at the top), in any case.
pub fn find(within: Option<&str>, collection: &str) -> Option<&'static Kind> {
    ALL.iter().copied().find(|kind| kind.parent == within && kind.plural.eq_ignore_ascii_case(collection))
}

/// The kind of this name, that of the one object that is in no collection among them.
pub fn named(plural: &str) -> Option<&'static Kind> {
    ALL.iter().copied().chain([&system_profiles::SYSTEM_PROFILES]).find(|kind| kind.plural == plural)
}

/// The layouts that every `defaultLayout` knows.
pub const LAYOUTS: &[&str] = &[
    "allEqual",
    "speakerOnly",
    "telepresence",
    "stacked",
    "allEqualQuarters",
    "allEqualNinths",
    "allEqualSixteenths",
    "allEqualTwentyFifths",
    "onePlusFive",
    "onePlusSeven",
    "onePlusNine",
    "automatic",
    "onePlusN",
];

const TENANT: Values = Values::Reference("tenants", "tenantDoesNotExist");
const CALL_PROFILE: Values = Values::Reference("callProfiles", "callProfileDoesNotExist");
const CALL_LEG_PROFILE: Values = Values::Reference("callLegProfiles", "callLegProfileDoesNotExist");
const CALL_BRANDING_PROFILE: Values =
    Values::Reference("callBrandingProfiles", "callBrandingProfileDoesNotExist");
const DIAL_IN_SECURITY_PROFILE: Values =
    Values::Reference("dialInSecurityProfiles", "dialInSecurityProfileDoesNotExist");
const USER_PROFILE: Values = Values::Reference("userProfiles", "userProfileDoesNotExist");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_references_well_formed() {
        for kind in ALL.iter().copied().chain(named("system/profiles")) {
            for field in kind.fields {
                let same =
                    kind.fields.iter().filter(|other| other.name.eq_ignore_ascii_case(field.name)).count();
                assert_eq!(same, 1, "{}.{}", kind.plural, field.name);
                if let Values::Reference(target, missing) = field.values {
                    assert!(missing.ends_with("DoesNotExist"), "{}.{}", kind.plural, field.name);
                    if let Some(target) = named(target) {
                        assert_eq!(missing, target.missing, "{}.{}", kind.plural, field.name);
                    }
                }
            }
            for key in kind.keys {
                assert!(
                    key.fields.iter().all(|name| kind.field(name).is_some()),
                    "{}: {}",
                    kind.plural,
                    key.scope
                );
            }
            assert!(kind.parent.is_none_or(|parent| named(parent).is_some()), "{}", kind.plural);
        }
    }
}
