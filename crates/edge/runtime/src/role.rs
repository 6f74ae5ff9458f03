//! The roles of a node, by all the names that they have.

/// A role of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Objects, users, spaces.
    CallBridge,
    /// The edge that browsers meet.
    WebBridge,
    /// Meetings and mails.
    Scheduler,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::CallBridge, Self::WebBridge, Self::Scheduler];

    /// The subcommand that runs it; its section in the settings is called the same.
    pub fn subcommand(self) -> &'static str {
        match self {
            Self::CallBridge => "callbridge",
            Self::WebBridge => "webbridge",
            Self::Scheduler => "scheduler",
        }
    }

    /// Its section in the settings.
    pub fn section(self) -> &'static str {
        self.subcommand()
    }

    /// The shell's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::WebBridge => "webbridge3",
            role => role.subcommand(),
        }
    }

    /// Its name in log lines, as the modelled system has it.
    pub fn process(self) -> &'static str {
        match self {
            Self::CallBridge => "host:server",
            Self::WebBridge => "client_backend",
            Self::Scheduler => "scheduler_backend",
        }
    }
}
