//! `webhook check`: everything that `webhook serve` would refuse, and warnings.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::path::Path;

use common::config::{CONFIG, SECRET};
use common::{Ended, folder, free_port, refused, run, written};
use webhook_test_services::{Postgres, Redis};

const ROUTE: &str = r#""github": {"provider": "github", "secret": "github-0123456789abcdef"}"#;

fn check(config: &str, arguments: &[&str]) -> Ended {
    let path = written(config);
    let mut all = vec!["check", "--discard", "--config", path.to_str().unwrap()];
    all.extend(arguments);
    let ended = run(&all);
    std::fs::remove_file(path).unwrap();
    ended
}

fn with_store(store: &str) -> String {
    format!(r#"{{"_server": {{"store": "{store}"}}, {ROUTE}}}"#)
}

#[test]
fn a_configuration_that_can_be_served_is_code_0_with_its_warnings() {
    let ended = check(CONFIG, &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let (first, routes) = ended.out.split_once('\n').unwrap();
    assert_eq!(first, "ok: 8 routes, store memory (checked)");
    assert_eq!(routes.matches(": discarded\n").count(), 8, "{routes}");
    assert!(ended.err.contains("remembered in memory"), "{ended:?}");
    let same = format!(
        r#"{{{ROUTE}, "other": {{"provider": "stripe", "secret": "github-0123456789abcdef"}}}}"#
    );
    let ended = check(&same, &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.err.contains("same secret"), "{ended:?}");
}

#[test]
fn what_serve_refuses_is_code_2_with_the_same_error() {
    for config in [
        "{",
        "{}",
        r#"{"shop": {"provider": "strpe"}}"#,
        r#"{"shop": {"provider": "stripe", "secret": " hidden"}}"#,
        r#"{"shop": {"provider": "stripe", "secret": {"env": "WEBHOOK_NOT_SET"}}}"#,
        r#"{"_server": {"store": "hidden"}}"#,
        "[shop]\nprovider = \"stripe\"\nsecret = \" hidden\"",
    ] {
        let ended = check(config, &["--offline"]);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.out.is_empty(), "{ended:?}");
        assert!(!ended.err.contains("hidden"), "{ended:?}");
        let reason = |text: &str| {
            let (_, reason) = text
                .trim_end()
                .split_once(".json: ")
                .or_else(|| text.trim_end().split_once(".toml: "))
                .unwrap();
            reason.to_owned()
        };
        let (code, said) = refused(config);
        assert_eq!(code, Some(2));
        assert_eq!(reason(&ended.err), reason(&said));
    }
}

#[test]
fn a_store_that_cannot_be_reached_is_code_1_unless_it_is_not_asked() {
    let port = free_port();
    for store in [
        format!("postgres://user:hidden@127.0.0.1:{port}/shop"),
        format!("redis://:hidden@127.0.0.1:{port}"),
        "sqlite:/no/such/folder/hooks.db".to_owned(),
    ] {
        let config = with_store(&store);
        let ended = check(&config, &[]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(!ended.err.contains("hidden"), "{ended:?}");
        let ended = check(&config, &["--offline"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.out.contains("(not checked)"), "{ended:?}");
    }
}

#[test]
fn a_store_that_can_lose_records_is_a_warning_and_with_strict_store_an_error() {
    let Some(redis) = Redis::start(&["--appendonly", "no"]) else {
        return;
    };
    let config = with_store(redis.url());
    let ended = check(&config, &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.err.contains("durability"), "{ended:?}");
    let strict = config.replace(r#""_server": {"#, r#""_server": {"strict_store": true, "#);
    let ended = check(&strict, &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("`strict_store` refuses"), "{ended:?}");
}

#[test]
fn a_check_makes_neither_files_nor_tables() {
    let folder = folder("check");
    let file = folder.join("hooks.db");
    let config = with_store(&format!("sqlite:{}", file.display()));
    let ended = check(&config, &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.err.contains("does not exist yet"), "{ended:?}");
    assert!(!file.exists());
    let ended = check(
        &format!("{{{ROUTE}}}"),
        &["--state", folder.to_str().unwrap()],
    );
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(std::fs::read_dir(&folder).unwrap().next().is_none());
    std::fs::write(&file, "damaged").unwrap();
    let ended = check(&config, &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    std::fs::remove_dir_all(folder).unwrap();

    let Some(postgres) = Postgres::start(&[]) else {
        return;
    };
    // The missing tables are no reason for a strict server to refuse the start: it makes them.
    let strict = with_store(postgres.url())
        .replace(r#""_server": {"#, r#""_server": {"strict_store": true, "#);
    for _ in 0..2 {
        let ended = check(&strict, &[]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.err.contains("tables are missing"), "{ended:?}");
    }
}

#[test]
fn help_has_the_exit_codes_and_the_variable_of_the_log() {
    let ended = run(&["--help"]);
    assert_eq!(ended.code, Some(0));
    for text in ["Exit codes:", "RUST_LOG"] {
        assert!(ended.out.contains(text), "{}", ended.out);
    }
    assert!(!Path::new(SECRET).exists());
}
