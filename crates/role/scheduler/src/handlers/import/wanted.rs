//! What is asked for besides the file: whose, where, in which language, and who is mailed.

use convoke_callbridge_api::form::Form;
use convoke_invite::incoming::{IncomingFault, MAX_CALENDAR_BYTES};
use convoke_meeting::Zone;
use convoke_scheduler_api::request::MeetingRequest;
use convoke_web_api::{FieldFault, Problem};
use http::{HeaderMap, header};

use crate::meeting::check::known_language;

/// Refuses what does not say that it is a calendar file.
pub(super) fn check_type(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = given.split(';').next().unwrap_or_default().trim();
    if kind.is_empty() || kind.eq_ignore_ascii_case("text/calendar") {
        return Ok(());
    }
    Err(Problem::new(415, "Unsupported media type", "Send a calendar file as text/calendar.")
        .coded("unsupportedMediaType"))
}

/// Why a file can't be read.
pub(super) fn unreadable(fault: IncomingFault) -> Problem {
    match fault {
        IncomingFault::TooLarge => {
            let words = format!(
                "A calendar file has at most {} KiB, 20,000 lines and 1,000 components; import it in parts.",
                MAX_CALENDAR_BYTES / 1_024
            );
            Problem::new(413, "Too large", words)
        }
        other => Problem::bad_request(format!("This is no calendar file: {other}.")).coded("notACalendar"),
    }
}

/// What is asked for besides the file.
#[derive(Debug)]
pub(super) struct Wanted {
    /// Whose, where and in which language: what all meetings of the file have in common.
    pub(super) request: MeetingRequest,
    /// Of times that the file says none of.
    pub(super) zone: Option<Zone>,
    /// Whether everybody is invited by mail.
    pub(super) is_told: bool,
}

impl Wanted {
    /// Reads what stands behind the question mark.
    pub(super) fn parse(query: &str) -> Result<Self, Problem> {
        let form = Form::parse(query.as_bytes())
            .map_err(|_| Problem::bad_request("There are too many parameters."))?;
        let given = |name: &str| form.get(name).map(str::trim).filter(|text| !text.is_empty());
        let text = |name: &str| given(name).map(ToOwned::to_owned);
        let mut faults = Vec::new();
        let zone = given("timeZone").map(Zone::named).transpose().unwrap_or_else(|_| {
            let reason = "There is no such zone; expected an IANA name such as Asia/Seoul.";
            faults.push(FieldFault::new("timeZone", "unknown", reason));
            None
        });
        if let Err(reason) = known_language(given("language").unwrap_or_default()) {
            faults.push(FieldFault::new("language", "unknown", reason));
        }
        let notify = given("notify").unwrap_or("none");
        if !["none", "all"].contains(&notify) {
            faults.push(FieldFault::new("notify", "invalid", "It is one of none and all."));
        }
        let request = MeetingRequest {
            organizer: text("organizer"),
            co_space: text("coSpace"),
            co_space_template: text("coSpaceTemplate"),
            language: text("language"),
            ..MeetingRequest::default()
        };
        if request.co_space.is_some() == request.co_space_template.is_some() {
            let reason =
                "Give a space that all of them take place in, or a template that each gets a space of.";
            faults.push(FieldFault::new("coSpace", "required", reason));
        }
        if faults.is_empty() {
            Ok(Self { request, zone, is_told: notify == "all" })
        } else {
            Err(Problem::bad_parameters(faults))
        }
    }
}
