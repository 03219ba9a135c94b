//! What a journal says about the promises of a store and of the engine.

use std::collections::{BTreeMap, BTreeSet};

use webhook_core::ReplayKey;

use crate::failpoint::Point;
use crate::journal::{Entry, Run};

/// A journal, read in its order.
#[derive(Debug, Default)]
pub struct Verdict {
    /// The epochs of the runs of each event.
    runs: BTreeMap<String, Vec<u64>>,
    claims: BTreeMap<ReplayKey, Vec<u64>>,
    commits: BTreeMap<ReplayKey, BTreeSet<u64>>,
    deaths: BTreeMap<Point, u64>,
    unclaimed: u64,
}

impl Verdict {
    /// The verdict on these entries.
    #[must_use]
    pub fn new(entries: Vec<Entry>) -> Self {
        let mut verdict = Self::default();
        for entry in entries {
            match entry {
                Entry::Claimed(Run { key, epoch }) => {
                    verdict.claims.entry(key).or_default().push(epoch);
                }
                Entry::Committed(Run { key, epoch }) => {
                    verdict.commits.entry(key).or_default().insert(epoch);
                }
                Entry::Ran { run, event } => {
                    let claims = verdict.claims.get(&run.key);
                    let is_claimed = claims.is_some_and(|claims| claims.contains(&run.epoch));
                    verdict.unclaimed += u64::from(!is_claimed);
                    verdict.runs.entry(event).or_default().push(run.epoch);
                }
                Entry::Died(point) => *verdict.deaths.entry(point).or_default() += 1,
            }
        }
        verdict
    }

    /// How many runs each event had.
    #[must_use]
    pub fn effects(&self) -> BTreeMap<String, u64> {
        let runs = self.runs.iter();
        runs.map(|(event, runs)| (event.clone(), runs.len() as u64))
            .collect()
    }

    /// How often a receiver killed itself at each point.
    #[must_use]
    pub fn deaths(&self) -> &BTreeMap<Point, u64> {
        &self.deaths
    }

    /// Claims that were granted in excess of one for each key.
    #[must_use]
    pub fn claimed_again(&self) -> u64 {
        self.claims
            .values()
            .map(|claims| claims.len() as u64 - 1)
            .sum()
    }

    /// Runs under a claim that the store had not granted before.
    #[must_use]
    pub fn unclaimed_runs(&self) -> u64 {
        self.unclaimed
    }

    /// Keys and events whose epochs did not rise with every claim and run.
    #[must_use]
    pub fn fallen_epochs(&self) -> u64 {
        let all = self.claims.values().chain(self.runs.values());
        all.filter(|epochs| !epochs.is_sorted_by(|a, b| a < b))
            .count() as u64
    }

    /// Claims whose epoch an earlier claim of their key has too.
    #[must_use]
    pub fn repeated_epochs(&self) -> u64 {
        let repeated = self.claims.values().map(|epochs| {
            let different: BTreeSet<&u64> = epochs.iter().collect();
            epochs.len() as u64 - different.len() as u64
        });
        repeated.sum()
    }

    /// Commits of a claim that was not the last one of its key: a stale owner has committed, or a
    /// done delivery was claimed again.
    #[must_use]
    pub fn stale_commits(&self) -> u64 {
        let stale = self.commits.iter().flat_map(|(key, commits)| {
            let last = self.claims.get(key).and_then(|claims| claims.iter().max());
            commits.iter().filter(move |commit| Some(*commit) != last)
        });
        stale.count() as u64
    }

    /// Whether nothing is wrong, whatever was done to the receivers and to the store.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.unclaimed_runs() == 0 && self.fallen_epochs() == 0 && self.stale_commits() == 0
    }
}

/// Effects in comparison with the events that were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Balance {
    /// All effects.
    pub effects: u64,
    /// Events without an effect.
    pub lost: u64,
    /// Effects in excess of one for each event.
    pub doubles: u64,
}

impl Balance {
    /// The balance of `events`, by how many effects each event had.
    #[must_use]
    pub fn new(effects: &BTreeMap<String, u64>, events: u64) -> Self {
        let (all, with) = (effects.values().sum(), effects.len() as u64);
        Self {
            effects: all,
            lost: events.saturating_sub(with),
            doubles: all - with,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(key: u8, epoch: u64) -> Run {
        let key = ReplayKey::from_bytes([key; 32]);
        Run { key, epoch }
    }

    fn ran(key: u8, epoch: u64) -> Entry {
        let event = format!("evt_{key}");
        Entry::Ran {
            run: run(key, epoch),
            event,
        }
    }

    #[test]
    fn a_take_over_with_a_higher_epoch_is_sound_and_its_second_effect_is_a_double() {
        let (first, second) = (Entry::Claimed(run(1, 5)), Entry::Claimed(run(1, 6)));
        let commit = Entry::Committed(run(1, 6));
        let verdict = Verdict::new(vec![first, ran(1, 5), second, ran(1, 6), commit]);
        assert!(verdict.is_sound());
        assert_eq!(verdict.claimed_again(), 1);
        let balance = Balance::new(&verdict.effects(), 2);
        assert_eq!((balance.effects, balance.lost, balance.doubles), (2, 1, 1));
    }

    #[test]
    fn a_run_before_its_claim_is_found() {
        let verdict = Verdict::new(vec![ran(1, 5), Entry::Claimed(run(1, 5))]);
        assert_eq!(verdict.unclaimed_runs(), 1);
        assert!(!verdict.is_sound());
    }

    #[test]
    fn an_epoch_that_does_not_rise_is_found() {
        for epoch in [4, 5] {
            let claims = vec![Entry::Claimed(run(1, 5)), Entry::Claimed(run(1, epoch))];
            let verdict = Verdict::new(claims);
            assert_eq!(verdict.fallen_epochs(), 1, "{epoch}");
            assert_eq!(verdict.repeated_epochs(), u64::from(epoch == 5));
        }
    }

    #[test]
    fn the_commit_of_a_stale_owner_is_found() {
        let claims = [Entry::Claimed(run(1, 5)), Entry::Claimed(run(1, 6))];
        let stale = Entry::Committed(run(1, 5));
        let verdict = Verdict::new([&claims[..], &[stale]].concat());
        assert_eq!(verdict.stale_commits(), 1);
    }

    #[test]
    fn a_done_delivery_that_is_claimed_again_is_found() {
        let claim = |epoch| Entry::Claimed(run(1, epoch));
        let verdict = Verdict::new(vec![claim(5), Entry::Committed(run(1, 5)), claim(6)]);
        assert_eq!(verdict.stale_commits(), 1);
    }
}
