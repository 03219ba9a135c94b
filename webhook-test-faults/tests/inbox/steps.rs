//! Workers that are killed between the steps of their handlers, at a small size.

use webhook_test_services::Postgres;

use crate::common::{Database, driver};

fn kills(store: &str) {
    // Each of the eleven places once.
    let said = driver(&format!("steps --kills 11 --seed 7 --store {store}"));
    for place in [
        "before reserve",
        "within charge",
        "within notify",
        "after all",
    ] {
        assert!(said.contains(&format!("\"{place}\": 1")), "{said}");
    }
    assert!(
        said.contains("in their transaction: 176 ran, 0 of them again"),
        "{said}"
    );
    assert!(said.contains(", 0 after they were kept"), "{said}");
}

#[test]
fn kills_between_steps_on_sqlite_run_no_kept_step_again() {
    let database = Database::new();
    kills(&database.store());
}

#[test]
fn kills_between_steps_on_postgres_run_no_kept_step_again() {
    if let Some(postgres) = Postgres::start(&[]) {
        kills(postgres.url());
    }
}
