//! What the kills met, and what was delivered because of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::drivers::table::Running;

/// A kill, and what it met.
#[derive(Debug)]
pub(super) struct Kill {
    /// Deliveries whose connection ended without an answer.
    pub(super) in_flight: u64,
    /// Jobs that ran, and those that earlier kills have left.
    pub(super) running: Running,
}

/// What was going on at a kill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Both,
    Accepting,
    Running,
    Idle,
}

impl Phase {
    const ALL: [Self; 4] = [Self::Both, Self::Accepting, Self::Running, Self::Idle];

    const fn of(in_flight: u64, running: usize) -> Self {
        match (in_flight > 0, running > 0) {
            (true, true) => Self::Both,
            (true, false) => Self::Accepting,
            (false, true) => Self::Running,
            (false, false) => Self::Idle,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Both => "deliveries arrived, jobs ran",
            Self::Accepting => "deliveries arrived",
            Self::Running => "jobs ran",
            Self::Idle => "nothing happened",
        }
    }
}

/// The numbers of the kills of one phase.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    kills: u64,
    in_flight: u64,
    running: u64,
    again: u64,
}

/// The kills by phase.
#[derive(Debug, Default)]
pub(super) struct Report {
    lines: BTreeMap<Phase, Line>,
    /// Deliveries in excess of one for which no kill has met a running job.
    pub(super) unexcused: u64,
}

impl Report {
    /// The report on these kills, and on how often what has which replay key was delivered. Each
    /// kill that met a job excuses one more delivery.
    pub(super) fn new(kills: &[Kill], delivered: &BTreeMap<String, u64>) -> Self {
        let mut report = Self::default();
        let mut left: BTreeMap<&str, u64> = delivered
            .iter()
            .map(|(key, times)| (key.as_str(), times.saturating_sub(1)))
            .collect();
        let mut earlier = BTreeSet::new();
        for Kill { in_flight, running } in kills {
            let (mut met, mut again) = (0, 0);
            for (key, epoch) in running {
                if !earlier.insert((key, epoch)) {
                    continue;
                }
                met += 1;
                if let Some(times) = left.get_mut(key.as_str()).filter(|times| **times > 0) {
                    *times -= 1;
                    again += 1;
                }
            }
            let phase = Phase::of(*in_flight, met);
            let line = report.lines.entry(phase).or_default();
            line.kills += 1;
            line.in_flight += in_flight;
            line.running += met as u64;
            line.again += again;
        }
        report.unexcused = left.values().sum();
        report
    }
}

/// A table.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = [
            "kills",
            "deliveries in flight",
            "jobs running",
            "delivered again",
        ];
        writeln!(f, "| {:28} | {} |", "when", heads.join(" | "))?;
        writeln!(f, "|-{:-<28}-|{}", "", "---|".repeat(heads.len()))?;
        for phase in Phase::ALL {
            let line = self.lines.get(&phase).copied().unwrap_or_default();
            let Line {
                kills,
                in_flight,
                running,
                again,
            } = line;
            let name = phase.name();
            writeln!(
                f,
                "| {name:28} | {kills:5} | {in_flight:20} | {running:12} | {again:15} |"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kill(in_flight: u64, running: &[(&str, i64)]) -> Kill {
        let running = running.iter();
        let running = running
            .map(|(key, epoch)| ((*key).to_owned(), *epoch))
            .collect();
        Kill { in_flight, running }
    }

    fn delivered(times: &[(&str, u64)]) -> BTreeMap<String, u64> {
        let times = times.iter();
        times
            .map(|(key, times)| ((*key).to_owned(), *times))
            .collect()
    }

    #[test]
    fn a_kill_that_met_a_job_excuses_one_more_delivery() {
        let kills = [
            kill(3, &[("a", 1), ("b", 1)]),
            kill(0, &[("a", 2)]),
            kill(0, &[]),
        ];
        let report = Report::new(&kills, &delivered(&[("a", 3), ("b", 1), ("c", 1)]));
        assert_eq!(report.unexcused, 0);
        let line = |phase| report.lines.get(&phase).copied().unwrap_or_default();
        assert_eq!(
            (line(Phase::Both).again, line(Phase::Running).again),
            (1, 1)
        );
        assert_eq!(
            (line(Phase::Both).in_flight, line(Phase::Idle).kills),
            (3, 1)
        );
    }

    #[test]
    fn a_second_delivery_that_no_kill_explains_is_found() {
        // What an earlier kill has left excuses nothing again.
        let kills = [kill(3, &[("a", 1)]), kill(0, &[("a", 1)])];
        for times in [[("a", 3), ("b", 1)], [("a", 1), ("b", 2)]] {
            assert_eq!(
                Report::new(&kills, &delivered(&times)).unexcused,
                1,
                "{times:?}"
            );
        }
    }
}
