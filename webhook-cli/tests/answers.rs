//! What `webhook serve` answers to requests that are not deliveries.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::io::{Read as _, Write as _};
use std::time::Instant;

use common::config::{CONFIG, SECRET, URL};
use common::{Request, Server, sign};

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
        // The same body without a content length.
        assert_eq!(
            server.send(&request.chunked()).status,
            status,
            "{length} bytes in chunks"
        );
    }
}

#[test]
fn a_client_that_sends_256_mebibytes_unsigned_reads_its_401() {
    unread(256 * 1024 * 1024, "/hooks/stripe", 401);
}

#[test]
fn a_client_that_sends_32_mebibytes_to_nobody_reads_its_404() {
    unread(32 * 1024 * 1024, "/hooks/nobody", 404);
}

/// Sends the whole body before it reads the answer, as simple clients do.
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
    let url = format!("/hooks/stripe?{}", &long[..100_000]);
    for (head, status) in [
        ("GARBAGE\r\n\r\n".to_owned(), 400),
        ("POST /hooks/stripe HTTP/9.9\r\n\r\n".to_owned(), 400),
        (head("no colon\r\n"), 400),
        (head("a b: c\r\n"), 400),
        (head("content-length: -1\r\n"), 400),
        (
            head("content-length: 1\r\ncontent-length: 2\r\n") + "ab",
            400,
        ),
        (head(&format!("host: x\r\nlong: {long}\r\n")), 431),
        (head(&format!("host: x\r\n{many}")), 431),
        (format!("POST {url} HTTP/1.1\r\nhost: x\r\n\r\n"), 414),
        (head("host: x\r\ntransfer-encoding: gzip\r\n"), 400),
    ] {
        let mut stream = server.connect();
        stream.write_all(head.as_bytes()).unwrap();
        let answer = common::read_answer(&mut stream);
        let shown: String = head.chars().take(80).collect();
        assert!((400..500).contains(&answer.status), "{shown:?}: {answer:?}");
        assert_eq!(answer.status, status, "{shown:?}");
    }
}

/// The head of a request with these header lines.
fn head(lines: &str) -> String {
    format!("POST /hooks/stripe HTTP/1.1\r\n{lines}\r\n")
}

#[test]
fn a_connection_that_says_nothing_is_closed_and_holds_nobody_up() {
    let server = Server::start(CONFIG);
    // The start of the HTTP/2 preface, which can also start an HTTP/1 request.
    let mut silent = server.connect();
    silent.write_all(b"PRI * HT").unwrap();
    assert_eq!(server.send(&Request::new("GET", "/")).status, 404);
    let began = Instant::now();
    assert_eq!(silent.read(&mut [0; 64]).unwrap_or(0), 0);
    assert!((5..20).contains(&began.elapsed().as_secs()));
}

#[test]
fn the_first_offer_of_a_secret_is_answered_and_its_text_is_not_logged() {
    let config = r#"{"tasks": {
        "provider": "asana", "secret": "made-up-0123456789abcdef", "accept_offered_secret": true
    }}"#;
    let server = Server::start_with(config, &[], &[]);
    let offer = |secret: &str| Request::new("POST", "/hooks/tasks").header("x-hook-secret", secret);
    let answer = server.send(&offer("offered-0123456789"));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("x-hook-secret"), Some("offered-0123456789"));
    assert_eq!(server.send(&offer("another-0123456789")).status, 401);
    let log = server.stop();
    assert!(
        log.contains("answered a handshake that offers a secret"),
        "{log}"
    );
    assert!(!log.contains("offered-0123456789"), "{log}");
}

#[test]
fn the_unsigned_probes_of_senders_are_answered_and_nothing_like_them() {
    let config = r#"{
        "shop": {"provider": "woocommerce", "secret": "made-up-0123456789abcdef"},
        "chat": {"provider": "slack", "secret": "made-up-0123456789abcdea"}
    }"#;
    let server = Server::start(config);
    for (route, probe, other) in [
        ("shop", "webhook_id=12", "webhook_id=12&order=7"),
        ("chat", "ssl_check=1&token=a", "ssl_check=2&token=a"),
    ] {
        let form = |body: &str| {
            let form = "application/x-www-form-urlencoded";
            let request = Request::new("POST", &format!("/hooks/{route}"));
            server
                .send(&request.header("content-type", form).body(body))
                .status
        };
        assert_eq!(form(probe), 200, "{route}");
        assert_eq!(form(other), 401, "{route}");
    }
}
