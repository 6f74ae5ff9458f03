//! How the call bridge is, for the shell of its server.

use convoke_control_api::{Answer, Link, Links, Reach, Request, RoleStatus};

use crate::state::State;

/// Answers what the node asks.
pub(crate) fn answer(state: &State, asked: &Request) -> Answer {
    match asked {
        Request::Status => Answer::Status(of(state)),
        Request::TimedLogging | Request::SetTimedLogging { .. } => {
            Answer::Refused { reason: "the call bridge logs nothing in detail".to_owned() }
        }
    }
}

fn of(state: &State) -> RoleStatus {
    let link = |link: &convoke_c2w::LinkStatus| Link {
        peer: link.url.to_string(),
        fault: (!link.is_up()).then(|| link.state.to_string()),
    };
    let links = state.links.get().map(|links| links.status().iter().map(link).collect()).unwrap_or_default();
    RoleStatus {
        listening: state.settings.https.iter().map(|https| https.listen.address.to_string()).collect(),
        database: Some(Reach { fault: state.store.out_of_reach() }),
        links: state.settings.c2w.is_some().then_some(Links { peers: links }),
        ..RoleStatus::default()
    }
}
