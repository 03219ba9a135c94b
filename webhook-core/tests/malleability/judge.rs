//! What becomes of a mutant: refused, or run under which replay key.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use webhook_core::{
    Claimed, Coverage, Endpoint, EndpointBuilder, Finished, Head, Identity, Provider, ReplayKey,
    UnixTime,
};

use crate::corpus::Case;
use crate::mutators::{self, Mutator, Sink};
use crate::request::Request;

/// How many replay keys the deliveries may have that an attacker can make of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// As many: one, unless labels that nothing signs tell events apart.
    Keys(usize),
    /// Whoever has seen one request can make any, or nothing tells one event from another.
    None,
}

impl Bound {
    pub(crate) fn of(provider: &Provider) -> Self {
        let identities = [provider.identity(), provider.identity_without_id()];
        let bounds = identities.map(|identity| match identity {
            Identity::ContentAndLabels { at_most, .. } => at_most.map(|most| most.get().into()),
            Identity::Indistinct => None,
            _ => Some(1),
        });
        match bounds {
            [Some(a), Some(b)] if !provider.coverage().is_sender_only() => Self::Keys(a.max(b)),
            _ => Self::None,
        }
    }
}

/// What an endpoint made of a request that it took for genuine.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Taken {
    /// `None` if nothing is remembered of it.
    pub(crate) key: Option<ReplayKey>,
    pub(crate) coverage: Coverage,
    signed_at: Option<UnixTime>,
}

/// An endpoint and its clock, which an attacker can wait for.
pub(crate) struct Receiver {
    endpoint: Endpoint,
    clock: Arc<AtomicU64>,
}

impl Receiver {
    pub(crate) fn new(builder: EndpointBuilder, now: u64) -> Self {
        let clock = Arc::new(AtomicU64::new(now));
        let read = Arc::clone(&clock);
        let builder =
            builder.clock(move || Some(UnixTime::from_secs(read.load(Ordering::Relaxed))));
        Self {
            endpoint: builder.build().unwrap(),
            clock,
        }
    }

    pub(crate) fn set_clock(&self, now: u64) {
        self.clock.store(now, Ordering::Relaxed);
    }

    /// `None` for what is refused, answered as a challenge or known for a copy beyond the bound.
    pub(crate) fn take(&self, request: &Request) -> Option<Taken> {
        let head = Head {
            method: &request.method,
            path_and_query: &request.target,
            headers: &request.headers,
        };
        let mut intake = self.endpoint.begin(&head).intake()?;
        intake.push(Bytes::copy_from_slice(&request.body)).ok()?;
        let Finished::Event(checked) = intake.finish().ok()? else {
            return None;
        };
        // The memory store answers at once, and a permit that is dropped is given back.
        match checked.claim_at_once().unwrap() {
            Claimed::Run(permit) => {
                let proof = permit.delivery().proof();
                let (coverage, signed_at) = (proof.coverage(), proof.signed_at());
                Some(Taken {
                    key: permit.key().copied(),
                    coverage,
                    signed_at,
                })
            }
            _ => None,
        }
    }
}

/// What the mutants of one mutator came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) tried: usize,
    /// Verified, under the key of the original.
    pub(crate) same: usize,
    /// Verified under another key, as the provider's bound allows.
    pub(crate) bounded: usize,
    /// Verified under another key.
    pub(crate) other: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, more: Self) {
        self.tried += more.tried;
        self.same += more.same;
        self.bounded += more.bounded;
        self.other += more.other;
    }
}

/// Of all mutators, by name.
pub(crate) type Tallies = BTreeMap<&'static str, Tally>;

/// What must not have happened.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) mutator: &'static str,
    pub(crate) what: String,
    pub(crate) original: Request,
    pub(crate) mutant: Request,
}

/// Tries all mutators on a captured request; `None` if it is no event.
pub(crate) fn judge(case: &Case) -> Option<(Tallies, Vec<Fault>)> {
    let receiver = Receiver::new((case.builder)(), case.now);
    let original = receiver.take(&case.request)?;
    let others = case.others.iter();
    let others = others
        .filter_map(|other| Some((other, receiver.take(other)?)))
        .collect();
    let mut judging = Judging {
        bound: Bound::of(case.provider),
        keys: BTreeSet::from([original.key]),
        original,
        others,
        receiver,
        case,
        faults: Vec::new(),
    };
    let context = mutators::Context::new(case, |request| {
        judging
            .receiver
            .take(request)
            .is_some_and(|taken| taken == judging.original)
    });
    let mut tallies = Tallies::new();
    let mut verified = Vec::new();
    for mutator in mutators::ALL {
        let most = case.effort * mutator.weight;
        let tally = judging.run(mutator, &case.request, &context, most, &mut verified);
        tallies.entry(mutator.name).or_default().add(tally);
    }
    // What verifies may be changed once more.
    let step = (verified.len() / case.second_round.max(1)).max(1);
    let again: Vec<_> = verified
        .iter()
        .step_by(step)
        .take(case.second_round)
        .cloned()
        .collect();
    for (i, request) in again.iter().enumerate() {
        for next in 0..3 {
            let mutator = &mutators::ALL[(case.number + 5 * next + i) % mutators::ALL.len()];
            let most = case.effort / 2 + 1;
            let tally = judging.run(mutator, request, &context, most, &mut Vec::new());
            tallies.entry("two of them").or_default().add(tally);
        }
    }
    Some((tallies, judging.faults))
}

struct Judging<'c> {
    case: &'c Case,
    receiver: Receiver,
    original: Taken,
    /// What else was captured. A mutant may be one of these again.
    others: Vec<(&'c Request, Taken)>,
    bound: Bound,
    /// All that ran, but for those of the others.
    keys: BTreeSet<Option<ReplayKey>>,
    faults: Vec<Fault>,
}

impl Judging<'_> {
    fn run(
        &mut self,
        mutator: &Mutator,
        of: &Request,
        context: &mutators::Context<'_>,
        most: usize,
        verified: &mut Vec<Request>,
    ) -> Tally {
        let mut sink = Sink::new(most, mutator.seed ^ self.case.seed);
        (mutator.make)(of, context, &mut sink);
        let mut tally = Tally::default();
        for mutant in sink.into_mutants() {
            if mutant == self.case.request || !mutant.is_http() {
                continue;
            }
            for wait in [0, mutator.waits] {
                self.receiver.set_clock(self.case.now + wait);
                if let Some(taken) = self.receiver.take(&mutant) {
                    self.count(mutator, &mutant, &taken, &mut tally);
                    verified.push(mutant.clone());
                }
                tally.tried += 1;
                if mutator.waits == 0 {
                    break;
                }
            }
        }
        self.receiver.set_clock(self.case.now);
        tally
    }

    fn count(&mut self, mutator: &Mutator, mutant: &Request, taken: &Taken, tally: &mut Tally) {
        let mut fault = |what: String| {
            self.faults.push(Fault {
                mutator: mutator.name,
                what,
                original: self.case.request.clone(),
                mutant: mutant.clone(),
            });
        };
        let captured = [(&self.case.request, &self.original)];
        let others = self.others.iter().map(|(request, taken)| (*request, taken));
        let captured = captured
            .into_iter()
            .chain(others)
            .filter(|(_, was)| was.key == taken.key);
        let lies: Option<Vec<_>> = captured
            .map(|(request, was)| lies(request, was, mutant, taken))
            .min_by_key(Vec::len);
        for lie in lies.iter().flatten() {
            fault(format!("what is said to be covered was changed: {lie}"));
        }
        if lies.is_none() {
            self.keys.insert(taken.key);
        }
        match self.bound {
            _ if lies.is_some() => tally.same += 1,
            Bound::None => tally.bounded += 1,
            Bound::Keys(most) if self.keys.len() <= most => tally.bounded += 1,
            Bound::Keys(_) => {
                tally.other += 1;
                fault("another replay key".to_owned());
            }
        }
    }
}

/// What the proof of a mutant says it covers and does not.
fn lies(original: &Request, was: &Taken, mutant: &Request, is: &Taken) -> Vec<&'static str> {
    let (coverage, mut lies) = (is.coverage, Vec::new());
    if coverage.body && mutant.body != original.body {
        lies.push("body");
    }
    if coverage.url && mutant.query() != original.query() {
        lies.push("url");
    }
    if coverage.method && mutant.method != original.method {
        lies.push("method");
    }
    if coverage.time && is.signed_at != was.signed_at {
        lies.push("time");
    }
    lies
}
