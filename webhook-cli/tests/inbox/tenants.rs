//! Routes with tenants whose events are stored.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::common::{Receiver, Request, Server, github, run, run_with_input};
use crate::setup::{State, forward};

const ACME: &str = "github-of-acme-0123456789";
const INITECH: &str = "github-of-initech-0123456789";

/// A state directory with the secrets of tenants.
struct Tenants {
    state: State,
    keys: String,
}

impl Tenants {
    fn new(name: &str) -> Self {
        let state = State::new(name);
        let keys = state.path().join("keys.txt");
        fs::write(&keys, run(&["secrets", "key"]).out).unwrap();
        let keys = keys.to_str().unwrap().to_owned();
        let this = Self { state, keys };
        this.put("acme", ACME);
        this.put("initech", INITECH);
        this
    }

    fn put(&self, tenant: &str, secret: &str) {
        let put = ["secrets", "put", "github", tenant, "--keys", &self.keys];
        let put = [&put[..], &["--state", self.state.text()]].concat();
        let put = run_with_input(&put, secret);
        assert_eq!(put.code, Some(0), "{put:?}");
    }

    fn start(&self, entries: &Value) -> Server {
        let mut route = json!({"provider": "github", "tenants": true});
        let more = entries.as_object().unwrap().clone();
        route.as_object_mut().unwrap().extend(more);
        let worker = json!({
            "lease_secs": 1,
            "retry_first_secs": 1,
            "retry_cap_secs": 1,
            "rest_first_secs": 1,
            "rest_cap_secs": 1,
        });
        let server = json!({"secret_keys": {"file": self.keys}, "worker": worker});
        let config = json!({"_server": server, "github": route}).to_string();
        self.state.start(&config)
    }
}

/// A delivery with this secret, to the path of a tenant.
fn sent(secret: &str, tenant: &str, id: &str) -> Request {
    let mut request = github(secret, id, "ping", 0);
    request.path = format!("/hooks/github/{tenant}");
    request
}

fn accept(server: &Server, secret: &str, tenant: &str, id: &str) {
    let answer = server.send(&sent(secret, tenant, id));
    assert_eq!(answer.status, 200, "{answer:?}: {}", server.log());
}

/// The name of a tenant, and the id in the body of its event.
fn of(request: &Request) -> (String, String) {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let tenant = request.value("x-delivery-tenant").unwrap().to_owned();
    (tenant, body["zen"].as_str().unwrap().to_owned())
}

fn pair(tenant: &str, id: &str) -> (String, String) {
    (tenant.to_owned(), id.to_owned())
}

#[test]
fn each_stored_event_is_handled_under_its_own_tenant() {
    let tenants = Tenants::new("stored-tenants");
    let receiver = Receiver::start();
    let out = tenants.state.path().join("out");
    let write = r#"echo "$WEBHOOK_TENANT $WEBHOOK_UNSIGNED_ID" >> "$0""#;
    let server = tenants.start(&json!({"consumers": {
        "hop": {"forward": forward(&receiver)},
        "run": {"exec": {
            "command": ["/bin/sh", "-c", write, out.to_str().unwrap()],
            "max_running": 1,
        }},
    }}));
    // The same id of two tenants is two events, and a copy of one of them is none.
    for (secret, tenant) in [(ACME, "acme"), (INITECH, "initech"), (ACME, "acme")] {
        accept(&server, secret, tenant, "d-1");
    }
    let refused = server.send(&sent(ACME, "initech", "d-2"));
    assert_eq!(refused.status, 401, "{refused:?}");
    let mut got = [of(&receiver.request()), of(&receiver.request())];
    got.sort();
    assert_eq!(got, [pair("acme", "d-1"), pair("initech", "d-1")]);
    let done = tenants.state.wait_for(&["--state", "done"], 4);
    let mut lanes = BTreeMap::new();
    for job in &done {
        let lane = (job["tenant"].to_string(), job["consumer"].to_string());
        *lanes.entry(lane).or_insert(0) += 1;
    }
    assert!(
        lanes.len() == 4 && lanes.values().all(|count| *count == 1),
        "{lanes:?}"
    );
    let ran = fs::read_to_string(out).unwrap();
    let mut ran: Vec<_> = ran.lines().collect();
    ran.sort_unstable();
    assert_eq!(ran, ["acme d-1", "initech d-1"]);
    assert!(receiver.is_quiet());
}

/// What was accepted is handled, although its sender's secret is not accepted any more.
#[test]
fn events_of_a_tenant_that_is_removed_while_they_wait_are_not_lost() {
    let tenants = Tenants::new("removed-tenants");
    let receiver = Receiver::start();
    receiver.answers(Some(503));
    let entries = json!({"forward": forward(&receiver)});
    let server = tenants.start(&entries);
    accept(&server, ACME, "acme", "d-1");
    accept(&server, INITECH, "initech", "d-1");
    tenants.state.wait_for(&["--error", "status 503"], 2);
    drop(server);
    let revoke = ["secrets", "revoke", "github", "acme"];
    let revoked = run(&[&revoke[..], &["--state", tenants.state.text()]].concat());
    assert_eq!(revoked.code, Some(0), "{revoked:?}");
    // Whatever was sent so far.
    while !receiver.is_quiet() {}
    receiver.answers(Some(200));
    let server = tenants.start(&entries);
    let unknown = server.send(&sent(ACME, "acme", "d-2"));
    assert_eq!(unknown.status, 401, "{unknown:?}");
    let mut got = [of(&receiver.request()), of(&receiver.request())];
    got.sort();
    assert_eq!(got, [pair("acme", "d-1"), pair("initech", "d-1")]);
    tenants.state.wait_for(&["--state", "done"], 2);
    tenants.state.wait_for(&["--tenant", "acme"], 1);
}

/// A route that goes while its events wait is parked by nobody: they are due until it comes back.
#[test]
fn events_of_a_route_that_is_removed_wait_for_it() {
    let tenants = Tenants::new("removed-route");
    let receiver = Receiver::start();
    receiver.answers(Some(503));
    let entries = json!({"forward": forward(&receiver)});
    let server = tenants.start(&entries);
    accept(&server, ACME, "acme", "d-1");
    tenants.state.wait_for(&["--error", "status 503"], 1);
    drop(server);
    while !receiver.is_quiet() {}
    receiver.answers(Some(200));
    let server = tenants.start(&json!({"discard": true}));
    server.wait_for_log("stored events wait for a consumer", 1);
    tenants
        .state
        .wait_for(&["--state", "due", "--tenant", "acme"], 1);
    drop(server);
    let server = tenants.start(&entries);
    assert_eq!(of(&receiver.request()), pair("acme", "d-1"));
    tenants.state.wait_for(&["--state", "done"], 1);
    drop(server);
}
