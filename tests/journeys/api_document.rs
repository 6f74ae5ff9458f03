//! What the OpenAPI document of the Scheduler's API says, held against what it answers, by another program that makes up requests from
//! it (schemathesis): nothing that was not said before, and no fault of the server's own, whoever asks.

mod world;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use http::Method;
use world::{World, journey};

/// Requests that are made up for each operation, beside those at the edges of its limits; the same at each run.
const EXAMPLES: &str = "4";
/// What is not asked for: its effects would make other answers depend on the order of requests. Its own tests hold it to its document.
const LEFT_OUT: [&str; 1] = ["/api/v1/scheduler/users/{jid}/handover"];

fn program() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/schema-venv/bin/schemathesis")).to_owned()
}

/// Names what is there, so that not every request is about nothing: the id of a meeting of three dates, one of its dates and people.
fn known(meeting: &str) -> String {
    let operation = |path: &str, parameters: &str| {
        format!("[[operations]]\ninclude-path-regex = \"{path}\"\nparameters = {{ {parameters} }}\n\n")
    };
    let id = format!("\"path.id\" = \"{meeting}\"");
    let date = "\"path.recurrence\" = \"2026-12-08T10:00:00\"";
    [
        operation("/meetings/\\\\{id\\\\}/occurrences/", &format!("{id}, {date}")),
        operation(
            "/meetings/\\\\{id\\\\}/(attendees|deliveries)/",
            &format!("{id}, \"path.email\" = \"gogi@s.com\""),
        ),
        operation("/meetings/\\\\{id\\\\}", &id),
    ]
    .concat()
}

/// Asks as made up, and says what was found.
fn found(world: &World, base: &str, authorization: &str, meeting: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("schemathesis.toml"), known(meeting)).unwrap();
    let mut command = Command::new(program());
    command
        .current_dir(folder.path())
        .args(["run", &format!("{base}/api/v1/scheduler/openapi.json"), "--url", base])
        .args(["--header", &format!("Authorization: {authorization}")])
        .args(["--tls-verify", world.system.layout.ca_file().to_str().unwrap()])
        .args(["--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES])
        .args([
            "--generation-deterministic",
            "--continue-on-failure",
            "--no-color",
            "--request-timeout",
            "20",
        ])
        .args([
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        ]);
    for path in LEFT_OUT {
        command.args(["--exclude-path", path]);
    }
    let output = command.output().unwrap();
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() { String::new() } else { text }
}

/// A meeting of Alice's, by its id.
async fn meeting(world: &World, alice: &str) -> String {
    let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
    let made = world.call(Method::POST, &meetings, alice, Some(&world.weekly())).await;
    assert_eq!(made.status, 201, "{}", made.json);
    made.json["id"].as_str().unwrap().to_owned()
}

#[test]
fn an_operator_is_answered_as_the_document_says() {
    journey(async {
        let world = World::small().await;
        let meeting = meeting(&world, &world.sign_in(0).await).await;
        let base = world.system.layout.nodes[0].scheduler_api().unwrap();
        let authorization = world.operator();
        let found = tokio::task::block_in_place(|| found(&world, &base, &authorization, &meeting));
        assert!(found.is_empty(), "{found}");
    });
}

#[test]
fn a_user_is_answered_as_the_document_says() {
    journey(async {
        let world = World::small().await;
        let alice = world.sign_in(0).await;
        let meeting = meeting(&world, &alice).await;
        let found = tokio::task::block_in_place(|| found(&world, &world.web(0), &alice, &meeting));
        assert!(found.is_empty(), "{found}");
    });
}
