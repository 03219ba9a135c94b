//! All providers at once.

use std::sync::Mutex;
use std::thread;

use webhook_core::Provider;

use crate::corpus::{self, Effort};
use crate::judge::{Fault, Tallies, judge};

/// What became of a provider's deliveries.
pub(crate) struct Outcome {
    pub(crate) provider: &'static str,
    /// Captured requests that are events.
    pub(crate) originals: usize,
    pub(crate) tallies: Tallies,
    faults: Vec<(String, Fault)>,
}

impl Outcome {
    fn of(provider: &'static Provider, effort: Effort) -> Self {
        let mut outcome = Self {
            provider: provider.name(),
            originals: 0,
            tallies: Tallies::new(),
            faults: Vec::new(),
        };
        for case in corpus::cases(provider, effort) {
            let Some((tallies, faults)) = judge(&case) else {
                continue;
            };
            outcome.originals += 1;
            for (name, tally) in tallies {
                outcome.tallies.entry(name).or_default().add(tally);
            }
            outcome
                .faults
                .extend(faults.into_iter().map(|fault| (case.name.clone(), fault)));
        }
        outcome
    }

    /// The first fault of each mutator, if there are any.
    pub(crate) fn report(&self) -> Option<String> {
        let mut seen = Vec::new();
        let mut lines = Vec::new();
        for (case, fault) in &self.faults {
            let kind = (fault.mutator, fault.what.clone());
            if !seen.contains(&kind) {
                let count = self
                    .faults
                    .iter()
                    .filter(|(_, other)| (other.mutator, other.what.clone()) == kind)
                    .count();
                lines.push(format!(
                    "{}: {} ({}, {count} times) of {case:?}:\n{}",
                    self.provider,
                    fault.what,
                    fault.mutator,
                    fault.difference()
                ));
                seen.push(kind);
            }
        }
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

impl Fault {
    /// Original and mutant, without what is the same in both.
    fn difference(&self) -> String {
        let (a, b) = (&self.original, &self.mutant);
        let mut lines = Vec::new();
        if (&a.method, &a.target) != (&b.method, &b.target) {
            lines.push(format!(
                "  - {} {}\n  + {} {}",
                a.method, a.target, b.method, b.target
            ));
        }
        for (sign, of, other) in [("-", a, b), ("+", b, a)] {
            for (name, value) in of
                .headers
                .iter()
                .filter(|line| !other.headers.contains(line))
            {
                lines.push(format!("  {sign} {name}: {}", value.escape_ascii()));
            }
        }
        if a.body != b.body {
            lines.push(format!(
                "  - {}\n  + {}",
                a.body.escape_ascii(),
                b.body.escape_ascii()
            ));
        }
        lines.join("\n")
    }
}

/// Tries everything on every provider, or on the one that `MALLEABILITY_PROVIDER` names.
pub(crate) fn run(effort: Effort) -> Vec<Outcome> {
    let only = std::env::var("MALLEABILITY_PROVIDER").ok();
    let mut left: Vec<_> = corpus::providers()
        .filter(|provider| only.as_deref().is_none_or(|name| provider.name() == name))
        .collect();
    left.reverse();
    let (left, done) = (Mutex::new(left), Mutex::new(Vec::new()));
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let Some(provider) = left.lock().unwrap().pop() else {
                        break;
                    };
                    let outcome = Outcome::of(provider, effort);
                    done.lock().unwrap().push(outcome);
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|outcome| outcome.provider);
    done
}
