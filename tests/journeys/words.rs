//! Recurrences in words: typed ones become a meeting, and every series is told in both languages.

mod world;

use http::Method;
use serde_json::json;
use world::{World, journey};

#[test]
fn typed_words_become_a_series_that_is_told_in_words() {
    journey(async {
        let world = World::small().await;
        let alice = world.sign_in(0).await;
        let api = format!("{}/api/v1/scheduler", world.web(0));
        let understand = format!("{api}/recurrence/understand");
        // Monday, 23 November, in Seoul; 22 November, 18:00 there is the clock's time.
        let body = json!({"text": "every last Friday at 9:00, until 18 December 2026, 12 times", "timeZone": "Asia/Seoul"});
        let found = world.call(Method::POST, &understand, &alice, Some(&body)).await;
        assert_eq!(found.status, 200, "{}", found.json);
        assert_eq!(
            found.json,
            json!({
                "rrule": "FREQ=MONTHLY;UNTIL=20261218;BYDAY=-1FR",
                "dtStart": "2026-11-27T09:00:00",
                "exdate": [],
                "words": {
                    "en": "Every month on the last Friday at 09:00, until 18 December 2026, once",
                    "ko": "매월 마지막 금요일 오전 9:00, 2026년 12월 18일까지, 총 1회"
                }
            })
        );
        let body =
            json!({"text": "격주 화요일 오후 2시부터 3시까지 12월 8일 제외, 6회", "timeZone": "Asia/Seoul"});
        let found = world.call(Method::POST, &understand, &alice, Some(&body)).await.json;
        assert_eq!(found["exdate"], json!(["2026-12-08T14:00:00"]));
        let mut meeting = world.weekly();
        for field in ["rrule", "dtStart", "dtEnd", "exdate"] {
            meeting[field] = found[field].clone();
        }
        meeting["timeZone"] = json!("Asia/Seoul");
        let preview = json!({"dtStart": meeting["dtStart"], "dtEnd": meeting["dtEnd"], "timeZone": "Asia/Seoul",
            "rrule": meeting["rrule"], "exdate": meeting["exdate"]});
        let words =
            "Every 2 weeks on Tuesday at 14:00, 6 times, until 2 February 2027; not on 8 December 2026";
        let shown = world.call(Method::POST, &format!("{api}/occurrences"), &alice, Some(&preview)).await;
        assert_eq!(shown.json["words"]["en"], words, "{}", shown.json);
        let made = world.call(Method::POST, &format!("{api}/meetings"), &alice, Some(&meeting)).await;
        assert_eq!((made.status, &made.json["words"]["en"]), (201, &json!(words)), "{}", made.json);
        assert_eq!(made.json["dtStart"], "2026-11-24T14:00:00");

        let two = json!({"text": "every second Tuesday", "dtStart": "2026-12-01T10:00:00", "timeZone": "Asia/Seoul"});
        let two = world.call(Method::POST, &understand, &alice, Some(&two)).await.json;
        assert_eq!(two["rrule"], "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU");
        assert_eq!(two["alternative"]["rrule"], "FREQ=MONTHLY;BYDAY=2TU");
        assert_eq!(two["alternative"]["dtStart"], "2026-12-08T10:00:00");

        for (body, field, reason) in [
            (
                json!({"text": "every flurb"}),
                "text",
                "at character 7: there should be a day, week, month, year or a weekday after \"every\"",
            ),
            (
                json!({"text": "every day", "timeZone": "Asia/Soul"}),
                "timeZone",
                "there is no time zone \"Asia/Soul\"; expected an IANA name such as Asia/Seoul",
            ),
            (
                json!({"text": "every day", "dtStart": "tomorrow"}),
                "dtStart",
                "should be a local time such as 2026-12-01T10:00:00, or a date",
            ),
            (json!({"text": "every day", "language": "fr"}), "language", "should be en or ko, or left out"),
        ] {
            let refused = world.call(Method::POST, &understand, &alice, Some(&body)).await;
            assert_eq!(refused.status, 422, "{}", refused.json);
            let fault = &refused.json["errors"][0];
            assert_eq!((&fault["field"], &fault["reason"]), (&json!(field), &json!(reason)));
        }
    });
}
