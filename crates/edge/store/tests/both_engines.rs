//! What the store promises, on both engines.

mod support;

use std::collections::BTreeMap;

use convoke_model::{MeetingId, ObjectId, UserId, Uuid};
use convoke_runtime::settings::database::Database;
use convoke_store::{
    DbFault, Store, Tx, objects,
    objects::{Indexes, Key, Query, Record},
    operators,
    operators::Operator,
    outbox, removed_users,
};
use convoke_testkit::postgres::Postgres;
use support::{on_both, postgres};

fn space(number: u128, name: &str) -> Record {
    Record {
        id: ObjectId(Uuid::from_u128(number)),
        kind: "coSpaces".into(),
        parent: None,
        fields: BTreeMap::from([("name".to_owned(), name.to_owned())]),
        created_at: i64::try_from(number).unwrap(),
    }
}

fn search(text: &str) -> Indexes {
    Indexes { search: text.into(), ..Indexes::default() }
}

#[test]
fn people_of_an_older_schema_are_found_by_the_user_part_of_their_jid() {
    on_both(async |store| {
        let alice = Record { kind: "users".into(), ..space(1, "Alice") };
        let id = alice.id;
        let found = store
            .write(move |tx| {
                let jid = Key { scope: "jid".into(), value: "alice.kim@a-b.test".into(), owner: id };
                objects::insert(tx, &alice, &Indexes { keys: vec![jid], ..Indexes::default() })?;
                tx.execute(include_str!("../migrations/0004_user_names.sql"), &[])?;
                objects::key_holders(tx, "userName", "alice.kim")
            })
            .await;
        assert_eq!(found.unwrap_or_else(|fault: DbFault| panic!("{fault}")), [(id, id)]);
    });
}

#[test]
fn operators_of_before_are_read_to_be_taken_over_as_accounts() {
    on_both(async |store| {
        let found: Result<_, DbFault> = store
            .write(move |tx| {
                for (name, role) in [("reader", "api"), ("admin", "admin")] {
                    let old = Operator { name: name.into(), role: role.into(), hash: "h".into() };
                    operators::put(tx, &old, 0)?;
                }
                operators::list(tx)
            })
            .await;
        let found = found.unwrap();
        let found: Vec<_> =
            found.iter().map(|old| (old.name.as_str(), old.role.as_str(), old.hash.as_str())).collect();
        assert_eq!(found, [("admin", "admin", "h"), ("reader", "api", "h")]);
    });
}

#[test]
fn objects_are_found_by_id_text_key_and_reference() {
    on_both(async |store| {
        let profile = Record { kind: "callProfiles".into(), ..space(9, "p") };
        let (one, two) = (space(1, "Café 50%_!"), space(2, "주간 회의"));
        store
            .write(move |tx| {
                objects::insert(tx, &profile, &search("p"))?;
                let indexes = Indexes {
                    search: "Café 50%_!".into(),
                    references: vec![("callProfile".into(), profile.id)],
                    keys: vec![Key { scope: "uri".into(), value: "cafe".into(), owner: one.id }],
                };
                objects::insert(tx, &one, &indexes)?;
                objects::insert(tx, &two, &search("주간 회의"))
            })
            .await
            .unwrap();
        let names = async |query: Query| {
            let (total, found) = store.read(move |tx| objects::list(tx, "coSpaces", &query)).await.unwrap();
            (total, found.iter().map(|r| r.get("name").unwrap_or_default().to_owned()).collect::<Vec<_>>())
        };
        let all = Query { limit: 10, ..Query::default() };
        assert_eq!(names(all.clone()).await.0, 2);
        assert_eq!(names(Query { search: Some("50%_!".into()), ..all.clone() }).await.1, ["Café 50%_!"]);
        assert_eq!(names(Query { search: Some("5_%".into()), ..all.clone() }).await.0, 0);
        assert_eq!(names(Query { search: Some("회의".into()), ..all.clone() }).await.1, ["주간 회의"]);
        assert_eq!(names(Query { key: Some(("uri".into(), "cafe".into())), ..all.clone() }).await.0, 1);
        let target = ObjectId(Uuid::from_u128(9));
        assert_eq!(
            names(Query { references: vec![("callProfile".into(), target)], ..all.clone() }).await.0,
            1
        );
        assert_eq!(
            names(Query { offset: 1, limit: 1, ..Query::default() }).await,
            (2, vec!["주간 회의".to_owned()])
        );
        assert_eq!(names(Query { offset: 5, ..all }).await, (2, vec![]));
    });
}

#[test]
fn a_little_read_sees_what_was_written_before_and_leaves_nothing_open() {
    on_both(async |store| {
        let count = |tx: &mut Tx<'_>| {
            let (total, _) = objects::list(tx, "coSpaces", &Query { limit: 9, ..Query::default() })?;
            Ok(total)
        };
        // More often than there are connections, each of which must be good for a transaction afterwards.
        for number in 1..=12 {
            let name = format!("space {number}");
            store.write(move |tx| objects::insert(tx, &space(number, &name), &search(&name))).await.unwrap();
            let found: Result<i64, DbFault> = store.read_little(count).await;
            assert_eq!(u128::try_from(found.unwrap()), Ok(number));
            let refused: Result<(), DbFault> =
                store.read_little(|tx| tx.query("SELECT 1", &[]).and(Err(DbFault::Busy))).await;
            assert_eq!(refused, Err(DbFault::Busy));
        }
        let panicked: Result<(), DbFault> = store.read_little(|_| panic!("on purpose")).await;
        assert!(matches!(panicked, Err(DbFault::Failed(_))), "{panicked:?}");
        let failed: Result<_, DbFault> = store.read_little(|tx| tx.query("SELECT nothing", &[])).await;
        assert!(matches!(failed, Err(DbFault::Failed(_))), "{failed:?}");
        store.ping().await.unwrap();
    });
}

#[test]
fn an_error_undoes_the_work_and_leaves_that_of_others() {
    on_both(async |store| {
        let failed = store.write(|tx| {
            objects::insert(tx, &space(1, "lost"), &search("lost"))?;
            Err::<(), _>(DbFault::Failed("on purpose".into()))
        });
        let kept = store.write(|tx| objects::insert(tx, &space(2, "kept"), &search("kept")));
        let (failed, kept): (Result<(), DbFault>, Result<(), DbFault>) = tokio::join!(failed, kept);
        assert_eq!((failed, kept), (Err(DbFault::Failed("on purpose".into())), Ok(())));
        let (total, _) = store
            .read(|tx| objects::list(tx, "coSpaces", &Query { limit: 9, ..Query::default() }))
            .await
            .unwrap();
        assert_eq!(total, 1);
    });
}

#[test]
fn a_duplicate_is_told_as_such_and_a_panic_ends_only_its_own_work() {
    on_both(async |store| {
        store.write(|tx| objects::insert(tx, &space(1, "a"), &search("a"))).await.unwrap();
        let again: Result<(), DbFault> =
            store.write(|tx| objects::insert(tx, &space(1, "a"), &search("a"))).await;
        assert!(matches!(again, Err(DbFault::Duplicate(_))), "{again:?}");
        let panicked: Result<(), DbFault> = store.write(|_| panic!("on purpose")).await;
        assert!(matches!(panicked, Err(DbFault::Failed(_))), "{panicked:?}");
        store.ping().await.unwrap();
    });
}

#[test]
fn rivals_lose_no_update() {
    on_both(async |store| {
        let mut rivals = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let store = store.clone();
            rivals.spawn(async move {
                for _ in 0..10 {
                    store.write(|tx| objects::note_change(tx, "webBridges")).await.unwrap();
                }
            });
        }
        rivals.join_all().await;
        assert_eq!(store.read(|tx| objects::change_version(tx, "webBridges")).await, Ok(80));
    });
}

#[test]
fn the_schema_is_migrated_once_however_many_open_it() {
    let server = Postgres::start();
    let url = server.database("convoke");
    let folder = tempfile::tempdir().unwrap();
    let sqlite = Database::Sqlite { file: folder.path().join("convoke.db") };
    for settings in [sqlite, postgres(&url)] {
        let openers: Vec<_> = (0..3)
            .map(|_| {
                let settings = settings.clone();
                std::thread::spawn(move || Store::open(&settings).map(|_| ()))
            })
            .collect();
        for opener in openers {
            opener.join().unwrap().unwrap();
        }
    }
}

#[test]
fn a_restarted_server_is_found_again() {
    let mut server = Postgres::start();
    let store = Store::open(&postgres(&server.database("convoke"))).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(store.write(|tx| objects::insert(tx, &space(1, "a"), &search("a")))).unwrap();
    server.restart();
    runtime.block_on(store.write(|tx| objects::insert(tx, &space(2, "b"), &search("b")))).unwrap();
    let found = runtime
        .block_on(store.read(|tx| objects::list(tx, "coSpaces", &Query { limit: 9, ..Query::default() })));
    assert_eq!(found.unwrap().0, 2);
}

#[test]
fn what_fails_after_it_was_sent_is_told_and_undoes_the_whole_work() {
    on_both(async |store| {
        let mail = |number: u128| outbox::MailRow {
            id: Uuid::from_u128(number),
            meeting: MeetingId(Uuid::from_u128(1)),
            revision: 1,
            recipient: "a@x".into(),
            kind: "invitation".into(),
            attempts: 0,
            created_at: 0,
            lane: outbox::USUAL_LANE,
            told: None,
            about: None,
        };
        let twice = [mail(7), mail(7)];
        let sent: Result<(), DbFault> = store
            .write_rows(move |tx| {
                outbox::insert(tx, &[mail(6)])?;
                twice.iter().try_for_each(|mail| outbox::insert(tx, std::slice::from_ref(mail)))
            })
            .await;
        assert!(matches!(sent, Err(DbFault::Duplicate(_))), "{sent:?}");
        assert_eq!(store.read(outbox::waiting).await, Ok((0, None)));
        let next: Result<(), DbFault> = store.write_rows(move |tx| outbox::insert(tx, &[mail(8)])).await;
        next.unwrap();
        assert_eq!(store.read(outbox::waiting).await, Ok((1, Some(0))));
    });
}

#[test]
fn removed_users_are_remembered_for_as_long_as_their_tokens_may_live() {
    on_both(async |store| {
        let user = |number: u128| UserId(Uuid::from_u128(number));
        let removed = async |number: u128, keep_ms: i64| {
            let noted: Result<(), DbFault> =
                store.write(move |tx| removed_users::note(tx, user(number), keep_ms)).await;
            noted.unwrap();
        };
        let since = async |from: i64, most: i64| {
            let found: Result<_, DbFault> = store.read(move |tx| removed_users::since(tx, from, most)).await;
            found.unwrap()
        };
        for number in 1..=3 {
            removed(number, 60_000).await;
        }
        let known = since(0, 10).await;
        let at: Vec<i64> = known.iter().map(|(_, at)| *at).collect();
        assert!(known.len() == 3 && at.is_sorted() && at[0] > 1_700_000_000_000, "{known:?}");
        assert_eq!(since(0, 1).await, known[..1]);
        assert_eq!(since(at[2] + 1, 10).await, []);
        // Whoever was removed longer ago than that is forgotten.
        removed(4, -60_000).await;
        assert_eq!(since(0, 10).await.len(), 1);
    });
}
