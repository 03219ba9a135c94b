//! `webhook serve` that forwards: the built program between a sender and a receiver.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Receiver, Request, Server, free_port, github, run, send_to, written};
use serde_json::{Value, json};
use webhook_core::{Endpoint, Head};

const SECRET: &str = "github-0123456789abcdef";
const HOP: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A configuration with one route, and what its `forward` has in addition to the URL.
fn config(to: &str, mut forward: Value) -> String {
    forward["to"] = to.into();
    json!({"github": {"provider": "github", "secret": SECRET, "forward": forward}}).to_string()
}

fn signed(receiver: &Receiver) -> String {
    config(
        &receiver.url(),
        json!({"secret": HOP, "idempotency_key": true}),
    )
}

/// Whether the receiver's own endpoint verifies a request.
fn verifies(request: &Request) -> bool {
    let endpoint = Endpoint::standard_webhooks(HOP).without_replay_protection();
    let endpoint = endpoint.build().unwrap();
    let head = Head::new(&request.method, &request.path, &request.headers);
    endpoint.verify(&head, request.body.clone().into()).is_ok()
}

#[test]
fn an_event_is_forwarded_once_and_the_receiver_can_verify_it() {
    let receiver = Receiver::start();
    let server = Server::start_with(&signed(&receiver), &[], &[]);
    let delivery = github(SECRET, "d-1", "ping", 100).header("calculated-signature", "forged");
    for duplicate in [false, true] {
        let answer = server.send(&delivery);
        assert_eq!(answer.status, 200, "{answer:?}");
        let receipt: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(receipt["duplicate"], duplicate);
    }
    let got = receiver.request();
    assert!(receiver.is_quiet(), "a duplicate was forwarded");
    assert_eq!((got.method.as_str(), got.path.as_str()), ("POST", "/in"));
    assert_eq!(got.body, delivery.body);
    assert!(verifies(&got), "{got:?}");
    assert_eq!(got.value("x-delivery-route"), Some("github"));
    assert_eq!(got.value("x-github-event"), Some("ping"));
    assert_eq!(got.value("idempotency-key"), got.value("webhook-id"));
    assert_eq!(got.value("calculated-signature"), None);
    let log = server.stop();
    assert_eq!(log.matches("event forwarded").count(), 1, "{log}");
    assert!(
        !log.contains("are discarded") && !log.contains("MfKQ9r8"),
        "{log}"
    );
}

#[test]
fn a_receiver_that_fails_is_counted_and_the_server_stays_ready() {
    let receiver = Receiver::start();
    let address = format!("127.0.0.1:{}", free_port());
    let forward = json!({"without_credential": true, "give_up_on": [410]});
    let config = config(&receiver.url(), forward);
    let server = Server::start_with(&config, &["--metrics", &address], &[]);
    for (id, says, answered) in [
        ("d-1", Some(500), 503),
        ("d-1", Some(201), 200),
        ("d-2", Some(410), 200),
    ] {
        receiver.answers(says);
        let answer = server.send(&github(SECRET, id, "ping", 0));
        assert_eq!(answer.status, answered, "{answer:?}");
        receiver.request();
        assert_eq!(server.send(&Request::new("GET", "/ready")).status, 200);
    }
    let metrics = send_to(&address, &Request::new("GET", "/metrics")).body;
    let labels = r#"{route="github",provider="github",outcome="#;
    for (metric, outcome, value) in [
        ("webhook_forwards_total", "delivered", 1),
        ("webhook_forwards_total", "refused", 1),
        ("webhook_forwards_total", "given_up", 1),
        ("webhook_forwards_total", "loop", 0),
        ("webhook_deliveries_total", "done", 1),
        ("webhook_deliveries_total", "given_up", 1),
    ] {
        let line = format!("{metric}{labels}\"{outcome}\"}} {value}\n");
        assert!(metrics.contains(&line), "no {line} in {metrics}");
    }
    let log = server.stop();
    assert!(
        log.contains("not forwarded") && log.contains("status=500"),
        "{log}"
    );
}

#[test]
fn the_answer_of_the_receiver_is_passed_back_if_the_route_says_so() {
    let receiver = Receiver::start();
    let forward = json!({
        "header": {"name": "x-hop", "value": {"env": "HOP_SECRET"}},
        "headers": ["x-extra"],
        "pass_response": true,
    });
    let config = config(&receiver.url(), forward);
    let server = Server::start_with(&config, &[], &[("HOP_SECRET", "hop-0123456789")]);
    let delivery = github(SECRET, "d-1", "ping", 0).header("X-Extra", "1");
    let answer = server.send(&delivery);
    assert_eq!((answer.status, answer.body.as_str()), (200, "inner"));
    assert_eq!(answer.header("content-type"), Some("text/plain"));
    let got = receiver.request();
    assert_eq!(got.value("x-hop"), Some("hop-0123456789"));
    assert_eq!(got.value("x-extra"), Some("1"));
    assert_eq!(got.value("webhook-signature"), None);
}

#[cfg(feature = "forward-tls")]
#[test]
fn a_receiver_with_https_needs_a_certificate_that_the_system_trusts() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls/root.pem");
    for (host, trusts, status) in [
        ("localhost", true, 200),
        ("localhost", false, 503),
        ("127.0.0.1", true, 503),
    ] {
        let receiver = Receiver::start_with_tls();
        let url = format!("https://{host}:{}/in", receiver.port());
        let config = config(&url, json!({"secret": HOP}));
        let other = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls/server.pem");
        let trusted = [("SSL_CERT_FILE", if trusts { root } else { other })];
        let server = Server::start_with(&config, &[], &trusted);
        let answer = server.send(&github(SECRET, "d-1", "ping", 0));
        assert_eq!(answer.status, status, "{host}, {trusts}: {}", server.log());
        match status {
            200 => assert!(verifies(&receiver.request())),
            _ => assert!(receiver.is_quiet(), "{host}, {trusts}"),
        }
    }
}

#[cfg(unix)]
#[test]
fn a_reload_changes_the_destination() {
    let (first, second) = (Receiver::start(), Receiver::start());
    let server = Server::start_with(&signed(&first), &[], &[]);
    assert_eq!(server.send(&github(SECRET, "d-1", "ping", 0)).status, 200);
    first.request();
    server.reload(&config("http://", json!({"secret": HOP})));
    server.wait_for_log("configuration not reloaded", 1);
    server.reload(&signed(&second));
    server.wait_for_log("configuration reloaded", 1);
    assert_eq!(server.send(&github(SECRET, "d-2", "ping", 0)).status, 200);
    second.request();
    assert!(first.is_quiet());
}

/// The receiver has the event, the gateway dies before it knows, and the sender retries.
#[cfg(all(unix, feature = "sqlite"))]
#[test]
fn an_event_whose_gateway_is_killed_comes_again_with_the_same_id() {
    let folder = common::folder("forward-killed");
    let state = folder.to_str().unwrap();
    let receiver = Receiver::start();
    receiver.answers(None);
    let mut config: Value = serde_json::from_str(&signed(&receiver)).unwrap();
    config["github"]["durable"] = false.into();
    let config = config.to_string();
    let delivery = github(SECRET, "d-1", "ping", 0);
    let server = Server::start_with(&config, &["--state", state], &[]);
    let mut sender = server.connect();
    std::io::Write::write_all(&mut sender, &delivery.bytes().0).unwrap();
    let first = receiver.request();
    // SIGKILL, while the receiver holds its answer.
    drop(server);

    // The claim of the killed process ends after a minute.
    let file = rusqlite::Connection::open(folder.join("deliveries.db")).unwrap();
    let ended = file.execute("update webhook_key set lease_until = 0", []);
    assert_eq!(ended, Ok(1));
    drop(file);

    receiver.answers(Some(200));
    let server = Server::start_with(&config, &["--state", state], &[]);
    for duplicate in [false, true] {
        let answer = server.send(&delivery);
        assert_eq!(answer.status, 200, "{answer:?}");
        let said = format!(r#""duplicate":{duplicate}"#);
        assert!(answer.body.contains(&said), "{answer:?}");
    }
    let second = receiver.request();
    assert!(receiver.is_quiet());
    assert_eq!(first.value("webhook-id"), second.value("webhook-id"));
    assert_eq!(first.body, second.body);
    assert_eq!(first.value("x-delivery-attempt"), Some("1"));
    assert_eq!(second.value("x-delivery-attempt"), Some("2"));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_provider_that_asks_needs_the_answer_of_the_receiver_or_there_is_a_warning() {
    for (passes, warned) in [(false, true), (true, false)] {
        let path = written(
            &json!({"voice": {
                "provider": "twilio",
                "auth_token": "0123456789abcdef0123456789abcdef",
                "url": "https://shop.example/hooks/voice",
                "forward": {
                    "to": "http://127.0.0.1:9/",
                    "secret": HOP,
                    "pass_response": passes,
                },
            }})
            .to_string(),
        );
        let ended = run(&["check", "--config", path.to_str().unwrap()]);
        std::fs::remove_file(path).unwrap();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(ended.err.contains("pass_response"), warned, "{ended:?}");
    }
}

#[test]
fn a_route_without_a_destination_is_an_error_at_the_start_unless_it_says_that_it_discards() {
    let check = |config: &str, arguments: &[&str]| {
        let path = written(config);
        let mut all = vec!["check", "--config", path.to_str().unwrap()];
        all.extend(arguments);
        let ended = run(&all);
        std::fs::remove_file(path).unwrap();
        ended
    };
    let route = format!(r#""github": {{"provider": "github", "secret": "{SECRET}"$}}"#);
    let silent = format!("{{{}}}", route.replace('$', ""));
    let path = written(&silent);
    for verb in ["check", "serve"] {
        let ended = run(&[verb, "--config", path.to_str().unwrap()]);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        let place = r#"route "github", key "forward": is missing"#;
        assert!(ended.err.contains(place), "{ended:?}");
        assert!(ended.err.contains("--discard"), "{ended:?}");
    }
    std::fs::remove_file(path).unwrap();
    let discards = format!("{{{}}}", route.replace('$', r#", "discard": true"#));
    for ended in [check(&silent, &["--discard"]), check(&discards, &[])] {
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.out.ends_with("\ngithub: discarded\n"), "{ended:?}");
        assert!(ended.err.contains("are discarded"), "{ended:?}");
    }
    let url = "http://127.0.0.1:9/hidden?key=hidden";
    let ended = check(&config(url, json!({"secret": HOP})), &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let line = "\ngithub: forwarded to http://127.0.0.1:9\n";
    assert!(ended.out.ends_with(line), "{ended:?}");
    assert!(!ended.err.contains("are discarded"), "{ended:?}");
}
