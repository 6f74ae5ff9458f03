//! Who dials: the roles that a link can have.

use std::fmt;

/// What the dialling process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// It serves the web-app API.
    CallBridge,
    /// It serves the scheduler's API.
    Scheduler,
}

impl Role {
    /// The role's name in the upgrade request's header and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::CallBridge => "callBridge",
            Self::Scheduler => "scheduler",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::CallBridge, Self::Scheduler].into_iter().find(|role| role.name() == name)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
