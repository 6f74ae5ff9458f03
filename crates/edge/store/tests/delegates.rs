//! Who may act for whom, on both engines.

mod support;

use convoke_store::{
    DbFault, Store, Tx,
    delegates::{self, Somebody},
};
use support::on_both;

async fn run<T: Send + 'static>(
    store: &Store,
    work: impl Fn(&mut Tx<'_>) -> Result<T, DbFault> + Send + Sync + 'static,
) -> T {
    store.write(move |tx| work(tx)).await.unwrap_or_else(|fault: DbFault| panic!("{fault}"))
}

fn somebody(id: &str) -> Somebody {
    let address = format!("{id}@x");
    Somebody { id: id.into(), jid: address.clone(), name: id.to_uppercase(), email: address }
}

#[test]
fn a_delegate_acts_for_who_said_so_until_they_say_otherwise() {
    on_both(async |store| {
        let put = async |owner: &'static str, delegate: &'static str, at: i64| {
            run(&store, move |tx| delegates::put(tx, &somebody(owner), &somebody(delegate), at)).await;
        };
        put("a", "c", 1).await;
        put("a", "b", 2).await;
        put("b", "c", 3).await;
        put("a", "b", 4).await;
        assert_eq!(
            run(&store, |tx| delegates::of_owner(tx, "a", 9)).await,
            [(somebody("b"), 2), (somebody("c"), 1)]
        );
        assert_eq!(run(&store, |tx| delegates::of_owner(tx, "a", 1)).await, [(somebody("b"), 2)]);
        assert_eq!(
            run(&store, |tx| delegates::of_delegate(tx, "c", 9)).await,
            [(somebody("a"), 1), (somebody("b"), 3)]
        );
        let may =
            async |delegate: &'static str| run(&store, move |tx| delegates::may_act(tx, delegate, "a")).await;
        assert!(may("b").await && may("c").await && !may("a").await);
        run(&store, |tx| delegates::remove(tx, "a", "b")).await;
        assert!(!may("b").await && may("c").await);
        put("d", "a", 5).await;
        run(&store, |tx| delegates::forget(tx, "a")).await;
        assert!(!may("c").await);
        assert_eq!(run(&store, |tx| delegates::of_owner(tx, "d", 9)).await, []);
        assert_eq!(run(&store, |tx| delegates::of_delegate(tx, "c", 9)).await, [(somebody("b"), 3)]);
    });
}
