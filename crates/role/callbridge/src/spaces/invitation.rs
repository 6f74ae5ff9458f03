//! The text that invites to a space through one of its access methods.

use convoke_model::Language;
use convoke_store::objects::Record;
use convoke_web_api::spaces::Invitation;

use super::{full_uri, link};

/// The invitation in the language of `locale`; English where there is no text for it.
///
/// The link stands on the line after the first: clients that insert one of their own do it there too.
pub fn text(space: &Record, method: &Record, locale: &str, web_app_url: &str, domain: &str) -> Invitation {
    let language = Language::from_locale(locale).unwrap_or_default();
    let words = words(language);
    let name = space.get("name").unwrap_or_default();
    let mut lines = vec![words.invited.replace("{name}", name)];
    let mut add = |label: &str, value: Option<String>| {
        if let Some(value) = value {
            lines.push(format!("{label}: {value}"));
        }
    };
    let either = |field: &str| method.get(field).or_else(|| space.get(field)).map(str::to_owned);
    add(words.join, link(web_app_url, method).or_else(|| link(web_app_url, space)));
    add(words.meeting_id, either("callId"));
    add(words.passcode, either("passcode"));
    add(words.uri, either("uri").map(|uri| full_uri(&uri, domain)));
    Invitation {
        subject: words.subject.replace("{name}", name),
        invitation: lines.join("\n") + "\n",
        language: match language {
            Language::English => "en_US".into(),
            Language::Korean => "ko_KR".into(),
        },
    }
}

struct Words {
    subject: &'static str,
    invited: &'static str,
    join: &'static str,
    meeting_id: &'static str,
    passcode: &'static str,
    uri: &'static str,
}

fn words(language: Language) -> Words {
    match language {
        Language::English => Words {
            subject: "Invitation: {name}",
            invited: "You are invited to “{name}”.",
            join: "Join in a browser",
            meeting_id: "Meeting ID",
            passcode: "Passcode",
            uri: "Video address",
        },
        Language::Korean => Words {
            subject: "초대: {name}",
            invited: "‘{name}’ 회의에 초대합니다.",
            join: "브라우저로 참가",
            meeting_id: "회의 ID",
            passcode: "암호",
            uri: "영상 주소",
        },
    }
}

#[cfg(test)]
mod tests {
    use convoke_model::{ObjectId, Uuid};

    use super::*;

    fn record(pairs: &[(&str, &str)]) -> Record {
        Record {
            id: ObjectId(Uuid::nil()),
            kind: String::new(),
            parent: None,
            fields: pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            created_at: 0,
        }
    }

    #[test]
    fn it_holds_what_one_needs_to_join_in_the_asked_language() {
        let space = record(&[("name", "Weekly")]);
        let method = record(&[
            ("callId", "123456789"),
            ("secret", "s.1_"),
            ("passcode", "42"),
            ("uri", "weekly.guest"),
        ]);
        let english = text(&space, &method, "en_GB", "https://m.test", "m.test");
        assert_eq!(
            english.invitation,
            "You are invited to “Weekly”.\nJoin in a browser: https://m.test/meeting/123456789?secret=s.1_\n\
             Meeting ID: 123456789\nPasscode: 42\nVideo address: weekly.guest@m.test\n"
        );
        let korean = text(&space, &method, "ko_KR", "https://m.test", "m.test");
        assert!(korean.subject.starts_with("초대") && korean.invitation.contains("회의 ID: 123456789"));
        assert_eq!(text(&space, &method, "xx_XX", "https://m.test", "m.test"), Invitation { ..english });
    }
}
