//! Hand-overs of all meetings of somebody who leaves, on both engines.

mod support;

use convoke_model::{MeetingId, Uuid};
use convoke_store::{
    DbFault, Store, Tx,
    handovers::{self, HandoverRow, MeetingOf, Refused},
};
use support::on_both;

async fn run<T: Send + 'static>(
    store: &Store,
    work: impl Fn(&mut Tx<'_>) -> Result<T, DbFault> + Send + Sync + 'static,
) -> T {
    store.write(move |tx| work(tx)).await.unwrap_or_else(|fault: DbFault| panic!("{fault}"))
}

fn handover(id: u128, created_at: i64) -> HandoverRow {
    HandoverRow {
        id: Uuid::from_u128(id),
        former: "a".into(),
        former_jid: "a@x".into(),
        organizer_jid: "b@x".into(),
        notify: "affected".into(),
        stays: false,
        asked_by: "admin".into(),
        address: None,
        created_at,
        finished_at: None,
    }
}

fn of(number: u128) -> MeetingOf {
    let was = if number == 1 { "coOrganizer" } else { "organizer" };
    MeetingOf {
        meeting: MeetingId(Uuid::from_u128(number)),
        summary: format!("No. {number}"),
        was: was.into(),
    }
}

#[test]
fn each_meeting_is_settled_once_and_the_last_one_finishes_it() {
    on_both(async |store| {
        let id = Uuid::from_u128(1);
        // More than one statement takes.
        run(&store, |tx| {
            handovers::insert(tx, &handover(1, 100), &(1..=70).map(of).collect::<Vec<_>>())?;
            handovers::insert(tx, &handover(2, 50), &[])
        })
        .await;
        assert_eq!(run(&store, |tx| handovers::last_of(tx, "a@x")).await, Some(handover(1, 100)));
        assert_eq!(run(&store, |tx| handovers::last_of(tx, "b@x")).await, None);
        let unfinished = async |now: i64| run(&store, move |tx| handovers::unfinished(tx, now, 9)).await;
        assert_eq!(unfinished(99).await, [handover(2, 50)], "nothing waits any more");
        assert_eq!(unfinished(100).await, [handover(2, 50), handover(1, 100)]);
        assert!(run(&store, |tx| handovers::finish(tx, Uuid::from_u128(2), 60)).await);

        let due = async |now: i64, most: i64| run(&store, move |tx| handovers::due(tx, id, now, most)).await;
        assert_eq!(due(99, 100).await, []);
        assert_eq!(due(100, 2).await, [(of(1), 0), (of(2), 0)]);
        run(&store, move |tx| handovers::put_off(tx, id, of(1).meeting, 200, true)).await;
        assert_eq!((due(199, 100).await.len(), due(200, 100).await.len()), (69, 70));
        assert_eq!(due(200, 100).await.last(), Some(&(of(1), 1)));
        run(&store, move |tx| handovers::put_off(tx, id, of(1).meeting, 200, false)).await;
        assert_eq!(due(200, 100).await.last(), Some(&(of(1), 1)), "what was no try does not count");
        run(&store, move |tx| {
            for number in 2..=69 {
                handovers::settle(tx, id, of(number).meeting, None)?;
            }
            handovers::settle(tx, id, of(70).meeting, Some(("notAMember", "Not a member.")))?;
            // What is settled stays so.
            handovers::settle(tx, id, of(70).meeting, None)
        })
        .await;
        assert!(!run(&store, move |tx| handovers::finish(tx, id, 300)).await, "one waits still");
        run(&store, move |tx| handovers::settle(tx, id, of(1).meeting, None)).await;
        assert!(run(&store, move |tx| handovers::finish(tx, id, 300)).await);
        assert!(!run(&store, move |tx| handovers::finish(tx, id, 301)).await);
        assert_eq!(unfinished(300).await, []);
        let count = |was: &str, state: &str, count| (was.to_owned(), state.to_owned(), count);
        assert_eq!(
            run(&store, move |tx| handovers::counts(tx, id)).await,
            [
                count("coOrganizer", "done", 1),
                count("organizer", "done", 68),
                count("organizer", "refused", 1)
            ]
        );
        let refused = Refused { of: of(70), code: "notAMember".into(), reason: "Not a member.".into() };
        assert_eq!(run(&store, move |tx| handovers::refused(tx, id, 9)).await, [refused]);

        assert_eq!(run(&store, |tx| handovers::forget(tx, 300, 9)).await, 1);
        assert_eq!(run(&store, |tx| handovers::last_of(tx, "a@x")).await.map(|row| row.id), Some(id));
        assert_eq!(run(&store, |tx| handovers::forget(tx, 301, 9)).await, 1);
        assert_eq!(run(&store, move |tx| handovers::counts(tx, id)).await, []);
    });
}

#[test]
fn as_many_meetings_as_a_hand_over_may_have_are_kept_in_one_transaction_and_counted() {
    on_both(async |store| {
        run(&store, |tx| handovers::insert(tx, &handover(1, 100), &(1..=20_000).map(of).collect::<Vec<_>>()))
            .await;
        let counts = run(&store, |tx| handovers::counts(tx, Uuid::from_u128(1))).await;
        assert_eq!(counts.iter().map(|(.., count)| count).sum::<i64>(), 20_000);
        assert_eq!(run(&store, |tx| handovers::due(tx, Uuid::from_u128(1), 100, 50)).await.len(), 50);
    });
}
