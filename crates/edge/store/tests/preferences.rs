//! What people prefer, on both engines.

mod support;

use convoke_store::{
    DbFault, Store, Tx,
    preferences::{self, PreferenceRow},
};
use support::on_both;

async fn run<T: Send + 'static>(
    store: &Store,
    work: impl Fn(&mut Tx<'_>) -> Result<T, DbFault> + Send + Sync + 'static,
) -> T {
    store.write(move |tx| work(tx)).await.unwrap_or_else(|fault: DbFault| panic!("{fault}"))
}

fn preferring(language: &str) -> PreferenceRow {
    PreferenceRow { language: language.into(), time_zone: "Asia/Seoul".into() }
}

#[test]
fn what_somebody_preferred_is_known_for_each_time() {
    on_both(async |store| {
        let put = async |person: &'static str, language: &'static str, at: i64| {
            run(&store, move |tx| preferences::put(tx, person, &preferring(language), at, (3, 0))).await
        };
        assert!(put("a@x", "ko", 100).await && put("a@x", "en", 200).await && put("b@x", "ko", 150).await);
        let at = async |at: i64| {
            let found = run(&store, move |tx| preferences::as_of(tx, ["a@x", "b@x", "c@x"], at)).await;
            let mut told: Vec<String> =
                found.into_iter().map(|(who, what)| format!("{who} {}", what.language)).collect();
            told.sort();
            told
        };
        assert_eq!(at(100).await, [""; 0], "a mail of that millisecond may have been sent before");
        assert_eq!(at(101).await, ["a@x ko"]);
        assert_eq!(at(200).await, ["a@x ko", "b@x ko"]);
        assert_eq!(at(201).await, ["a@x en", "b@x ko"]);
        // A clock that is behind is no reason for what is newer not to hold.
        assert!(put("a@x", "ko", 120).await);
        assert_eq!(run(&store, |tx| preferences::of(tx, "a@x")).await, preferring("ko"));
        assert_eq!(at(201).await, ["a@x en", "b@x ko"]);
        assert!(!put("a@x", "en", 300).await, "three times within the time");
        assert_eq!(run(&store, |tx| preferences::of(tx, "c@x")).await, PreferenceRow::default());

        // What held at 201 stays, and what held before goes, a bounded number at once.
        assert_eq!(run(&store, |tx| preferences::forget(tx, 202, 1)).await, 1);
        assert_eq!(run(&store, |tx| preferences::forget(tx, 202, 10)).await, 1);
        assert_eq!(run(&store, |tx| preferences::forget(tx, 202, 10)).await, 0);
        assert_eq!(at(i64::MAX).await, ["a@x ko", "b@x ko"]);
        let many: Vec<String> = (0..200).map(|number| format!("p{number}@x")).chain(["b@x".into()]).collect();
        let found =
            run(&store, move |tx| preferences::as_of(tx, many.iter().map(String::as_str), i64::MAX)).await;
        assert_eq!(found.len(), 1);
    });
}
