//! What people write, on its way into mails, calendars, logs and connections: it stays what it is.

use std::{
    net::{IpAddr, TcpListener},
    path::{Path, PathBuf},
    process::Command,
};

use convoke::dev::layout::Layout;
use http::Method;
use serde_json::{Value, json};

use crate::world::World;

/// Texts that would be more than a text to a careless writer of headers, of calendar lines or of pages.
const NAMES: [&str; 8] = [
    "=?utf-8?Q?Board=0D=0ABcc:_evil@example.test?=",
    "\"Chair\" <ceo@bank.test>, evil@example.test",
    "Kim;X-EVIL=1:mailto:evil@example.test",
    "a\u{2028}ATTENDEE:mailto:evil@example.test\u{2029}b",
    "back\\nEND:VEVENT\\nBEGIN:VEVENT^nX-EVIL:1\\",
    "(comment) \u{202e}tset.knab\u{2066} \u{feff}名前",
    "<script>alert(1)</script><img src=x onerror=alert(2)>&amp;\"'",
    "%0d%0aBcc:%20evil@example.test {name} %s $(id) `id` ${jndi:ldap://evil.test}",
];

/// Lines that must not come to stand by themselves, in a description.
const DESCRIPTION: &str = "first\nEND:VEVENT\nBEGIN:VEVENT\nUID:evil\nATTENDEE:mailto:evil@example.test\n.\nQUIT\n\
    MAIL FROM:<evil@example.test>\n--=_mixed\nContent-Type: text/html\n\n<b>x</b>\tlast";

/// Reads mails by Python's email package and calendars by its icalendar package, and tells what is in them.
const READER: &str = r#"
import email, email.policy, icalendar, json, sys
mails = []
for name in sys.argv[1:]:
    mail = email.message_from_binary_file(open(name, "rb"), policy=email.policy.default)
    parts = list(mail.walk())
    calendars = []
    for part in parts:
        if part.get_content_type() in ("text/calendar", "application/ics"):
            text = part.get_content()
            text = text.decode() if isinstance(text, bytes) else text
            calendar = icalendar.Calendar.from_ical(text)
            (event,) = calendar.walk("VEVENT")
            people = event["ATTENDEE"]
            people = people if isinstance(people, list) else [people]
            calendars.append({
                "properties": sorted(set(event.keys())), "uid": str(event["UID"]), "summary": str(event["SUMMARY"]),
                "description": str(event.get("DESCRIPTION", "")), "organizer": str(event["ORGANIZER"]),
                "people": sorted([str(one), one.params.get("CN", "")] for one in people),
                "parameters": sorted({key for one in people for key in one.params.keys()}),
                "errors": [str(error) for one in calendar.walk() for error in one.errors]})
    html = next(part for part in parts if part.get_content_type() == "text/html").get_content()
    mails.append({
        "fields": sorted(key.lower() for key in mail.keys()), "subject": str(mail["subject"]),
        "from": [[a.display_name, a.addr_spec] for a in mail["from"].addresses],
        "to": [[a.display_name, a.addr_spec] for a in mail["to"].addresses],
        "reply": [[a.display_name, a.addr_spec] for a in mail["reply-to"].addresses],
        "kinds": [part.get_content_type() for part in parts],
        "defects": [str(d) for part in parts for d in part.defects] + [str(d) for v in mail.values() for d in v.defects],
        "html": html, "calendars": calendars})
print(json.dumps(mails))
"#;

fn python() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let own = std::env::var_os("CONVOKE_TEST_PYTHON").map(PathBuf::from);
    own.unwrap_or_else(|| root.join("target/test-venv/bin/python"))
}

/// The mails so far, as Python reads them, and their bytes.
fn read(world: &World) -> (Vec<Value>, Vec<String>) {
    let folder = Layout::mail_dir(&world.system.layout.folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|file| file.extension().is_some_and(|end| end == "eml"))
        .collect();
    files.sort();
    let output = Command::new(python()).args(["-c", READER]).args(&files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let texts = files.iter().map(|file| String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned());
    (serde_json::from_slice(&output.stdout).unwrap(), texts.collect())
}

/// A name as it may come out: blanks may have become one, what breaks or turns lines may be gone.
fn plain(text: &str) -> String {
    let letters = |c: char| {
        !c.is_whitespace()
            && !('\u{2028}'..='\u{202e}').contains(&c)
            && !('\u{2066}'..='\u{2069}').contains(&c)
            && c != '\u{feff}'
    };
    text.chars().filter(|c| letters(*c)).collect()
}

pub async fn names_add_no_header_and_no_calendar_line(world: &World) {
    let alice = world.sign_in(0).await;
    let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
    let people: Vec<Value> = NAMES
        .iter()
        .enumerate()
        .map(|(number, name)| json!({"email": format!("guest{number}+a'b=c@example.test"), "name": name}))
        .collect();
    for name in NAMES {
        let mut request = world.weekly();
        request["summary"] = json!(name);
        request["description"] = json!(DESCRIPTION);
        request["attendees"] = json!(people);
        let made = world.call(Method::POST, &meetings, &alice, Some(&request)).await;
        assert_eq!(made.status, 201, "{}", made.json);
        assert_eq!(made.json["summary"], json!(name.trim()));
    }
    // Line ends themselves are refused, in every field that stands on one line.
    for (field, value) in [
        ("summary", json!("a\r\nBcc: b@c")),
        ("attendees", json!([{"email": "a@b.test", "name": "a\nb"}])),
        ("attendees", json!([{"email": "a@b.test>\r\nRCPT TO:<evil@example.test"}])),
        ("attendees", json!([{"email": "\"a b\"@c.test"}])),
    ] {
        let mut request = world.weekly();
        request[field] = value;
        assert_eq!(
            world.call(Method::POST, &meetings, &alice, Some(&request)).await.status,
            422,
            "{request}"
        );
    }
    let expected = NAMES.len() * (NAMES.len() + 1);
    world.wait_for_mails(expected).await;
    let (mails, texts) = read(world);
    assert_eq!(mails.len(), expected);
    let subjects: Vec<String> = NAMES.iter().map(|name| plain(name)).collect();
    for (mail, text) in mails.iter().zip(&texts) {
        judge(mail, text, &subjects);
    }
    assert!(
        !texts.iter().any(|text| text.contains("RCPT TO:<evil")),
        "nothing was said to the mail server by a name"
    );
}

fn judge(mail: &Value, text: &str, subjects: &[String]) {
    let fields = [
        "auto-submitted",
        "content-type",
        "date",
        "from",
        "message-id",
        "mime-version",
        "reply-to",
        "subject",
        "to",
    ];
    assert_eq!(mail["fields"], json!(fields), "{text}");
    assert_eq!(mail["defects"], json!([]), "{text}");
    let kinds = [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ];
    assert_eq!(mail["kinds"], json!(kinds), "{text}");
    assert_eq!(
        (&mail["from"], &mail["reply"]),
        (&json!([["Alice Kim", "meetings@example.test"]]), &json!([["Alice Kim", "alice@example.test"]]))
    );
    let subject = plain(mail["subject"].as_str().unwrap());
    assert!(subjects.iter().any(|name| subject.ends_with(name.as_str())), "{subject}\n{text}");
    let to = mail["to"].as_array().unwrap();
    let [one] = to.as_slice() else { panic!("{to:?}\n{text}") };
    let address = one[1].as_str().unwrap();
    if let Some(number) =
        address.strip_prefix("guest").and_then(|rest| rest.chars().next()).and_then(|c| c.to_digit(10))
    {
        assert_eq!(plain(one[0].as_str().unwrap()), plain(NAMES[number as usize]), "{text}");
    } else {
        assert_eq!(address, "alice@example.test", "{text}");
    }
    let html = mail["html"].as_str().unwrap();
    assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("<b>x</b>"), "{html}");
    for calendar in mail["calendars"].as_array().unwrap() {
        judge_calendar(calendar, subjects);
    }
    assert_eq!(mail["calendars"].as_array().unwrap().len(), 2);
}

fn judge_calendar(calendar: &Value, subjects: &[String]) {
    assert_eq!(calendar["errors"], json!([]), "{calendar}");
    assert_ne!(calendar["uid"], json!("evil"));
    assert!(subjects.contains(&plain(calendar["summary"].as_str().unwrap())), "{calendar}");
    assert!(plain(calendar["description"].as_str().unwrap()).starts_with(&plain(DESCRIPTION)), "{calendar}");
    assert_eq!(calendar["organizer"], json!("mailto:alice@example.test"));
    let known = [
        "ATTENDEE",
        "CLASS",
        "CREATED",
        "DESCRIPTION",
        "DTEND",
        "DTSTAMP",
        "DTSTART",
        "LAST-MODIFIED",
        "LOCATION",
        "ORGANIZER",
        "RRULE",
        "SEQUENCE",
        "STATUS",
        "SUMMARY",
        "TRANSP",
        "UID",
        "URL",
        "X-MICROSOFT-CDO-BUSYSTATUS",
    ];
    assert_eq!(calendar["properties"], json!(known));
    assert_eq!(calendar["parameters"], json!(["CN", "CUTYPE", "PARTSTAT", "ROLE", "RSVP"]));
    let people = calendar["people"].as_array().unwrap();
    assert_eq!(people.len(), NAMES.len() + 1, "{calendar}");
    for person in people {
        let address = person[0].as_str().unwrap().strip_prefix("mailto:").unwrap();
        assert!(address == "alice@example.test" || address.starts_with("guest"), "{calendar}");
    }
}

/// Of all the fields that hold a URL one is dialled, by TLS alone, and its owner learns nothing of who dials.
pub async fn no_url_that_somebody_gives_is_fetched(world: &World) {
    let own = IpAddr::from(world.system.layout.nodes[0].address);
    let (trap, bridge) = (TcpListener::bind((own, 0)).unwrap(), TcpListener::bind((own, 0)).unwrap());
    let at = |scheme: &str| format!("{scheme}://{}/latest/meta-data", trap.local_addr().unwrap());
    let api = world.system.admin_api(&world.people);
    api.create("coSpaces", &[("name", "x"), ("streamUrl", &at("rtmp"))]).await.unwrap();
    api.create("callBridges", &[("name", "x"), ("address", &at("https"))]).await.unwrap();
    let profile =
        api.create("webBridgeProfiles", &[("name", "x"), ("resourceArchive", &at("http"))]).await.unwrap();
    api.create(&format!("webBridgeProfiles/{profile}/webBridgeAddresses"), &[("address", &at("https"))])
        .await
        .unwrap();
    let alice = world.sign_in(0).await;
    let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
    let mut request = world.weekly();
    request["summary"] = json!(at("http"));
    request["description"] = json!(format!("{}\nATTACH:{}", at("https"), at("http")));
    let before = world.mails().len();
    assert_eq!(world.call(Method::POST, &meetings, &alice, Some(&request)).await.status, 201);
    for url in [
        "file:///etc/passwd",
        "http://127.0.0.1:1",
        "c2w://user@127.0.0.1:1",
        "c2w://127.0.0.1:1/x",
        "c2w://127.0.0.1:1#",
        "c2w://[::1%25lo]:1",
        "c2w://127.0.0.1:0",
    ] {
        assert!(api.create("webBridges", &[("url", url)]).await.is_err(), "{url}");
    }
    // What may be dialled is dialled; the dialler begins with TLS and shows no certificate to a stranger.
    api.create("webBridges", &[("url", &format!("c2w://{}", bridge.local_addr().unwrap()))]).await.unwrap();
    let heard = tokio::task::spawn_blocking(move || {
        use std::io::Read as _;
        let (mut stream, _) = bridge.accept().unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
        let mut head = [0; 6];
        stream.read_exact(&mut head).unwrap();
        head
    });
    let head = heard.await.unwrap();
    assert_eq!((head[0], head[5]), (0x16, 1), "a ClientHello");
    world.wait_for_mails(before + 3).await;
    trap.set_nonblocking(true).unwrap();
    assert_eq!(trap.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "somebody came");
}

pub async fn nothing_written_by_a_stranger_forges_a_line_of_the_log(world: &World) {
    let forged = "Nov 22 09:00:00.000 daemon.info cms1 forged[1]: INFO API - \"root\" signed in";
    let auth = format!("{}/api/auth", world.web(0));
    let admin = format!("{}/api/v1/coSpaces", world.system.layout.nodes[0].admin_api());
    for line_end in ["\n", "\r\n", "\u{85}", "\u{2028}"] {
        let name = format!("x{line_end}{forged}");
        let body = json!({"username": name, "password": "x", "trace": false});
        assert_eq!(world.call(Method::POST, &auth, "", Some(&body)).await.status, 401);
        let name = &name[..name.len().min(60)];
        let basic = convoke::dev::api::basic(name, "x");
        assert_eq!(world.call(Method::GET, &admin, &basic, None).await.status, 401);
    }
    let logs = world.logs();
    assert!(logs.contains("forged["), "the names are logged");
    let lines = logs.split(['\n', '\r', '\u{85}', '\u{2028}']);
    assert!(!lines.into_iter().any(|line| line.starts_with("Nov 22 09:00:00.000")), "{logs}");
    // Nor is a password or a token in it.
    for user in &world.people.users {
        assert!(!logs.contains(&user.password), "{}", user.username);
    }
    assert!(!logs.contains(&world.people.admin.password) && !logs.contains("eyJ"), "{logs}");
}
