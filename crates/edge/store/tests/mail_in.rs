//! Mails that come in, on both engines.

mod support;

use std::time::Duration;

use convoke_model::{MeetingId, Uuid};
use convoke_store::{
    DbFault, Store, lease,
    mail_in::{self, Cursor},
    outbox,
    outbox::{MailRow, Tried, TriedState},
};
use support::on_both;

const MEETING: MeetingId = MeetingId(Uuid::from_u128(1));
const HOUR: Duration = Duration::from_secs(3600);

async fn begin(store: &Store, digest: &'static str) -> bool {
    store
        .write_rows(move |tx| mail_in::begin(tx, digest, 100))
        .await
        .unwrap_or_else(|fault: DbFault| panic!("{fault}"))
}

#[test]
fn a_mail_counts_once_unless_what_it_did_is_undone() {
    on_both(async |store| {
        let undone = store
            .write_rows(|tx| {
                assert!(mail_in::begin(tx, "a", 100)?);
                Err::<(), _>(DbFault::Failed("killed".into()))
            })
            .await;
        assert!(undone.is_err());
        assert!(begin(&store, "a").await);
        assert!(!begin(&store, "a").await);
        store.write_rows(|tx| mail_in::finish(tx, "a", "taken", Some(MEETING))).await.unwrap();
        let outcome = store.read(|tx| mail_in::outcome(tx, "a")).await.unwrap();
        assert_eq!(outcome, Some(("taken".into(), Some(MEETING.to_string()))));
        assert_eq!(store.write_rows(|tx| mail_in::forget(tx, 100, 10)).await.unwrap(), 0);
        assert_eq!(store.write_rows(|tx| mail_in::forget(tx, 101, 10)).await.unwrap(), 1);
        assert!(begin(&store, "a").await);
    });
}

#[test]
fn a_mailbox_is_read_on_from_where_it_was_and_anew_under_another_numbering() {
    on_both(async |store| {
        let at = async |uid_validity, uid| {
            let cursor = Cursor { uid_validity, uid };
            store.write_rows(move |tx| mail_in::move_cursor(tx, "box", cursor, 1)).await.unwrap();
            let found = store.read(|tx| mail_in::cursor(tx, "box")).await.unwrap().unwrap();
            (found.uid_validity, found.uid)
        };
        assert_eq!(store.read(|tx| mail_in::cursor(tx, "box")).await.unwrap(), None);
        assert_eq!(at(7, 5).await, (7, 5));
        assert_eq!(at(7, 4).await, (7, 5), "who is late does not read again");
        assert_eq!(at(7, u32::MAX).await, (7, u32::MAX));
        assert_eq!(at(8, 1).await, (8, 1));
    });
}

#[test]
fn a_lease_has_one_holder_until_it_is_over_or_given_back() {
    on_both(async |store| {
        let take = async |holder: &'static str, hold| {
            store.write_rows(move |tx| lease::take(tx, "mailbox", holder, hold)).await.unwrap()
        };
        assert!(take("a", HOUR).await);
        assert!(take("a", HOUR).await, "it is renewed");
        assert!(!take("b", HOUR).await);
        store.write_rows(|tx| lease::release(tx, "mailbox", "b")).await.unwrap();
        assert!(!take("b", HOUR).await, "another one gives nothing back");
        store.write_rows(|tx| lease::release(tx, "mailbox", "a")).await.unwrap();
        assert!(take("node/1", HOUR).await);
        for prefix in ["nod/", "node2/"] {
            store.write_rows(move |tx| lease::release_of(tx, "mailbox", prefix)).await.unwrap();
        }
        assert!(!take("b", HOUR).await, "that of another node stays");
        store.write_rows(|tx| lease::release_of(tx, "mailbox", "node/")).await.unwrap();
        assert!(take("b", Duration::ZERO).await);
        assert!(take("a", HOUR).await, "it was over");
    });
}

fn mail(id: u128) -> MailRow {
    MailRow {
        id: Uuid::from_u128(id),
        meeting: MEETING,
        revision: 1,
        recipient: "Bob@example.test".into(),
        kind: "resent".into(),
        lane: 1,
        told: None,
        about: None,
        attempts: 0,
        created_at: 100,
    }
}

async fn state(store: &Store) -> (String, Option<String>) {
    let outcomes = store.read(|tx| outbox::outcomes(tx, MEETING)).await.unwrap();
    (outcomes[0].state.clone(), outcomes[0].detail.clone())
}

#[test]
fn a_mail_that_came_back_is_told_and_stays_so() {
    on_both(async |store| {
        store.write_rows(|tx| outbox::insert(tx, &[mail(2)])).await.unwrap();
        let claimed = store.write_rows(|tx| outbox::claim(tx, "me", 200, HOUR, 10)).await.unwrap();
        assert_eq!(claimed.len(), 1);
        let bounce = async |recipient: &'static str| {
            let id = Uuid::from_u128(2);
            store.write_rows(move |tx| outbox::bounced(tx, id, recipient, "5.1.1 no Bob", 300)).await.unwrap()
        };
        assert_eq!(bounce("eve@example.test").await, None, "it never went to Eve");
        // The report is faster than the note that the mail went out.
        assert_eq!(bounce("bob@example.test").await, Some(MEETING));
        let tried =
            Tried { id: Uuid::from_u128(2), state: TriedState::Sent, detail: "250".into(), next_at: 0 };
        let noted = store
            .write_rows(move |tx| outbox::note(tx, "me", std::slice::from_ref(&tried), 400))
            .await
            .unwrap();
        assert!(noted.is_empty());
        assert_eq!(state(&store).await, ("bounced".into(), Some("5.1.1 no Bob".into())));
        assert_eq!(bounce("bob@example.test").await, None, "it came back before");
        let past = store.read(|tx| outbox::past(tx, MEETING, 1)).await.unwrap();
        assert!(!past["bob@example.test"][0].is_told);
    });
}

#[test]
fn a_delay_is_told_of_a_mail_that_was_handed_over_and_changes_nothing_else() {
    on_both(async |store| {
        let delay = async || {
            let id = Uuid::from_u128(3);
            store
                .write_rows(move |tx| outbox::delayed(tx, id, "bob@example.test", "4.4.1 later"))
                .await
                .unwrap()
        };
        store.write_rows(|tx| outbox::insert(tx, &[mail(4)])).await.unwrap();
        assert_eq!(delay().await, None);
        store.write_rows(|tx| outbox::insert_sent(tx, &[mail(3)])).await.unwrap();
        assert_eq!(delay().await, Some(MEETING));
        let since = async |since| {
            store
                .read(move |tx| outbox::count(tx, MEETING, "bob@example.test", "resent", since))
                .await
                .unwrap()
        };
        assert_eq!((since(100).await, since(101).await), (2, 0));
        let known = async |recipient: &'static str| {
            store.read(move |tx| outbox::meeting_of(tx, Uuid::from_u128(3), recipient)).await.unwrap()
        };
        assert_eq!(known("bob@example.test").await, Some(MEETING));
        assert_eq!(known("eve@example.test").await, None);
    });
}
