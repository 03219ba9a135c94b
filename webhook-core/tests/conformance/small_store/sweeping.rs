//! The sweep, with its flaws.

use webhook_core::ReplayKey;
use webhook_core::replay::Swept;

use super::SmallStore;
use crate::flaw::Flaw;
use crate::record::{Record, State, Table};

impl SmallStore {
    pub(super) fn make_sweep(&self, at_most: usize) -> Swept {
        let (mut table, now) = (self.lock(), self.now());
        if self.has(Flaw::SweepRemovesNothing) {
            return Swept::default();
        }
        let ended = self.ended(&table, now);
        let counts = self.ended_counts(&table, now);
        let total = ended.len() + counts.len();
        let at_most = match self.has(Flaw::SweepIsUnbounded) {
            true => total,
            false => at_most.min(total),
        };
        for id in ended.iter().take(at_most) {
            table.records.remove(id);
            table.deaths.remove(id);
            if !self.has(Flaw::AnswerOutlivesItsRecord) {
                table.answers.remove(id);
            }
        }
        for group in counts.iter().take(at_most.saturating_sub(ended.len())) {
            table.groups.remove(group);
        }
        if self.has(Flaw::SweepTakesAnswers) {
            table.answers.clear();
        }
        Swept {
            removed: at_most,
            more: match self.has(Flaw::SweepStopsTooEarly) {
                true => false,
                false => at_most < total || self.has(Flaw::SweepIsNeverThrough),
            },
        }
    }

    /// What the records are kept under that a sweep removes.
    fn ended(&self, table: &Table, now: u64) -> Vec<ReplayKey> {
        let has_ended = |record: &Record| {
            let is_taken = match record.state {
                State::Claimed => {
                    record.lease_until <= now && self.has(Flaw::SweepTakesEndedLeases)
                }
                State::Released => self.has(Flaw::SweepTakesReleasedOnes),
                State::Dead => self.has(Flaw::SweepTakesDeadOnes),
                State::Done => false,
            };
            record.expires <= now || is_taken
        };
        let records = table.records.iter();
        let ended = records.filter(|(_, record)| has_ended(record));
        ended.map(|(id, _)| *id).collect()
    }

    fn ended_counts(&self, table: &Table, now: u64) -> Vec<ReplayKey> {
        if self.has(Flaw::SweepLeavesCounts) {
            return Vec::new();
        }
        let takes_all = self.has(Flaw::SweepTakesCounts);
        let groups = table.groups.iter();
        let ended = groups.filter(|(_, group)| group.expires <= now || takes_all);
        ended.map(|(id, _)| *id).collect()
    }
}
