//! Texts of invitations, on both engines.

mod support;

use convoke_store::{DbFault, Store, templates};
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
