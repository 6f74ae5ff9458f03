//! `userGroups` and the people in them: whom meetings invite by one name.

use crate::kind::{Key, Kind, Operations, Sharing, Values, field, text};

/// People of one group at most.
pub const MAX_GROUP_MEMBERS: i64 = 5_000;

/// A group of people. Its name is what a meeting's request says.
pub const USER_GROUPS: Kind = Kind {
    plural: "userGroups",
    singular: "userGroup",
    parent: None,
    fields: &[
        text("name").required().listed().searched(),
        field("numMembers", Values::Count("userGroupMembers")).read_only(),
    ],
    keys: &[Key {
        scope: "userGroup",
        fields: &["name"],
        sharing: Sharing::None,
        taken: "duplicateUserGroupName",
    }],
    filters: &[],
    missing: "userGroupDoesNotExist",
    operations: Operations::All,
    page: 20,
    most: None,
};

/// Somebody in a group, whether a user of the directory or not.
pub const USER_GROUP_MEMBERS: Kind = Kind {
    plural: "userGroupMembers",
    singular: "userGroupMember",
    parent: Some("userGroups"),
    fields: &[field("email", Values::Email).required().listed().searched(), text("name").listed().searched()],
    keys: &[Key {
        scope: "userGroupMember",
        fields: &["email"],
        sharing: Sharing::PerParent,
        taken: "duplicateUserGroupMember",
    }],
    filters: &[],
    missing: "userGroupMemberDoesNotExist",
    operations: Operations::All,
    page: 20,
    most: Some((MAX_GROUP_MEMBERS, "tooManyUserGroupMembers")),
};
