//! What is stored, and what becomes of it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use webhook_core::{Endpoint, Head, Signer, UnixTime, providers};

use crate::common::{Receiver, Request, Server, free_port, github, send_to};
use crate::setup::{HOP, SECRET, State, config, forward, send, with_worker};

fn verifies(request: &Request) -> bool {
    let endpoint = Endpoint::standard_webhooks(HOP).without_replay_protection();
    let head = Head::new(&request.method, &request.path, &request.headers);
    let endpoint = endpoint.build().unwrap();
    endpoint.verify(&head, request.body.clone().into()).is_ok()
}

#[test]
fn a_200_means_stored_and_a_receiver_that_is_down_gets_it_later() {
    let state = State::new("inbox-later");
    let receiver = Receiver::start();
    receiver.answers(Some(503));
    let server = state.start(&config(&json!({"forward": forward(&receiver)})));
    let delivery = github(SECRET, "d-1", "ping", 100);
    for _ in 0..3 {
        assert_eq!(server.send(&delivery).status, 200);
    }
    let first = receiver.request();
    assert_eq!(first.value("x-delivery-attempt"), Some("1"));
    state.wait_for(&["--error", "status 503"], 1);
    receiver.answers(Some(200));
    let second = receiver.request();
    assert_eq!(second.value("x-delivery-attempt"), Some("2"));
    for got in [&first, &second] {
        assert_eq!(got.body, delivery.body);
        assert!(verifies(got), "{got:?}");
        assert_eq!(got.value("x-delivery-route"), Some("github"));
        assert_eq!(got.value("webhook-id"), first.value("webhook-id"));
    }
    let done = state.wait_for(&["--state", "done"], 1);
    assert_eq!(done[0]["consumer"], "github");
    assert_eq!(done[0]["route"], "/hooks/github");
    let log = server.stop();
    assert_eq!(log.matches("event stored").count(), 1, "{log}");
    assert_eq!(log.matches("event forwarded").count(), 1, "{log}");
    assert!(receiver.is_quiet(), "a copy was forwarded");
}

/// SIGKILL at any time: what was answered 200 reaches the receiver.
#[test]
fn what_a_killed_server_has_stored_reaches_the_receiver_after_the_restart() {
    let state = State::new("inbox-killed");
    let receiver = Receiver::start();
    receiver.answers(None);
    let config = config(&json!({"forward": forward(&receiver)}));
    let ids: Vec<_> = (0..20).map(|number| format!("d-{number}")).collect();
    for half in ids.chunks(10) {
        let server = state.start(&config);
        half.iter().for_each(|id| send(&server, id));
        // Some are with the receiver, which holds its answer.
        receiver.request();
        drop(server);
    }
    while !receiver.is_quiet() {}
    receiver.answers(Some(200));
    let server = state.start(&config);
    let mut got = BTreeSet::new();
    while got.len() < ids.len() {
        let request = receiver.request();
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        got.insert(body["zen"].as_str().unwrap().to_owned());
    }
    assert_eq!(got, ids.iter().cloned().collect());
    state.wait_for(&["--state", "done"], ids.len());
    // And a copy is known, as always.
    let copy = server.send(&github(SECRET, "d-0", "ping", 0));
    assert!(copy.body.contains(r#""duplicate":true"#), "{copy:?}");
}

#[test]
fn each_consumer_has_a_job_of_its_own() {
    let state = State::new("inbox-consumers");
    let (ledger, mail) = (Receiver::start(), Receiver::start());
    mail.answers(Some(500));
    let consumers = json!({"consumers": {
        "ledger": {"forward": forward(&ledger)},
        "mail": {"forward": forward(&mail)},
    }});
    let server = state.start(&config(&consumers));
    send(&server, "d-1");
    ledger.request();
    state.wait_for(&["--consumer", "github/mail", "--error", "status 500"], 1);
    mail.answers(Some(200));
    assert_eq!(mail.request().value("x-delivery-attempt"), Some("1"));
    mail.request();
    let done = state.wait_for(&["--state", "done"], 2);
    let consumers: Vec<_> = done.iter().map(|job| &job["consumer"]).collect();
    assert_eq!(consumers, ["github/ledger", "github/mail"]);
    assert!(ledger.is_quiet(), "the ledger has it already");
    drop(server);
}

#[test]
fn a_route_that_is_not_durable_makes_the_sender_wait() {
    let state = State::new("inbox-not-durable");
    let receiver = Receiver::start();
    let entries = json!({"forward": forward(&receiver), "durable": false});
    let server = state.start(&config(&entries));
    for (says, answered) in [(500, 503), (200, 200)] {
        receiver.answers(Some(says));
        let answer = server.send(&github(SECRET, "d-1", "ping", 0));
        assert_eq!(answer.status, answered, "{answer:?}");
        receiver.request();
    }
    assert!(state.list(&[]).is_empty());
}

/// Without an inbox it was forwarded; with one, a copy is still a copy.
#[test]
fn what_was_handled_before_a_route_was_durable_is_not_handled_again() {
    let state = State::new("inbox-before");
    let receiver = Receiver::start();
    for durable in [false, true] {
        let entries = json!({"forward": forward(&receiver), "durable": durable});
        let server = state.start(&config(&entries));
        send(&server, "d-1");
    }
    receiver.request();
    assert!(receiver.is_quiet());
    assert!(state.list(&[]).is_empty());
}

#[test]
fn a_question_is_answered_at_once() {
    let state = State::new("inbox-question");
    let receiver = Receiver::start();
    let mut forward = forward(&receiver);
    forward["pass_response"] = true.into();
    let token = "0123456789abcdef0123456789abcdef";
    let config = json!({"voice": {
        "provider": "twilio",
        "auth_token": token,
        "url": "https://shop.example/hooks/voice",
        "forward": forward,
    }});
    let server = state.start(&config.to_string());
    let url = "https://shop.example/hooks/voice";
    let signer = Signer::new(providers::TWILIO, token)
        .unwrap()
        .public_url(url);
    let signed = signer.sign(UnixTime::now(), "CallSid=CA1&From=%2B15550100");
    let mut call = Request::new("POST", "/hooks/voice");
    call.headers = signed.headers;
    call.body = signed.body.to_vec();
    let answer = server.send(&call);
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, "inner"),
        "{}",
        server.log()
    );
    receiver.request();
    assert!(state.list(&[]).is_empty());
}

#[test]
fn a_receiver_that_does_not_want_it_ends_it_and_headers_that_are_named_are_kept() {
    let state = State::new("inbox-gone");
    let receiver = Receiver::start();
    let mut forward = forward(&receiver);
    forward["give_up_on"] = json!([410]);
    forward["headers"] = json!(["X-Extra"]);
    let server = state.start(&config(&json!({"forward": forward})));
    receiver.answers(Some(410));
    let delivery = github(SECRET, "d-1", "ping", 0).header("X-Extra", "kept");
    let delivery = delivery.header("X-Other", "lost");
    assert_eq!(server.send(&delivery).status, 200);
    let got = receiver.request();
    assert_eq!(got.value("x-extra"), Some("kept"));
    assert_eq!(got.value("x-other"), None);
    assert_eq!(got.value("x-github-event"), Some("ping"));
    let dead = state.wait_for(&["--state", "dead"], 1);
    assert_eq!(dead[0]["error"], "status 410");
    server.wait_for_log("delivery is dead", 1);
}

/// A delivery that a worker forwards knows where it has been.
#[test]
fn a_loop_through_a_worker_ends() {
    let state = State::new("inbox-loop");
    let with = |to: &str| {
        let hop = json!({"to": to, "secret": HOP});
        let all = config(&json!({"forward": hop}));
        let mut all: Value = serde_json::from_str(&all).unwrap();
        all["hop"] = json!({"provider": "standard_webhooks", "secret": HOP, "forward": hop});
        all.to_string()
    };
    let server = state.start(&with("http://127.0.0.1:9/"));
    server.reload(&with(&format!("http://{}/hooks/hop", server.address())));
    server.wait_for_log("configuration reloaded", 1);
    send(&server, "d-1");
    let dead = state.wait_for(&["--state", "dead"], 1);
    assert_eq!(dead[0]["error"], "loop", "{dead:?}");
    assert_eq!(dead[0]["consumer"], "hop");
    // The event itself, and the one hop.
    state.wait_for(&["--state", "done"], 2);
    drop(server);
}

#[test]
fn a_shutdown_waits_for_what_runs() {
    let state = State::new("inbox-drain");
    let receiver = Receiver::start();
    let pause = ["/bin/sh", "-c", "sleep 1"];
    let entries = json!({"consumers": {
        "slow": {"exec": pause},
        "hop": {"forward": forward(&receiver)},
    }});
    let server = state.start(&config(&entries));
    send(&server, "d-1");
    receiver.request();
    state.wait_for(&["--state", "running"], 1);
    server.stop();
    state.wait_for(&["--state", "done"], 2);
}

#[test]
fn a_reload_changes_where_stored_events_go() {
    let state = State::new("inbox-reload");
    let (first, second) = (Receiver::start(), Receiver::start());
    first.answers(Some(500));
    let server = state.start(&config(&json!({"forward": forward(&first)})));
    send(&server, "d-1");
    first.request();
    server.reload(&config(&json!({"forward": forward(&second)})));
    server.wait_for_log("configuration reloaded", 1);
    second.request();
    send(&server, "d-2");
    second.request();
    state.wait_for(&["--state", "done"], 2);
}

#[test]
fn the_numbers_of_the_inbox_are_metrics() {
    let state = State::new("inbox-metrics");
    let receiver = Receiver::start();
    receiver.answers(Some(410));
    let mut forward = forward(&receiver);
    forward["give_up_on"] = json!([410]);
    let address = format!("127.0.0.1:{}", free_port());
    let arguments = ["--state", state.text(), "--metrics", &address];
    let server = Server::start_with(&config(&json!({"forward": forward})), &arguments, &[]);
    send(&server, "d-1");
    state.wait_for(&["--state", "dead"], 1);
    let metrics = send_to(&address, &Request::new("GET", "/metrics")).body;
    for line in [
        "webhook_inbox_jobs{state=\"dead\"} 1\n",
        "webhook_inbox_jobs{state=\"due\"} 0\n",
        "webhook_inbox_behind_seconds 0\n",
        "webhook_deliveries_total{route=\"github\",provider=\"github\",outcome=\"stored\"} 1\n",
        "webhook_forwards_total{route=\"github\",provider=\"github\",outcome=\"given_up\"} 1\n",
    ] {
        assert!(metrics.contains(line), "no {line} in {metrics}");
    }
}

#[test]
fn an_event_dies_after_its_last_attempt() {
    let state = State::new("inbox-attempts");
    let receiver = Receiver::start();
    receiver.answers(Some(500));
    let entries = json!({"forward": forward(&receiver)});
    let server = state.start(&with_worker(&entries, &json!({"max_attempts": 2})));
    send(&server, "d-1");
    let dead = state.wait_for(&["--state", "dead"], 1);
    assert_eq!(dead[0]["attempts"], 2);
    receiver.request();
    receiver.request();
    assert!(receiver.is_quiet());
    drop(server);
}
