//! Meetings, their lists and their outbox, on both engines.

mod support;

use std::{collections::HashSet, time::Duration};

use convoke_model::{MeetingId, Uuid};
use convoke_store::{
    DbFault, Store,
    lists::{self, PersonRow, Standing},
    meetings,
    meetings::{MeetingRow, Revision},
    outbox,
    outbox::{MailRow, Tried, TriedState},
    space_tasks,
};
use support::on_both;

const HOUR: i64 = 3_600_000;

fn id(number: u128) -> MeetingId {
    MeetingId(Uuid::from_u128(number))
}

fn row(number: u128, start: i64, end: Option<i64>) -> MeetingRow {
    MeetingRow {
        id: id(number),
        uid: format!("{number}@test"),
        organizer: "alice".into(),
        revision: 1,
        sequence: 0,
        is_cancelled: false,
        space: format!("space-{number}"),
        is_temporary: true,
        first_start_at: start,
        last_end_at: end,
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
        changed_by: "alice".into(),
        changed_at: 0,
        via: "web".into(),
        address: Some("192.0.2.1".into()),
        change: String::new(),
    }
}

fn person(key: &str) -> PersonRow {
    PersonRow { person: key.into(), listing: format!("what {key} is shown") }
}

async fn add(store: &Store, row: MeetingRow, people: Vec<PersonRow>, recurring: bool) {
    let standing = Standing { people, recurring };
    let added = store.write_rows(move |tx| meetings::insert(tx, &row, &revision(), &standing)).await;
    let added: Result<(), DbFault> = added;
    added.unwrap();
}

/// What a person's list of this window holds, sorted: numbers of meetings and what is shown of them.
async fn listings(store: &Store, keys: [String; 2], from: i64, until: i64) -> Vec<String> {
    let found: Result<Vec<String>, DbFault> = store
        .read(move |tx| {
            let mut found = Vec::new();
            lists::list_of(tx, &keys, from, until, 24 * HOUR, &mut |row| {
                found.push(format!("{} {}", row.meeting.trim_start_matches(['0', '-']), row.listing));
            })?;
            Ok(found)
        })
        .await;
    let mut found = found.unwrap();
    found.sort();
    found
}

fn mail(number: u128, meeting: u128, revision: i64, recipient: &str) -> MailRow {
    MailRow {
        id: Uuid::from_u128(number),
        meeting: id(meeting),
        revision,
        recipient: recipient.into(),
        kind: "invitation".into(),
        attempts: 0,
        created_at: 0,
        lane: outbox::USUAL_LANE,
        told: None,
        about: None,
    }
}

fn tried(number: u128, state: TriedState, detail: &str, next_at: i64) -> Tried {
    Tried { id: Uuid::from_u128(number), state, detail: detail.into(), next_at }
}

/// Notes tries at `now`; answers the numbers of those mails that were ours.
async fn note(store: &Store, name: &'static str, tries: Vec<Tried>, now: i64) -> Vec<u128> {
    let noted: Result<Vec<Uuid>, DbFault> =
        store.write_rows(move |tx| outbox::note(tx, name, &tries, now)).await;
    let mut ids: Vec<u128> = noted.unwrap().iter().map(|id| id.as_u128()).collect();
    ids.sort_unstable();
    ids
}

async fn queue(store: &Store, mails: Vec<MailRow>) {
    let queued: Result<(), DbFault> = store.write_rows(move |tx| outbox::insert(tx, &mails)).await;
    queued.unwrap();
}

const LEASE: Duration = Duration::from_secs(3600);

async fn claim(store: &Store, name: &'static str, now: i64) -> Vec<u128> {
    claim_for(store, name, now, LEASE).await
}

async fn claim_for(store: &Store, name: &'static str, now: i64, lease: Duration) -> Vec<u128> {
    let claimed: Result<Vec<MailRow>, DbFault> =
        store.write_rows(move |tx| outbox::claim(tx, name, now, lease, 10)).await;
    let mut ids: Vec<u128> = claimed.unwrap().iter().map(|mail| mail.id.as_u128()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn a_list_holds_what_overlaps_its_window_and_nothing_else() {
    on_both(async |store| {
        let people = || vec![person("u:alice"), person("e:bob@x"), person("e:carol@x"), person("e:dan@x")];
        add(&store, row(1, 10 * HOUR, Some(11 * HOUR)), people(), false).await;
        add(&store, row(2, 2 * HOUR, None), people(), true).await;
        add(&store, row(3, HOUR, Some(5 * HOUR)), people(), true).await;
        add(&store, row(4, 40 * HOUR, Some(41 * HOUR)), people(), false).await;
        let cancelled = MeetingRow { is_cancelled: true, ..row(5, 10 * HOUR, Some(11 * HOUR)) };
        add(&store, cancelled, people(), false).await;

        let listed = async |from: i64, until: i64| {
            let keys = ["u:alice".to_owned(), "e:dan@x".to_owned()];
            listings(&store, keys, from, until).await
        };
        let both = |number: u8| ["e:dan@x", "u:alice"].map(|key| format!("{number} what {key} is shown"));
        assert_eq!(listed(9 * HOUR, 12 * HOUR).await, [both(1), both(2)].concat());
        // The end is not part of a meeting, nor the window's end of the window.
        assert_eq!(listed(11 * HOUR, 40 * HOUR).await, both(2));
        assert_eq!(listed(0, HOUR).await, Vec::<String>::new());
        let all: Result<usize, DbFault> = store
            .read(|tx| {
                let mut count = 0;
                lists::list_all(tx, 9 * HOUR, 50 * HOUR, 10, &mut |_| count += 1)?;
                Ok(count)
            })
            .await;
        assert_eq!(all.unwrap(), 3);
    });
}

#[test]
fn only_one_of_two_editors_wins_and_lists_show_what_it_said() {
    on_both(async |store| {
        let before = row(1, 0, Some(HOUR));
        add(&store, before.clone(), vec![person("u:alice")], false).await;
        let change = async || {
            let changed = MeetingRow { revision: 2, ..row(1, 2 * HOUR, Some(3 * HOUR)) };
            let former = (before.clone(), Standing { people: vec![person("u:alice")], recurring: false });
            let now = Standing { people: vec![person("u:bob")], recurring: false };
            let changed: Result<bool, DbFault> = store
                .write_rows(move |tx| {
                    meetings::update(tx, &changed, &revision(), &now, (&former.0, &former.1))
                })
                .await;
            changed.unwrap()
        };
        assert!(change().await);
        assert!(!change().await);
        for (who, count) in [("u:alice", 0), ("u:bob", 1)] {
            let keys = [who.to_owned(), "e:nobody@x".to_owned()];
            assert_eq!(listings(&store, keys, 0, 9 * HOUR).await.len(), count, "{who}");
        }
    });
}

#[test]
fn a_meeting_that_is_cancelled_leaves_all_lists() {
    on_both(async |store| {
        let people = || vec![person("u:alice"), person("e:bob@x")];
        add(&store, row(1, 0, Some(HOUR)), people(), true).await;
        let keys = || ["u:alice".to_owned(), "e:bob@x".to_owned()];
        assert_eq!(listings(&store, keys(), 0, HOUR).await.len(), 2);
        let cancelled: Result<bool, DbFault> = store
            .write_rows(move |tx| {
                let cancelled = MeetingRow { revision: 2, is_cancelled: true, ..row(1, 0, Some(HOUR)) };
                let standing = Standing { people: people(), recurring: true };
                let former = row(1, 0, Some(HOUR));
                meetings::update(tx, &cancelled, &revision(), &standing, (&former, &standing))
            })
            .await;
        assert!(cancelled.unwrap());
        assert_eq!(listings(&store, keys(), 0, HOUR).await, Vec::<String>::new());
    });
}

#[test]
fn a_meeting_of_very_many_stands_in_the_list_of_each() {
    on_both(async |store| {
        let people = (0..101).map(|n| person(&format!("e:p{n}@x"))).collect();
        add(&store, row(1, 0, Some(HOUR)), people, false).await;
        for number in [0, 9, 10, 99, 100] {
            let keys = ["u:nobody".to_owned(), format!("e:p{number}@x")];
            let shown = format!("1 what e:p{number}@x is shown");
            assert_eq!(listings(&store, keys, 0, HOUR).await, [shown]);
        }
    });
}

#[test]
fn a_mail_is_claimed_once_and_an_update_waits_for_its_invitation() {
    on_both(async |store| {
        add(&store, row(1, 0, Some(HOUR)), vec![], false).await;
        queue(
            &store,
            vec![mail(1, 1, 1, "a@x"), mail(2, 1, 1, "b@x"), mail(3, 1, 2, "a@x"), mail(4, 1, 2, "c@x")],
        )
        .await;
        assert_eq!(claim(&store, "n1/x", 10).await, [1, 2, 4]);
        assert_eq!(claim(&store, "n2/y", 10).await, Vec::<u128>::new());
        assert_eq!(note(&store, "n1/x", vec![tried(1, TriedState::Sent, "250 ok", 20)], 20).await, [1]);
        assert_eq!(claim(&store, "n2/y", 20).await, [3]);
    });
}

#[test]
fn a_claim_that_ended_is_taken_over_and_its_old_holder_can_do_no_harm() {
    on_both(async |store| {
        add(&store, row(1, 0, Some(HOUR)), vec![], false).await;
        queue(&store, vec![mail(1, 1, 1, "a@x")]).await;
        assert_eq!(claim_for(&store, "n1/x", 0, Duration::ZERO).await, [1]);
        assert_eq!(claim(&store, "n2/y", 0).await, [1]);
        let id = Uuid::from_u128(1);
        let old: Result<_, DbFault> =
            store.write_rows(move |tx| outbox::renew(tx, &[id], "n1/x", LEASE)).await;
        assert_eq!(old.unwrap(), Vec::<Uuid>::new());
        for state in [TriedState::Sent, TriedState::Failed, TriedState::Deferred] {
            assert_eq!(note(&store, "n1/x", vec![tried(1, state, "late", 9_000)], 2_000).await, [0; 0]);
        }
        let others = [Uuid::from_u128(9), id];
        let new: Result<_, DbFault> =
            store.write_rows(move |tx| outbox::renew(tx, &others, "n2/y", LEASE)).await;
        assert_eq!(new.unwrap(), [id]);
    });
}

#[test]
fn a_claim_lasts_by_the_clock_of_the_database_whatever_the_holders_show() {
    on_both(async |store| {
        add(&store, row(1, 0, Some(HOUR)), vec![], false).await;
        queue(&store, vec![mail(1, 1, 1, "a@x")]).await;
        assert_eq!(claim(&store, "n1/x", 0).await, [1]);
        let hundred_years = 36_500 * 24 * HOUR;
        assert_eq!(claim(&store, "n2/y", hundred_years).await, Vec::<u128>::new());
        let renewed: Result<_, DbFault> =
            store.write_rows(|tx| outbox::renew(tx, &[Uuid::from_u128(1)], "n1/x", Duration::ZERO)).await;
        assert_eq!(renewed.unwrap().len(), 1);
        assert_eq!(claim(&store, "n2/y", hundred_years).await, [1]);
    });
}

#[test]
fn mails_that_were_noted_by_a_clock_which_was_set_back_wait_no_longer() {
    on_both(async |store| {
        add(&store, row(1, 0, Some(HOUR)), vec![], false).await;
        let ahead = MailRow { created_at: 5 * HOUR, ..mail(1, 1, 1, "a@x") };
        queue(&store, vec![ahead, mail(2, 1, 1, "b@x"), mail(3, 1, 1, "c@x")]).await;
        assert_eq!(claim(&store, "n/x", 0).await, [2, 3]);
        let state = TriedState::Deferred;
        let tries = vec![tried(2, state, "later", 6 * HOUR), tried(3, state, "later", HOUR / 2)];
        assert_eq!(note(&store, "n/x", tries, 5 * HOUR).await, [2, 3]);
        let mended: Result<u64, DbFault> = store.write_rows(|tx| outbox::mend_times(tx, 1_000, HOUR)).await;
        assert_eq!(mended.unwrap(), 2);
        assert_eq!(claim(&store, "n/x", 1_000).await, [1, 2], "the third waits as it should");
    });
}

#[test]
fn a_restart_releases_the_claims_of_its_node_only() {
    on_both(async |store| {
        add(&store, row(1, 0, Some(HOUR)), vec![], false).await;
        queue(&store, vec![mail(1, 1, 1, "a@x")]).await;
        assert_eq!(claim(&store, "cms1/x", 0).await, [1]);
        queue(&store, vec![mail(2, 1, 1, "b@x")]).await;
        assert_eq!(claim(&store, "cms10/x", 0).await, [2]);
        let released: Result<u64, DbFault> = store.write_rows(|tx| outbox::release(tx, "cms1/")).await;
        assert_eq!(released.unwrap(), 1);
        assert_eq!(claim(&store, "cms1/y", 1).await, [1]);
    });
}

#[test]
fn what_somebody_waits_for_goes_before_mails_that_are_older() {
    on_both(async |store| {
        add(&store, row(1, 0, Some(HOUR)), vec![], false).await;
        queue(&store, (1..=20).map(|n| mail(n, 1, 1, &format!("p{n}@x"))).collect()).await;
        let told = MailRow { told: Some(3), about: Some("{}".into()), ..mail(30, 1, 5, "P30@x") };
        let urgent = MailRow { lane: 0, created_at: 5, ..mail(31, 1, 1, "p31@x") };
        let another_day = MailRow { lane: 0, created_at: HOUR, ..mail(32, 1, 1, "p32@x") };
        queue(&store, vec![told.clone(), urgent, another_day]).await;
        let claimed = claim(&store, "n/x", 10).await;
        assert_eq!((claimed.len(), claimed.last()), (10, Some(&31)));
        assert_eq!(claim(&store, "n/x", 10).await.len(), 10);
        let last: Result<Vec<MailRow>, DbFault> =
            store.write_rows(|tx| outbox::claim(tx, "n/x", 10, LEASE, 10)).await;
        assert_eq!(last.unwrap().pop(), Some(MailRow { recipient: "p30@x".into(), ..told }));
    });
}

#[test]
fn what_a_person_was_sent_before_is_told_in_order() {
    on_both(async |store| {
        add(&store, row(1, 0, Some(HOUR)), vec![], false).await;
        queue(&store, vec![mail(5, 1, 3, "A@x"), mail(1, 1, 1, "a@x"), mail(2, 1, 2, "a@x")]).await;
        queue(&store, vec![mail(3, 1, 1, "b@x"), mail(4, 1, 4, "a@x"), mail(6, 2, 1, "a@x")]).await;
        while !claim(&store, "n/x", 0).await.is_empty() {
            let failed = vec![tried(2, TriedState::Failed, "550", 0), tried(1, TriedState::Sent, "250", 0)];
            note(&store, "n/x", failed, 0).await;
        }
        let past: Result<_, DbFault> = store.read(|tx| outbox::past(tx, id(1), 3)).await;
        let past = past.unwrap();
        let of = |person: &str| -> Vec<(u128, i64, bool)> {
            past[person].iter().map(|mail| (mail.id.as_u128(), mail.revision, mail.is_told)).collect()
        };
        assert_eq!(of("a@x"), [(1, 1, true), (2, 2, false), (5, 3, true)]);
        assert_eq!((past.len(), of("b@x")), (2, vec![(3, 1, true)]));
    });
}

#[test]
fn what_reminds_waits_for_no_mail_that_the_server_puts_off() {
    on_both(async |store| {
        add(&store, row(1, 0, Some(HOUR)), vec![], false).await;
        queue(&store, vec![mail(1, 1, 1, "a@x")]).await;
        assert_eq!(claim(&store, "n/x", 0).await.len(), 1);
        note(&store, "n/x", vec![tried(1, TriedState::Deferred, "later", 500)], 0).await;
        let update = mail(2, 1, 2, "a@x");
        let reminder = MailRow { kind: "reminder".into(), lane: 0, ..mail(3, 1, 2, "a@x") };
        queue(&store, vec![update, reminder]).await;
        let claimed = claim(&store, "n/x", 10).await;
        assert_eq!(claimed, [3]);
    });
}

#[test]
fn many_outcomes_are_noted_at_once_each_by_its_own() {
    on_both(async |store| {
        add(&store, row(1, 0, Some(HOUR)), vec![], false).await;
        queue(&store, (1..=75).map(|n| mail(n, 1, 1, &format!("p{n}@x"))).collect()).await;
        for _ in 0..8 {
            claim(&store, "n/x", 0).await;
        }
        let state = |n: u128| match n % 7 {
            0 => TriedState::Failed,
            1 => TriedState::Deferred,
            2 => TriedState::Withdrawn,
            _ => TriedState::Sent,
        };
        let tries = (1..=75).map(|n| tried(n, state(n), &format!("said {n}"), 500)).collect();
        assert_eq!(note(&store, "n/x", tries, 100).await, (1..=75).collect::<Vec<u128>>());
        let told: Result<_, DbFault> = store.read(|tx| outbox::outcomes(tx, id(1))).await;
        for outcome in told.unwrap() {
            let n: u128 = outcome.recipient[1..].strip_suffix("@x").unwrap().parse().unwrap();
            let expected = match state(n) {
                TriedState::Sent => "sent",
                TriedState::Failed => "failed",
                TriedState::Deferred => "deferred",
                TriedState::Withdrawn => "withdrawn",
            };
            assert_eq!((outcome.state.as_str(), outcome.detail), (expected, Some(format!("said {n}"))));
        }
        assert_eq!(claim(&store, "n/x", 499).await.len(), 0);
        assert_eq!(claim(&store, "n/x", 500).await.len(), 10);
    });
}

#[test]
fn rivals_share_the_outbox_without_a_mail_taken_twice() {
    on_both(async |store| {
        add(&store, row(1, 0, Some(HOUR)), vec![], false).await;
        queue(&store, (1..=120).map(|n| mail(n, 1, 1, &format!("p{n}@x"))).collect()).await;
        let mut rivals = tokio::task::JoinSet::new();
        for name in ["n1/a", "n2/b", "n3/c"] {
            let store = store.clone();
            rivals.spawn(async move {
                let mut taken = Vec::new();
                loop {
                    let batch = claim(&store, name, 0).await;
                    if batch.is_empty() {
                        return taken;
                    }
                    taken.extend(batch);
                }
            });
        }
        let taken: Vec<u128> = rivals.join_all().await.into_iter().flatten().collect();
        assert_eq!((taken.len(), taken.iter().collect::<HashSet<_>>().len()), (120, 120));
    });
}

#[test]
fn what_became_of_a_mail_is_told_by_the_last_one_to_each_person() {
    on_both(async |store| {
        add(&store, row(1, 0, Some(HOUR)), vec![], false).await;
        queue(&store, vec![mail(1, 1, 1, "a@x")]).await;
        claim(&store, "n/x", 0).await;
        let later = vec![tried(1, TriedState::Deferred, "451 later", 500)];
        assert_eq!(note(&store, "n/x", later, 100).await, [1]);
        let told = async || {
            let told: Result<_, DbFault> = store.read(|tx| outbox::outcomes(tx, id(1))).await;
            told.unwrap().into_iter().map(|o| (o.state, o.detail)).collect::<Vec<_>>()
        };
        assert_eq!(told().await, [("deferred".to_owned(), Some("451 later".to_owned()))]);
        assert_eq!(claim(&store, "n/x", 499).await, Vec::<u128>::new());
        queue(&store, vec![mail(2, 1, 2, "a@x")]).await;
        assert_eq!(told().await, [("queued".to_owned(), None)]);
        queue(&store, vec![mail(3, 1, 3, "A@x")]).await;
        assert_eq!(told().await.len(), 1, "the same person in other letters");
        let waiting: Result<_, DbFault> = store.read(outbox::waiting).await;
        assert_eq!(waiting.unwrap().0, 3);
    });
}

#[test]
fn spaces_go_when_their_meeting_has_ended_or_was_cancelled_long_enough() {
    on_both(async |store| {
        add(&store, row(1, 0, Some(HOUR)), vec![], false).await;
        add(&store, row(2, 0, None), vec![], true).await;
        let cancelled = MeetingRow { is_cancelled: true, cancelled_at: Some(2 * HOUR), ..row(3, 0, None) };
        add(&store, cancelled, vec![], true).await;
        add(&store, MeetingRow { is_temporary: false, ..row(4, 0, Some(HOUR)) }, vec![], false).await;
        let due = async |by: i64| {
            let due: Result<_, DbFault> =
                store.read(move |tx| meetings::with_space_to_remove(tx, by, 10)).await;
            let mut due: Vec<String> = due.unwrap().into_iter().map(|due| due.space).collect();
            due.sort();
            due
        };
        assert_eq!(due(HOUR - 1).await, Vec::<String>::new());
        assert_eq!(due(HOUR).await, ["space-1"]);
        assert_eq!(due(2 * HOUR).await, ["space-1", "space-3"]);
        let give_up = async |space: &'static str, by: i64| {
            let given_up: Result<bool, DbFault> =
                store.write_rows(move |tx| meetings::give_up_space(tx, id(1), space, by, 7)).await;
            given_up.unwrap()
        };
        assert!(!give_up("space-1", HOUR - 1).await, "it was moved to a later time");
        assert!(!give_up("space-9", HOUR).await, "it has left this space");
        assert!(give_up("space-1", HOUR).await);
        assert!(!give_up("space-1", HOUR).await, "once is enough");
        assert_eq!(due(2 * HOUR).await, ["space-3"]);
    });
}

#[test]
fn a_meeting_can_not_stay_in_a_space_that_was_given_up_meanwhile() {
    on_both(async |store| {
        add(&store, row(1, 0, Some(HOUR)), vec![], false).await;
        let given_up: Result<bool, DbFault> =
            store.write_rows(|tx| meetings::give_up_space(tx, id(1), "space-1", HOUR, 7)).await;
        assert!(given_up.unwrap());
        let change = async |changed: MeetingRow| {
            let former = MeetingRow { revision: 1, ..changed.clone() };
            let nobody = || Standing { people: vec![], recurring: false };
            let changed: Result<bool, DbFault> = store
                .write_rows(move |tx| {
                    meetings::update(tx, &changed, &revision(), &nobody(), (&former, &nobody()))
                })
                .await;
            changed.unwrap()
        };
        let later = MeetingRow { revision: 2, ..row(1, 0, Some(90 * HOUR)) };
        assert!(!change(later.clone()).await);
        assert!(change(MeetingRow { space: "space-9".into(), ..later }).await);
        add(&store, row(2, 0, Some(HOUR)), vec![], false).await;
        let given_up: Result<bool, DbFault> =
            store.write_rows(|tx| meetings::give_up_space(tx, id(2), "space-2", HOUR, 7)).await;
        assert!(given_up.unwrap());
        let cancelled = MeetingRow { revision: 2, is_cancelled: true, ..row(2, 0, Some(HOUR)) };
        assert!(change(cancelled).await, "it can be cancelled all the same");
    });
}

#[test]
fn an_intent_is_settled_once() {
    on_both(async |store| {
        let outcome: Result<_, DbFault> = store
            .write(|tx| {
                space_tasks::intend(tx, "r1", 100)?;
                space_tasks::remove_later(tx, "s1", (100, 0))?;
                space_tasks::remove_later(tx, "s1", (200, 0))?;
                space_tasks::remove_later(tx, "later", (100, 301))?;
                let stale =
                    (space_tasks::stale_intents(tx, 99, 10)?, space_tasks::stale_intents(tx, 100, 10)?);
                let settled = (space_tasks::settle_intent(tx, "r1")?, space_tasks::settle_intent(tx, "r1")?);
                Ok((stale, settled, space_tasks::to_remove(tx, 300, 10)?))
            })
            .await;
        let expected = ((vec![], vec!["r1".to_owned()]), (true, false), vec!["s1".to_owned()]);
        assert_eq!(outcome.unwrap(), expected);
    });
}
