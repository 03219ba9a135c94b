//! `webhook serve` as a sender and an operator meet it: the built program, over real sockets.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use webhook_core::Provider;

use common::{Request, Server, refused, sign};

const SECRET: &str = "sk_live_0123456789abcdef";
const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const URL: &str = "https://shop.example/hooks/square";

const CONFIG: &str = r#"{
    "_server": {"max_body_bytes": 4096},
    "stripe": {"provider": "stripe", "secret": "sk_live_0123456789abcdef", "url": "https://shop.example/hooks/stripe"},
    "github": {"provider": "github", "secret": "github-0123456789abcdef"},
    "standard-webhooks": {"provider": "standard_webhooks", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    "slack": {"provider": "slack", "secret": "slack-0123456789abcdef"},
    "square": {"provider": "square", "secret": "square-0123456789abcdef", "url": "https://shop.example/hooks/square"},
    "mercadopago": {"provider": "mercadopago", "secret": "mercadopago-0123456789abcdef"},
    "ifthenpay": {"provider": "ifthenpay", "secret": "ifthenpay-0123456789abcdef"},
    "chargebee": {"provider": "chargebee", "username": "user", "password": "pass-0123456789abcdef"}
}"#;

/// Accepted with this receipt, accepted again as a duplicate, refused once a bit is flipped.
fn is_told_apart(script: &str, provider: &str, secret: &str, id: &str, kind: &str) {
    let target = format!("/hooks/{provider}");
    let genuine = sign(script, secret, &target, URL);
    let server = Server::start(CONFIG);

    let mut forged = genuine.clone();
    if provider == "mercadopago" {
        // Its body is not signed.
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

/// An id that the server gave the request on its way to the layer would be taken for a signed one.
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
        "meta": {"provider": "meta", "secret": "meta-0123456789abcdef", "verify_token": "token-0123456789abcdef"},
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
fn a_verify_token_that_no_handshake_needs_ends_the_start() {
    let config = r#"{"shop": {"provider": "stripe", "secret": "sk_live_0123456789abcdef", "verify_token": "hidden-0123456789"}}"#;
    let (code, said) = refused(config);
    assert_ne!(code, Some(0));
    assert!(
        said.contains(r#"route "shop", key "verify_token""#),
        "{said}"
    );
    assert!(!said.contains("hidden"), "{said}");
}

#[test]
fn an_unknown_path_is_answered_404() {
    let server = Server::start(CONFIG);
    for path in [
        "/",
        "/hooks",
        "/hooks/",
        "/hooks/nobody",
        "/hooks/stripe/",
        "/hooks/_server",
        "/HOOKS/stripe",
    ] {
        for method in ["GET", "POST"] {
            let answer = server.send(&Request::new(method, path).body("{}"));
            assert_eq!(answer.status, 404, "{method} {path}");
            assert_eq!(answer.body, r#"{"error":"not_found"}"#);
        }
    }
}

#[test]
fn a_method_the_provider_does_not_use_is_answered_405_with_the_one_it_does() {
    let server = Server::start(CONFIG);
    for (method, route, allow) in [
        ("GET", "stripe", "POST"),
        ("PUT", "github", "POST"),
        ("OPTIONS", "slack", "POST"),
        ("BREW", "square", "POST"),
        ("POST", "ifthenpay", "GET"),
    ] {
        let answer = server.send(&Request::new(method, &format!("/hooks/{route}")));
        assert_eq!(answer.status, 405, "{method} {route}");
        assert_eq!(answer.header("allow"), Some(allow));
    }
}

#[test]
fn an_announced_hundred_gigabytes_are_answered_413_at_once() {
    let mut request = sign("stripe", SECRET, "/hooks/stripe", URL);
    let server = Server::start(CONFIG);
    request.body = Vec::new();
    let request = request.header("content-length", "100000000000");
    let answer = server.send(&request);
    assert_eq!(answer.status, 413);
    assert_eq!(answer.header("connection"), Some("close"));
}

#[test]
fn a_body_over_the_configured_limit_is_answered_413_and_one_at_the_limit_is_not() {
    let request = sign("stripe", SECRET, "/hooks/stripe", URL);
    let server = Server::start(CONFIG);
    for (length, status) in [(4096, 401), (4097, 413)] {
        let mut request = request.clone();
        request.body.resize(length, b' ');
        assert_eq!(server.send(&request).status, status, "{length} bytes");
        // The same without an announced length.
        assert_eq!(
            server.send(&request.chunked()).status,
            status,
            "{length} bytes in chunks"
        );
    }
}

#[test]
fn a_delivery_in_chunks_is_taken() {
    let request = sign("github", "github-0123456789abcdef", "/hooks/github", URL);
    assert_eq!(Server::start(CONFIG).send(&request.chunked()).status, 200);
}

#[test]
fn a_client_that_sends_256_mebibytes_unsigned_reads_its_401() {
    unread(256 * 1024 * 1024, "/hooks/stripe", 401);
}

#[test]
fn a_client_that_sends_32_mebibytes_to_nobody_reads_its_404() {
    unread(32 * 1024 * 1024, "/hooks/nobody", 404);
}

/// Sends a whole body before it looks for the answer, as simple clients do.
fn unread(length: usize, path: &str, status: u16) {
    let server = Server::start(CONFIG);
    let mut stream = server.connect();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n"
    )
    .unwrap();
    let chunk = vec![b'x'; 1024 * 1024];
    for _ in 0..length / chunk.len() {
        stream.write_all(&chunk).unwrap();
    }
    let answer = common::read_answer(&mut stream);
    assert_eq!(answer.status, status);
    assert_eq!(answer.header("connection"), Some("close"));
}

#[test]
fn a_head_that_is_none_is_answered_4xx_and_never_with_silence() {
    let server = Server::start(CONFIG);
    let long = "x".repeat(1024 * 1024);
    let many = "a: b\r\n".repeat(1000);
    for (head, status) in [
        ("GARBAGE\r\n\r\n".to_owned(), 400),
        ("POST /hooks/stripe HTTP/9.9\r\n\r\n".to_owned(), 400),
        (
            "POST /hooks/stripe HTTP/1.1\r\nno colon\r\n\r\n".to_owned(),
            400,
        ),
        (
            "POST /hooks/stripe HTTP/1.1\r\na b: c\r\n\r\n".to_owned(),
            400,
        ),
        (
            "POST /hooks/stripe HTTP/1.1\r\ncontent-length: -1\r\n\r\n".to_owned(),
            400,
        ),
        (
            "POST /hooks/stripe HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"
                .to_owned(),
            400,
        ),
        (
            format!("POST /hooks/stripe HTTP/1.1\r\nhost: x\r\nlong: {long}\r\n\r\n"),
            431,
        ),
        (
            format!("POST /hooks/stripe HTTP/1.1\r\nhost: x\r\n{many}\r\n"),
            431,
        ),
        (
            format!(
                "POST /hooks/stripe?{} HTTP/1.1\r\nhost: x\r\n\r\n",
                &long[..100_000]
            ),
            414,
        ),
        (
            "POST /hooks/stripe HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip\r\n\r\n".to_owned(),
            400,
        ),
    ] {
        let mut stream = server.connect();
        stream.write_all(head.as_bytes()).unwrap();
        let answer = common::read_answer(&mut stream);
        let shown: String = head.chars().take(80).collect();
        assert!((400..500).contains(&answer.status), "{shown:?}: {answer:?}");
        assert_eq!(answer.status, status, "{shown:?}");
    }
}

#[test]
fn a_connection_that_says_nothing_is_closed_and_holds_nobody_up() {
    let server = Server::start(CONFIG);
    // A part of what begins HTTP/2, which could also become HTTP/1.
    let mut silent = server.connect();
    silent.write_all(b"PRI * HT").unwrap();
    assert_eq!(server.send(&Request::new("GET", "/")).status, 404);
    let began = Instant::now();
    assert_eq!(silent.read(&mut [0; 64]).unwrap_or(0), 0);
    assert!((5..20).contains(&began.elapsed().as_secs()));
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

#[test]
fn a_configuration_that_cannot_be_used_ends_with_code_2_and_names_route_and_key_but_no_secret() {
    for (config, expected) in [
        (
            r#"{"shop":{"provider":"stripe","secret":" $"}}"#,
            r#"route "shop", key "secret": "#,
        ),
        (
            r#"{"shop":{"provider":"square","secret":"$"}}"#,
            r#"route "shop", key "url": "#,
        ),
        (
            r#"{"shop":{"provider":"stripe","secret":"$","kid":"$"}}"#,
            r#"route "shop", key "kid": "#,
        ),
        (
            r#"{"shop":{"provider":"strpe","secret":"$"}}"#,
            r#"route "shop", key "provider": is not a provider that this build knows; did you mean "stripe"?"#,
        ),
        (
            r#"{"shop":{"provdier":"stripe","secret":"$"}}"#,
            r#"route "shop", key "provdier": is not known; did you mean "provider"?"#,
        ),
        (
            r#"{"shop":{"provider":"stripe","secret":"${STRIPE_SECRET}"}}"#,
            r#"route "shop", key "secret": contains ${, a placeholder"#,
        ),
        (
            r#"{"shop":{"provider":"stripe","secret":"whsec_"}}"#,
            r#"route "shop", key "secret": is empty"#,
        ),
        (r#"{}"#, "has no route"),
        (
            r#"{"shop":{"provider":"stripe","secret":"$"},}"#,
            "line 1 column",
        ),
    ] {
        let (code, said) = refused(&config.replace("$\"", &format!("{SECRET}\"")));
        assert_eq!(code, Some(2), "{said}");
        assert!(
            said.contains("error: ") && said.contains(expected),
            "{said}"
        );
        assert!(!said.contains(SECRET), "{said}");
    }
}

#[test]
fn one_secret_for_two_routes_is_warned_of_by_their_names() {
    let config = format!(
        r#"{{"first": {{"provider":"stripe","secret":"{SECRET}"}}, "second": {{"provider":"github","secret":"{SECRET}"}}}}"#
    );
    let log = Server::start_with_log(&config, "warn").stop();
    let line = log.lines().find(|line| line.contains("same secret"));
    let line = line.unwrap_or_else(|| panic!("no warning in {log}"));
    assert!(line.contains("first") && line.contains("second"), "{line}");
    assert!(!log.contains(SECRET));
}

#[test]
fn providers_are_listed_with_what_a_route_of_each_is_configured_with() {
    let listed = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_webhook"));
        let output = command.arg("providers").args(arguments).output().unwrap();
        assert!(output.status.success());
        assert!(output.stderr.is_empty());
        String::from_utf8(output.stdout).unwrap()
    };
    let all: Value = serde_json::from_str(&listed(&["--json"])).unwrap();
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), Provider::ALL.len());
    let pusher = all.iter().find(|one| one["name"] == "pusher").unwrap();
    let key = |name: &str| {
        let mut keys = pusher["keys"].as_array().unwrap().iter();
        keys.find(|key| key["key"] == name).unwrap()
    };
    assert_eq!(key("key")["kind"], "identifier");
    assert_eq!(key("app_secret")["kind"], "secret");
    let codespar = all.iter().find(|one| one["name"] == "codespar").unwrap();
    let v1 = serde_json::json!({"variant": "v1", "provider": "codespar-v1"});
    assert_eq!(codespar["variants"], serde_json::json!([v1]));
    let meta = all.iter().find(|one| one["name"] == "meta").unwrap();
    let aliases = meta["aliases"].as_array().unwrap();
    assert!(aliases.contains(&"whatsapp".into()), "{aliases:?}");

    let text = listed(&[]);
    let mut lines = text.lines().skip_while(|line| *line != "livekit").skip(1);
    let block: Vec<_> = lines
        .by_ref()
        .take_while(|line| line.starts_with(' '))
        .collect();
    let block = block.join("\n");
    assert!(block.contains("identifier   api_key (required)"), "{block}");
    assert!(block.contains("secret       secret, "), "{block}");
}

#[test]
fn a_reader_that_closes_the_list_early_is_no_error() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_webhook"));
    let mut child = command
        .args(["providers", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}
