//! What becomes of the rows of an older schema, on both engines.

use convoke_testkit::postgres::Postgres;

use super::*;
use crate::{engine::session::Session, lists, sql::Backend};

#[test]
fn each_engine_reads_its_own_words() {
    let sql = "CREATE TABLE a (b){{sqlite:  WITHOUT ROWID}}; SELECT {{postgres: 1}}{{sqlite: 2}};";
    assert_eq!(Dialect::Sqlite.words(sql), "CREATE TABLE a (b) WITHOUT ROWID; SELECT 2;");
    assert_eq!(Dialect::Postgres.words(sql), "CREATE TABLE a (b); SELECT 1;");
}

/// Runs `body` in a transaction of each engine.
fn on_both(body: impl Fn(&mut Tx<'_>, Dialect)) {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    body(&mut Tx::new(Backend::Sqlite(&connection)), Dialect::Sqlite);
    let server = Postgres::start();
    let config = server.database("convoke").parse().unwrap();
    let mut session = Session::connect(&config, None).unwrap();
    body(&mut Tx::new(Backend::Postgres(&mut session)), Dialect::Postgres);
}

/// A database as it was after the migration of this number.
fn as_of(tx: &mut Tx<'_>, dialect: Dialect, last: i64) {
    tx.batch("CREATE TABLE schema_version (version BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL)").unwrap();
    for (version, sql) in MIGRATIONS.iter().filter(|(version, _)| *version <= last) {
        tx.batch(&dialect.words(sql)).unwrap();
        tx.batch(&format!("INSERT INTO schema_version VALUES ({version}, 0)")).unwrap();
    }
}

const SERIES: &str = r#"{"summary":"1:1 \"and\" \\ 주간","time":{"start":"2026-12-01T10:00:00","end":"2026-12-01T10:30:00","zone":"Asia/Seoul","all_day":false,"rrule":"FREQ=WEEKLY;BYDAY=TU","rdate":["2026-12-03T10:00:00","2026-12-04T10:00:00"],"exdate":["2026-12-08T10:00:00"]},"organizer_id":"alice","organizer_jid":"alice@x","organizer_name":"Alice \"A\"","organizer_email":"a@x","organizer_role":"host","space":"s1","space_name":"Alice's","links":{"host":"https://x/h","gu\"est":"https://x/g"}}"#;
const SINGLE: &str = r#"{"summary":"Day","time":{"start":"2026-12-01","end":"2026-12-02","zone":"UTC","all_day":true},"organizer_id":"alice","organizer_jid":"alice@x","organizer_name":"Alice","organizer_email":"a@x","organizer_role":"host","space":"s1","space_name":"S","links":{}}"#;

/// Rows of schema 4: a series, a single meeting, one that is cancelled.
fn put_meetings(tx: &mut Tx<'_>) {
    for (id, status, listing, recurring) in
        [("m1", "CONFIRMED", SERIES, 1), ("m2", "CONFIRMED", SINGLE, 0), ("m3", "CANCELLED", SINGLE, 0)]
    {
        tx.execute(
            "INSERT INTO meeting (id, uid, organizer, revision, sequence, status, space, temporary, first_start_at, listing,
               created_at, updated_at) VALUES ($1, $1, 'alice', 1, 0, $2, 's1', 0, 100, $3, 0, 0)",
            &[id.into(), status.into(), listing.into()],
        )
        .unwrap();
        for (person, role) in [("u:alice", "host"), ("e:b@x", "gu\"est"), ("e:c@x", "gone")] {
            tx.execute(
                "INSERT INTO meeting_listed (person, recurring, first_start_at, meeting, last_end_at, role)
                 VALUES ($1, $2, 100, $3, 200, $4)",
                &[person.into(), i64::from(recurring).into(), id.into(), role.into()],
            )
            .unwrap();
        }
    }
}

#[test]
fn lists_of_an_older_schema_show_what_they_showed() {
    on_both(|tx, dialect| {
        as_of(tx, dialect, 4);
        put_meetings(tx);
        run(tx, dialect).unwrap();
        let mut listed = |keys: [&str; 2]| {
            let mut found = Vec::new();
            lists::list_of(tx, &keys.map(str::to_owned), 100, 200, 0, &mut |row| {
                found.push((
                    row.meeting.to_owned(),
                    row.listing.split('\t').map(str::to_owned).collect::<Vec<_>>(),
                ));
            })
            .unwrap();
            found.sort();
            found
        };
        let found = listed(["u:alice", "e:nobody"]);
        assert_eq!(found.iter().map(|(meeting, _)| meeting.as_str()).collect::<Vec<_>>(), ["m1", "m2"]);
        let series = [
            "2026-12-01T10:00:00",
            "2026-12-01T10:30:00",
            "Asia/Seoul",
            "FREQ=WEEKLY;BYDAY=TU",
            "2026-12-03T10:00:00,2026-12-04T10:00:00",
            "2026-12-08T10:00:00",
            r#""1:1 \"and\" \\ 주간""#,
            r#""s1""#,
            r#""Alice's""#,
            r#""Alice \"A\"""#,
            r#""a@x""#,
            r#""alice@x""#,
            r#""https://x/h""#,
        ];
        assert_eq!(found[0].1, series);
        let single =
            ["2026-12-01", "2026-12-02", "UTC", "", "", "", r#""Day""#, r#""s1""#, r#""S""#, r#""Alice""#];
        assert_eq!(found[1].1[..10], single);
        assert_eq!(found[1].1[10..], [r#""a@x""#, r#""alice@x""#, "null"]);
        // Each has the own link, and who has none is told so.
        let links = |found: Vec<(String, Vec<String>)>| found[0].1[12].clone();
        assert_eq!(links(listed(["u:nobody", "e:b@x"])), r#""https://x/g""#);
        assert_eq!(links(listed(["u:nobody", "e:c@x"])), "null");
    });
}

#[test]
fn recipients_of_waiting_mails_become_keys_in_lower_case() {
    on_both(|tx, dialect| {
        as_of(tx, dialect, 5);
        for (id, recipient) in [("1", "Bob.Lee@x"), ("2", "carol@x")] {
            tx.execute(
                "INSERT INTO outbox (id, meeting, revision, recipient, kind, state, attempts, next_at, created_at, updated_at)
                 VALUES ($1, 'm', 1, $2, 'invitation', 'queued', 0, 0, 0, 0)",
                &[id.into(), recipient.into()],
            )
            .unwrap();
        }
        run(tx, dialect).unwrap();
        let rows = tx.query("SELECT recipient, lane, told FROM outbox ORDER BY id", &[]).unwrap();
        let kept: Vec<_> = rows
            .iter()
            .map(|row| (row.text(0).unwrap(), row.integer(1).unwrap(), row.optional_integer(2).unwrap()))
            .collect();
        assert_eq!(kept, [("bob.lee@x".to_owned(), 1, None), ("carol@x".to_owned(), 1, None)]);
    });
}
