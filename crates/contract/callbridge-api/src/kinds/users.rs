//! `users`: the people of the directory, made by it alone.

use super::{TENANT, USER_PROFILE};
use crate::kind::{Compares, Filter, Key, Kind, Operations, Sharing, Values, field, text};

/// A person of the directory. Clients only read.
pub const USERS: Kind = Kind {
    plural: "users",
    singular: "user",
    parent: None,
    fields: &[
        field("userJid", Values::Jid).required().listed().searched().read_only(),
        text("name").searched().read_only(),
        text("email").shown_empty().searched().read_only(),
        field("tenant", TENANT).listed().read_only(),
        text("authenticationId").read_only(),
        field("userProfile", USER_PROFILE).read_only(),
        field("cdrTag", Values::Text(100)).read_only(),
    ],
    keys: &[
        Key { scope: "jid", fields: &["userJid"], sharing: Sharing::None, taken: "duplicateUserJid" },
        Key { scope: "email", fields: &["email"], sharing: Sharing::All, taken: "" },
        Key { scope: "cdrTag", fields: &["cdrTag"], sharing: Sharing::All, taken: "" },
    ],
    filters: &[
        Filter { parameter: "tenantFilter", compares: Compares::Reference("tenant") },
        Filter { parameter: "emailFilter", compares: Compares::Key("email") },
        Filter { parameter: "cdrTagFilter", compares: Compares::Key("cdrTag") },
    ],
    missing: "userDoesNotExist",
    operations: Operations::ReadOnly,
    page: 20,
    most: None,
};
