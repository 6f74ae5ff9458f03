//! `userProfiles`: what a user may do in calls.

use crate::kind::{Compares, Filter, Kind, Operations, flag};

/// What a user may do in calls; what is unset is inherited.
pub const USER_PROFILES: Kind = Kind {
    plural: "userProfiles",
    singular: "userProfile",
    parent: None,
    fields: &[
        flag("audioParticipationAllowed"),
        flag("videoParticipationAllowed"),
        flag("presentationParticipationAllowed"),
        flag("hasLicense"),
    ],
    keys: &[],
    filters: &[Filter { parameter: "usageFilter", compares: Compares::Usage }],
    missing: "userProfileDoesNotExist",
    operations: Operations::All,
    page: 20,
    most: None,
};
