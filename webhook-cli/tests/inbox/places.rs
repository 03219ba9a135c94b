//! Where the inbox and its keys are.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};
#[cfg(feature = "postgres")]
use webhook_test_services::Postgres;

use crate::common::{Ended, Receiver, Server, refused_with, run, written};
use crate::setup::{SECRET, State, config, forward, send};

const KEYS: &str = "a:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// A configuration with this inbox and these keys.
fn with_inbox(receiver: &Receiver, inbox: &str, keys: Option<&str>) -> String {
    let mut all: Value =
        serde_json::from_str(&config(&json!({"forward": forward(receiver)}))).unwrap();
    all["_server"]["inbox"] = inbox.into();
    if let Some(keys) = keys {
        all["_server"]["inbox_keys"] = keys.into();
    }
    all.to_string()
}

fn check(config: &str, arguments: &[&str]) -> Ended {
    let path = written(config);
    let mut all = vec!["check", "--config", path.to_str().unwrap()];
    all.extend(arguments);
    let ended = run(&all);
    std::fs::remove_file(path).unwrap();
    ended
}

#[test]
fn the_first_server_makes_keys_that_only_its_user_can_read() {
    let state = State::new("places-keys");
    let receiver = Receiver::start();
    let config = config(&json!({"forward": forward(&receiver)}));
    let keys = state.path().join("deliveries.db.keys");
    let ended = check(&config, &["--state", state.text()]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let line = format!(
        "github: stored, then forwarded to {}",
        receiver.url().replace("/in", "")
    );
    assert!(ended.out.contains(&line), "{ended:?}");
    assert!(!keys.exists(), "a check has made it");
    let server = state.start(&config);
    send(&server, "d-1");
    receiver.request();
    let made = std::fs::read_to_string(&keys).unwrap();
    let mode = keys.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    drop(server);
    // The environment of later starts does not replace it: what waits is sealed with it.
    let arguments = ["--state", state.text()];
    let server = Server::start_with(&config, &arguments, &[("WEBHOOK_SECRET_KEYS", KEYS)]);
    send(&server, "d-2");
    receiver.request();
    assert_eq!(std::fs::read_to_string(&keys).unwrap(), made);
    let names: Vec<_> = state
        .path()
        .read_dir()
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert!(
        names
            .iter()
            .all(|name| !name.to_str().unwrap().contains(".keys.")),
        "{names:?}"
    );
    drop(server);
    // A file that cannot be used is an error, and its content is not shown.
    std::fs::write(&keys, "hidden").unwrap();
    let (code, said) = refused_with(&config, &arguments);
    assert_eq!(code, Some(2), "{said}");
    let place = r#"route "_server", key "inbox_keys": the file "#;
    assert!(said.contains(place) && !said.contains("hidden"), "{said}");
}

#[test]
fn an_inbox_may_be_in_another_file_than_the_store() {
    let state = State::new("places-other");
    let receiver = Receiver::start();
    let path = state.path().join("inbox.db");
    let place = format!("sqlite:{}", path.display());
    let server = Server::start_with(&with_inbox(&receiver, &place, Some(KEYS)), &[], &[]);
    send(&server, "d-1");
    send(&server, "d-1");
    receiver.request();
    assert!(receiver.is_quiet());
    let stats = run(&["inbox", "list", "--json", "--inbox", &place]);
    assert_eq!(stats.out.lines().count(), 1, "{stats:?}");
    assert!(
        !state.path().join("inbox.db.keys").exists(),
        "the keys are configured"
    );
    drop(server);
    let ended = check(&with_inbox(&receiver, &place, Some(KEYS)), &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended.out.contains("store memory, inbox sqlite:"),
        "{ended:?}"
    );
}

#[test]
fn what_cannot_be_used_is_code_2_with_route_and_key() {
    let state = State::new("places-refused");
    let receiver = Receiver::start();
    let place = format!("sqlite:{}", state.path().join("inbox.db").display());
    let postgres = "postgres://nobody@127.0.0.1:9/none";
    for (config, said) in [
        (
            with_inbox(&receiver, "memory", None),
            r#"key "inbox": cannot be in this kind"#,
        ),
        (
            with_inbox(&receiver, "hidden", None),
            r#"key "inbox": is not the place"#,
        ),
        (
            with_inbox(&receiver, &place, Some("hidden")),
            r#"key "inbox_keys": "#,
        ),
        (
            with_inbox(&receiver, postgres, None),
            r#"key "inbox_keys": is missing"#,
        ),
        (
            config(&json!({"exec": ["true"]})),
            r#"route "github", key "exec": needs an inbox"#,
        ),
        (
            config(&json!({"forward": forward(&receiver), "durable": true})),
            r#"route "github", key "durable": needs an inbox"#,
        ),
    ] {
        let ended = check(&config, &["--offline"]);
        assert_eq!(ended.code, Some(2), "{config}: {ended:?}");
        assert!(ended.err.contains(said), "{ended:?}");
        assert!(
            !ended.err.contains("hidden") && !ended.err.contains(SECRET),
            "{ended:?}"
        );
    }
}

#[cfg(feature = "postgres")]
#[test]
fn an_inbox_in_postgres_is_shared_and_survives_its_server() {
    let Some(postgres) = Postgres::start(&[]) else {
        return;
    };
    let database = postgres.url();
    let receiver = Receiver::start();
    receiver.answers(None);
    let config = with_inbox(&receiver, database, Some(KEYS));
    let server = Server::start_with(&config, &[], &[]);
    send(&server, "d-1");
    receiver.request();
    drop(server);
    receiver.answers(Some(200));
    let server = Server::start_with(&config, &[], &[]);
    receiver.request();
    let list = |state: &str| {
        let ended = run(&[
            "inbox", "list", "--json", "--inbox", database, "--state", state,
        ]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.out.lines().count()
    };
    while list("done") < 1 {}
    assert_eq!(list("due"), 0);
    drop(server);
}
