//! `webhook serve` for tenants whose secrets are in its store.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::path::PathBuf;

use common::{Answer, Request, Server, folder, github, refused_with, run, run_with_input, written};
use serde_json::json;

const ACME: &str = "github-of-acme-0123456789";
const INITECH: &str = "github-of-initech-0123456789";

/// A state directory with a file of keys.
struct State {
    folder: PathBuf,
    keys: String,
}

impl State {
    fn new(name: &str) -> Self {
        let folder = folder(name);
        let keys = folder.join("keys.txt");
        fs::write(&keys, run(&["secrets", "key"]).out).unwrap();
        let keys = keys.to_str().unwrap().to_owned();
        Self { folder, keys }
    }

    fn directory(&self) -> &str {
        self.folder.to_str().unwrap()
    }

    fn put(&self, tenant: &str, secret: &str) {
        let place = ["--keys", &self.keys, "--state", self.directory()];
        let put = [&["secrets", "put", "github", tenant], &place[..]].concat();
        let put = run_with_input(&put, secret);
        assert_eq!(put.code, Some(0), "{put:?}");
    }

    fn config(&self) -> String {
        let server = json!({"secret_keys": {"file": self.keys}});
        json!({"_server": server, "github": {"provider": "github", "tenants": true}}).to_string()
    }

    fn serve(&self) -> Server {
        Server::start_with(&self.config(), &["--state", self.directory()], &[])
    }
}

/// A delivery with this secret, to the path of a tenant.
fn sent(secret: &str, tenant: &str, id: &str) -> Request {
    let mut request = github(secret, id, "ping", 0);
    request.path = format!("/hooks/github/{tenant}");
    request
}

#[test]
fn a_tenant_is_served_with_its_own_secret() {
    let state = State::new("serve-tenants");
    state.put("acme", ACME);
    state.put("initech", INITECH);
    let server = state.serve();
    let send = |secret, tenant, id| server.send(&sent(secret, tenant, id));
    for (secret, tenant) in [(ACME, "acme"), (INITECH, "initech")] {
        for duplicate in ["false", "true"] {
            let answer = send(secret, tenant, "d-1");
            assert_eq!(answer.status, 200, "{answer:?}");
            let said = format!(r#""duplicate":{duplicate}"#);
            assert!(answer.body.contains(&said), "{tenant}: {answer:?}");
        }
    }
    let bad = send(ACME, "initech", "d-2");
    let unknown = send(ACME, "nobody", "d-2");
    assert_eq!(bad.status, 401);
    let said = |answer: &Answer| (answer.status, answer.body.clone());
    assert_eq!(said(&bad), said(&unknown));
    // There is nothing at the path of the route itself.
    let mut bare = sent(ACME, "acme", "d-3");
    bare.path = "/hooks/github".to_owned();
    assert_eq!(server.send(&bare).status, 404);
    let log = server.stop();
    assert!(log.contains("acme") && !log.contains(ACME), "{log}");
}

#[test]
fn an_event_of_a_tenant_is_forgotten_by_its_key_and_the_tenant_has_to_be_named_with_an_id() {
    let state = State::new("forget-tenants");
    let server = json!({"secret_keys": {"file": state.keys}});
    let config = json!({"_server": server, "stripe": {"provider": "stripe", "tenants": true}});
    let config = written(&config.to_string());
    let config = config.to_str().unwrap();
    let place = ["--config", config, "--state", state.directory()];
    state.put("acme", ACME); // Makes the store.
    let forget = ["store", "forget", "--route", "stripe", "--id", "evt_1"];
    let unnamed = run(&[&forget[..], &place].concat());
    assert_eq!(unnamed.code, Some(2), "{unnamed:?}");
    assert!(unnamed.err.contains("--tenant"), "{unnamed:?}");
    let named = run(&[&forget[..], &["--tenant", "acme"], &place].concat());
    assert_eq!(named.code, Some(0), "{named:?}");
    assert!(named.out.contains("not forgotten"), "{named:?}");
}

#[test]
fn a_configuration_without_keys_or_without_a_store_for_them_is_refused() {
    let state = State::new("refused-tenants");
    let of = |server: serde_json::Value, route: serde_json::Value| {
        json!({"_server": server, "github": route}).to_string()
    };
    let keys = json!({"secret_keys": {"file": state.keys}});
    let tenants = json!({"provider": "github", "tenants": true});
    let with_state = ["--state", state.directory()];
    for (config, arguments, key, problem) in [
        (
            of(keys.clone(), tenants.clone()),
            &[][..],
            "tenants",
            "store that keeps",
        ),
        (
            of(json!({}), tenants.clone()),
            &with_state,
            "tenants",
            "WEBHOOK_SECRET_KEYS",
        ),
        (
            of(json!({"secret_keys": "short"}), tenants),
            &with_state,
            "secret_keys",
            "",
        ),
        (
            of(
                keys.clone(),
                json!({"provider": "github", "tenants": true, "secret": ACME}),
            ),
            &with_state,
            "secret",
            "contradicts",
        ),
        (
            of(keys, json!({"provider": "github", "tenants": "yes"})),
            &with_state,
            "tenants",
            "true or false",
        ),
    ] {
        let (code, said) = refused_with(&config, arguments);
        assert_eq!(code, Some(2), "{said}");
        assert!(
            said.contains(key) && said.contains(problem),
            "{config}: {said}"
        );
        assert!(!said.contains(ACME), "{said}");
    }
}

#[test]
fn a_configuration_with_tenants_is_checked_without_its_store() {
    let state = State::new("check-tenants");
    let config = written(&state.config());
    let place = [
        "--config",
        config.to_str().unwrap(),
        "--state",
        state.directory(),
    ];
    let checked = run(&[&["check", "--discard"], &place[..]].concat());
    assert_eq!(checked.code, Some(0), "{checked:?}");
    assert!(!state.folder.join("deliveries.db").exists());
    fs::write(&state.keys, "").unwrap();
    let refused = run(&[&["check", "--discard"], &place[..]].concat());
    assert_eq!(refused.code, Some(2), "{refused:?}");
}
