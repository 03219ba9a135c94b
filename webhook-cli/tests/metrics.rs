//! `webhook serve --metrics`: what Prometheus reads.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;

use common::{Request, Server, free_port, github, send_to};

const SECRET: &str = "github-0123456789abcdef";
const CONFIG: &str = r#"{
    "github": {"provider": "github", "secret": "github-0123456789abcdef"},
    "idle": {"provider": "stripe", "secret": "sk_live_0123456789abcdef"}
}"#;

/// A server, and the address of its metrics.
fn start() -> (Server, String) {
    let address = format!("127.0.0.1:{}", free_port());
    let server = Server::start_with(CONFIG, &["--metrics", &address], &[]);
    (server, address)
}

/// Reads all samples: each name with its labels, and its value.
fn samples(address: &str) -> BTreeMap<String, f64> {
    let answer = send_to(address, &Request::new("GET", "/metrics"));
    assert_eq!(answer.status, 200);
    let kind = answer.header("content-type").unwrap();
    assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
    assert!(answer.body.ends_with('\n'));
    let mut described = Vec::new();
    let mut samples = BTreeMap::new();
    for line in answer.body.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert!(!described.contains(&name.to_owned()), "{name} twice");
            described.push(name.to_owned());
        } else if !line.starts_with("# HELP ") {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let metric = described.last().unwrap();
            assert!(name.starts_with(metric.as_str()), "{line} after {metric}");
            let before = samples.insert(name.to_owned(), value.parse().unwrap());
            assert_eq!(before, None, "{name} twice");
        }
    }
    samples
}

fn delivered(route: &str, provider: &str, outcome: &str) -> String {
    format!(
        r#"webhook_deliveries_total{{route="{route}",provider="{provider}",outcome="{outcome}"}}"#
    )
}

#[test]
fn deliveries_are_counted_by_route_provider_and_outcome() {
    let (server, address) = start();
    let before = samples(&address);
    for id in ["d-1", "d-2", "d-1"] {
        assert_eq!(server.send(&github(SECRET, id, id, 0)).status, 200);
    }
    for _ in 0..4 {
        assert_eq!(
            server.send(&Request::new("POST", "/hooks/github")).status,
            401
        );
    }
    for path in ["/nobody", "/metrics"] {
        assert_eq!(server.send(&Request::new("GET", path)).status, 404);
    }
    let after = samples(&address);
    let labels = r#"{route="github",provider="github""#;
    for (name, value) in [
        (delivered("github", "github", "done"), 2.0),
        (delivered("github", "github", "duplicate"), 1.0),
        (delivered("idle", "stripe", "done"), 0.0),
        (format!("webhook_verified_total{labels}}}"), 3.0),
        (
            format!(r#"webhook_rejections_total{labels},reason="missing_header"}}"#),
            4.0,
        ),
        (
            format!(r#"webhook_rejections_total{labels},reason="store_unavailable"}}"#),
            0.0,
        ),
        ("webhook_unknown_path_requests_total".to_owned(), 2.0),
        ("webhook_request_duration_seconds_count".to_owned(), 9.0),
        (
            r#"webhook_request_duration_seconds_bucket{le="+Inf"}"#.to_owned(),
            9.0,
        ),
    ] {
        assert_eq!(after.get(&name), Some(&value), "{name} in {after:#?}");
    }
    // No id, type or path is a label.
    let names = |samples: &BTreeMap<String, f64>| samples.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&before), names(&after));
}

#[test]
fn open_connections_are_counted() {
    let (server, address) = start();
    let idle: Vec<_> = (0..3).map(|_| server.connect()).collect();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
    while samples(&address)["webhook_connections_open"] < 3.0 {
        assert!(std::time::Instant::now() < deadline, "never 3");
    }
    drop(idle);
}

#[cfg(unix)]
#[test]
fn no_counter_goes_back_when_the_configuration_is_reloaded() {
    let (server, address) = start();
    let done = delivered("github", "github", "done");
    for times in 1..=3 {
        let id = format!("d-{times}");
        assert_eq!(server.send(&github(SECRET, &id, "ping", 0)).status, 200);
        server.reload(CONFIG);
        server.wait_for_log("configuration reloaded", times);
        assert_eq!(samples(&address).get(&done), Some(&(times as f64)));
    }
}

#[test]
fn an_address_for_metrics_that_is_taken_ends_the_start() {
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    let (code, said) = common::refused_with(CONFIG, &["--metrics", &taken]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&format!("cannot serve on {taken}")), "{said}");
}
