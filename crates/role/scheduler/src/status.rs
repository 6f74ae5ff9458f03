//! How the scheduler is, for the shell of its server.

use std::sync::PoisonError;

use convoke_c2w::{LinkSet, LinkStatus};
use convoke_control_api::{Answer, LastAnswer, Link, Links, MailServer, Reach, Request, RoleStatus};
use convoke_runtime::{detail::MAX_SECONDS, settings::replies::Way};

use crate::state::{Shared, State};

/// Answers what the node asks.
pub(crate) async fn answer(state: Shared, asked: Request) -> Answer {
    match asked {
        Request::Status => Answer::Status(of(&state)),
        Request::TimedLogging => timed_logging(&state),
        Request::SetTimedLogging { topic, seconds } if seconds > MAX_SECONDS => Answer::Refused {
            reason: format!("{topic} can be logged in detail for at most {MAX_SECONDS} seconds"),
        },
        Request::SetTimedLogging { topic, seconds } => {
            if state.detailed_log.set(&topic, seconds) {
                timed_logging(&state)
            } else {
                Answer::Refused { reason: format!("nothing called {topic} can be logged in detail") }
            }
        }
    }
}

fn timed_logging(state: &State) -> Answer {
    let left = state.detailed_log.left();
    Answer::TimedLogging {
        topics: left.into_iter().map(|(topic, seconds)| (topic.to_owned(), seconds)).collect(),
    }
}

fn of(state: &State) -> RoleStatus {
    let link = |link: &LinkStatus| Link {
        peer: link.url.to_string(),
        fault: (!link.is_up()).then(|| link.state.to_string()),
    };
    let links = state.links.get().map(LinkSet::status).unwrap_or_default();
    let call_bridge = match (state.keys.is_ready(), state.call_bridge.is_away()) {
        (_, true) => Some("it does not answer".to_owned()),
        (false, false) => Some("it has not answered yet".to_owned()),
        (true, false) => None,
    };
    let lmtp = match state.settings.replies.as_ref().map(|replies| &replies.way) {
        Some(Way::Lmtp(lmtp)) => Some(lmtp.listen.address.to_string()),
        Some(Way::Imap(_)) | None => None,
    };
    RoleStatus {
        listening: state.settings.https.iter().map(|https| https.listen.address.to_string()).collect(),
        lmtp,
        database: Some(Reach { fault: state.store.out_of_reach() }),
        call_bridge: Some(Reach { fault: call_bridge }),
        links: Some(Links { peers: links.iter().map(link).collect() }),
        mail: mail(state),
    }
}

fn mail(state: &State) -> Option<MailServer> {
    let email = state.settings.email.as_ref()?;
    // As it was measured last: a database that is away keeps nobody from asking.
    let waiting = state.metrics.mails_waiting.get();
    let last = state.mail_seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let server = format!("{}:{}", email.host, email.port);
    Some(MailServer { server, last, waiting: u64::try_from(waiting).unwrap_or_default() })
}

impl State {
    /// Notes what the mail server answered, or that it did not.
    pub(crate) fn note_mail_server(&self, taken: bool, text: &str) {
        let seen = LastAnswer { at_ms: self.now_ms(), taken, text: text.to_owned() };
        *self.mail_seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
    }
}
