//! Bodies of requests and answers: forms, XML, JSON.

use convoke_callbridge_api::{
    check,
    form::{Form, MAX_PARAMETERS},
    kinds, loopback, read,
    render::{self, Shown},
    xml,
};
use convoke_model::{ObjectId, Uuid};
use convoke_scheduler_api::{occurrences::OccurrencesRequest, request::MeetingRequest};
use convoke_web_api::{spaces, token::Claims, users};
use std::collections::BTreeMap;

/// A form as the parameters of every kind of object; what is taken comes back whole in XML.
pub(crate) fn form(data: &[u8]) {
    let Ok(form) = Form::parse(data) else {
        return assert!(data.iter().filter(|byte| **byte == b'&').count() >= MAX_PARAMETERS);
    };
    for kind in kinds::ALL {
        for changes in [check::creation(kind, &form), check::modification(kind, &form)].into_iter().flatten()
        {
            let fields: BTreeMap<String, String> = changes
                .iter()
                .filter_map(|(name, value)| Some(((*name).to_owned(), value.clone()?)))
                .collect();
            assert!(fields.values().all(|value| value.chars().all(xml::can_hold)), "{fields:?}");
            let shown = Shown { id: ObjectId(Uuid::nil()), fields: &fields };
            let text = render::object(kind, &shown);
            let element = read::object(&text).expect("what is written is read");
            for (name, value) in &element.fields {
                if let Some(given) = fields.get(name) {
                    assert_eq!(value, given, "{text}");
                }
            }
            assert!(read::list(&render::list(kind, 1, &[shown])).is_ok());
        }
    }
}

/// An answer of a call bridge.
pub(crate) fn xml(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    drop(read::list(&text));
    drop(read::object(&text));
    drop(read::failure(&text));
    let written = xml::element("a", &text);
    assert!(
        !written.trim_start_matches("<a>").trim_start_matches("<a/>").trim_end_matches("</a>").contains('<'),
        "{written}"
    );
}

/// JSON as every body that somebody sends.
pub(crate) fn json(data: &[u8]) {
    fn body<T: serde::de::DeserializeOwned>(data: &[u8]) {
        drop(serde_json::from_slice::<T>(data));
    }
    body::<MeetingRequest>(data);
    body::<OccurrencesRequest>(data);
    body::<users::SignIn>(data);
    body::<spaces::NewSpace>(data);
    body::<spaces::InvitationRequest>(data);
    body::<loopback::Credentials>(data);
    body::<loopback::NewSpace>(data);
    body::<loopback::Space>(data);
    body::<Claims>(data);
}
