//! SIGHUP: `webhook serve` reads its configuration again.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use common::{Server, github, read_answer};

const OLD: &str = "github-old-0123456789abcdef";
const NEW: &str = "github-new-0123456789abcdef";
const RELOADED: &str = "configuration reloaded";
const NOT_RELOADED: &str = "configuration not reloaded";

fn config(secrets: &[&str]) -> String {
    with_server("", secrets)
}

fn with_server(server: &str, secrets: &[&str]) -> String {
    serde_json::json!({
        "_server": serde_json::from_str::<serde_json::Value>(&format!("{{{server}}}")).unwrap(),
        "github": {"provider": "github", "secrets": secrets},
    })
    .to_string()
}

/// Sends deliveries over one connection until it is told to stop. Repeats each until it is
/// accepted, and returns their ids.
fn load(server: &Server, sender: usize, stop: &AtomicBool) -> Vec<String> {
    let mut stream = server.connect();
    let mut ids = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let id = format!("d-{sender}-{}", ids.len());
        let delivery = github(OLD, &id, "ping", 0);
        loop {
            stream.write_all(&delivery.bytes().0).unwrap();
            let answer = read_answer(&mut stream);
            assert!([200, 503].contains(&answer.status), "{id}: {answer:?}");
            if answer.status == 200 {
                assert!(
                    answer.body.contains(r#""duplicate":false"#),
                    "{id}: {answer:?}"
                );
                break;
            }
        }
        ids.push(id);
    }
    ids
}

#[test]
fn no_delivery_is_lost_while_the_configuration_is_reloaded_again_and_again() {
    nothing_is_lost(&[]);
}

#[cfg(feature = "sqlite")]
#[test]
fn no_delivery_is_lost_during_reloads_with_a_store_on_disk() {
    let folder = common::folder("reload");
    nothing_is_lost(&["--state", folder.to_str().unwrap()]);
    std::fs::remove_dir_all(folder).unwrap();
}

fn nothing_is_lost(arguments: &[&str]) {
    let server = Server::start_with(&config(&[OLD]), arguments, &[]);
    let stop = AtomicBool::new(false);
    let ids = thread::scope(|scope| {
        let senders: Vec<_> = (0..6)
            .map(|sender| {
                scope.spawn({
                    let (server, stop) = (&server, &stop);
                    move || load(server, sender, stop)
                })
            })
            .collect();
        for times in 1..=10 {
            let secrets: &[&str] = if times % 2 == 0 { &[OLD] } else { &[NEW, OLD] };
            server.reload(&config(secrets));
            server.wait_for_log(RELOADED, times);
            // Each sender has sent something to these routes.
            let sent = server.log().matches("event accepted").count();
            server.wait_for_log("event accepted", sent + 50);
        }
        server.reload("{ this is no configuration");
        server.wait_for_log(NOT_RELOADED, 1);
        stop.store(true, Ordering::Relaxed);
        let ids = senders
            .into_iter()
            .flat_map(|sender| sender.join().unwrap());
        ids.collect::<Vec<_>>()
    });
    assert!(ids.len() > 500, "{}", ids.len());
    // The old routes and the new ones share their store.
    for id in &ids {
        let copy = server.send(&github(OLD, id, "ping", 0));
        assert!(copy.body.contains(r#""duplicate":true"#), "{id}: {copy:?}");
    }
    let log = server.stop();
    assert_eq!(log.matches("event accepted").count(), ids.len());
}

#[test]
fn a_delivery_that_is_arriving_is_answered_by_the_routes_that_it_came_to() {
    let server = Server::start_with(&config(&[OLD]), &[], &[]);
    let delivery = github(OLD, "d-1", "ping", 1000).header("expect", "100-continue");
    let (head, body) = delivery.bytes().split_at_body();
    let mut stream = server.connect();
    stream.write_all(&head).unwrap();
    // The route asks for the body, so the delivery has come to it.
    assert_eq!(read_answer(&mut stream).status, 100);
    stream.write_all(&body[..10]).unwrap();

    server.reload(&config(&[NEW]));
    server.wait_for_log(RELOADED, 1);
    assert_eq!(server.send(&github(NEW, "d-2", "ping", 0)).status, 200);
    assert_eq!(server.send(&github(OLD, "d-3", "ping", 0)).status, 401);
    stream.write_all(&body[10..]).unwrap();
    assert_eq!(read_answer(&mut stream).status, 200);
    // The connection stays open, and its next request is one for the new routes.
    stream
        .write_all(&github(OLD, "d-4", "ping", 0).bytes().0)
        .unwrap();
    assert_eq!(read_answer(&mut stream).status, 401);
}

#[test]
fn a_file_that_cannot_be_used_keeps_the_old_routes_and_the_log_says_why_without_a_secret() {
    let server = Server::start_with(&config(&[OLD]), &[], &[]);
    let unusable = [
        ("{", "is not valid JSON"),
        ("{}", "has no route"),
        (
            r#"{"github": {"provider": "github", "secret": " hidden"}}"#,
            r#"key "secret""#,
        ),
        (
            r#"{"github": {"provider": "github", "secret": {"env": "NOT_SET"}}}"#,
            "NOT_SET",
        ),
        (
            r#"{"_server": {"max_connections": 0}, "a": {}}"#,
            r#"key "max_connections""#,
        ),
    ];
    for (at, (config, reason)) in unusable.into_iter().enumerate() {
        server.reload(config);
        server.wait_for_log(NOT_RELOADED, at + 1);
        let log = server.log();
        let line = log
            .lines()
            .rfind(|line| line.contains(NOT_RELOADED))
            .unwrap();
        assert!(line.contains("ERROR") && line.contains(reason), "{line}");
        let id = format!("d-{at}");
        assert_eq!(server.send(&github(OLD, &id, "ping", 0)).status, 200);
    }
    let log = server.stop();
    assert!(!log.contains("hidden") && !log.contains(RELOADED), "{log}");
}

#[test]
fn a_route_comes_and_another_goes_with_a_reload() {
    let server = Server::start_with(&config(&[OLD]), &[], &[]);
    let mut delivery = github(OLD, "d-1", "ping", 0);
    assert_eq!(server.send(&delivery).status, 200);
    server.reload(&config(&[OLD]).replace(r#""github":{"#, r#""other":{"#));
    server.wait_for_log(RELOADED, 1);
    assert_eq!(server.send(&delivery).status, 404);
    delivery.path = "/hooks/other".to_owned();
    assert_eq!(server.send(&delivery).status, 200);
}

#[cfg(feature = "sqlite")]
#[test]
fn settings_that_need_a_restart_are_named_in_a_warning() {
    let server = Server::start_with(&with_server(r#""max_connections": 100"#, &[OLD]), &[], &[]);
    let changed = r#""max_connections": 200, "store": "sqlite:not-opened.db",
        "idle_timeout_secs": 9, "max_unverified_bytes": 9, "max_body_bytes": 30000000"#;
    // More than GitHub sends.
    let mut large = github(OLD, "d-1", "ping", 0);
    large = large.header("content-length", "29000000");
    assert_eq!(server.send(&large).status, 413);
    server.reload(&with_server(changed, &[OLD]));
    server.wait_for_log(RELOADED, 1);
    // This one takes effect at once.
    assert_eq!(
        server.send(&github(OLD, "d-1", "ping", 27_000_000)).status,
        200
    );
    let log = server.stop();
    let line = log
        .lines()
        .find(|line| line.contains("restart it to apply them"));
    let line = line.unwrap_or_else(|| panic!("{log}"));
    let keys = "idle_timeout_secs, max_connections, max_unverified_bytes, store";
    assert!(
        line.contains("WARN") && line.contains(&format!("{keys:?}")),
        "{line}"
    );
}
