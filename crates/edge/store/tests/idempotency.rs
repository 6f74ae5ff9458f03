//! Names of writes, on both engines.

mod support;

use convoke_model::{MeetingId, Uuid};
use convoke_store::{
    DbFault, Store, idempotency,
    idempotency::{Named, Shown},
};
use support::on_both;

fn named(request: &str) -> Named {
    Named { caller: "u:alice".into(), key: "k".into(), request: request.into() }
}

async fn note(store: &Store, request: &str, revision: i64, (since, now): (i64, i64)) -> bool {
    let (named, meeting) = (named(request), MeetingId(Uuid::from_u128(1)));
    let noted = store
        .write(move |tx| idempotency::note(tx, &named, 200, &Shown::Meeting(meeting, revision), (since, now)))
        .await;
    noted.unwrap_or_else(|fault: DbFault| panic!("{fault}"))
}

async fn answered(store: &Store, since: i64) -> Option<(String, i64)> {
    let found = store.read(move |tx| idempotency::answered(tx, "u:alice", "k", since)).await;
    let found = found.unwrap_or_else(|fault: DbFault| panic!("{fault}"));
    found.map(|answered| match answered.shown {
        Shown::Meeting(_, revision) => (answered.request, revision),
        Shown::Text(text) => panic!("{text}"),
    })
}

#[test]
fn a_name_holds_for_its_time_and_is_free_afterwards() {
    on_both(async |store| {
        assert_eq!(answered(&store, 0).await, None);
        assert!(note(&store, "first", 1, (0, 100)).await);
        assert!(!note(&store, "second", 2, (100, 200)).await, "it is taken, also at the edge");
        assert_eq!(answered(&store, 100).await, Some(("first".into(), 1)));
        assert_eq!(answered(&store, 101).await, None);
        assert!(note(&store, "second", 2, (101, 201)).await);
        assert_eq!(answered(&store, 101).await, Some(("second".into(), 2)));
        let forgotten = store.write(|tx| idempotency::forget(tx, 201, 10)).await;
        assert_eq!(forgotten.unwrap_or_else(|fault: DbFault| panic!("{fault}")), 0);
        let forgotten = store.write(|tx| idempotency::forget(tx, 202, 10)).await;
        assert_eq!(forgotten.unwrap_or_else(|fault: DbFault| panic!("{fault}")), 1);
        assert_eq!(answered(&store, 0).await, None);
    });
}

#[test]
fn what_shows_no_meeting_is_kept_as_it_was_answered() {
    on_both(async |store| {
        let noted = store.write(|tx| {
            let shown = Shown::Text(r#"{"language":"ko"}"#.to_owned());
            idempotency::note(tx, &named("first"), 201, &shown, (0, 100))
        });
        assert!(noted.await.unwrap_or_else(|fault: DbFault| panic!("{fault}")));
        let found = store.read(|tx| idempotency::answered(tx, "u:alice", "k", 0)).await;
        let found = found.unwrap_or_else(|fault: DbFault| panic!("{fault}")).unwrap();
        assert_eq!((found.status, found.shown), (201, Shown::Text(r#"{"language":"ko"}"#.to_owned())));
        // The next one under the name shows a meeting, and nothing of the text is left.
        assert!(note(&store, "second", 2, (101, 201)).await);
        assert_eq!(answered(&store, 101).await, Some(("second".into(), 2)));
    });
}
