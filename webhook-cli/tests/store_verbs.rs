//! `webhook store`: what operators do with records.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::path::Path;
use std::time::Duration;

use common::{Ended, Request, Server, folder, github, run, sign, written};
use webhook_core::replay::{Claim, ClaimRequest, Owner};
use webhook_core::{ReplayKey, ReplayStore as _};
use webhook_sqlite::SqliteStore;

const GITHUB: &str = "github-0123456789abcdef";
const STRIPE: &str = "sk_live_0123456789abcdef";

/// Buries some events in a file, and returns their keys as texts, in their order.
fn bury(file: &Path, notes: &[&str]) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    let store = SqliteStore::open(file).unwrap();
    runtime.block_on(async {
        let mut keys = Vec::new();
        for (number, note) in notes.iter().enumerate() {
            let number = u8::try_from(number).unwrap();
            let key = ReplayKey::from_bytes([number + 1; 32]);
            let owner = Owner::from_bits(u128::from(number));
            let hour = Duration::from_secs(3600);
            let request = ClaimRequest::new(owner, hour, hour);
            let Claim::Acquired(lease) = store.claim(&key, &request).await.unwrap() else {
                panic!("not acquired");
            };
            store.bury(&lease, note).await.unwrap();
            keys.push(format!("{:02x}", number + 1).repeat(32));
        }
        keys
    })
}

fn store(verb: &str, place: &str, arguments: &[&str]) -> Ended {
    let mut all = vec!["store", verb, "--store", place];
    all.extend(arguments);
    run(&all)
}

#[test]
fn dead_events_are_listed_revived_and_forgotten() {
    let folder = folder("verbs-dead");
    let file = folder.join("hooks.db");
    let place = format!("sqlite:{}", file.display());
    let notes = [
        "provider=github id=\"a\u{1b}[2J",
        "provider=stripe id=b",
        "id=c",
    ];
    let keys = bury(&file, &notes);

    let listed = store("dead", &place, &[]);
    assert_eq!(listed.code, Some(0), "{listed:?}");
    let lines: Vec<_> = listed.out.lines().collect();
    assert_eq!(lines.len(), 3, "{listed:?}");
    for (line, key) in lines.iter().zip(&keys) {
        assert!(line.starts_with(key.as_str()), "{line}");
        assert!(
            line.contains(" attempts=1 ") && line.contains(" died_at=20"),
            "{line}"
        );
        assert!(
            line.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
            "{line}"
        );
    }
    let listed = store("dead", &place, &["--json"]);
    for (line, key) in listed.out.lines().zip(&keys) {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(
            (&record["key"], &record["attempts"]),
            (&key.as_str().into(), &1.into())
        );
    }

    for (verb, key, said) in [
        ("revive", &keys[0], "revived\n"),
        (
            "revive",
            &keys[0],
            "not revived: no event with this key is dead\n",
        ),
        ("forget", &keys[1], "forgotten\n"),
        (
            "forget",
            &keys[1],
            "not forgotten: no such event is remembered\n",
        ),
    ] {
        let ended = store(verb, &place, &[key]);
        assert_eq!(
            (ended.code, ended.out.as_str()),
            (Some(0), said),
            "{ended:?}"
        );
    }
    let listed = store("dead", &place, &[]);
    assert_eq!(listed.out.lines().count(), 1, "{listed:?}");
    let swept = store("sweep", &place, &["--at-most", "10"]);
    assert_eq!(
        (swept.code, swept.out.as_str()),
        (Some(0), "removed 0\n"),
        "{swept:?}"
    );
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn an_event_is_forgotten_by_its_route_and_id_while_the_server_runs() {
    let folder = folder("verbs-forget");
    let text = format!(
        r#"{{
            "stripe": {{"provider": "stripe", "secret": "{STRIPE}"}},
            "github": {{"provider": "github", "secret": "{GITHUB}"}}
        }}"#
    );
    let state = folder.to_str().unwrap();
    let server = Server::start_with(&text, &["--state", state], &[]);
    let delivery = sign("stripe", STRIPE, "/hooks/stripe", "");
    let is_duplicate = |request: &Request| {
        let answer = server.send(request);
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body.contains(r#""duplicate":true"#)
    };
    assert!(!is_duplicate(&delivery));
    assert!(is_duplicate(&delivery));

    let config = written(&text);
    let forget = |route: &str, id: &str| {
        let config = config.to_str().unwrap();
        run(&[
            "store", "forget", "--config", config, "--state", state, "--route", route, "--id", id,
        ])
    };
    let ended = forget("stripe", "evt_unknown");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.starts_with("not forgotten"), "{ended:?}");
    let ended = forget("stripe", "evt_1");
    assert_eq!(
        (ended.code, ended.out.as_str()),
        (Some(0), "forgotten\n"),
        "{ended:?}"
    );
    assert!(!is_duplicate(&delivery));

    // GitHub's id is not signed, so it identifies no event.
    assert!(!is_duplicate(&github(GITHUB, "d-1", "ping", 0)));
    let ended = forget("github", "d-1");
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("give the key instead"), "{ended:?}");
    let ended = forget("nobody", "d-1");
    assert_eq!(ended.code, Some(2), "{ended:?}");
    std::fs::remove_file(config).unwrap();
    drop(server);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn arguments_that_cannot_be_used_are_code_2_and_a_store_that_cannot_is_code_1() {
    let key = "00".repeat(32);
    for (arguments, code) in [
        (vec!["dead"], 2),
        (vec!["dead", "--store", "hidden"], 2),
        (vec!["dead", "--store", "memory"], 1),
        (
            vec!["dead", "--store", "sqlite:/no/such/folder/hooks.db"],
            1,
        ),
        (vec!["dead", "--state", env!("CARGO_TARGET_TMPDIR")], 1),
        (vec!["revive", "--store", "memory"], 2),
        (vec!["revive", "--store", "memory", "0123"], 2),
        (vec!["forget", "--store", "memory", "--id", "a"], 2),
        (
            vec!["forget", "--store", "memory", "--route", "a", "--id", "a"],
            2,
        ),
        (vec!["forget", "--store", "memory", &key, "--id", "a"], 2),
    ] {
        let ended = run(&[&["store"], arguments.as_slice()].concat());
        assert_eq!(ended.code, Some(code), "{arguments:?}: {ended:?}");
        assert!(
            ended.out.is_empty() && !ended.err.contains("hidden"),
            "{ended:?}"
        );
    }
}

#[test]
fn the_tables_of_postgres_are_printed_for_a_user_who_may_create_them() {
    let ended = run(&["store", "schema"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended.out.contains("create table if not exists webhook_key"),
        "{ended:?}"
    );
}
