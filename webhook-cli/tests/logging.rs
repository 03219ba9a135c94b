//! The log of `webhook serve`: it never blocks, and a sender cannot flood it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;
use std::time::Instant;

use common::config::WHSEC;
use common::{Request, Server, command, ended, github, listening, read_answer, written};

const SECRET: &str = "github-0123456789abcdef";
const CONFIG: &str = r#"{"github": {"provider": "github", "secret": "github-0123456789abcdef"}}"#;

/// Sends forgeries, which log more lines than the pipe and the queue hold. Then sends a delivery.
fn answers_all_the_same(server: &Server, forgeries: usize) {
    let forged = Request::new("POST", "/hooks/github");
    for count in 0..forgeries {
        assert_eq!(server.send(&forged).status, 401, "forgery {count}");
    }
    let genuine = github(SECRET, "d-1", "ping", 0);
    assert_eq!(server.send(&genuine).status, 200);
}

#[test]
fn an_unread_log_blocks_no_delivery_and_no_shutdown() {
    for filter in ["info", "trace"] {
        let mut server = Server::start_with_unread_log(CONFIG, filter);
        answers_all_the_same(&server, 2000);
        server.terminate();
        assert_eq!(server.exit_code(), Some(0), "{filter}");
    }
}

#[test]
fn dropped_lines_are_counted_in_a_warning_once_the_log_is_read_again() {
    let mut server = Server::start_with_unread_log(CONFIG, "debug");
    let mut stream = server.connect();
    let request = Request::new("GET", &format!("/{}", "x".repeat(100)));
    for _ in 0..8000 {
        stream.write_all(&request.bytes().0).unwrap();
        assert_eq!(read_answer(&mut stream).status, 404);
    }
    server.read_log();
    let log = server.stop();
    let line = log.lines().find(|line| line.contains("log lines dropped"));
    let line = line.expect("a line that counts");
    let (_, count) = line.split_once("dropped=").unwrap();
    assert!(count.trim().parse::<u64>().unwrap() > 0, "{line}");
}

#[test]
fn a_closed_log_fails_no_delivery_and_no_shutdown() {
    let mut server = Server::start_with_unread_log(CONFIG, "trace");
    server.close_log();
    answers_all_the_same(&server, 200);
    server.terminate();
    assert_eq!(server.exit_code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_on_a_full_disk_fails_no_delivery_and_no_shutdown() {
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full");
    let stderr = Stdio::from(full().unwrap());
    let mut server = Server::start_with_stderr(CONFIG, "trace", stderr);
    answers_all_the_same(&server, 200);
    server.terminate();
    assert_eq!(server.exit_code(), Some(0));
}

#[test]
fn a_failed_start_ends_with_its_code_even_if_the_log_is_closed() {
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    for (config, listen, code) in [("{", "127.0.0.1:0", 2), (CONFIG, taken.as_str(), 1)] {
        let config = written(config);
        let mut child = listening(&config, listen).spawn().unwrap();
        drop((child.stderr.take(), child.stdout.take()));
        assert_eq!(ended(&mut child).code(), Some(code), "{listen}");
        std::fs::remove_file(config).unwrap();
    }
}

#[test]
fn a_closed_stdout_fails_no_start() {
    let config = written(CONFIG);
    let mut child = command(&config).env("RUST_LOG", "info").spawn().unwrap();
    drop(child.stdout.take());
    let log = BufReader::new(child.stderr.take().unwrap());
    let line = log
        .lines()
        .map(Result::unwrap)
        .find(|line| line.contains("listening"));
    let (_, address) = line.as_ref().unwrap().split_once("address=").unwrap();
    let mut stream = std::net::TcpStream::connect(address.trim()).unwrap();
    let genuine = github(SECRET, "d-1", "ping", 0);
    stream.write_all(&genuine.bytes().0).unwrap();
    assert_eq!(read_answer(&mut stream).status, 200);
    child.kill().unwrap();
    child.wait().unwrap();
    std::fs::remove_file(config).unwrap();
}

#[test]
fn every_start_names_routes_that_discard_and_each_event_is_a_line_of_its_own() {
    let server = Server::start_with_log(CONFIG, "info");
    for id in ["d-1", "d-2", "d-1"] {
        assert_eq!(server.send(&github(SECRET, id, "ping", 0)).status, 200);
    }
    let log = server.stop();
    let warned = |line: &&str| line.contains("WARN") && line.contains("are discarded");
    assert_eq!(log.lines().filter(warned).count(), 1, "{log}");
    let accepted: Vec<_> = log
        .lines()
        .filter(|line| line.contains("event accepted"))
        .collect();
    assert_eq!(accepted.len(), 2, "one of three is a duplicate: {log}");
    for (line, id) in accepted.iter().zip(["d-1", "d-2"]) {
        assert!(line.contains(" INFO "), "{line}");
        for field in [
            r#"provider="github""#,
            r#"route="github""#,
            &format!(r#"id="{id}""#),
            r#"type="ping""#,
        ] {
            assert!(line.contains(field), "no {field} in {line}");
        }
    }
}

#[test]
fn id_and_type_of_an_event_are_escaped_and_cut_in_its_line() {
    let config = format!(r#"{{"shop": {{"provider": "standard-webhooks", "secret": "{WHSEC}"}}}}"#);
    let provider = webhook_core::Provider::find("standard-webhooks").unwrap();
    let signer = webhook_core::Signer::new(*provider, WHSEC);
    let kind = format!("paid\" id=\"é{}", "y".repeat(150));
    let body = serde_json::json!({"type": kind}).to_string();
    let now = webhook_core::Clock::now(&webhook_core::SystemClock).unwrap();
    let signed = signer.unwrap().id("m".repeat(250)).sign(now, body);
    let mut request = Request::new("POST", "/hooks/shop");
    request.headers = signed.headers;
    request.body = signed.body.to_vec();

    let server = Server::start_with_log(&config, "info");
    assert_eq!(server.send(&request).status, 200);
    let log = server.stop();
    let line = log.lines().find(|line| line.contains("event accepted"));
    let line = line.expect("a line of the event");
    let escaped = r#"type="paid\" id=\"\u{e9}yyy"#;
    assert!(line.contains(escaped), "{line}");
    assert!(line.len() < 400, "{line}");
    for letter in ["mmm", "yyy"] {
        assert!(line.matches(letter).count() <= 100 / 3, "{line}");
    }
}

#[test]
fn forgeries_are_counted_and_logged_once_a_second_for_each_reason() {
    let server = Server::start_with_log(CONFIG, "info");
    let began = Instant::now();
    let forgeries = [
        Request::new("POST", "/hooks/github"),
        Request::new("POST", "/hooks/github").header("x-hub-signature-256", "sha256=00"),
        Request::new("BREW", "/hooks/github"),
        Request::new("POST", "/hooks/nobody"),
    ];
    for count in 0..1000 {
        let forged = &forgeries[count % forgeries.len()];
        assert!((401..406).contains(&server.send(forged).status));
    }
    // A line a second, and one more at each end.
    let seconds = usize::try_from(began.elapsed().as_secs()).unwrap() + 2;
    let log = server.stop();
    let mut lines = BTreeMap::new();
    for line in log.lines().filter(|line| line.contains("total=")) {
        let reason = line
            .split_once("reason=")
            .map_or("unknown path", |(_, reason)| reason);
        *lines.entry(reason.split(' ').next().unwrap()).or_insert(0) += 1;
    }
    assert!(lines.len() >= 3, "{log}");
    for (reason, lines) in lines {
        assert!(lines <= seconds, "{lines} of {reason} in {seconds} s");
    }
    assert!(
        log.lines().count() <= 5 + forgeries.len() * seconds,
        "{log}"
    );
}

#[test]
fn a_line_has_no_more_than_two_hundred_characters_of_a_sender() {
    let server = Server::start_with_log(CONFIG, "debug,hyper=off,h2=off,hyper_util=off");
    let long = "s".repeat(60_000);
    for path in [
        format!("/{long}"),
        format!("/hooks/github?{long}"),
        format!("/hooks/{long}"),
    ] {
        for method in ["POST", &long[..100]] {
            let answer = server.send(&Request::new(method, &path).header("user-agent", &long));
            assert!((401..406).contains(&answer.status), "{answer:?}");
        }
    }
    let log = server.stop();
    assert!(log.contains("sssss"), "{log}");
    for line in log.lines() {
        let longest = line.split(|c| c != 's').map(str::len).max().unwrap();
        assert!(longest <= 200, "{line}");
        assert!(line.matches('s').count() <= 200 + 30, "{line}");
    }
}

#[test]
fn the_id_of_a_request_is_never_the_one_its_sender_gave_it() {
    let server = Server::start_with_log(CONFIG, "trace,hyper=off,h2=off,hyper_util=off");
    let mut ids = Vec::new();
    for theirs in ["their-own-id", "00000000-0000-0000-0000-000000000000"] {
        for path in ["/hooks/github", "/hooks/nobody"] {
            let request = Request::new("POST", path).header("x-webhook-request-id", theirs);
            let answer = server.send(&request);
            let id = answer.header("x-webhook-request-id").unwrap().to_owned();
            assert_ne!(id, theirs);
            ids.push(id);
        }
    }
    let log = server.stop();
    assert!(!log.contains("their-own-id"), "{log}");
    for (at, id) in ids.iter().enumerate() {
        assert!(!ids[..at].contains(id), "{id} twice");
        assert!(log.contains(id.as_str()), "{id} is in no line");
    }
}
