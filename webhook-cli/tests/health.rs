//! `GET /health` and `GET /ready`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::time::{Duration, Instant};

use common::{Request, Server, folder};
use webhook_test_services::{Postgres, Redis};

fn start(store: &str) -> Server {
    let config = format!(
        r#"{{
            "_server": {{"store": "{store}"}},
            "ready": {{"provider": "github", "secret": "github-0123456789abcdef"}}
        }}"#
    );
    Server::start_with(&config, &[], &[])
}

fn status(server: &Server, path: &str) -> u16 {
    server.send(&Request::new("GET", path)).status
}

/// Asks until the server is ready, or is not.
fn becomes(server: &Server, expected: u16) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while status(server, "/ready") != expected {
        assert!(
            Instant::now() < deadline,
            "never {expected}: {}",
            server.log()
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_server_is_ready_as_long_as_its_store_takes_writes_and_alive_all_the_time() {
    let Some(mut redis) = Redis::start(&["--appendonly", "yes"]) else {
        return;
    };
    let server = start(redis.url());
    becomes(&server, 200);
    redis.kill();
    becomes(&server, 503);
    assert_eq!(status(&server, "/health"), 200);
    redis.restart();
    becomes(&server, 200);
    // The connection stays open, and nothing answers.
    redis.pause();
    becomes(&server, 503);
    assert_eq!(status(&server, "/health"), 200);
    redis.resume();
    becomes(&server, 200);
    let log = server.stop();
    // More often if the machine was busy for a second.
    assert!(log.matches("not ready: ").count() >= 2, "{log}");
    assert!(log.matches("ready again").count() >= 2, "{log}");
}

#[test]
fn readiness_leaves_no_records_and_is_probed_once_for_all_who_ask() {
    let Some(mut postgres) = Postgres::start(&[]) else {
        return;
    };
    let server = start(postgres.url());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    status(&server, "/ready");
                }
            });
        }
    });
    for _ in 0..3 {
        next_probe(&server);
    }
    let (known, left) = records(postgres.url());
    assert_eq!(known, 0);
    assert!(left <= 1, "{left} marks of removed records");
    postgres.restart();
    next_probe(&server);
}

/// Waits for longer than a result is used, and then until the server is ready.
fn next_probe(server: &Server) {
    std::thread::sleep(Duration::from_millis(1100));
    becomes(server, 200);
}

/// How many records there are that have not expired, and how many of all kinds.
fn records(url: &str) -> (i64, i64) {
    use sqlx::{Connection as _, PgConnection, Row as _};
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let counts = "select count(*) filter (where expires_at > now()), count(*) from webhook_key";
        let row = sqlx::query(counts)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        (row.get(0), row.get(1))
    })
}

#[test]
fn health_and_readiness_are_told_in_json_and_are_no_routes() {
    let folder = folder("health");
    let server = start(&format!("sqlite:{}", folder.join("hooks.db").display()));
    becomes(&server, 200);
    for (path, body) in [
        ("/health", r#"{"status":"alive"}"#),
        ("/ready", r#"{"status":"ready"}"#),
    ] {
        let answer = server.send(&Request::new("GET", path));
        assert_eq!((answer.status, answer.body.as_str()), (200, body));
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(server.send(&Request::new("POST", path)).status, 405);
    }
    // A route of the same name is another path.
    assert_eq!(
        server.send(&Request::new("POST", "/hooks/ready")).status,
        401
    );
    drop(server);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_store_file_that_is_gone_makes_the_server_not_ready_and_one_that_is_back_makes_it_ready() {
    let folder = folder("health-moved");
    let (here, there) = (folder.join("hooks.db"), folder.join("moved.db"));
    let server = start(&format!("sqlite:{}", here.display()));
    becomes(&server, 200);
    std::fs::rename(&here, &there).unwrap();
    becomes(&server, 503);
    std::fs::rename(&there, &here).unwrap();
    becomes(&server, 200);
    drop(server);
    std::fs::remove_dir_all(folder).unwrap();
}
