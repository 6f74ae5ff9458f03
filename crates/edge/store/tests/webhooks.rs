//! Webhooks and what is on its way to them, on both engines.

mod support;

use std::time::Duration;

use convoke_model::{MeetingId, UserId, Uuid};
use convoke_store::{
    DbFault, Store, Tx,
    answers::{self, AnswerRow, LoggedAnswer},
    lists::Standing,
    meetings::{self, MeetingRow, Revision},
    removed_users,
    webhook_deliveries::{self, DeliveryRow, TRIED_FOR_MS, Tried},
    webhooks::{self, Added, WebhookRow},
};
use support::on_both;

const LEASE: Duration = Duration::from_secs(60);

async fn run<T: Send + 'static>(
    store: &Store,
    work: impl Fn(&mut Tx<'_>) -> Result<T, DbFault> + Send + Sync + 'static,
) -> T {
    store.write_rows(move |tx| work(tx)).await.unwrap_or_else(|fault: DbFault| panic!("{fault}"))
}

fn webhook(number: u128, owner: &str, events: &[&str]) -> WebhookRow {
    WebhookRow {
        id: Uuid::from_u128(number),
        owner: owner.into(),
        made_by: "x".into(),
        url: format!("https://x/{number}"),
        secret: "s".into(),
        events: events.iter().map(|event| (*event).to_owned()).collect(),
        is_enabled: true,
        disabled_because: None,
        failures: 0,
        created_at: i64::try_from(number).unwrap(),
        failing_since: None,
        next_at: 0,
    }
}

async fn add(store: &Store, row: WebhookRow) -> bool {
    run(store, move |tx| webhooks::insert(tx, &row, 2)).await == Added::Done
}

fn meeting(organizer: &str, revision: i64, is_cancelled: bool) -> MeetingRow {
    MeetingRow {
        id: MeetingId(Uuid::from_u128(77)),
        uid: "77@test".into(),
        organizer: organizer.into(),
        revision,
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

fn revision(changed_at: i64) -> Revision {
    Revision {
        body: "{}".into(),
        changed_by: "alice".into(),
        changed_at,
        via: "web".into(),
        address: None,
        change: String::new(),
    }
}

fn nobody() -> Standing {
    Standing { people: Vec::new(), recurring: false }
}

async fn change(store: &Store, from: MeetingRow, to: MeetingRow, at: i64) {
    assert!(
        run(store, move |tx| meetings::update(tx, &to, &revision(at), &nobody(), (&from, &nobody()))).await
    );
}

/// What is on its way to a webhook, oldest first: event, revision, state.
async fn on_the_way(store: &Store, webhook: u128) -> Vec<String> {
    let mut found = run(store, move |tx| webhook_deliveries::list(tx, Uuid::from_u128(webhook), 100)).await;
    found.reverse();
    found.iter().map(|row| format!("{} {} {}", row.event, row.revision, row.state)).collect()
}

async fn claim(store: &Store, webhook: u128, by: &'static str, now: i64) -> Vec<DeliveryRow> {
    run(store, move |tx| webhook_deliveries::claim(tx, Uuid::from_u128(webhook), by, now, LEASE, 10)).await
}

#[test]
fn whatever_is_written_of_a_meeting_is_on_its_way_to_those_who_listen_and_to_nobody_else() {
    on_both(async |store| {
        let all = ["created", "changed", "cancelled", "answered"];
        for row in [webhook(1, "alice", &all), webhook(2, "", &["cancelled"]), webhook(3, "bob", &all)] {
            assert!(add(&store, row).await);
        }
        let off = WebhookRow { is_enabled: false, ..webhook(4, "alice", &all) };
        assert!(add(&store, off).await);
        assert!(!add(&store, webhook(5, "alice", &all)).await, "two are the most");
        run(&store, |tx| meetings::insert(tx, &meeting("alice", 1, false), &revision(1), &nobody())).await;
        change(&store, meeting("alice", 1, false), meeting("alice", 2, false), 2).await;
        let logged = |number: u128, outcome: &str| LoggedAnswer {
            id: Uuid::from_u128(number),
            said: AnswerRow {
                person: "c@x".into(),
                recurrence: String::new(),
                following: false,
                partstat: "ACCEPTED".into(),
                source: "mail".into(),
                comment: String::new(),
                sequence: 0,
                stamped_at: 3,
                meant_at: None,
                answered_at: 3,
            },
            outcome: outcome.into(),
            on_behalf_of: None,
            entered_by: None,
            address: None,
            proposal: None,
            note: None,
        };
        let (taken, older) = (logged(8, "taken"), logged(9, "older"));
        run(&store, move |tx| {
            answers::log(tx, MeetingId(Uuid::from_u128(77)), &taken)?;
            answers::log(tx, MeetingId(Uuid::from_u128(77)), &older)
        })
        .await;
        change(&store, meeting("alice", 2, false), meeting("bob", 3, false), 4).await;
        change(&store, meeting("bob", 3, false), meeting("bob", 4, true), 5).await;
        change(&store, meeting("bob", 4, true), meeting("bob", 5, false), 6).await;
        let alices = ["created 1 queued", "changed 2 queued", "answered 2 queued", "changed 3 queued"];
        assert_eq!(
            on_the_way(&store, 1).await,
            alices,
            "a former organizer hears of the hand-over, and no more"
        );
        assert_eq!(on_the_way(&store, 2).await, ["cancelled 4 queued"]);
        assert_eq!(
            on_the_way(&store, 3).await,
            ["changed 3 queued", "cancelled 4 queued", "changed 5 queued"]
        );
        assert_eq!(on_the_way(&store, 4).await, Vec::<String>::new());
        let found = run(&store, |tx| answers::find_logged(tx, Uuid::from_u128(8))).await;
        assert_eq!(found.unwrap().said.person, "c@x");
        // The event of one change has one id, whoever listens.
        let (first, second) = (claim(&store, 1, "a", 6).await, claim(&store, 3, "a", 6).await);
        assert_eq!(first[3].id, second[0].id);
        assert_eq!(
            (first[2].about.as_str(), first[2].gives_up_at),
            (&*Uuid::from_u128(8).to_string(), 3 + TRIED_FOR_MS)
        );
    });
}

#[test]
fn an_event_is_delivered_by_whoever_claims_it_and_again_after_the_claim_has_ended() {
    on_both(async |store| {
        assert!(add(&store, webhook(1, "", &[])).await);
        let hook = Uuid::from_u128(1);
        for number in 0..3 {
            let id = Uuid::from_u128(10 + number);
            let queued =
                run(&store, move |tx| webhook_deliveries::queue_test(tx, hook, id, (0, 2), 50)).await;
            assert_eq!(queued, number < 2, "two since then are the most");
        }
        assert_eq!(run(&store, |tx| webhook_deliveries::ready(tx, 50, 10)).await, [hook]);
        let ours = claim(&store, 1, "node1/a", 50).await;
        assert_eq!(ours.len(), 2);
        assert_eq!(claim(&store, 1, "node2/b", 50).await, [], "they are another's");
        assert_eq!(run(&store, |tx| webhook_deliveries::ready(tx, 50, 10)).await, Vec::<Uuid>::new());
        let note = |by: &'static str, of: &DeliveryRow, tried: Tried| {
            let of = of.clone();
            run(&store, move |tx| webhook_deliveries::note(tx, by, &of, &tried, "said", 60))
        };
        assert!(!note("node2/b", &ours[0], Tried::Failed).await);
        assert!(note("node1/a", &ours[0], Tried::Deferred(100)).await);
        assert!(note("node1/a", &ours[1], Tried::Delivered).await);
        assert_eq!(claim(&store, 1, "node2/b", 99).await, []);
        assert_eq!(claim(&store, 1, "node1/a", 100).await[0].attempts, 1);
        // The process is killed and started anew.
        assert_eq!(run(&store, |tx| webhook_deliveries::release(tx, "node1/")).await, 1);
        let again = claim(&store, 1, "node1/c", 100).await;
        assert_eq!((again.len(), again[0].id), (1, ours[0].id));
        assert!(note("node1/c", &again[0], Tried::Failed).await);
        for (id, retried) in [(again[0].id, true), (again[0].id, false), (ours[1].id, true)] {
            assert_eq!(run(&store, move |tx| webhook_deliveries::retry(tx, hook, id, 200)).await, retried);
        }
        let found =
            run(&store, move |tx| webhook_deliveries::find(tx, hook, Uuid::from_u128(10))).await.unwrap();
        assert_eq!(
            (found.state.as_str(), found.attempts, found.next_at, found.gives_up_at),
            ("queued", 0, 0, 200 + TRIED_FOR_MS)
        );
        assert_eq!(run(&store, |tx| webhook_deliveries::forget(tx, 50, 10)).await, 0);
        assert_eq!(run(&store, |tx| webhook_deliveries::forget(tx, 51, 1)).await, 1);
        assert_eq!(on_the_way(&store, 1).await.len(), 1);
    });
}

#[test]
fn a_webhook_that_pauses_or_is_disabled_or_removed_or_whose_owner_is_gone_gets_nothing() {
    on_both(async |store| {
        let user = UserId(Uuid::from_u128(5));
        let (first, second, third) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        for row in [webhook(1, "", &[]), webhook(2, &user.to_string(), &[]), webhook(3, "", &["created"])] {
            assert!(add(&store, row).await);
        }
        for hook in [first, second, third] {
            assert!(run(&store, move |tx| webhook_deliveries::queue_test(tx, hook, hook, (0, 9), 1)).await);
        }
        let ready = |now| run(&store, move |tx| webhook_deliveries::ready(tx, now, 10));
        for (now, failures) in [(5, (1, 5)), (7, (2, 5))] {
            assert_eq!(run(&store, move |tx| webhooks::failed(tx, first, now)).await, failures);
        }
        run(&store, move |tx| webhooks::pause(tx, first, 90)).await;
        assert!(!ready(89).await.contains(&first) && ready(90).await.contains(&first));
        run(&store, move |tx| webhooks::succeeded(tx, first)).await;
        run(&store, move |tx| webhooks::pause(tx, first, 90)).await;
        assert!(ready(89).await.contains(&first), "a receiver that takes something does not pause");
        assert_eq!(run(&store, move |tx| webhooks::failed(tx, first, 9)).await, (1, 9));
        // Whoever asks for a try ends the pause.
        run(&store, move |tx| webhooks::pause(tx, first, 90)).await;
        assert!(run(&store, move |tx| webhook_deliveries::queue_test(tx, first, second, (0, 9), 1)).await);
        assert!(ready(89).await.contains(&first));
        assert!(run(&store, move |tx| webhooks::disable(tx, first, "410")).await);
        assert!(!run(&store, move |tx| webhooks::disable(tx, first, "410")).await);
        assert!(!ready(89).await.contains(&first));
        assert_eq!(on_the_way(&store, 1).await.len(), 2, "what waits is kept until it is enabled again");
        let found = run(&store, move |tx| webhooks::find(tx, first)).await.unwrap();
        assert_eq!((found.is_enabled, found.disabled_because.as_deref()), (false, Some("410")));
        let events = vec!["changed".to_owned()];
        let changed =
            run(&store, move |tx| webhooks::change(tx, first, "https://y", &events, true)).await.unwrap();
        assert_eq!((changed.is_enabled, changed.disabled_because, changed.failures), (true, None, 0));
        assert_eq!((changed.url.as_str(), changed.events), ("https://y", vec!["changed".to_owned()]));

        run(&store, move |tx| removed_users::note(tx, user, 1_000)).await;
        assert_eq!(run(&store, move |tx| webhooks::find(tx, second)).await, None);
        assert!(!ready(100).await.contains(&second));
        // Who is gone makes no new one.
        let late = run(&store, move |tx| webhooks::insert(tx, &webhook(4, &user.to_string(), &[]), 2));
        assert_eq!(late.await, Added::OwnerGone);
        let ids = |rows: Vec<WebhookRow>| rows.iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(ids(run(&store, |tx| webhooks::list(tx, Some(""), 9)).await), [first, third]);
        run(&store, move |tx| webhooks::delete(tx, third)).await;
        assert_eq!(ids(run(&store, |tx| webhooks::list(tx, None, 9)).await), [first]);
    });
}
