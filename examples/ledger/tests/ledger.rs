//! The example at a tenth of its size.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

#[test]
fn the_sum_is_exact_through_copies_and_kills() {
    let mut ledger = Command::new(env!("CARGO_BIN_EXE_ledger"));
    let ran = ledger
        .args(["--deliveries", "1000", "--events", "500", "--kills", "5"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    let complained = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}{complained}");
    assert!(said.contains("500 bookings of 500 events"), "{said}");
}
