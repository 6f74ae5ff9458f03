//! `[mmp]`: where the shell is reached by SSH. The machine's own console needs no setting.

use super::{Interfaces, interfaces::Listener, reader::Section};

/// The shell.
#[derive(Debug, Clone)]
pub struct Mmp {
    /// Where SSH listens, usually port 22.
    pub listen: Vec<Listener>,
    /// The IANA name of the zone in which duty hours and the shell's times are read; UTC when unset.
    pub time_zone: Option<String>,
}

impl Mmp {
    pub(super) fn from(section: &Section<'_>, interfaces: &Interfaces) -> Option<Self> {
        let listen = if section.has("listen") {
            interfaces.several(section, "listen")
        } else {
            section.know(&["listen"]);
            Some(Vec::new())
        };
        let zone = section.text("time_zone");
        if let Some(name) = zone.as_ref().filter(|name| jiff::tz::TimeZone::get(name).is_err()) {
            section.fault(
                "time_zone",
                format!("no time zone is called \"{name}\""),
                "a name such as Europe/Berlin",
            );
            return None;
        }
        Some(Self { listen: listen?, time_zone: zone })
    }
}
