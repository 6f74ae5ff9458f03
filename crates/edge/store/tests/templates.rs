//! Texts of invitations, on both engines.

mod support;

use convoke_store::{DbFault, Store, Tx, templates};
use support::on_both;

async fn text(store: &Store, digest: &'static str) -> Option<String> {
    let found: Result<_, DbFault> = store.read(move |tx| templates::text(tx, digest)).await;
    found.unwrap()
}

#[test]
fn a_text_is_kept_once_and_stays_as_it_was() {
    on_both(async |store| {
        for words in ["Hello %name%, 안녕", "something else"] {
            let kept: Result<(), DbFault> =
                store.write_rows(move |tx| templates::put(tx, "d1", words, 1)).await;
            kept.unwrap();
        }
        assert_eq!(text(&store, "d1").await.as_deref(), Some("Hello %name%, 안녕"));
        assert_eq!(text(&store, "d2").await, None);
    });
}

#[test]
fn the_last_text_of_addresses_is_known_and_of_many_addresses_those_that_were_found_last() {
    on_both(async |store| {
        let write =
            async |work: fn(&mut Tx<'_>) -> Result<(), DbFault>| store.write_rows(work).await.unwrap();
        write(|tx| {
            for digest in ["d1", "d2"] {
                templates::put(tx, digest, &format!("text of {digest}"), 1)?;
            }
            for (source, digest, at) in [("a", "d1", 1), ("b", "d1", 2), ("a", "d2", 3)] {
                templates::note_last(tx, source, digest, at, 2)?;
            }
            Ok(())
        })
        .await;
        let last = async |source: &'static str| -> Option<String> {
            let found: Result<_, DbFault> = store.read(move |tx| templates::last(tx, source)).await;
            found.unwrap()
        };
        assert_eq!(last("a").await.as_deref(), Some("text of d2"));
        assert_eq!(last("b").await.as_deref(), Some("text of d1"));
        write(|tx| templates::note_last(tx, "c", "d1", 4, 2)).await;
        assert_eq!((last("b").await, last("c").await.is_some()), (None, true));
        write(|tx| templates::forget_last(tx, "a")).await;
        assert_eq!(last("a").await, None);
    });
}
