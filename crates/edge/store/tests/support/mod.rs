//! Fresh stores of both engines for a test.

use convoke_runtime::settings::database::Database;
use convoke_store::Store;
use convoke_testkit::postgres::Postgres;

/// Runs `body` on a fresh store of each engine.
pub fn on_both<F: AsyncFn(Store)>(body: F) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&Database::Sqlite { file: folder.path().join("convoke.db") }).unwrap();
    runtime.block_on(body(store));

    let server = Postgres::start();
    let store = Store::open(&postgres(&server.database("convoke"))).unwrap();
    runtime.block_on(body(store));
}

/// The settings of a PostgreSQL database.
pub fn postgres(url: &str) -> Database {
    Database::Postgres { url: url.to_owned(), password: None, trust: None, connections: 4 }
}
