//! Shortens a sequence that fails.

use std::time::Duration;

use super::player::{Difference, Ending, play};
use super::steps::{Sequence, Step, Verb};
use crate::replay::ReplayStore;

/// How often the candidates are played. Each time takes a timeline.
const MOST_TIMES: usize = 16;

/// A sequence that fails too, and of which no part can be left out. The candidates of each time are
/// played side by side.
pub(super) async fn shrink<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
    mut sequence: Sequence,
    mut difference: Difference,
) -> (Sequence, Difference) {
    for _ in 0..MOST_TIMES {
        // What follows the failure has no part in it.
        sequence.0.truncate(difference.at.saturating_add(1));
        let shorter = shortest(a, b, sleep, candidates(&sequence.0)).await;
        let next = match shorter {
            None => shortest(a, b, sleep, swept(&sequence.0)).await,
            shorter => shorter,
        };
        let Some(next) = next else { break };
        (sequence, difference) = next;
    }
    sequence.0.truncate(difference.at.saturating_add(1));
    (sequence, difference)
}

/// The candidate that fails first.
async fn shortest<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
    candidates: Vec<Sequence>,
) -> Option<(Sequence, Difference)> {
    let endings = play(a, b, sleep, &candidates).await;
    let failed = candidates.into_iter().zip(endings);
    let failed = failed.filter_map(|(candidate, ending)| match ending {
        Ending::Differed(difference) => Some((candidate, difference)),
        Ending::Agreed | Ending::Untold => None,
    });
    failed.min_by_key(|(candidate, difference)| {
        let last = candidate.0.get(difference.at);
        (difference.at, last.map(|step| step.round))
    })
}

/// The sequence without some of its steps, and without one of its sleeps.
fn candidates(steps: &[Step]) -> Vec<Sequence> {
    let mut candidates = Vec::new();
    let mut size = steps.len() / 2;
    while size > 0 {
        for from in (0..steps.len()).step_by(size) {
            let until = from.saturating_add(size);
            let numbered = steps.iter().enumerate();
            let kept = numbered.filter(|(at, _)| !(from..until).contains(at));
            candidates.push(Sequence(kept.map(|(_, step)| *step).collect()));
        }
        size /= 2;
    }
    let last = steps.last().map_or(0, |step| step.round);
    for round in 1..=last {
        let earlier = steps.iter().map(|step| Step {
            round: step.round.saturating_sub(usize::from(step.round >= round)),
            ..*step
        });
        candidates.push(Sequence(earlier.collect()));
    }
    candidates
}

/// The sequence with a sweep before its failure. It may need the sweep of another sequence, which
/// is missing when this one is played alone.
fn swept(steps: &[Step]) -> Vec<Sequence> {
    let Some((last, before)) = steps.split_last() else {
        return Vec::new();
    };
    if matches!(before.last(), Some(step) if matches!(step.verb, Verb::Sweep(_))) {
        return Vec::new();
    }
    let verb = Verb::Sweep(1000);
    let sweep = Step { verb, ..*last };
    vec![Sequence([before, &[sweep, *last]].concat())]
}
