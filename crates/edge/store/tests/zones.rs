//! Zone data, its changes and the meetings that move, on both engines.

mod support;

use convoke_model::{MeetingId, Uuid};
use convoke_store::{
    DbFault,
    zones::{self, Change, Data, Moved},
};
use support::on_both;

fn change() -> Change {
    Change {
        id: Uuid::from_u128(7),
        found_at: 5,
        from_version: "a".into(),
        to_version: "b".into(),
        rules: "Asia/Seoul\t32400\n".into(),
        looked_up_to: String::new(),
        is_looked_through: false,
        told_by: None,
    }
}

fn moved(number: u128) -> Moved {
    Moved {
        meeting: MeetingId(Uuid::from_u128(number)),
        occurrences: 2,
        recurrence: "2026-12-01T10:00:00".into(),
        was_at: 1,
        is_at: 2,
        told_at: None,
    }
}

#[test]
fn a_change_is_looked_through_and_told_once_by_whoever_goes_on() {
    on_both(async |store| {
        let seen = store.write(|tx| {
            let data = |version: &str| Data { version: version.into(), rules: "UTC\t0\n".into() };
            assert_eq!(zones::data(tx)?, None);
            zones::follow(tx, &data("a"), 1)?;
            zones::follow(tx, &data("b"), 2)?;
            assert_eq!((zones::data(tx)?, zones::version(tx)?), (Some(data("b")), Some("b".into())));
            zones::insert(tx, &change())?;
            assert_eq!(zones::unsettled(tx)?, [change()]);
            // Of two who went on from the same place only one did.
            assert!(zones::go_on(tx, &change(), "1", false)?);
            assert!(!zones::go_on(tx, &change(), "2", false)?);
            let second = zones::change_of(tx, change().id)?.unwrap();
            assert_eq!(second.looked_up_to, "1");
            for number in [1, 2, 1] {
                zones::note(tx, second.id, &moved(number))?;
            }
            assert!(zones::go_on(tx, &second, "9", true)?);
            assert_eq!(zones::unsettled(tx)?, []);
            assert_eq!(zones::count(tx, second.id)?, (2, 0));
            // Whoever asks second tells nobody twice.
            assert!(zones::tell(tx, second.id, "admin", 10)?);
            assert!(!zones::tell(tx, second.id, "other", 11)?);
            assert_eq!(zones::unsettled(tx)?.len(), 1);
            zones::is_told(tx, second.id, moved(1).meeting, 12)?;
            assert_eq!(zones::moved(tx, second.id, "", true, 10)?, [moved(2)]);
            assert_eq!(zones::moved(tx, second.id, "", false, 1)?[0].told_at, Some(12));
            zones::is_told(tx, second.id, moved(2).meeting, 12)?;
            assert_eq!((zones::unsettled(tx)?, zones::count(tx, second.id)?), (vec![], (2, 2)));
            zones::changes(tx, 10)
        });
        let seen: Result<_, DbFault> = seen.await;
        assert_eq!(seen.unwrap()[0].told_by.as_deref(), Some("admin"));
    });
}
