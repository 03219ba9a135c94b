//! `webhook serve` with deliveries: the built program, over real sockets.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use common::config::{CONFIG, SECRET, URL, WHSEC};
use common::{Request, Server, sign};

/// Sends a delivery, the same again as a duplicate, and one with a flipped bit.
fn is_told_apart(script: &str, provider: &str, secret: &str, id: &str, kind: &str) {
    let target = format!("/hooks/{provider}");
    let genuine = sign(script, secret, &target, URL);
    let server = Server::start(CONFIG);

    let mut forged = genuine.clone();
    if provider == "mercadopago" {
        // Its signature does not cover the body.
        forged.path = forged
            .path
            .replace("data.id=999999999", "data.id=999999998");
    } else {
        let middle = forged.body.len() / 2;
        forged.body[middle] ^= 1;
    }
    assert_ne!((&forged.path, &forged.body), (&genuine.path, &genuine.body));
    let refused = server.send(&forged);
    assert_eq!(refused.status, 401);
    assert_eq!(refused.body, r#"{"error":"unauthorized"}"#);

    for duplicate in [false, true] {
        let taken = server.send(&genuine);
        assert_eq!(taken.status, 200, "{taken:?}");
        assert_eq!(taken.header("content-type"), Some("application/json"));
        assert_eq!(
            taken.body,
            format!(
                r#"{{"id":"{id}","type":"{kind}","provider":"{provider}","duplicate":{duplicate}}}"#
            )
        );
    }
}

#[test]
fn a_stripe_delivery_is_taken_once_and_refused_with_a_bit_flipped() {
    is_told_apart("stripe", "stripe", SECRET, "evt_1", "invoice.paid");
}

#[test]
fn a_github_delivery_is_taken_once_and_refused_with_a_bit_flipped() {
    let id = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
    is_told_apart("github", "github", "github-0123456789abcdef", id, "ping");
}

#[test]
fn a_standard_webhooks_delivery_is_taken_once_and_refused_with_a_bit_flipped() {
    let name = "standard-webhooks";
    is_told_apart(name, name, WHSEC, "msg_1", "contact.created");
}

#[test]
fn a_slack_delivery_is_taken_once_and_refused_with_a_bit_flipped() {
    is_told_apart(
        "slack",
        "slack",
        "slack-0123456789abcdef",
        "Ev1",
        "reaction_added",
    );
}

#[test]
fn a_square_delivery_is_taken_once_with_the_query_it_came_with_and_refused_with_a_bit_flipped() {
    let secret = "square-0123456789abcdef";
    is_told_apart("square", "square", secret, "ac3ac95b", "payment.created");
}

#[test]
fn a_mercado_pago_delivery_is_taken_once_and_refused_with_a_bit_of_what_is_signed_flipped() {
    let secret = "mercadopago-0123456789abcdef";
    is_told_apart("mercadopago", "mercadopago", secret, "12345", "payment");
}

/// If the server added a request id, the layer would verify it as a part of the signed message.
#[test]
fn a_mercado_pago_delivery_without_a_request_id_is_not_given_one() {
    let script = "mercadopago-without-request-id";
    let secret = "mercadopago-0123456789abcdef";
    is_told_apart(script, "mercadopago", secret, "12345", "payment");
}

#[test]
fn a_flipped_bit_anywhere_in_body_or_signature_is_refused() {
    let genuine = sign("stripe", SECRET, "/hooks/stripe", URL);
    let server = Server::start(CONFIG);
    for at in 0..genuine.body.len() * 8 {
        let mut forged = genuine.clone();
        forged.body[at / 8] ^= 1 << (at % 8);
        assert_eq!(server.send(&forged).status, 401, "bit {at} of the body");
    }
    let digits = genuine.headers[0].1.find("v1=").unwrap() + 3;
    for at in digits..genuine.headers[0].1.len() {
        let mut forged = genuine.clone();
        let flipped = match &genuine.headers[0].1[at..=at] {
            "0" => "1",
            _ => "0",
        };
        forged.headers[0].1.replace_range(at..=at, flipped);
        assert_eq!(server.send(&forged).status, 401, "digit {at}");
    }
    assert_eq!(server.send(&genuine).status, 200);
}

#[test]
fn a_get_with_a_token_in_its_query_is_taken_and_the_token_is_in_no_log() {
    let server = Server::start_with_log(CONFIG, "trace");
    let path = "/hooks/ifthenpay?key=ifthenpay-0123456789abcdef&requestId=r1&amount=1.00";
    let taken = server.send(&Request::new("GET", path));
    assert_eq!(taken.status, 200);
    assert_eq!(
        taken.body,
        r#"{"id":"r1","type":null,"provider":"ifthenpay","duplicate":false}"#
    );
    assert_eq!(
        server
            .send(&Request::new("GET", "/hooks/ifthenpay?key=guess"))
            .status,
        401
    );
    let log = server.stop();
    assert!(log.contains("/hooks/ifthenpay"), "{log}");
    for line in log.lines().filter(|line| !line.contains("hyper")) {
        assert!(!line.contains("0123456789abcdef"), "{line}");
        assert!(!line.contains("requestId"), "{line}");
    }
}

#[test]
fn user_name_and_password_are_those_of_http_basic() {
    let server = Server::start(CONFIG);
    let body = r#"{"id":"ev_1","event_type":"payment_succeeded"}"#;
    let request = Request::new("POST", "/hooks/chargebee").body(body);
    // user:pass-0123456789abcdef
    let known = "Basic dXNlcjpwYXNzLTAxMjM0NTY3ODlhYmNkZWY=";
    assert_eq!(
        server
            .send(&request.clone().header("authorization", known))
            .status,
        200
    );
    assert_eq!(
        server
            .send(
                &request
                    .clone()
                    .header("authorization", "Basic dXNlcjpwYXNz")
            )
            .status,
        401
    );
    assert_eq!(server.send(&request).status, 401);
}

#[test]
fn the_challenge_of_meta_is_answered_if_its_token_is_configured() {
    let config = r#"{
        "meta": {
            "provider": "meta",
            "secret": "meta-0123456789abcdef",
            "verify_token": "token-0123456789abcdef"
        },
        "closed": {"provider": "meta", "secret": "meta-0123456789abcdef"}
    }"#;
    let server = Server::start_with_log(config, "trace");
    let get = |route: &str, token: &str| {
        let query = format!("hub.mode=subscribe&hub.challenge=1158&hub.verify_token={token}");
        server.send(&Request::new("GET", &format!("/hooks/{route}?{query}")))
    };
    let answered = get("meta", "token-0123456789abcdef");
    assert_eq!((answered.status, answered.body.as_str()), (200, "1158"));
    assert_eq!(answered.header("content-type"), Some("text/plain"));
    assert_eq!(answered.header("x-content-type-options"), Some("nosniff"));
    let refused = get("meta", "guess");
    assert_eq!(refused.status, 401);
    assert_eq!(refused.body, r#"{"error":"unauthorized"}"#);
    let refused = get("closed", "token-0123456789abcdef");
    assert_eq!(refused.status, 405);
    assert_eq!(refused.header("allow"), Some("POST"));
    let log = server.stop();
    for line in log.lines().filter(|line| !line.contains("hyper")) {
        assert!(!line.contains("0123456789abcdef"), "{line}");
    }
}

#[test]
fn a_delivery_in_chunks_is_taken() {
    let request = sign("github", "github-0123456789abcdef", "/hooks/github", URL);
    assert_eq!(Server::start(CONFIG).send(&request.chunked()).status, 200);
}

#[test]
fn two_deliveries_go_over_one_connection() {
    let request = sign("stripe", SECRET, "/hooks/stripe", URL);
    let server = Server::start(CONFIG);
    let mut stream = server.connect();
    for _ in 0..2 {
        stream.write_all(&request.bytes().0).unwrap();
        assert_eq!(common::read_answer(&mut stream).status, 200);
    }
}

#[test]
fn sigterm_lets_a_delivery_under_way_finish_and_ends_with_code_0() {
    let request = sign("stripe", SECRET, "/hooks/stripe", URL);
    let mut server = Server::start(CONFIG);
    let (idle, begun) = (server.connect(), server.connect());
    let (head, body) = request.bytes().split_at_body();
    let mut stream = begun;
    stream.write_all(&head).unwrap();
    stream.write_all(&body[..10]).unwrap();
    std::thread::sleep(Duration::from_millis(300));

    server.terminate();
    std::thread::sleep(Duration::from_millis(300));
    assert!(
        TcpStream::connect(server.address()).is_err(),
        "still accepts"
    );
    stream.write_all(&body[10..]).unwrap();
    assert_eq!(common::read_answer(&mut stream).status, 200);
    drop(stream);
    let began = Instant::now();
    assert_eq!(server.exit_code(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(3), "held up");
    drop(idle);
}
