//! What was imported, on both engines.

mod support;

use convoke_model::{MeetingId, Uuid};
use convoke_store::{
    DbFault, Store, Tx, imports,
    lists::Standing,
    meetings::{self, MeetingRow, Revision},
};
use support::on_both;

async fn run<T: Send + 'static>(
    store: &Store,
    work: impl Fn(&mut Tx<'_>) -> Result<T, DbFault> + Send + Sync + 'static,
) -> T {
    store.write(move |tx| work(tx)).await.unwrap_or_else(|fault: DbFault| panic!("{fault}"))
}

fn row(id: MeetingId, is_cancelled: bool) -> MeetingRow {
    MeetingRow {
        id,
        uid: format!("{id}@test"),
        organizer: "a".into(),
        revision: 1,
        sequence: 0,
        is_cancelled,
        space: "space".into(),
        is_temporary: false,
        first_start_at: 0,
        last_end_at: Some(1),
        cancelled_at: None,
        created_at: 0,
        updated_at: 0,
        space_removed_at: None,
        follows: None,
        followed_by: None,
    }
}

fn revision() -> Revision {
    Revision {
        body: "{}".into(),
        changed_by: "a".into(),
        changed_at: 0,
        via: "web".into(),
        address: None,
        change: String::new(),
    }
}

#[test]
fn a_uid_is_imported_once_for_each_user() {
    on_both(async |store| {
        let meeting = |number: u128| MeetingId(Uuid::from_u128(number));
        let note = async |organizer: &'static str, uid: &'static str, number: u128| {
            run(&store, move |tx| imports::note(tx, organizer, uid, meeting(number), 1)).await
        };
        let put = async |number: u128, is_cancelled: bool| {
            run(&store, move |tx| {
                let row = row(meeting(number), is_cancelled);
                meetings::insert(tx, &row, &revision(), &Standing { people: Vec::new(), recurring: false })
            })
            .await;
        };
        for (number, is_cancelled) in [(1, false), (2, true), (3, false), (5, false)] {
            put(number, is_cancelled).await;
        }
        assert!(note("a", "x", 1).await && note("a", "y", 2).await && note("b", "x", 3).await);
        assert!(!note("a", "x", 4).await);
        assert!(note("a", "y", 5).await, "the one before was cancelled");
        assert!(!note("a", "y", 4).await);
        let uids: Vec<String> = (0..200).map(|number| format!("u{number}")).chain(["x".into()]).collect();
        let known = run(&store, move |tx| imports::known(tx, "a", &uids)).await;
        assert_eq!(known.into_iter().collect::<Vec<_>>(), [("x".to_owned(), meeting(1))]);
    });
}
