//! The configuration of property tests.

use proptest::test_runner::{Config, RngSeed};

#[path = "soak.rs"]
mod soak;

/// So many cases, the same ones in every run, unless it is a soak run: see `soak.rs`.
pub(crate) fn draws(cases: u32) -> Config {
    Config {
        cases: soak::cases(cases),
        rng_seed: RngSeed::Fixed(soak::seed(0x5eed)),
        // Reproduce a failure by its seed. A file of failures is useless once a strategy has
        // changed.
        failure_persistence: None,
        ..Config::default()
    }
}
