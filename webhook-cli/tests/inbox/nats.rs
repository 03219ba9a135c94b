//! Events that are relayed to a private NATS server, if the program is installed.

use std::collections::BTreeSet;
use std::net::TcpListener;

use async_nats::ConnectOptions;
use async_nats::jetstream::message::StreamMessage;
use async_nats::jetstream::{self, Context, stream};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use webhook_test_services::Nats;

use crate::common::{Receiver, Request, Server, free_port, github, send_to};
use crate::setup::{SECRET, State, config, forward, metric, send, with_worker, without_rest};

/// A stream, and what asks for its messages.
struct Stream {
    runtime: Runtime,
    url: String,
    password: Option<&'static str>,
}

impl Stream {
    /// Makes the stream `HOOKS`.
    fn make(url: String) -> Self {
        Self::make_as(url, None)
    }

    /// The same as the user `relay` with this password.
    fn make_as(url: String, password: Option<&'static str>) -> Self {
        let runtime = Runtime::new().unwrap();
        let this = Self {
            runtime,
            url,
            password,
        };
        this.runtime.block_on(async {
            let config = stream::Config {
                name: "HOOKS".to_owned(),
                subjects: vec!["webhooks.>".to_owned()],
                ..stream::Config::default()
            };
            this.context().await.create_stream(config).await.unwrap();
        });
        this
    }

    async fn context(&self) -> Context {
        let options = match self.password {
            Some(password) => {
                ConnectOptions::with_user_and_password("relay".to_owned(), password.to_owned())
            }
            None => ConnectOptions::new(),
        };
        jetstream::new(options.connect(&self.url).await.unwrap())
    }

    /// All of its messages.
    fn messages(&self) -> Vec<StreamMessage> {
        self.runtime.block_on(async {
            let mut stream = self.context().await.get_stream("HOOKS").await.unwrap();
            let last = stream.info().await.unwrap().state.last_sequence;
            let mut all = Vec::new();
            for sequence in 1..=last {
                all.push(stream.get_raw_message(sequence).await.unwrap());
            }
            all
        })
    }
}

fn value<'m>(message: &'m StreamMessage, name: &str) -> Option<&'m str> {
    message.headers.get(name).map(|value| value.as_str())
}

fn to(nats: &Nats) -> Value {
    json!({"servers": nats.url(), "subject": "webhooks.{provider}.{type}"})
}

#[test]
fn an_event_is_in_the_stream_with_its_subject_and_what_is_known_of_it() {
    let Some(nats) = Nats::start() else { return };
    let stream = Stream::make(nats.url());
    let state = State::new("nats-event");
    let mut relay = to(&nats);
    relay["headers"] = json!(["X-Extra"]);
    let address = format!("127.0.0.1:{}", free_port());
    let arguments = ["--state", state.text(), "--metrics", &address];
    let server = Server::start_with(&config(&json!({"nats": relay})), &arguments, &[]);
    let delivery = github(SECRET, "d-1", "ping", 100);
    let delivery = delivery.header("X-Extra", "kept").header("X-Other", "lost");
    for _ in 0..2 {
        assert_eq!(server.send(&delivery).status, 200);
    }
    let done = state.wait_for(&["--state", "done"], 1);
    let messages = stream.messages();
    let [message] = &messages[..] else {
        panic!("{messages:?}")
    };
    assert_eq!(&*message.subject, "webhooks.github.ping");
    assert!(message.payload == delivery.body);
    assert_eq!(value(message, "Nats-Msg-Id"), done[0]["key"].as_str());
    assert_eq!(value(message, "webhook-id"), done[0]["key"].as_str());
    assert_eq!(value(message, "x-extra"), Some("kept"));
    assert_eq!(value(message, "x-other"), None);
    // GitHub signs no type.
    assert_eq!(value(message, "x-delivery-unsigned-type"), Some("ping"));
    assert_eq!(value(message, "x-delivery-attempt"), Some("1"));
    let sample = "webhook_attempts_total{route=\"github\",provider=\"github\",\
                  consumer=\"github\",outcome=\"done\"}";
    assert_eq!(metric(&address, sample), Some(1));
    let log = server.stop();
    assert_eq!(log.matches("event relayed").count(), 1, "{log}");
}

/// The server of NATS is away at the start, and killed and started again while events arrive.
#[test]
fn nothing_is_lost_and_nothing_is_in_the_stream_twice_when_the_engine_is_killed() {
    let Some(mut nats) = Nats::start() else {
        return;
    };
    let stream = Stream::make(nats.url());
    let state = State::new("nats-killed");
    nats.kill();
    let server = state.start(&without_rest(&json!({"nats": to(&nats)})));
    let ids: Vec<_> = (0..60).map(|number| format!("d-{number}")).collect();
    for (round, part) in ids.chunks(20).enumerate() {
        for (number, id) in part.iter().enumerate() {
            if number == 10 && round > 0 {
                nats.kill();
            }
            send(&server, id);
        }
        // Nobody waits for an engine, and it does not make the server unready.
        assert_eq!(server.send(&Request::new("GET", "/ready")).status, 200);
        state.wait_for_any(&["--error", "not connected"]);
        nats.restart();
        state.wait_for(&["--state", "done"], 20 * (round + 1));
    }
    let messages = stream.messages();
    let zen = |message: &StreamMessage| {
        let body: Value = serde_json::from_slice(&message.payload).unwrap();
        body["zen"].as_str().unwrap().to_owned()
    };
    let got: BTreeSet<_> = messages.iter().map(zen).collect();
    assert_eq!(got, ids.iter().cloned().collect());
    assert_eq!(messages.len(), ids.len(), "some are there twice");
    assert!(server.log().contains("not relayed"), "{}", server.log());
}

#[test]
fn an_event_without_a_stream_is_parked_and_is_relayed_when_there_is_one() {
    let Some(nats) = Nats::start() else { return };
    let state = State::new("nats-parked");
    let server = state.start(&config(&json!({"nats": to(&nats)})));
    send(&server, "d-1");
    let parked = state.wait_for(&["--state", "parked"], 1);
    assert_eq!(parked[0]["error"], "no stream");
    let stream = Stream::make(nats.url());
    let redriven = state.inbox(&["redrive", "--error", "no stream"]);
    assert_eq!(redriven.code, Some(0), "{redriven:?}");
    state.wait_for(&["--state", "done"], 1);
    assert_eq!(stream.messages().len(), 1);
}

#[test]
fn a_consumer_that_relays_waits_for_its_engine_and_keeps_no_receiver_waiting() {
    let Some(mut nats) = Nats::start() else {
        return;
    };
    let stream = Stream::make(nats.url());
    nats.kill();
    let state = State::new("nats-consumers");
    let receiver = Receiver::start();
    let server = state.start(&without_rest(&json!({"consumers": {
        "hop": {"forward": forward(&receiver)},
        "stream": {"nats": to(&nats)},
    }})));
    send(&server, "d-1");
    let hop = receiver.request();
    state.wait_for(&["--consumer", "github/hop", "--state", "done"], 1);
    state.wait_for(
        &["--consumer", "github/stream", "--error", "not connected"],
        1,
    );
    nats.restart();
    state.wait_for(&["--state", "done"], 2);
    let messages = stream.messages();
    assert_eq!(messages.len(), 1);
    let message = &messages[0];
    assert_eq!(value(message, "x-delivery-consumer"), Some("github/stream"));
    assert_eq!(value(message, "webhook-id"), hop.value("webhook-id"));
    assert!(receiver.is_quiet());
}

#[test]
fn the_settings_of_a_relay_say_what_a_message_looks_like() {
    let Some(nats) = Nats::start() else { return };
    let stream = Stream::make(nats.url());
    let state = State::new("nats-settings");
    let with = |more: Value| {
        let mut relay = to(&nats);
        let more = more.as_object().unwrap().clone();
        relay.as_object_mut().unwrap().extend(more);
        json!({"nats": relay})
    };
    let server = state.start(&config(&json!({"consumers": {
        "structured": with(json!({
            "cloud_events": "structured",
            "cloud_events_source": "https://hooks.example.com",
        })),
        "binary": with(json!({"cloud_events": "binary", "stream": "HOOKS"})),
        "reference": with(json!({"claim_check_bytes": 100, "one_subject_per_key": true})),
        "elsewhere": with(json!({"stream": "OTHER"})),
    }})));
    let delivery = github(SECRET, "d-1", "ping", 1000);
    let delivery = delivery.header("content-type", "application/json");
    assert_eq!(server.send(&delivery).status, 200);
    let done = state.wait_for(&["--state", "done"], 3);
    let parked = state.wait_for(&["--state", "parked"], 1);
    assert_eq!(parked[0]["consumer"], "github/elsewhere");
    assert_eq!(parked[0]["error"], "other stream");
    let messages = stream.messages();
    let of = |name: &str| {
        let is_of = |message: &&StreamMessage| {
            value(message, "x-delivery-consumer") == Some(&format!("github/{name}"))
        };
        messages.iter().find(is_of).unwrap()
    };
    let structured: Value = serde_json::from_slice(&of("structured").payload).unwrap();
    assert_eq!(structured["source"], "https://hooks.example.com/github");
    assert_eq!(structured["data"]["zen"], "d-1");
    let binary = of("binary");
    assert_eq!(value(binary, "ce-id"), value(binary, "webhook-id"));
    assert!(binary.payload == delivery.body);
    let reference = of("reference");
    let key = value(reference, "webhook-id").unwrap();
    assert_eq!(&*reference.subject, format!("webhooks.github.ping.{key}"));
    assert_eq!(
        value(reference, "content-type"),
        Some("application/vnd.webhook.reference+json")
    );
    // It leads to the body.
    let reference: Value = serde_json::from_slice(&reference.payload).unwrap();
    assert_eq!(reference["size"], delivery.body.len());
    let id = &reference["job"];
    assert!(done.iter().any(|job| job["id"] == *id));
    let shown = state.inbox(&["show", &id.to_string(), "--body"]);
    assert!(shown.out.contains(r#""zen":"d-1""#), "{shown:?}");
}

#[test]
fn a_server_with_a_password_is_reached_with_it_and_no_log_has_it() {
    const PASSWORD: &str = "p@ss:hidden";
    let user = ["--user", "relay", "--pass", PASSWORD];
    let Some(nats) = Nats::start_with(&user) else {
        return;
    };
    let host = nats.url().replace("nats://", "");
    let with_user = format!("nats://relay:p%40ss%3Ahidden@{host}");
    let stream = Stream::make_as(nats.url(), Some(PASSWORD));
    for (number, relay) in [
        json!({"servers": host, "username": "relay", "password": {"env": "NATS_PASSWORD"}}),
        json!({"servers": [with_user]}),
    ]
    .into_iter()
    .enumerate()
    {
        let state = State::new("nats-password");
        let mut relay = relay;
        relay["subject"] = "webhooks.{type}".into();
        let variables = [("NATS_PASSWORD", PASSWORD), ("RUST_LOG", "trace")];
        let arguments = ["--state", state.text()];
        let config = config(&json!({"nats": relay}));
        let server = Server::start_with(&config, &arguments, &variables);
        send(&server, &format!("d-{number}"));
        state.wait_for(&["--state", "done"], 1);
        assert_eq!(stream.messages().len(), number + 1);
        let log = server.stop();
        assert!(log.contains("async_nats"), "{log}");
        assert!(!log.contains("hidden"), "{log}");
    }
}

#[test]
fn a_server_with_tls_is_reached_if_its_certificate_is_trusted() {
    let file = |name: &str| format!("{}/tests/tls/{name}", env!("CARGO_MANIFEST_DIR"));
    let (certificate, key) = (file("server.pem"), file("server.key.pem"));
    let tls = ["--tls", "--tlscert", &certificate, "--tlskey", &key];
    let Some(nats) = Nats::start_with(&tls) else {
        return;
    };
    let state = State::new("nats-tls");
    // The name of the certificate.
    let url = nats.url().replace("nats://127.0.0.1", "tls://localhost");
    let relay = json!({"servers": url, "subject": "webhooks.{type}"});
    let config = without_rest(&json!({"nats": relay}));
    let server = state.start(&config);
    send(&server, "d-1");
    state.wait_for(&["--error", "not connected"], 1);
    drop(server);
    let roots = file("root.pem");
    let arguments = ["--state", state.text()];
    let server = Server::start_with(&config, &arguments, &[("SSL_CERT_FILE", &roots)]);
    // It is connected: nothing has made a stream.
    let parked = state.wait_for(&["--state", "parked"], 1);
    assert_eq!(parked[0]["error"], "no stream");
    drop(server);
}

#[test]
fn a_wrong_password_is_a_failure_that_the_log_explains() {
    let user = ["--user", "relay", "--pass", "right"];
    let Some(nats) = Nats::start_with(&user) else {
        return;
    };
    let state = State::new("nats-wrong");
    let mut relay = to(&nats);
    relay["username"] = "relay".into();
    relay["password"] = "hidden".into();
    let server = state.start(&config(&json!({"nats": relay})));
    send(&server, "d-1");
    state.wait_for(&["--error", "not connected"], 1);
    server.wait_for_log("authorization violation", 1);
    assert!(!server.log().contains("hidden"), "{}", server.log());
}

/// A server that takes connections and says nothing holds an attempt until its time is over.
#[test]
fn an_attempt_that_the_worker_ends_is_counted() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("nats://{}", silent.local_addr().unwrap());
    let state = State::new("nats-silent");
    let relay = json!({"servers": url, "subject": "webhooks.{type}"});
    let address = format!("127.0.0.1:{}", free_port());
    let arguments = ["--state", state.text(), "--metrics", &address];
    let worker = json!({"run_timeout_secs": 1, "max_attempts": 2});
    let config = with_worker(&json!({"nats": relay}), &worker);
    let server = Server::start_with(&config, &arguments, &[]);
    send(&server, "d-1");
    let dead = state.wait_for(&["--state", "dead"], 1);
    assert_eq!(dead[0]["error"], "timeout");
    let sample = "webhook_attempts_total{route=\"github\",provider=\"github\",\
                  consumer=\"github\",outcome=\"interrupted\"}";
    assert_eq!(metric(&address, sample), Some(2));
    drop(server);
}

#[test]
fn a_check_says_where_events_go_and_connects_to_no_engine() {
    let state = State::new("nats-check");
    let relay = json!({
        "servers": ["nats://me:hidden@127.0.0.1:9", "nats://me:hidden@[::1]:9"],
        "subject": "webhooks.{type}",
    });
    let path = crate::common::written(&config(&json!({"nats": relay})));
    let arguments = [
        "check",
        "--config",
        path.to_str().unwrap(),
        "--state",
        state.text(),
    ];
    let ended = crate::common::run(&arguments);
    std::fs::remove_file(path).unwrap();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let line = "github: stored, then relayed to nats://127.0.0.1:9, nats://[::1]:9\n";
    assert!(ended.out.contains(line), "{ended:?}");
    assert!(!ended.err.contains("hidden"), "{ended:?}");
}

/// A reload ends the connection of the old routes, and what waits goes to the new engine.
#[test]
fn a_reload_changes_where_events_are_relayed() {
    let Some(nats) = Nats::start() else { return };
    let stream = Stream::make(nats.url());
    let state = State::new("nats-reload");
    let away = json!({"servers": "nats://127.0.0.1:9", "subject": "webhooks.{type}"});
    let address = format!("127.0.0.1:{}", free_port());
    let arguments = ["--state", state.text(), "--metrics", &address];
    let server = Server::start_with(&without_rest(&json!({"nats": away})), &arguments, &[]);
    send(&server, "d-1");
    state.wait_for(&["--error", "not connected"], 1);
    server.reload(&without_rest(&json!({"nats": to(&nats)})));
    server.wait_for_log("configuration reloaded", 1);
    state.wait_for(&["--state", "done"], 1);
    assert_eq!(stream.messages().len(), 1);
    let page = send_to(&address, &Request::new("GET", "/metrics")).body;
    let failed = page
        .lines()
        .find(|line| line.contains(r#"outcome="failed""#));
    let failed = failed.and_then(|line| line.rsplit(' ').next()).unwrap();
    assert!(failed.parse::<u32>().unwrap() > 0, "{page}");
}
