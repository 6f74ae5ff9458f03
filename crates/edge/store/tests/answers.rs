//! Answers, proposals, refused replies and digests, on both engines.

mod support;

use std::time::Duration;

use convoke_model::{MeetingId, Uuid};
use convoke_store::{
    DbFault, Store, Tx, answer_links, answers,
    answers::{AnswerRow, LoggedAnswer},
    digests::{self, Digest},
    outbox::{self, MailRow},
    proposals,
    proposals::ProposalRow,
    refused_replies,
    refused_replies::RefusedRow,
};
use support::on_both;

const MEETING: MeetingId = MeetingId(Uuid::from_u128(1));

async fn write<T: Send + 'static>(
    store: &Store,
    work: impl Fn(&mut Tx<'_>) -> Result<T, DbFault> + Send + Sync + 'static,
) -> T {
    store.write_rows(work).await.unwrap_or_else(|fault: DbFault| panic!("{fault}"))
}

fn said(person: &str, recurrence: &str, partstat: &str, at: i64) -> AnswerRow {
    AnswerRow {
        person: person.into(),
        recurrence: recurrence.into(),
        following: false,
        partstat: partstat.into(),
        source: "web".into(),
        comment: String::new(),
        sequence: 0,
        stamped_at: at,
        meant_at: None,
        answered_at: at,
    }
}

fn logged(number: u128, said: AnswerRow, note: Option<u128>) -> LoggedAnswer {
    LoggedAnswer {
        id: Uuid::from_u128(number),
        said,
        outcome: "taken".into(),
        entered_by: None,
        on_behalf_of: None,
        address: Some("192.0.2.1".into()),
        proposal: None,
        note: note.map(Uuid::from_u128),
    }
}

/// What holds, a word each.
fn words(rows: &[AnswerRow]) -> Vec<String> {
    rows.iter().map(|row| format!("{} {} {}", row.person, row.recurrence, row.partstat)).collect()
}

#[test]
fn the_later_answer_holds_and_what_held_at_a_time_is_still_known() {
    on_both(async |store| {
        let given = [
            said("bob", "", "ACCEPTED", 10),
            said("bob", "", "DECLINED", 20),
            said("bob", "a", "TENTATIVE", 30),
            said("ann", "", "ACCEPTED", 40),
        ];
        for (number, row) in (1..).zip(given) {
            write(&store, move |tx| {
                answers::put(tx, MEETING, &row)?;
                answers::log(tx, MEETING, &logged(number, row.clone(), Some(7)))
            })
            .await;
        }
        write(&store, |tx| answers::put(tx, MEETING, &said("bob", "", "ACCEPTED", 15))).await;
        let at = async |at| words(&write(&store, move |tx| answers::as_of(tx, MEETING, at)).await);
        assert_eq!(at(40).await, ["ann  ACCEPTED", "bob  DECLINED", "bob a TENTATIVE"]);
        assert_eq!(at(25).await, ["bob  DECLINED"]);
        assert_eq!(at(15).await, ["bob  ACCEPTED"]);
        assert_eq!(at(5).await, [""; 0]);
        let ids = |answers: Vec<LoggedAnswer>| answers.iter().map(|one| one.id.as_u128()).collect::<Vec<_>>();
        assert_eq!(ids(write(&store, |tx| answers::logged(tx, MEETING, None, None, 3)).await), [4, 3, 2]);
        let before = Uuid::from_u128(2).to_string();
        let rest = write(&store, move |tx| answers::logged(tx, MEETING, None, Some(&before), 3)).await;
        assert_eq!(ids(rest), [1]);
        let bobs = write(&store, |tx| answers::logged(tx, MEETING, Some("bob"), None, 2)).await;
        assert_eq!(ids(bobs), [3, 2], "what others say takes no place of his");
        assert_eq!(ids(write(&store, |tx| answers::told_by(tx, Uuid::from_u128(7))).await), [1, 2, 3, 4]);

        // Two dates change their names, one takes that of the other.
        write(&store, |tx| answers::put(tx, MEETING, &said("bob", "b", "DECLINED", 50))).await;
        let names = [("a".to_owned(), "b".to_owned()), ("b".to_owned(), "c".to_owned())];
        write(&store, move |tx| answers::rename(tx, MEETING, &names)).await;
        let bobs = write(&store, |tx| answers::of_person(tx, MEETING, "bob")).await;
        assert_eq!(words(&bobs), ["bob  DECLINED", "bob b TENTATIVE", "bob c DECLINED"]);
        write(&store, |tx| answers::forget(tx, MEETING, &["bob".to_owned()])).await;
        let all = write(&store, |tx| answers::of_meeting(tx, MEETING)).await;
        assert_eq!(words(&all), ["ann  ACCEPTED"]);
    });
}

#[test]
fn an_answer_to_newer_times_takes_the_place_of_one_to_those_of_before_whatever_its_clock_says() {
    on_both(async |store| {
        let to =
            |sequence: i64, partstat: &str, at: i64| AnswerRow { sequence, ..said("bob", "", partstat, at) };
        for row in [to(0, "ACCEPTED", 20), to(1, "DECLINED", 10), to(1, "TENTATIVE", 5)] {
            write(&store, move |tx| answers::put(tx, MEETING, &row)).await;
        }
        let held = write(&store, |tx| answers::of_person(tx, MEETING, "bob")).await;
        assert_eq!(words(&held), ["bob  DECLINED"]);
    });
}

#[test]
fn proposals_and_refused_replies_are_settled_once() {
    on_both(async |store| {
        let row = |number: u128, received_at: i64| ProposalRow {
            id: Uuid::from_u128(number),
            person: "bob".into(),
            recurrence: String::new(),
            start: "2026-12-01T10:00:00".into(),
            end: "2026-12-01T11:00:00".into(),
            zone: "Asia/Seoul".into(),
            comment: "?".into(),
            source: "link".into(),
            state: "open".into(),
            sequence: 0,
            received_at,
            settled_at: None,
            settled_by: None,
        };
        write(&store, move |tx| proposals::insert(tx, MEETING, &row(1, 10))).await;
        write(&store, move |tx| proposals::insert(tx, MEETING, &row(2, 20))).await;
        let known = write(&store, |tx| proposals::of_meeting(tx, MEETING, None, 10)).await;
        let states: Vec<&str> = known.iter().map(|row| row.state.as_str()).collect();
        assert_eq!(states, ["open", "superseded"]);
        let others = ProposalRow { person: "ann".into(), ..row(3, 30) };
        write(&store, move |tx| proposals::insert(tx, MEETING, &others)).await;
        let bobs = write(&store, |tx| proposals::of_meeting(tx, MEETING, Some("bob"), 1)).await;
        assert_eq!(bobs.first().map(|row| row.id), Some(Uuid::from_u128(2)));
        let settle = async |number: u128| {
            write(&store, move |tx| proposals::settle(tx, Uuid::from_u128(number), "accepted", "alice", 30))
                .await
        };
        assert_eq!([settle(1).await, settle(2).await, settle(2).await], [false, true, false]);
        let found = write(&store, |tx| proposals::find(tx, MEETING, Uuid::from_u128(2))).await.unwrap();
        assert_eq!((found.settled_by.as_deref(), found.settled_at), (Some("alice"), Some(30)));

        let refused = RefusedRow {
            id: Uuid::from_u128(5),
            claimed: "bob".into(),
            sender: "eve@x".into(),
            reason: "otherName".into(),
            said: "{}".into(),
            received_at: 10,
            settled_at: None,
            settled_by: None,
        };
        let by_another =
            RefusedRow { id: Uuid::from_u128(6), sender: "mal@x".into(), received_at: 5, ..refused.clone() };
        write(&store, move |tx| refused_replies::insert(tx, MEETING, &refused)).await;
        write(&store, move |tx| refused_replies::insert(tx, MEETING, &by_another)).await;
        let unsettled = async || write(&store, |tx| refused_replies::unsettled(tx, MEETING, "eve@x")).await;
        assert_eq!(unsettled().await, (2, 1));
        let settle =
            async || write(&store, |tx| refused_replies::settle(tx, Uuid::from_u128(5), "alice", 40)).await;
        assert_eq!([settle().await, settle().await], [true, false]);
        assert_eq!(unsettled().await, (1, 0), "what was settled leaves room for others");
        let known = write(&store, |tx| refused_replies::of_meeting(tx, MEETING, 10)).await;
        let settled: Vec<_> = known.iter().map(|row| row.settled_at).collect();
        assert_eq!(settled, [None, Some(40)], "what is to be settled comes first");
        let found = write(&store, |tx| refused_replies::find(tx, MEETING, Uuid::from_u128(5))).await;
        assert_eq!(found.as_ref(), known.last());
    });
}

fn mail(number: u128, revision: i64, kind: &str) -> MailRow {
    MailRow {
        id: Uuid::from_u128(number),
        meeting: MEETING,
        revision,
        recipient: "Alice@x".into(),
        kind: kind.into(),
        lane: outbox::USUAL_LANE,
        told: None,
        about: None,
        attempts: 0,
        created_at: 0,
    }
}

#[test]
fn a_digest_waits_for_its_time_takes_in_what_comes_and_holds_no_other_mail_up() {
    on_both(async |store| {
        let digest = async || write(&store, |tx| digests::newest(tx, MEETING, "alice@X", "answers")).await;
        assert_eq!(digest().await, Digest::First);
        write(&store, |tx| digests::queue(tx, &mail(1, 1, "answers"), 1_000)).await;
        write(&store, |tx| outbox::insert(tx, &[mail(2, 2, "update")])).await;
        assert_eq!(digest().await, Digest::Waits(Uuid::from_u128(1)));
        assert_eq!(write(&store, |tx| outbox::mend_times(tx, 10, 10_000)).await, 0, "it is meant to wait");
        assert_eq!(write(&store, outbox::waiting).await, (1, Some(0)));
        let claim = async |now: i64| {
            let claimed =
                write(&store, move |tx| outbox::claim(tx, "me", now, Duration::from_secs(60), 10)).await;
            claimed.iter().map(|mail| mail.id.as_u128()).collect::<Vec<_>>()
        };
        assert_eq!(claim(999).await, [2]);
        assert_eq!(claim(1_000).await, [1]);
        assert_eq!(digest().await, Digest::Last(1_000), "somebody has begun to send it");
        // Nobody knows the meeting by a digest, and it is no state of an invitation.
        let outcomes = write(&store, |tx| outbox::outcomes(tx, MEETING)).await;
        assert_eq!(outcomes.len(), 1);
        let past = write(&store, |tx| outbox::past(tx, MEETING, 9)).await;
        assert_eq!(past["alice@x"].len(), 1);
    });
}

#[test]
fn a_key_is_made_once_and_a_link_is_revoked_by_its_epoch() {
    on_both(async |store| {
        assert_eq!(write(&store, |tx| answer_links::key(tx, "answers")).await, None);
        assert_eq!(write(&store, |tx| answer_links::key_or(tx, "answers", "a", 1)).await, "a");
        assert_eq!(write(&store, |tx| answer_links::key_or(tx, "answers", "b", 2)).await, "a");
        assert_eq!(write(&store, |tx| answer_links::key(tx, "answers")).await.as_deref(), Some("a"));
        assert!(write(&store, |tx| answer_links::epochs(tx, MEETING)).await.is_empty());
        for _ in 0..2 {
            write(&store, |tx| answer_links::revoke(tx, MEETING, "bob")).await;
        }
        let epochs = write(&store, |tx| answer_links::epochs(tx, MEETING)).await;
        assert_eq!(epochs.into_iter().collect::<Vec<_>>(), [("bob".to_owned(), 2)]);
    });
}

#[test]
fn what_somebody_said_of_many_meetings_is_found_at_once() {
    on_both(async |store| {
        let ids: Vec<MeetingId> = (1..=130).map(|number| MeetingId(Uuid::from_u128(number))).collect();
        let of = ids.clone();
        write(&store, move |tx| {
            for id in [of[0], of[63], of[64], of[129]] {
                answers::put(tx, id, &said("a@x", "", "DECLINED", 1))?;
            }
            answers::put(tx, of[64], &said("a@x", "2026-12-08T10:00:00", "ACCEPTED", 2))?;
            answers::put(tx, of[1], &said("b@x", "", "DECLINED", 1))
        })
        .await;
        let found = write(&store, move |tx| answers::of_person_in(tx, &ids[..129], "a@x")).await;
        let mut counts: Vec<(u128, usize)> =
            found.iter().map(|(id, said)| (id.0.as_u128(), said.len())).collect();
        counts.sort_unstable();
        assert_eq!(counts, [(1, 1), (64, 1), (65, 2)]);
        assert_eq!(found[&MeetingId(Uuid::from_u128(1))], [said("a@x", "", "DECLINED", 1)]);
    });
}
