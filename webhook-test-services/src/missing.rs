//! What happens when a server cannot be had.

use std::fmt;
use std::io::Write;

/// Says that a test has no server.
///
/// # Panics
///
/// With `WEBHOOK_TEST_REQUIRE_SERVICES=1`.
pub(crate) fn skip<T>(server: &str, why: &str) -> Option<T> {
    let required = std::env::var("WEBHOOK_TEST_REQUIRE_SERVICES").is_ok_and(|value| value == "1");
    assert!(!required, "{server} is required: {why}");
    say(format_args!(
        "SKIPPED: tests of {server}: {why} (WEBHOOK_TEST_REQUIRE_SERVICES=1 makes this a failure)"
    ));
    None
}

/// Says that a test has no server, which is never required.
pub(crate) fn skip_on_demand<T>(server: &str, why: &str) -> Option<T> {
    say(format_args!("SKIPPED: tests of {server}: {why}"));
    None
}

/// The harness captures what macros print, and a skip has to be seen.
fn say(line: fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
