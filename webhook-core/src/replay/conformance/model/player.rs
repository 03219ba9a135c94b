//! Plays sequences through the store and the reference side by side.

use std::fmt::Debug;
use std::num::NonZeroU64;
use std::time::Duration;

use super::reference::{Asked, Reference};
use super::steps::{ANSWERS, NOTES, ROUNDS, Sequence, Step, UNIT, Verb, Which};
use super::timeline::{At, Timeline, Untold};
use crate::error::StoreError;
use crate::replay::conformance::ask::{join, listed, new_key, new_owner};
use crate::replay::{Claim, ClaimRequest, Lease, Owner, ReplayKey, ReplayStore};

/// How many sequences ask the store at the same time.
const AT_ONCE: usize = 32;

/// How often a sequence is played until it can be judged.
const MOST_TIMES: usize = 4;

/// How a sequence ended.
pub(super) enum Ending {
    /// Every answer was the expected one.
    Agreed,
    /// The store was so slow that the model cannot tell what is expected.
    Untold,
    Differed(Difference),
}

/// An answer that is not the expected one.
pub(super) struct Difference {
    /// The number of the step.
    pub(super) at: usize,
    pub(super) expected: String,
    pub(super) answered: String,
}

/// Plays all sequences side by side. Those that cannot be judged are played again: a busy machine
/// may have stood still for seconds.
pub(super) async fn play<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
    sequences: &[Sequence],
) -> Vec<Ending> {
    let mut endings: Vec<_> = sequences.iter().map(|_| Ending::Untold).collect();
    for _ in 0..MOST_TIMES {
        let (again, slots): (Vec<_>, Vec<_>) = sequences
            .iter()
            .zip(&mut endings)
            .filter(|(_, ending)| matches!(ending, Ending::Untold))
            .unzip();
        if again.is_empty() {
            break;
        }
        let replayed = play_once(a, b, sleep, &again).await;
        for (slot, ending) in slots.into_iter().zip(replayed) {
            *slot = ending;
        }
    }
    endings
}

/// Plays all sequences on one timeline, and stops after the last step of the longest one.
async fn play_once<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
    sequences: &[&Sequence],
) -> Vec<Ending> {
    let mut timeline = Timeline::start();
    let mut players: Vec<_> = sequences
        .iter()
        .map(|sequence| Player::new([a, b], sequence))
        .collect();
    for round in 0..ROUNDS {
        for some in players.chunks_mut(AT_ONCE) {
            let turns = some.iter_mut().map(|player| player.play(round, &timeline));
            join(turns.collect()).await;
        }
        if players.iter().all(Player::is_through) {
            break;
        }
        timeline.sleep(UNIT, sleep).await;
    }
    players.into_iter().map(|player| player.ending).collect()
}

struct Player<'a, S> {
    handles: [&'a S; 2],
    steps: &'a [Step],
    /// The number of the next step.
    next: usize,
    key: ReplayKey,
    owners: [Owner; 3],
    /// Owner, epoch and attempt of each lease that was granted.
    granted: Vec<(Owner, NonZeroU64, u32)>,
    reference: Reference,
    ending: Ending,
}

/// Why a sequence ends early.
enum Halt {
    Untold,
    Differed { expected: String, answered: String },
}

impl From<Untold> for Halt {
    fn from(_: Untold) -> Self {
        Self::Untold
    }
}

impl<'a, S: ReplayStore> Player<'a, S> {
    fn new(handles: [&'a S; 2], sequence: &'a Sequence) -> Self {
        Self {
            handles,
            steps: &sequence.0,
            next: 0,
            key: new_key(),
            owners: [new_owner(), new_owner(), new_owner()],
            granted: Vec::new(),
            reference: Reference::default(),
            ending: Ending::Agreed,
        }
    }

    fn is_through(&self) -> bool {
        self.next >= self.steps.len()
    }

    /// Plays the steps of a round.
    async fn play(&mut self, round: usize, timeline: &Timeline) {
        while let Some(step) = self.steps.get(self.next).filter(|step| step.round <= round) {
            let ended = self.step(*step, timeline).await;
            let Err(halt) = ended else {
                self.next = self.next.saturating_add(1);
                continue;
            };
            self.ending = match halt {
                Halt::Untold => Ending::Untold,
                Halt::Differed { expected, answered } => Ending::Differed(Difference {
                    at: self.next,
                    expected,
                    answered,
                }),
            };
            self.next = self.steps.len();
        }
    }

    async fn step(&mut self, step: Step, timeline: &Timeline) -> Result<(), Halt> {
        let [a, b] = self.handles;
        let store = if step.handle == 0 { a } else { b };
        let begun = timeline.extra();
        let at = || timeline.at(begun);
        let reference = &mut self.reference;
        match step.verb {
            Verb::Claim {
                owner,
                lease,
                retain,
                payload,
            } => {
                let [first, second, third] = self.owners;
                let owner = [first, second, third].get(owner).copied().unwrap_or(first);
                let asked = Asked {
                    owner,
                    lease,
                    retain,
                    payload,
                };
                self.claim(store, asked, at).await
            }
            Verb::Renew(which, by) => {
                let lease = lease(&self.key, &self.granted, which);
                let answered = answer(store.renew(&lease, by.duration()).await)?;
                same(reference.renew(&lease, by, at())?, answered)
            }
            Verb::Commit(which, with) => {
                let lease = lease(&self.key, &self.granted, which);
                let with = with.and_then(|with| ANSWERS.get(with)).copied();
                let answered = answer(store.commit(&lease, with).await)?;
                same(reference.commit(&lease, with, at())?, answered)
            }
            Verb::Release(which) => {
                let lease = lease(&self.key, &self.granted, which);
                let answered = answer(store.release(&lease).await)?;
                same(reference.release(&lease, at())?, answered)
            }
            Verb::Bury(which, note) => {
                let lease = lease(&self.key, &self.granted, which);
                let note = NOTES.get(note).copied().unwrap_or_default();
                let answered = answer(store.bury(&lease, note).await)?;
                same(reference.bury(&lease, note, at())?, answered)
            }
            Verb::Revive => {
                let answered = answer(store.revive(&self.key).await)?;
                same(reference.revive(at())?, answered)
            }
            Verb::List => {
                let entry = listed(store, &self.key).await;
                let expected = reference.list(at())?;
                let expected = expected.map(|(attempts, note)| (attempts, note.to_owned()));
                same(expected, entry.map(|entry| (entry.attempts, entry.note)))
            }
            Verb::Forget => {
                let answered = answer(store.forget(&self.key).await)?;
                same(reference.forget(at())?, answered)
            }
            Verb::Sweep(at_most) => {
                let swept = answer(store.sweep(at_most).await)?;
                match swept.removed <= at_most {
                    true => Ok(()),
                    false => Err(differs(format_args!("at most {at_most}"), swept)),
                }
            }
        }
    }

    async fn claim(&mut self, store: &S, asked: Asked, at: impl Fn() -> At) -> Result<(), Halt> {
        let (lease, retain) = (asked.lease.duration(), asked.retain.duration());
        let mut request = ClaimRequest::new(asked.owner, lease, retain);
        request.fingerprint = asked.payload;
        let answered = answer(store.claim(&self.key, &request).await)?;
        let at = at();
        let expected = self.reference.claim(asked, at)?;
        if !expected.is(&answered, at) {
            return Err(differs(&expected, &answered));
        }
        if let Claim::Acquired(lease) = answered {
            let token = (lease.owner(), lease.epoch(), lease.attempt());
            if self.granted.last() != Some(&token) {
                self.granted.push(token);
                self.reference.grant(&lease, asked, at);
            }
        }
        Ok(())
    }
}

/// A lease of the sequence, or a forged one.
fn lease(key: &ReplayKey, granted: &[(Owner, NonZeroU64, u32)], which: Which) -> Lease {
    match granted.iter().rev().nth(which.0) {
        Some((owner, epoch, attempt)) => Lease::new(*key, *owner, *epoch, *attempt),
        None => Lease::new(*key, new_owner(), NonZeroU64::MIN, 1),
    }
}

fn answer<T>(answer: Result<T, StoreError>) -> Result<T, Halt> {
    answer.map_err(|error| differs("an answer", error))
}

fn same<T: PartialEq + Debug>(expected: T, answered: T) -> Result<(), Halt> {
    match expected == answered {
        true => Ok(()),
        false => Err(differs(expected, answered)),
    }
}

fn differs(expected: impl Debug, answered: impl Debug) -> Halt {
    Halt::Differed {
        expected: format!("{expected:?}"),
        answered: format!("{answered:?}"),
    }
}
