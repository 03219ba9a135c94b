//! Servers with an inbox that are killed, at a small size.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use webhook_test_services::Postgres;

use crate::common::{Database, driver};

const SMALL: &str = "gateway --kills 5 --rate 60 --lease 2 --seed 7";

/// The program of `webhook-cli`, which tests of the whole workspace build. A line on standard error
/// says that there is none: the harness captures what macros print.
fn webhook() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_BIN_EXE_faults")).with_file_name("webhook");
    if path.exists() {
        return Some(path);
    }
    let required = std::env::var("WEBHOOK_TEST_REQUIRE_SERVICES").is_ok_and(|value| value == "1");
    let line = format!(
        "tests of `webhook serve`: no {}: build webhook-cli",
        path.display()
    );
    assert!(!required, "{line}");
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED: {line} (WEBHOOK_TEST_REQUIRE_SERVICES=1 makes this a failure)"
    );
    None
}

/// Kills servers by a fixed seed, which has to find nothing wrong.
fn kills_of_serve(inbox: &str) {
    let Some(webhook) = webhook() else {
        return;
    };
    let said = driver(&format!(
        "{SMALL} --inbox {inbox} --webhook {}",
        webhook.display()
    ));
    assert!(
        said.contains("0 missing, 0 mismatched bodies, 0 events without"),
        "{said}"
    );
    assert!(said.contains(" 0 not done, 0 stored twice"), "{said}");
}

fn kills_of_transactional_handlers(inbox: &str) {
    let said = driver(&format!("{SMALL} --inbox {inbox} --transactional"));
    assert!(said.contains(" 0 doubles, 0 lost"), "{said}");
    assert!(said.contains(" 0 not done, 0 stored twice"), "{said}");
}

#[test]
fn kills_of_a_gateway_on_sqlite_lose_nothing() {
    let database = Database::new();
    kills_of_serve(&database.store());
}

#[test]
fn kills_of_a_gateway_on_postgres_lose_nothing() {
    if let Some(postgres) = Postgres::start(&[]) {
        kills_of_serve(postgres.url());
    }
}

#[test]
fn kills_of_transactional_handlers_on_sqlite_double_nothing() {
    let database = Database::new();
    kills_of_transactional_handlers(&database.store());
}

#[test]
fn kills_of_transactional_handlers_on_postgres_double_nothing() {
    if let Some(postgres) = Postgres::start(&[]) {
        kills_of_transactional_handlers(postgres.url());
    }
}
