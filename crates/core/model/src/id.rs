//! One id type per kind of thing, so that a space's id can't be passed where a user's is meant.
//!
//! On every wire an id is a GUID in lower case with hyphens (36 characters).

use std::{fmt, str::FromStr};

pub use uuid::Uuid;

/// The text was not a GUID of the form `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAGuid;

impl fmt::Display for NotAGuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a GUID; expected 36 characters such as 19577d25-f7cf-4524-9a26-5fd418dd5f96")
    }
}

impl std::error::Error for NotAGuid {}

/// Reads a GUID in its 36-character form, in either case.
pub fn parse_guid(text: &str) -> Result<Uuid, NotAGuid> {
    if text.len() != 36 {
        return Err(NotAGuid);
    }
    Uuid::try_parse(text).map_err(|_| NotAGuid)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = NotAGuid;
            fn from_str(text: &str) -> Result<Self, NotAGuid> {
                parse_guid(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// A space (`coSpace` on the Call Bridge's wire).
    SpaceId;
    /// A way into a space, with its own URI, call id, passcode and secret.
    AccessMethodId;
    /// A template that spaces are made from.
    TemplateId;
    /// A person of the directory.
    UserId;
    /// A meeting: a single one or a whole series.
    MeetingId;
    /// A web bridge as the Call Bridge's API lists it.
    WebBridgeId;
    /// Any object of the Call Bridge's API.
    ObjectId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_guid_in_either_case_and_shows_it_in_lower_case() {
        let id: SpaceId = "19577D25-F7CF-4524-9A26-5FD418DD5F96".parse().unwrap();
        assert_eq!(id.to_string(), "19577d25-f7cf-4524-9a26-5fd418dd5f96");
    }

    #[test]
    fn refuses_the_other_spellings_that_uuid_would_take() {
        for text in ["", "19577d25f7cf45249a265fd418dd5f96", "{19577d25-f7cf-4524-9a26-5fd418dd5f96}", "x"] {
            assert_eq!(text.parse::<SpaceId>(), Err(NotAGuid), "{text}");
        }
    }
}
