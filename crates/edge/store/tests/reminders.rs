//! Reminders, on both engines.

mod support;

use convoke_model::{MeetingId, Uuid};
use convoke_store::{
    DbFault, Store, Tx,
    reminders::{self, ReminderRow},
};
use support::on_both;

async fn run<T: Send + 'static>(
    store: &Store,
    work: impl Fn(&mut Tx<'_>) -> Result<T, DbFault> + Send + Sync + 'static,
) -> T {
    store.write(move |tx| work(tx)).await.unwrap_or_else(|fault: DbFault| panic!("{fault}"))
}

fn row(meeting: u128, minutes: i64, next_at: i64) -> ReminderRow {
    let meeting = MeetingId(Uuid::from_u128(meeting));
    let starts_at = next_at + minutes * 60_000;
    ReminderRow { meeting, minutes, recurrence: "2026-12-01T10:00:00".into(), starts_at, next_at }
}

#[test]
fn whoever_goes_on_first_sends_it_and_the_other_does_not() {
    on_both(async |store| {
        let (first, second) = (row(1, 15, 100), row(1, 60, 50));
        let rows = vec![first.clone(), second.clone()];
        run(&store, move |tx| reminders::put(tx, rows[0].meeting, &rows)).await;
        let other = row(2, 15, 99);
        run(&store, {
            let other = other.clone();
            move |tx| reminders::put(tx, other.meeting, std::slice::from_ref(&other))
        })
        .await;
        assert_eq!(run(&store, |tx| reminders::due(tx, 99, 10)).await, [second.clone(), other.clone()]);
        assert_eq!(run(&store, |tx| reminders::due(tx, 99, 1)).await, std::slice::from_ref(&second));
        assert_eq!(run(&store, reminders::earliest).await, Some(50));

        let next = ReminderRow { recurrence: "2026-12-08T10:00:00".into(), ..row(1, 60, 200) };
        let go_on = |from: &ReminderRow, to: Option<&ReminderRow>| {
            let (from, to) = (from.clone(), to.cloned());
            run(&store, move |tx| reminders::go_on(tx, &from, to.as_ref()))
        };
        assert!(go_on(&second, Some(&next)).await);
        assert!(!go_on(&second, Some(&next)).await, "once");
        assert!(go_on(&other, None).await);
        assert!(!go_on(&other, None).await);
        let mut left = run(&store, {
            let meeting = first.meeting;
            move |tx| reminders::of(tx, meeting)
        })
        .await;
        left.sort_by_key(|row| row.minutes);
        assert_eq!(left, [first.clone(), next]);
        run(&store, {
            let meeting = first.meeting;
            move |tx| reminders::put(tx, meeting, &[])
        })
        .await;
        assert_eq!(run(&store, reminders::earliest).await, None);
    });
}
