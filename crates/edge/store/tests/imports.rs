//! What was imported, on both engines.

mod support;

use convoke_model::{MeetingId, Uuid};
use convoke_store::{DbFault, Store, Tx, imports};
use support::on_both;

async fn run<T: Send + 'static>(
    store: &Store,
    work: impl Fn(&mut Tx<'_>) -> Result<T, DbFault> + Send + Sync + 'static,
) -> T {
    store.write(move |tx| work(tx)).await.unwrap_or_else(|fault: DbFault| panic!("{fault}"))
}

#[test]
fn a_uid_is_imported_once_for_each_user() {
    on_both(async |store| {
        let meeting = |number: u128| MeetingId(Uuid::from_u128(number));
        let note = async |organizer: &'static str, uid: &'static str, number: u128| {
            run(&store, move |tx| imports::note(tx, organizer, uid, meeting(number), 1)).await
        };
        assert!(note("a", "x", 1).await && note("a", "y", 2).await && note("b", "x", 3).await);
        assert!(!note("a", "x", 4).await);
        let uids: Vec<String> = (0..200).map(|number| format!("u{number}")).chain(["x".into()]).collect();
        let known = run(&store, move |tx| imports::known(tx, "a", &uids)).await;
        assert_eq!(known.into_iter().collect::<Vec<_>>(), [("x".to_owned(), meeting(1))]);
    });
}
