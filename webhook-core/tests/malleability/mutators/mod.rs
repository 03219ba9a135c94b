//! What an attacker can do to a captured request without the secret.

mod json;
mod lists;
mod moves;
pub(crate) mod schemes;
mod spelling;

use webhook_core::Provider;

use crate::corpus::Case;
use crate::request::{Request, Slot, slots};

/// One kind of change.
#[derive(Clone, Copy)]
pub(crate) struct Mutator {
    pub(crate) name: &'static str,
    pub(crate) make: fn(&Request, &Context<'_>, &mut Sink),
    /// How long the attacker also waits, in seconds.
    pub(crate) waits: u64,
    /// How many times as many as of others are tried.
    pub(crate) weight: usize,
    pub(crate) seed: u64,
}

/// All kinds.
pub(crate) const ALL: &[Mutator] = &[
    of("repeat", lists::repeat),
    of("drop", lists::drop),
    of("reorder", lists::reorder),
    of("add", lists::add),
    of("splice", lists::splice),
    Mutator {
        weight: 16,
        ..of("re-split", moves::resplit)
    },
    of("move", moves::between_parts),
    of("case", spelling::case),
    of("re-encode", spelling::reencode),
    of("low bytes", spelling::low_bytes),
    of("time", spelling::time),
    of("unsigned headers", lists::headers),
    of("method", schemes::method),
    Mutator {
        waits: 10 * 24 * 3600,
        weight: 40,
        ..of("downgrade", schemes::downgrade)
    },
    Mutator {
        weight: 4,
        ..of("extension", schemes::extension)
    },
];

const fn of(name: &'static str, make: fn(&Request, &Context<'_>, &mut Sink)) -> Mutator {
    // Any odd number would do: it only has to differ.
    let seed = name.len() as u64 * 0x9e37_79b9 + name.as_bytes()[0] as u64;
    Mutator {
        name,
        make,
        waits: 0,
        weight: 1,
        seed,
    }
}

/// What an attacker knows besides the request.
pub(crate) struct Context<'c> {
    pub(crate) provider: &'static Provider,
    pub(crate) others: &'c [Request],
    pub(crate) secret_len: usize,
    /// The places whose content matters: changed, the request is another one or none.
    pub(crate) bearing: Vec<Slot>,
}

impl<'c> Context<'c> {
    /// `is_same` says whether a changed request is still the same delivery.
    pub(crate) fn new(case: &'c Case, is_same: impl Fn(&Request) -> bool) -> Self {
        let matters = |slot: &Slot| {
            let Some(value) = slot.get(&case.request) else {
                return false;
            };
            let longer = [&value[..], b"x"].concat();
            let changes = [
                longer,
                value.get(1..).unwrap_or_default().to_vec(),
                Vec::new(),
            ];
            let changed = changes.into_iter().filter(|to| *to != value);
            let mut changed = changed
                .filter_map(|to| slot.set(&case.request, to))
                .peekable();
            changed.peek().is_none() || !changed.all(|request| is_same(&request))
        };
        Self {
            provider: case.provider,
            others: &case.others,
            secret_len: case.secret_len,
            bearing: slots(&case.request).into_iter().filter(matters).collect(),
        }
    }
}

/// Mutants, of which a few are picked: as many as fit, each with the same chance.
pub(crate) struct Sink {
    kept: Vec<Request>,
    most: usize,
    seen: usize,
    rng: Rng,
}

impl Sink {
    pub(crate) fn new(most: usize, seed: u64) -> Self {
        Self {
            kept: Vec::new(),
            most,
            seen: 0,
            rng: Rng(seed),
        }
    }

    /// Offers a mutant, which is only made if it is picked. A mutant that cannot be made does not
    /// count.
    pub(crate) fn offer<M: Into<Option<Request>>>(&mut self, make: impl FnOnce() -> M) {
        self.seen += 1;
        let at = if self.kept.len() < self.most {
            self.kept.len()
        } else {
            self.rng.below(self.seen)
        };
        if at < self.most {
            let Some(mutant) = make().into() else {
                return;
            };
            if at < self.kept.len() {
                self.kept[at] = mutant;
            } else {
                self.kept.push(mutant);
            }
        }
    }

    pub(crate) fn into_mutants(self) -> Vec<Request> {
        self.kept
    }
}

/// `SplitMix64`: the same picks on every machine.
struct Rng(u64);

impl Rng {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % end as u64).unwrap()
    }
}
