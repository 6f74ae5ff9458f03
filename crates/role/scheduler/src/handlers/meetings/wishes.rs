//! How a change is to be carried out, as the address says behind its question mark.

use convoke_callbridge_api::form::Form;
use convoke_meeting::plan::{Decision, Notify};
use convoke_web_api::{FieldFault, Problem};

/// How a change is to be carried out, as the address says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wishes {
    pub(crate) notify: Notify,
    /// Only to be looked at.
    pub(crate) is_dry: bool,
    /// What becomes of every exception that finds no place.
    pub(crate) every: Option<Decision>,
    /// Of an occurrence: it and those after it.
    pub(crate) follows: bool,
}

impl Wishes {
    /// Reads what stands behind the question mark.
    pub(crate) fn parse(query: &str) -> Result<Self, Problem> {
        let form = Form::parse(query.as_bytes())
            .map_err(|_| Problem::bad_request("There are too many parameters."))?;
        let mut faults = Vec::new();
        let mut fault = |name: &str, known: &str| {
            faults.push(FieldFault::new(name, "invalid", format!("It is one of {known}.")));
        };
        let notify = form.get("notify").map_or(Some(Notify::Affected), notified);
        if notify.is_none() {
            fault("notify", NOTIFIED);
        }
        let is_dry = match form.get("dryRun") {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                fault("dryRun", "true and false");
                false
            }
        };
        let every = match form.get("exceptions") {
            None => None,
            Some("keep") => Some(Decision::Keep),
            Some("drop") => Some(Decision::Drop),
            Some(_) => {
                fault("exceptions", "keep and drop");
                None
            }
        };
        let follows = match form.get("range") {
            None => false,
            Some("THISANDFUTURE") => true,
            Some(_) => {
                fault("range", "THISANDFUTURE, or left out for one occurrence");
                false
            }
        };
        if faults.is_empty() {
            Ok(Self { notify: notify.unwrap_or_default(), is_dry, every, follows })
        } else {
            Err(Problem::bad_parameters(faults))
        }
    }
}

/// The words for whom is mailed.
pub(crate) const NOTIFIED: &str = "all, affected, new and none";

/// Who is mailed, by its word.
pub(crate) fn notified(word: &str) -> Option<Notify> {
    Some(match word {
        "affected" => Notify::Affected,
        "all" => Notify::All,
        "new" => Notify::New,
        "none" => Notify::Nobody,
        _ => return None,
    })
}
