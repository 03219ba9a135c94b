//! Runs a store against a plain model of the table of states.
//!
//! The functions of the suite test one promise each. The model tests all of them together: it draws
//! sequences of operations, and compares each answer with that of the [`reference`].
//!
//! The generator and the shrinking are written by hand although `proptest` exists. A store's test
//! may run on a real clock, and `proptest` runs one case after the other: each would sleep for
//! itself. Here hundreds of sequences share one timeline, and so do the candidates of a shrinking.
//! Stores of other crates need the model too, and core depends on no test library.

mod draw;
mod player;
mod reference;
mod shrink;
mod steps;
mod timeline;

use std::time::Duration;

use crate::replay::ReplayStore;
use draw::draw;
use player::{Ending, play};
use shrink::shrink;
use steps::Sequence;

/// How many sequences share one timeline.
const SIDE_BY_SIDE: usize = 256;

/// Runs `sequences` random sequences of operations, and compares every answer of the store with
/// that of a plain model of the [table of states](ReplayStore#the-states).
///
/// A sequence claims one key for three owners, renews, commits, releases, buries, revives, lists,
/// forgets and sweeps, through both handles, while leases and retentions end. `seed` decides what
/// is drawn: the same number draws the same sequences. `sleep` waits until the time has passed on
/// the store's clock.
///
/// A sequence that fails is shortened as long as it fails. The panic lists its steps.
///
/// 256 sequences share one timeline, which sleeps for 44 seconds in steps of four. On a real clock
/// that is what a call with up to 256 sequences takes, and a shortening takes up to sixteen times
/// as long. A sequence that cannot be judged, because the store or the machine stood still, is
/// played again up to three times.
///
/// # Panics
///
/// If an answer differs from that of the model. Also if the store is too slow for the timeline, so
/// that more than one sequence in four cannot be judged: it takes two seconds for what the
/// sequences do between two sleeps.
pub async fn model<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: impl AsyncFn(Duration),
    sequences: usize,
    seed: u64,
) {
    let mut untold = 0_usize;
    for from in (0..sequences).step_by(SIDE_BY_SIDE) {
        let until = from.saturating_add(SIDE_BY_SIDE).min(sequences);
        let drawn: Vec<Sequence> = (from..until).map(|number| draw(seed, number)).collect();
        let endings = play(a, b, &sleep, &drawn).await;
        for ((number, sequence), ending) in (from..).zip(drawn).zip(endings) {
            match ending {
                Ending::Agreed => {}
                Ending::Untold => untold = untold.saturating_add(1),
                Ending::Differed(difference) => {
                    let (steps, difference) = shrink(a, b, &sleep, sequence, difference).await;
                    panic!(
                        "broken promise: the store answers as the table of states says, in \
                         sequence {number} of seed {seed}:\n{steps}{} is expected; the store \
                         answered {}",
                        difference.expected, difference.answered
                    );
                }
            }
        }
    }
    assert!(
        untold <= sequences / 4,
        "{untold} of {sequences} sequences cannot be judged, because the store takes seconds for \
         what they do between two sleeps: use a faster store or fewer sequences"
    );
}
