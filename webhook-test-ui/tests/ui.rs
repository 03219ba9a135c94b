//! What the compiler says about the usual mistakes with a router.
//!
//! The messages are those of one compiler. `TRYBUILD=overwrite cargo test -p webhook-test-ui`
//! writes them anew.

use std::process::Command;

/// The compiler whose messages are in `ui`.
const RUST: &str = "rustc 1.95.";

#[test]
fn mistakes_with_a_router_are_explained() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output();
    let version = version.map(|output| output.stdout).unwrap_or_default();
    if !version.starts_with(RUST.as_bytes()) {
        let version = String::from_utf8_lossy(&version);
        println!("SKIPPED: the messages of {version} may differ from those of {RUST}");
        return;
    }
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
