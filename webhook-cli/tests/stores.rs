//! `webhook serve` with each store: several processes, and restarts.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use common::{Answer, Request, Server, folder, free_port, github, refused, refused_with};
use webhook_test_services::{Postgres, Redis};

const SECRET: &str = "github-0123456789abcdef";
const ROUTE: &str = r#""github": {"provider": "github", "secret": "github-0123456789abcdef"}"#;

fn config(store: &str) -> String {
    format!(r#"{{"_server": {{"store": "{store}"}}, {ROUTE}}}"#)
}

/// Sends each of some deliveries to two processes at the same moment, until both have accepted it.
fn one_of_two_processes_accepts(config: &str) {
    let servers = [0, 1].map(|_| Server::start_with(config, &[], &[]));
    for number in 0..20 {
        let delivery = github(SECRET, &format!("d-{number}"), "ping", 0);
        let both = Barrier::new(2);
        let answers = thread::scope(|scope| {
            let sent = servers.each_ref().map(|server| {
                let (both, delivery) = (&both, &delivery);
                scope.spawn(move || {
                    both.wait();
                    server.send(delivery)
                })
            });
            sent.map(|answer| answer.join().unwrap())
        });
        for answer in &answers {
            assert!([200, 503].contains(&answer.status), "{answer:?}");
        }
        for server in &servers {
            until_accepted(server, &delivery);
        }
        for server in &servers {
            let copy = until_accepted(server, &delivery);
            assert!(copy.body.contains(r#""duplicate":true"#), "{copy:?}");
        }
    }
    let logs = servers.map(Server::stop).concat();
    for number in 0..20 {
        let id = format!(r#"id="d-{number}""#);
        let accepted = |line: &&str| line.contains("event accepted") && line.contains(&id);
        assert_eq!(logs.lines().filter(accepted).count(), 1, "{id}: {logs}");
    }
}

/// Repeats a delivery until it is accepted, as a sender does.
fn until_accepted(server: &Server, delivery: &Request) -> Answer {
    for _ in 0..100 {
        let answer = server.send(delivery);
        if answer.status == 200 {
            return answer;
        }
        assert_eq!(answer.status, 503, "{answer:?}");
        thread::sleep(Duration::from_millis(100));
    }
    panic!("never accepted");
}

fn run_sql(url: &str, sql: &'static str) {
    use sqlx::{Connection as _, PgConnection};
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    });
}

/// A delivery that one process accepted is a duplicate for its successor.
fn a_restart_remembers(config: &str, arguments: &[&str]) {
    let delivery = github(SECRET, "d-before", "ping", 0);
    let server = Server::start_with(config, arguments, &[]);
    let first = server.send(&delivery);
    assert!(first.body.contains(r#""duplicate":false"#), "{first:?}");
    let log = server.stop();
    assert!(!log.contains("in memory"), "{log}");
    let second = Server::start_with(config, arguments, &[]).send(&delivery);
    assert_eq!(second.status, 200);
    assert!(second.body.contains(r#""duplicate":true"#), "{second:?}");
}

#[test]
fn of_two_processes_on_one_sqlite_file_one_accepts_a_delivery_and_a_restart_remembers_it() {
    let folder = folder("stores-sqlite");
    let config = config(&format!("sqlite:{}", folder.join("hooks.db").display()));
    one_of_two_processes_accepts(&config);
    a_restart_remembers(&config, &[]);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn of_two_processes_on_one_postgres_one_accepts_a_delivery_and_a_restart_remembers_it() {
    let Some(postgres) = Postgres::start(&[]) else {
        return;
    };
    one_of_two_processes_accepts(&config(postgres.url()));
    a_restart_remembers(&config(postgres.url()), &[]);
}

#[test]
fn of_two_processes_on_one_redis_one_accepts_a_delivery_and_a_restart_remembers_it() {
    let Some(redis) = Redis::start(&["--appendonly", "yes"]) else {
        return;
    };
    one_of_two_processes_accepts(&config(redis.url()));
    a_restart_remembers(&config(redis.url()), &[]);
}

#[test]
fn the_state_directory_has_the_store_of_a_server_that_is_not_told_another() {
    let folder = folder("stores-state");
    let state = folder.to_str().unwrap();
    a_restart_remembers(&format!("{{{ROUTE}}}"), &["--state", state]);
    assert!(folder.join("deliveries.db").is_file());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn routes_that_share_a_store_share_no_record() {
    let config = format!(
        r#"{{{ROUTE}, "other": {{"provider": "github", "secret": "github-0123456789abcdef"}}}}"#
    );
    let server = Server::start_with(&config, &[], &[]);
    let mut delivery = github(SECRET, "d-1", "ping", 0);
    for path in ["/hooks/github", "/hooks/other"] {
        delivery.path = path.to_owned();
        for duplicate in [false, true] {
            let answer = server.send(&delivery);
            let said = format!(r#""duplicate":{duplicate}"#);
            assert!(answer.body.contains(&said), "{path}: {answer:?}");
        }
    }
}

#[test]
fn a_server_that_is_not_told_its_store_warns_once_and_one_that_is_told_does_not() {
    let warnings = |config: &str| {
        let log = Server::start_with(config, &[], &[]).stop();
        log.lines()
            .filter(|line| line.contains("remembered in memory"))
            .count()
    };
    assert_eq!(warnings(&format!("{{{ROUTE}}}")), 1);
    assert_eq!(warnings(&config("memory")), 0);
}

#[test]
fn a_store_that_cannot_be_used_ends_the_start_with_code_1_and_shows_no_password() {
    let port = free_port();
    for (store, expected) in [
        (
            format!("postgres://user:hidden@127.0.0.1:{port}/shop"),
            "store postgres: ",
        ),
        (format!("redis://:hidden@127.0.0.1:{port}"), "store redis: "),
        (
            "sqlite:/dev/null/hooks.db".to_owned(),
            "store sqlite:/dev/null/hooks.db: ",
        ),
    ] {
        let (code, said) = refused(&config(&store));
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(expected), "{said}");
        assert!(!said.contains("hidden"), "{said}");
    }
    let (code, said) = refused_with(&format!("{{{ROUTE}}}"), &["--state", "/no/such/folder"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("store sqlite:/no/such/folder/deliveries.db"),
        "{said}"
    );
}

#[test]
fn a_user_without_the_right_to_create_tables_is_told_of_the_migration() {
    let Some(postgres) = Postgres::start(&[]) else {
        return;
    };
    run_sql(
        postgres.url(),
        "create role limited login; revoke create on schema public from public",
    );
    let limited = postgres.url().replace("postgres@", "limited@");
    let (code, said) = refused(&config(&limited));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("webhook store schema"), "{said}");

    let unknown = postgres.url().replace("postgres@", "unknown@");
    let (code, said) = refused(&config(&unknown));
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("cannot reach the store") && said.contains("unknown"),
        "{said}"
    );
}

#[test]
fn a_strict_server_refuses_a_store_that_can_lose_records_and_another_warns() {
    let Some(redis) = Redis::start(&["--appendonly", "no"]) else {
        return;
    };
    let (code, said) = refused(&format!(
        r#"{{"_server": {{"store": "{}", "strict_store": true}}, {ROUTE}}}"#,
        redis.url()
    ));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("`strict_store` refuses"), "{said}");
    assert!(said.contains("durability"), "{said}");
    let log = Server::start_with(&config(redis.url()), &[], &[]).stop();
    let warned = |line: &&str| line.contains("WARN") && line.contains("durability");
    assert_eq!(log.lines().filter(warned).count(), 1, "{log}");
}
