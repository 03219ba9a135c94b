//! What random tests begin with.
//!
//! `cargo test` draws the same cases every time: each test has a fixed seed. Two variables of the
//! environment change that, for a soak run:
//!
//! * `SOAK_SEED`: a number, or `random` for one that differs from run to run;
//! * `SOAK_TIMES`: how many times the usual number of cases are drawn.
//!
//! A soak run prints its seed at the start of each test. The test harness shows that for a test
//! that fails, and `SOAK_SEED` with that number draws the same cases again.

use std::env;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::OnceLock;

/// The seed of a test: `fixed`, unless this is a soak run.
///
/// # Panics
///
/// If `SOAK_SEED` is neither a number nor `random`.
pub(crate) fn seed(fixed: u64) -> u64 {
    let Some(seed) = soak() else { return fixed };
    println!("SOAK_SEED={seed} SOAK_TIMES={}", times());
    fixed ^ seed
}

/// How many cases a test draws: `usual`, or a multiple of it in a soak run.
///
/// # Panics
///
/// If `SOAK_TIMES` is no number.
pub(crate) fn cases(usual: u32) -> u32 {
    usual.saturating_mul(times())
}

/// The seed of this process, in a soak run.
fn soak() -> Option<u64> {
    static SEED: OnceLock<Option<u64>> = OnceLock::new();
    *SEED.get_or_init(|| match env::var("SOAK_SEED").ok()?.as_str() {
        "random" => Some(RandomState::new().hash_one("soak")),
        number => match number.parse() {
            Ok(number) => Some(number),
            Err(_) => panic!("SOAK_SEED is a number or `random`, not `{number}`"),
        },
    })
}

fn times() -> u32 {
    match env::var("SOAK_TIMES") {
        Err(_) => 1,
        Ok(times) => match times.parse() {
            Ok(times) => times,
            Err(_) => panic!("SOAK_TIMES is a number, not `{times}`"),
        },
    }
}
