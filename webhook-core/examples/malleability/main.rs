//! What becomes of captured deliveries that somebody changes, for every provider and every kind of
//! change: how many still verify, and under how many replay keys.
//!
//! ```sh
//! cargo run -p webhook-core --all-features --example malleability
//! MALLEABILITY_PROVIDER=plivo SOAK_TIMES=10 \
//!     cargo run --release -p webhook-core --all-features --example malleability
//! ```
//!
//! A cell is `=n` for `n` that verified under the key of the original, `~n` for `n` under others
//! that the provider's bound allows, and `!n` for `n` that should not be. A dot is that none
//! verified, and nothing that there was nothing to change.

#![allow(clippy::unwrap_used, reason = "a tool of the tests")]

#[path = "../../tests/malleability/corpus.rs"]
mod corpus;
#[path = "../../tests/malleability/judge.rs"]
mod judge;
#[path = "../../../webhook-test/vectors/loader.rs"]
mod loader;
#[path = "../../tests/malleability/mutators/mod.rs"]
mod mutators;
#[path = "../../tests/common/parties.rs"]
mod parties;
#[path = "../../tests/malleability/request.rs"]
mod request;
#[path = "../../tests/malleability/run.rs"]
mod run;
#[path = "../../tests/common/soak.rs"]
mod soak;

use std::process::ExitCode;

use judge::Tally;
use run::Outcome;

fn main() -> ExitCode {
    let names = || {
        mutators::ALL
            .iter()
            .map(|mutator| mutator.name)
            .chain(["two of them"])
    };
    let outcomes = run::run(corpus::Effort::of_this_run());
    println!(
        "| provider | captured | {} |",
        names().collect::<Vec<_>>().join(" | ")
    );
    println!("|---{}|", "|---".repeat(names().count() + 1));
    let mut total = Tally::default();
    for outcome in &outcomes {
        let tally = |name| outcome.tallies.get(name).copied().unwrap_or_default();
        let cells: Vec<_> = names().map(|name| cell(tally(name))).collect();
        println!(
            "| {} | {} | {} |",
            outcome.provider,
            outcome.originals,
            cells.join(" | ")
        );
        for tally in outcome.tallies.values() {
            total.add(*tally);
        }
    }
    println!(
        "\n{} providers, {} captured deliveries, {} mutants: {} verified under the key of the \
         original, {} within a bound, {} under another key",
        outcomes.len(),
        outcomes
            .iter()
            .map(|outcome| outcome.originals)
            .sum::<usize>(),
        total.tried,
        total.same,
        total.bounded,
        total.other,
    );
    let faults: Vec<String> = outcomes.iter().filter_map(Outcome::report).collect();
    for fault in &faults {
        eprintln!("{fault}");
    }
    if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn cell(tally: Tally) -> String {
    if tally.tried == 0 {
        return String::new();
    }
    let counts = [("=", tally.same), ("~", tally.bounded), ("!", tally.other)];
    let cell: String = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(sign, count)| format!("{sign}{count}"))
        .collect();
    if cell.is_empty() {
        ".".to_owned()
    } else {
        cell
    }
}
