//! Meetings that come from elsewhere, with invitations that were sent there: how a database is filled.
//!
//! Apart because nobody asks for them over HTTP; they are checked and written as all others are.

use convoke_callbridge_api::{
    branding::Branding,
    loopback::{Organizer, Space, User},
};
use convoke_model::MeetingId;
use convoke_runtime::settings::scheduler::Limits;
use convoke_scheduler_api::request::MeetingRequest;
use convoke_store::{DbFault, Tx, outbox};
use convoke_web_api::Problem;

use crate::{
    asked::Whence,
    branding::Written,
    handlers::meetings::create::judge,
    meeting::kept::{NewMeeting, Parts},
};

/// A meeting that was checked and can be written.
#[derive(Debug, Clone)]
pub struct Imported(NewMeeting);

/// Checks a meeting of this user in this space of theirs; all faults at once. Instants are milliseconds since 1970.
pub fn check(
    id: MeetingId,
    request: &MeetingRequest,
    user: &User,
    space: &Space,
    created_at: i64,
    web_app_url: &str,
) -> Result<Imported, Problem> {
    let organizer = Organizer {
        user: user.clone(),
        space: Some(space.clone()),
        template_roles: None,
        branding: Branding::default(),
        ivr_numbers: Vec::new(),
    };
    let (checked, place) = judge(request, &organizer, None, &Limits::default())?;
    let parts = Parts {
        id,
        request,
        checked: &checked,
        place: &place,
        space,
        user,
        whence: &Whence { by: user.jid.clone(), via: "import", address: None, on_behalf_of: None },
        now_ms: created_at,
        web_app_url,
        answers_to: None,
        written: &Written::default(),
    };
    NewMeeting::of(&parts).map(Imported)
}

/// Writes meetings with mails that count as sent.
pub fn insert(tx: &mut Tx<'_>, meetings: &[Imported]) -> Result<(), DbFault> {
    meetings.iter().try_for_each(|Imported(meeting)| {
        meeting.insert(tx)?;
        outbox::insert_sent(tx, &meeting.mails)
    })
}
