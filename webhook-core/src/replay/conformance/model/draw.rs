//! Draws sequences.

use super::steps::{ANSWERS, NOTES, ROUNDS, Sequence, Span, Step, Verb, Which};

/// The most operations of a sequence in one round.
const MOST_A_ROUND: u64 = 9;

/// The sequence of this number.
pub(super) fn draw(seed: u64, number: usize) -> Sequence {
    let number = u64::try_from(number).unwrap_or(u64::MAX);
    let mut random = Random(seed ^ number.wrapping_mul(0xd1b5_4a32_d192_ed03));
    let mut steps = Vec::new();
    for round in 0..ROUNDS {
        for _ in 0..=random.below(MOST_A_ROUND) {
            steps.push(Step {
                round,
                handle: random.index(2),
                verb: random.verb(),
            });
        }
    }
    Sequence(steps)
}

/// SplitMix64: small, seeded, and good enough to choose test cases.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next().checked_rem(end).unwrap_or_default()
    }

    fn index(&mut self, len: usize) -> usize {
        let len = u64::try_from(len).unwrap_or(u64::MAX);
        usize::try_from(self.below(len)).unwrap_or_default()
    }

    /// Claims are as frequent as what ends them, and rare verbs are rare.
    fn verb(&mut self) -> Verb {
        match self.below(100) {
            0..36 => Verb::Claim {
                owner: self.index(3),
                lease: self.span(),
                retain: self.span(),
                payload: self.below(2),
            },
            36..46 => Verb::Renew(self.which(), self.span()),
            46..56 => {
                let has_answer = self.below(2) == 0;
                let answer = self.index(ANSWERS.len());
                Verb::Commit(self.which(), has_answer.then_some(answer))
            }
            56..66 => Verb::Release(self.which()),
            66..76 => Verb::Bury(self.which(), self.index(NOTES.len())),
            76..84 => Verb::Revive,
            84..92 => Verb::List,
            92..96 => Verb::Forget,
            _ => Verb::Sweep(self.index(4)),
        }
    }

    /// Mostly the last lease, sometimes one that was lost or never granted.
    fn which(&mut self) -> Which {
        Which(match self.below(10) {
            0..7 => 0,
            7 | 8 => 1,
            _ => 4,
        })
    }

    /// Mostly a span that ends within the next rounds.
    fn span(&mut self) -> Span {
        Span::of_rounds(match self.below(8) {
            0..3 => 0,
            3..5 => 1,
            5 | 6 => 2,
            _ => 100,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_draws_the_same_sequences_and_another_seed_others() {
        let text = |seed, number| draw(seed, number).to_string();
        assert_eq!(text(1, 2), text(1, 2));
        assert_ne!(text(1, 2), text(1, 3));
        assert_ne!(text(1, 2), text(2, 2));
    }
}
