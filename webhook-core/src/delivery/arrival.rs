//! What a delivery needs while its body arrives.

use std::sync::Arc;

use bytes::Bytes;

use crate::crypto::RunningDigest;
use crate::keys::{FetchedKeys, KeyQuery};
use crate::request::buffer::Buffer;
use crate::verify::{Verification, Verifier};

/// What a delivery needs while its body arrives, and not afterwards.
pub(super) struct Arrival {
    pub(super) verification: Verification,
    pub(super) body: Buffer,
    /// A digest of the body, where that is what the delivery is known by.
    pub(super) content: Option<RunningDigest>,
    /// SHA-256 of a query that is part of the event.
    pub(super) query: Option<[u8; 32]>,
    /// The values of the headers that may identify it.
    pub(super) labels: Vec<Option<Box<str>>>,
    pub(super) challenge: Challenged,
    /// The name of a fetched key that has verified nothing yet.
    pub(super) unproven: Option<Box<KeyQuery>>,
}

/// How a body may be a challenge.
pub(super) enum Challenged {
    /// As the envelope says.
    AsUsual,
    /// It has no signature, so it is one or it is refused.
    Unsigned,
    /// It is answered with the keys that verify it.
    Keyed(Arc<Verifier>),
}

impl Arrival {
    pub(super) fn new() -> Self {
        Self {
            verification: Verification::undecided(),
            body: Buffer::new(0, 0),
            content: None,
            query: None,
            labels: Vec::new(),
            challenge: Challenged::AsUsual,
            unproven: None,
        }
    }

    /// Hashes the next chunk, and keeps it. The caller has seen that there is room.
    #[inline]
    pub(super) fn push(&mut self, chunk: Bytes) {
        self.verification.update(&chunk);
        if let Some(content) = &mut self.content {
            content.update(&chunk);
        }
        self.body.push(chunk);
    }

    /// The key it cannot be verified without.
    pub(super) fn wanted(&mut self) -> Option<&KeyQuery> {
        self.verification.wanted(self.body.whole())
    }

    /// Takes the keys that the delivery names.
    pub(super) fn supply(&mut self, found: FetchedKeys) {
        if !found.is_proven {
            self.unproven = self.wanted().cloned().map(Box::new);
        }
        self.verification.supply(&found.keys);
    }
}
