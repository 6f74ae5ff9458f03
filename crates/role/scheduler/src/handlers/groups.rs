//! `GET /groups?filter=&maxGroups=&cursor=`: the groups that meetings can invite by one name.

use axum::{
    Json,
    extract::{RawQuery, State},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use convoke_callbridge_api::{form::Form, loopback::Group};
use convoke_http::Refusal;
use convoke_scheduler_api::group::{
    DEFAULT_GROUPS, MAX_GROUP_CHARS, MAX_SHOWN_GROUPS, UserGroup, UserGroups,
};
use convoke_web_api::{FieldFault, Problem};

use crate::{
    caller::Caller,
    openapi::ListRefusals,
    state::{Shared, call_bridge},
};

/// Longest text of a cursor that is looked at: the longest name in base64.
const MAX_CURSOR_CHARS: usize = 2_000;

/// Lists the groups by name, with how many people are in each. Who they are stands in the meetings that they are invited to.
#[utoipa::path(get, path = "/api/v1/scheduler/groups", tag = "people",
    params(
        ("filter" = Option<String>, Query, description = "Only those whose names hold this text, in any case"),
        ("maxGroups" = Option<u32>, Query, description = "1 to 200; 50 when absent"),
        ("cursor" = Option<String>, Query, description = "What next of a former answer said, with the same filter")),
    responses((status = 200, description = "The groups", body = UserGroups), ListRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn list(
    State(state): State<Shared>,
    _caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<UserGroups>, Refusal> {
    let wanted = Wanted::parse(query.as_deref().unwrap_or_default())?;
    let page = state.call_bridge.groups(&wanted.filter, &wanted.after, wanted.most).await;
    let page = page.map_err(call_bridge)?;
    let group = |group: Group| UserGroup { id: group.id, name: group.name, members: group.members };
    Ok(Json(UserGroups {
        groups: page.groups.into_iter().map(group).collect(),
        next: page.next.map(|next| URL_SAFE_NO_PAD.encode(next)),
    }))
}

/// Which page.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    filter: String,
    after: String,
    most: usize,
}

impl Wanted {
    fn parse(query: &str) -> Result<Self, Problem> {
        let form = Form::parse(query.as_bytes())
            .map_err(|_| Problem::bad_request("There are too many parameters."))?;
        let mut faults = Vec::new();
        let filter = form.get("filter").unwrap_or_default().trim().to_owned();
        if filter.chars().count() > MAX_GROUP_CHARS {
            let reason = format!("A name has at most {MAX_GROUP_CHARS} characters.");
            faults.push(FieldFault::new("filter", "tooLong", reason));
        }
        let most = match form.get("maxGroups").map(str::parse::<usize>) {
            None => DEFAULT_GROUPS,
            Some(Ok(most)) if (1..=MAX_SHOWN_GROUPS).contains(&most) => most,
            Some(_) => {
                let reason = format!("It is a number from 1 to {MAX_SHOWN_GROUPS}.");
                faults.push(FieldFault::new("maxGroups", "invalid", reason));
                DEFAULT_GROUPS
            }
        };
        let after = form.get("cursor").map_or(Some(String::new()), cursor).unwrap_or_else(|| {
            let reason = "It is what next of a former answer said.";
            faults.push(FieldFault::new("cursor", "invalid", reason));
            String::new()
        });
        if faults.is_empty() {
            Ok(Self { filter, after, most })
        } else {
            Err(Problem::bad_parameters(faults))
        }
    }
}

/// The name that a page ended with.
fn cursor(text: &str) -> Option<String> {
    let text = Some(text).filter(|text| text.len() <= MAX_CURSOR_CHARS)?;
    String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_asked_for_by_what_the_former_one_said_and_all_faults_are_told() {
        let next = URL_SAFE_NO_PAD.encode("임원");
        let wanted = Wanted::parse(&format!("filter=+Sales+&maxGroups=3&cursor={next}")).unwrap();
        assert_eq!(wanted, Wanted { filter: "Sales".into(), after: "임원".into(), most: 3 });
        assert_eq!(Wanted::parse("").unwrap().most, DEFAULT_GROUPS);
        let long = "x".repeat(MAX_GROUP_CHARS + 1);
        for cursor in ["%", "A", "_w", &"A".repeat(2_004)] {
            let query = format!("filter={long}&maxGroups=201&cursor={cursor}");
            let faults = Wanted::parse(&query).unwrap_err().errors;
            let named: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
            assert_eq!(named, ["filter", "maxGroups", "cursor"], "{cursor}");
        }
    }
}
