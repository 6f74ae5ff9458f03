//! What lists show of meetings, series and occurrences of their own.

use convoke_scheduler_api::instance::Instance;

use super::*;
use crate::meeting::body::Organizer;

fn body() -> Body {
    let way = |role: &str, link: Option<&str>| Way {
        role: role.into(),
        link: link.map(str::to_owned),
        meeting_id: None,
        passcode: None,
        uri: None,
    };
    Body {
        summary: "1:1 \"quoted\" \\ 주간\u{2028}".into(),
        description: "not listed".into(),
        time: Time {
            start: "2026-10-20T10:00:00".into(),
            end: "2026-10-20T10:30:00".into(),
            zone: "Europe/Berlin".into(),
            all_day: false,
            rrule: Some("FREQ=WEEKLY;BYDAY=TU;COUNT=9".into()),
            rdate: vec!["2026-10-21T08:00:00".into(), "2026-10-22T08:00:00".into()],
            exdate: vec!["2026-10-27T10:00:00".into(), "2026-11-24T10:00:00".into()],
        },
        answers_to: None,
        organizer: Organizer {
            id: "alice".into(),
            jid: "alice@x".into(),
            name: "Alice \t \"A\"".into(),
            email: "a@x".into(),
            role: "host".into(),
        },
        attendees: vec![Attendee {
            email: "b@x".into(),
            name: "Bob".into(),
            role: "guest".into(),
            language: None,
            zone: None,
        }],
        space: "s1".into(),
        space_name: "Alice's\n".into(),
        template: None,
        language: "en".into(),
        ways: vec![way("host", Some("https://x/\"h\"")), way("guest", None)],
        sequence: 0,
        answers_since: 0,
        overrides: Vec::new(),
        guest_list: convoke_scheduler_api::request::GuestList::All,
        reminders: Vec::new(),
        co_organizers: Vec::new(),
        templates: std::collections::BTreeMap::new(),
        ivr_numbers: Vec::new(),
        eras: Vec::new(),
    }
}

fn view(from: &str, until: &str) -> View {
    View {
        is_user: true,
        is_organizers: false,
        from: from.parse().unwrap(),
        until: until.parse().unwrap(),
        most: 100,
        is_unscheduled: false,
    }
}

fn listed(view: &View, rows: &[(&str, &str, &str)]) -> serde_json::Value {
    let mut list = List::default();
    for (meeting, person, listing) in rows {
        list.add(view, &ListedRow { meeting, person, listing }).unwrap();
    }
    let (json, _) = list.finish(view.most, None);
    // Every field, in the order that the API's own type has them.
    let instances: Vec<Instance<'_>> = serde_json::from_slice(&json).unwrap();
    assert_eq!(serde_json::to_vec(&instances).unwrap(), json);
    serde_json::from_slice(&json).unwrap()
}

#[test]
fn a_series_is_shown_as_the_api_has_it_across_a_change_of_clocks() {
    let body = body();
    let (own, guest) =
        (Listing::of(&body).for_organizer(), Listing::of(&body).for_attendee(&body.attendees[0]));
    let view = view("2026-10-21T00:00:00Z", "2026-11-04T00:00:00Z");
    let shown = listed(&view, &[("m1", "u:alice", &own)]);
    let starts: Vec<&str> =
        shown.as_array().unwrap().iter().map(|i| i["dtStartUtc"].as_str().unwrap()).collect();
    assert_eq!(starts, ["2026-10-21T06:00:00Z", "2026-10-22T06:00:00Z", "2026-11-03T09:00:00Z"]);
    let expected = serde_json::json!({
        "meeting": "m1", "coSpace": "s1", "coSpaceName": "Alice's\n", "summary": body.summary,
        "dtStart": "2026-11-03T10:00:00", "dtEnd": "2026-11-03T10:30:00", "timeZone": "Europe/Berlin",
        "recurrence": "2026-11-03T10:00:00", "isFullDayMeeting": false,
        "dtStartUtc": "2026-11-03T09:00:00Z", "dtEndUtc": "2026-11-03T09:30:00Z",
        "organizer": {"name": body.organizer.name, "email": "a@x", "userJid": "alice@x"},
        "isOrganizer": true, "rrule": "FREQ=WEEKLY;BYDAY=TU;COUNT=9", "status": "CONFIRMED",
        "joinLink": "https://x/\"h\"",
    });
    assert_eq!(shown[2], expected);
    let invited = listed(&view, &[("m1", "e:b@x", &guest)]);
    assert_eq!((&invited[0]["joinLink"], &invited[0]["isOrganizer"]), (&().into(), &false.into()));
    let everybodys =
        listed(&View { is_user: false, is_organizers: false, ..view }, &[("m1", "u:alice", &own)]);
    assert_eq!(everybodys[0]["isOrganizer"], false);
}

#[test]
fn a_series_with_a_count_is_counted_when_its_row_is_written() {
    let body = body();
    let text = Listing::of(&body).for_organizer();
    let (line, last) = text.rsplit_once('\t').unwrap();
    assert_eq!(last, "2026-12-15T10:00:00");
    let rows = view("2026-01-01T00:00:00Z", "2027-12-31T00:00:00Z");
    // Rows that were written before know nothing of it, and show the same.
    assert_eq!(listed(&rows, &[("m1", "u:alice", &text)]), listed(&rows, &[("m1", "u:alice", line)]));
    let endless = Time { rrule: Some("FREQ=WEEKLY".into()), ..body.time.clone() };
    let text = Listing::of(&Body { time: endless, ..body }).for_organizer();
    assert!(text.ends_with("\""), "{text}");
}

#[test]
fn a_full_day_meeting_is_shown_by_its_dates() {
    let time = Time {
        start: "2026-12-01".into(),
        end: "2026-12-03".into(),
        zone: "Asia/Seoul".into(),
        all_day: true,
        rrule: None,
        rdate: Vec::new(),
        exdate: Vec::new(),
    };
    let organizer = Organizer { jid: "a@x".into(), ..body().organizer };
    let text = Listing::of(&Body { time, organizer, ..body() }).for_organizer();
    let shown = listed(&view("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z"), &[("m1", "e:b@x", &text)]);
    assert_eq!((&shown[0]["dtStart"], &shown[0]["dtEnd"]), (&"2026-12-01".into(), &"2026-12-03".into()));
    assert_eq!(shown[0]["dtStartUtc"], "2026-11-30T15:00:00Z");
    assert_eq!(
        (&shown[0]["organizer"]["email"], &shown[0]["organizer"]["userJid"]),
        (&"a@x".into(), &"a@x".into())
    );
    assert_eq!((&shown[0]["isFullDayMeeting"], &shown[0]["recurrence"]), (&true.into(), &().into()));
}

#[test]
fn instances_stand_by_start_then_name_then_id_and_once_each() {
    let at = |start: &str, name: &str| {
        let time = Time {
            start: start.into(),
            end: "2026-12-01T23:00:00".into(),
            rrule: None,
            rdate: Vec::new(),
            exdate: Vec::new(),
            ..body().time
        };
        Listing::of(&Body { time, summary: name.into(), ..body() }).for_organizer()
    };
    let (early, late) = (at("2026-12-01T08:00:00", "B"), at("2026-12-01T09:00:00", "A"));
    let early_a = at("2026-12-01T08:00:00", "A");
    let rows = [
        ("m4", "u:alice", late.as_str()),
        ("m3", "e:b@x", &early),
        ("m2", "e:a@x", &early),
        ("m2", "u:alice", &early),
        ("m9", "e:b@x", &early_a),
    ];
    let mut view = view("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z");
    let shown = listed(&view, &rows);
    let order: Vec<(&str, bool)> = shown
        .as_array()
        .unwrap()
        .iter()
        .map(|i| (i["meeting"].as_str().unwrap(), i["isOrganizer"].as_bool().unwrap()))
        .collect();
    assert_eq!(order, [("m9", false), ("m2", true), ("m3", false), ("m4", true)]);
    view.most = 2;
    assert_eq!(listed(&view, &rows).as_array().unwrap().len(), 2);
}

#[test]
fn a_damaged_row_is_told() {
    let text = Listing::of(&body()).for_organizer();
    let view = view("2026-10-21T00:00:00Z", "2026-11-04T00:00:00Z");
    let mut list = List::default();
    // Without the link, and what follows it.
    let cut = text.rsplitn(3, '\t').last().unwrap();
    let (more, unknown) = (format!("{text}\nmore"), format!("{text}\n2026-10-20T10:00:00\t?\t\t\t\t\t\t"));
    for damaged in [
        "",
        "x",
        cut,
        &more,
        &unknown,
        &text.replace("Europe/Berlin", "Nowhere"),
        &text.replace("WEEKLY", "X"),
    ] {
        assert!(list.add(&view, &ListedRow { meeting: "m", person: "u:a", listing: damaged }).is_err());
    }
    assert_eq!(list.finish(100, None).0, b"[]");
}

/// What a person's list shows is what the plan has for them, whatever single occurrences say.
#[test]
fn occurrences_of_their_own_are_listed_as_the_plan_has_them() {
    let json = serde_json::json!({
        "summary": "Weekly", "description": "", "space": "s1", "space_name": "One", "template": null, "language": "en", "sequence": 3,
        "time": {"start": "2026-10-06T10:00:00", "end": "2026-10-06T11:00:00", "zone": "Europe/Berlin", "all_day": false,
            "rrule": "FREQ=WEEKLY"},
        "organizer": {"id": "alice", "jid": "alice@x", "name": "Alice", "email": "alice@x", "role": "host"},
        "attendees": [{"email": "Bob@x", "name": "Bob", "role": "guest"}, {"email": "carol@x", "name": "Carol", "role": "guest"}],
        "ways": [{"role": "host", "link": "https://host"}, {"role": "guest", "link": "https://guest"}],
        "overrides": [
            {"original": "2026-10-20T10:00:00", "cancelled": true},
            {"original": "2026-10-27T10:00:00", "time": ["2026-10-28T15:00:00", "2026-10-28T17:00:00"], "summary": "Moved \"there\"",
                "removed": ["bob@x"], "added": [{"email": "dan@x", "name": "Dan", "role": "host"}]},
            {"original": "2026-11-03T10:00:00", "roles": {"bob@x": "host"},
                "place": {"space": "s2", "space_name": "Two", "ways": [{"role": "host", "link": "https://two"}]}},
            {"original": "2026-11-10T10:00:00"},
        ],
        "eras": [{"original": "2026-10-13T10:00:00", "summary": "Once", "removed": ["carol@x"]}],
    });
    let body: Body = serde_json::from_value(json).unwrap();
    let plan = body.plan(false).unwrap();
    let listing = Listing::of(&body);
    let view = view("2026-10-01T00:00:00Z", "2026-11-20T00:00:00Z");
    let mut people = vec![(None, listing.for_organizer())];
    people.extend(body.everybody().into_iter().map(|person| (Some(person), listing.for_attendee(person))));
    assert_eq!(people.len(), 4);
    for (person, text) in people {
        let shown = listed(&view, &[("m", "e:somebody", &text)]);
        let shown: Vec<String> = shown
            .as_array()
            .unwrap()
            .iter()
            .map(|i| {
                ["recurrence", "dtStart", "dtEnd", "summary", "coSpace", "joinLink"]
                    .map(|name| i[name].to_string())
                    .join(" ")
            })
            .collect();
        let expected: Vec<String> = plan
            .occurrences_in(view.from, view.until, 100)
            .into_iter()
            .filter_map(|planned| {
                let role = match person {
                    None => planned.face.organizer_role.clone(),
                    Some(person) => planned.face.person(&person.email.to_lowercase())?.role.clone(),
                };
                let place = body.place(&planned.face.place).unwrap();
                let link = place.ways.iter().find(|way| way.role == role).and_then(|way| way.link.clone());
                let time =
                    |time: DateTime| serde_json::json!(super::super::body::local(time, false)).to_string();
                let texts = [
                    time(planned.time.original),
                    time(planned.time.local_start),
                    time(planned.time.local_end),
                    serde_json::json!(planned.face.summary).to_string(),
                    serde_json::json!(place.space).to_string(),
                    serde_json::json!(link).to_string(),
                ];
                Some(texts.join(" "))
            })
            .collect();
        assert!(!expected.is_empty());
        assert_eq!(shown, expected, "{person:?}");
    }
}

#[test]
fn pages_follow_one_another_without_a_gap_or_a_repeat() {
    let body = body();
    let listing = Listing::of(&body).for_organizer();
    // Two meetings at the same times with the same name.
    let rows = [("m1", "u:alice", listing.as_str()), ("m2", "u:alice", &listing)];
    let whole = view("2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z");
    let all = listed(&whole, &rows);
    for most in 1..=all.as_array().unwrap().len() {
        let (mut pages, mut after) = (Vec::new(), None::<Cursor>);
        loop {
            let from = after.as_ref().map_or(whole.from, |after| after.start);
            let view = View { from, most: 1_000, ..whole.clone() };
            let mut list = List::default();
            for (meeting, person, listing) in rows {
                list.add(&view, &ListedRow { meeting, person, listing }).unwrap();
            }
            let (json, next) = list.finish(most, after.as_ref());
            let page: Vec<serde_json::Value> = serde_json::from_slice(&json).unwrap();
            assert!(page.len() == most || next.is_none());
            pages.extend(page);
            after = next.and_then(|next| Cursor::parse(&next.text()));
            if after.is_none() {
                break;
            }
        }
        assert_eq!(serde_json::Value::from(pages), all, "{most} at once");
    }
}
