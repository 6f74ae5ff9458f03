//! Why a request is refused: a code for programs, and words for people.

use std::io;

use russh_sftp::protocol::{Packet, Status, StatusCode};

use super::names::NameFault;

/// A request that is not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: Code,
    pub(super) text: String,
}

/// The codes that are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    End,
    Absent,
    Denied,
    Failed,
    Unsupported,
}

impl Refusal {
    fn new(code: Code, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    pub(super) fn end() -> Self {
        Self::new(Code::End, "the end")
    }

    pub(super) fn absent(name: impl std::fmt::Display) -> Self {
        Self::new(Code::Absent, format!("there is no file {name}"))
    }

    pub(super) fn denied(why: impl Into<String>) -> Self {
        Self::new(Code::Denied, why)
    }

    pub(super) fn failed(why: impl Into<String>) -> Self {
        Self::new(Code::Failed, why)
    }

    pub(super) fn unsupported(why: impl Into<String>) -> Self {
        Self::new(Code::Unsupported, why)
    }

    /// What the system says of a file.
    pub(super) fn of_file(name: impl std::fmt::Display, cause: &io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::NotFound => Self::absent(name),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::failed(format!("{name}: the disk is full; make room first"))
            }
            _ => Self::failed(format!("{name}: {cause}")),
        }
    }

    /// Whether a person should read the text: the end of a file and a file that is looked for are everyday.
    pub(super) fn is_remarkable(&self) -> bool {
        !matches!(self.code, Code::End | Code::Absent)
    }

    pub(super) fn packet(self, id: u32) -> Packet {
        let status_code = match self.code {
            Code::End => StatusCode::Eof,
            Code::Absent => StatusCode::NoSuchFile,
            Code::Denied => StatusCode::PermissionDenied,
            Code::Failed => StatusCode::Failure,
            Code::Unsupported => StatusCode::OpUnsupported,
        };
        Packet::Status(Status { id, status_code, error_message: self.text, language_tag: "en".to_owned() })
    }
}

impl From<NameFault> for Refusal {
    fn from(fault: NameFault) -> Self {
        Self::failed(fault.to_string())
    }
}

/// Done.
pub(super) fn done(id: u32) -> Packet {
    Packet::Status(Status {
        id,
        status_code: StatusCode::Ok,
        error_message: "done".to_owned(),
        language_tag: "en".to_owned(),
    })
}
