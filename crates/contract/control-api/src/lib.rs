//! What a node asks its roles, and what they answer, one line of JSON each, over a socket in the node's own folder.
//!
//! A contract crate: the shell on one side, each role on the other.

use serde::{Deserialize, Serialize};

/// Longest line of either side, in bytes: the status of a role with some hundred web bridges fits.
pub const MAX_LINE_BYTES: usize = 256 * 1024;

/// What a role is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "ask")]
pub enum Request {
    /// How are you?
    Status,
    /// What is logged in detail?
    TimedLogging,
    /// Log a topic in detail for so many seconds; 0 ends it.
    SetTimedLogging {
        /// The topic, such as `webBridge`.
        topic: String,
        /// For how long.
        seconds: u32,
    },
}

/// What a role answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "answer")]
pub enum Answer {
    /// How it is.
    Status(RoleStatus),
    /// What is logged in detail.
    TimedLogging {
        /// Each topic with the seconds that are left; 0: it is off.
        topics: Vec<(String, u32)>,
    },
    /// It was not done, and why.
    Refused {
        /// Why.
        reason: String,
    },
}

/// How a role is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleStatus {
    /// Where it listens, such as `192.0.2.10:443`, for others than this machine.
    pub listening: Vec<String>,
    /// Where a mail server hands answers to invitations over; none where they come in by no listener.
    pub lmtp: Option<String>,
    /// Its database; none when it needs none.
    pub database: Option<Reach>,
    /// The call bridge of this server; none when it needs none.
    pub call_bridge: Option<Reach>,
    /// Its links to web bridges, or of others to it; none when C2W is not configured.
    pub links: Option<Links>,
    /// The mail server; none when there is none.
    pub mail: Option<MailServer>,
}

/// Whether something answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reach {
    /// Why it does not; none when it does.
    pub fault: Option<String>,
}

/// Links of C2W.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Links {
    /// Each, with why it is not up; none when it is.
    pub peers: Vec<Link>,
}

/// One link of C2W.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    /// The peer: `host:port` of a web bridge, or the kind and name of who dialled.
    pub peer: String,
    /// Why it is not up.
    pub fault: Option<String>,
}

/// The mail server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MailServer {
    /// `host:port`.
    pub server: String,
    /// What it answered last, since the start.
    pub last: Option<LastAnswer>,
    /// Mails that wait.
    pub waiting: u64,
}

/// What a mail server answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastAnswer {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Whether it took the mail.
    pub taken: bool,
    /// Its words.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let request = Request::SetTimedLogging { topic: "api".into(), seconds: 60 };
        let text = serde_json::to_string(&request).unwrap();
        assert_eq!(text, r#"{"ask":"setTimedLogging","topic":"api","seconds":60}"#);
        assert_eq!(serde_json::from_str::<Request>(&text).unwrap(), request);
        let status = Answer::Status(RoleStatus {
            listening: vec!["192.0.2.10:443".into()],
            links: Some(Links {
                peers: vec![Link { peer: "wb:9999".into(), fault: Some("refused".into()) }],
            }),
            ..RoleStatus::default()
        });
        let text = serde_json::to_string(&status).unwrap();
        assert_eq!(serde_json::from_str::<Answer>(&text).unwrap(), status);
    }
}
