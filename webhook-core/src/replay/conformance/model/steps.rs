//! What a sequence does.

use std::fmt;
use std::time::Duration;

/// Half of the time between two rounds.
const HALF_UNIT: Duration = Duration::from_secs(2);
/// The time that passes between two rounds.
pub(super) const UNIT: Duration = HALF_UNIT.saturating_mul(2);
/// How many rounds there are.
pub(super) const ROUNDS: usize = 12;

/// The operations on one key, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Sequence(pub(super) Vec<Step>);

/// An operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// The round that it is in. A unit of time passes before each round but the first.
    pub(super) round: usize,
    /// The handle that it goes through: 0 or 1.
    pub(super) handle: usize,
    pub(super) verb: Verb,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Verb {
    Claim {
        owner: usize,
        lease: Span,
        retain: Span,
        payload: u64,
    },
    Renew(Which, Span),
    Commit(Which, Option<usize>),
    Release(Which),
    Bury(Which, usize),
    Revive,
    List,
    Forget,
    Sweep(usize),
}

/// Which lease of the sequence: 0 is the last one that was granted, 1 the one before. If there are
/// not as many, it is a forged one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Which(pub(super) usize);

/// A time in half units, and always an odd number of them. So it never ends at a round, but half a
/// unit before or after, and a store may count whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span(u32);

impl Span {
    /// A span that ends after so many rounds.
    pub(super) fn of_rounds(rounds: u32) -> Self {
        Self(rounds.saturating_mul(2).saturating_add(1))
    }

    pub(super) fn duration(self) -> Duration {
        HALF_UNIT.saturating_mul(self.0)
    }
}

/// The answers that commits remember.
pub(super) const ANSWERS: [&[u8]; 3] = [b"", b"<Response/>\0\xff", &[0xe9; 3000]];

/// The notes of burials.
pub(super) const NOTES: [&str; 3] = ["", "shop: charge.failed, evt_1", "überwiesen ✓"];

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut round = 0;
        for step in &self.0 {
            if step.round > round {
                let rounds = step.round.saturating_sub(round);
                let rounds = u32::try_from(rounds).unwrap_or(u32::MAX);
                writeln!(f, "  {:?} pass", UNIT.saturating_mul(rounds))?;
                round = step.round;
            }
            writeln!(f, "  {step}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.verb {
            Verb::Claim {
                owner,
                lease,
                retain,
                payload,
            } => write!(
                f,
                "claim for owner {owner}: lease {:?}, retain {:?}, fingerprint {payload}",
                lease.duration(),
                retain.duration()
            ),
            Verb::Renew(which, by) => write!(f, "renew {which} by {:?}", by.duration()),
            Verb::Commit(which, None) => write!(f, "commit {which}"),
            Verb::Commit(which, Some(answer)) => write!(f, "commit {which} with answer {answer}"),
            Verb::Release(which) => write!(f, "release {which}"),
            Verb::Bury(which, note) => write!(f, "bury {which} with note {note}"),
            Verb::Revive => f.write_str("revive"),
            Verb::List => f.write_str("list dead records"),
            Verb::Forget => f.write_str("forget"),
            Verb::Sweep(at_most) => write!(f, "sweep at most {at_most}"),
        }?;
        write!(f, ", through handle {}", self.handle)
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("the last lease"),
            before => write!(f, "the last lease but {before}"),
        }
    }
}
