//! Calendars to subscribe to, on both engines.

mod support;

use convoke_model::{MeetingId, UserId, Uuid};
use convoke_store::{
    DbFault, Store, Tx,
    feeds::{self, FeedRow},
    lists::Standing,
    meetings::{self, MeetingRow, Revision},
    removed_users,
};
use support::on_both;

async fn run<T: Send + 'static>(
    store: &Store,
    work: impl Fn(&mut Tx<'_>) -> Result<T, DbFault> + Send + Sync + 'static,
) -> T {
    store.write_rows(move |tx| work(tx)).await.unwrap_or_else(|fault: DbFault| panic!("{fault}"))
}

fn feed(number: u128, user: &str) -> FeedRow {
    FeedRow {
        id: Uuid::from_u128(number),
        digest: format!("digest {number}"),
        user: user.into(),
        name: "Phone".into(),
        created_at: i64::try_from(number).unwrap(),
    }
}

#[test]
fn a_feed_is_found_by_its_digest_until_it_is_revoked_or_its_user_is_removed() {
    on_both(async |store| {
        let user = UserId(Uuid::from_u128(9));
        let name = user.to_string();
        for (number, owner, added) in
            [(1, "x", true), (2, name.as_str(), true), (3, &name, true), (4, &name, false)]
        {
            let row = feed(number, owner);
            assert_eq!(run(&store, move |tx| feeds::insert(tx, &row, 2)).await, added);
        }
        assert_eq!(run(&store, |tx| feeds::find(tx, "digest 2")).await, Some(feed(2, &name)));
        assert_eq!(run(&store, |tx| feeds::find(tx, "digest 4")).await, None);
        let owner = name.clone();
        assert_eq!(run(&store, move |tx| feeds::list(tx, &owner)).await, [feed(2, &name), feed(3, &name)]);
        assert!(!run(&store, |tx| feeds::delete(tx, "x", Uuid::from_u128(2))).await, "it is another's");
        let owner = name.clone();
        assert!(run(&store, move |tx| feeds::delete(tx, &owner, Uuid::from_u128(2))).await);
        assert_eq!(run(&store, |tx| feeds::find(tx, "digest 2")).await, None);
        run(&store, move |tx| removed_users::note(tx, user, 1_000)).await;
        assert_eq!(run(&store, |tx| feeds::find(tx, "digest 3")).await, None);
        assert_eq!(run(&store, |tx| feeds::find(tx, "digest 1")).await, Some(feed(1, "x")));
    });
}

#[test]
fn what_meetings_say_is_read_together_without_those_that_are_cancelled() {
    on_both(async |store| {
        let id = |number: u128| MeetingId(Uuid::from_u128(number));
        for number in 1..=130_u128 {
            let row = MeetingRow {
                id: id(number),
                uid: format!("{number}@test"),
                organizer: "alice".into(),
                revision: 1,
                sequence: 0,
                is_cancelled: number == 70,
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
            };
            let revision = Revision {
                body: format!("says {number}"),
                changed_by: "alice".into(),
                changed_at: 0,
                via: String::new(),
                address: None,
                change: String::new(),
            };
            let nobody = Standing { people: Vec::new(), recurring: false };
            run(&store, move |tx| meetings::insert(tx, &row, &revision, &nobody)).await;
        }
        let ids: Vec<MeetingId> = (0..=131).map(id).collect();
        let mut found = run(&store, move |tx| feeds::meetings(tx, &ids)).await;
        found.sort_by_key(|(row, _)| row.id);
        assert_eq!(found.len(), 129);
        assert_eq!((found[128].0.uid.as_str(), found[128].1.as_str()), ("130@test", "says 130"));
        assert!(found.iter().all(|(row, _)| row.id != id(70)));
    });
}
