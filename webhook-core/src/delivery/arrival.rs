//! The state of a delivery while its body arrives.

use bytes::Bytes;

use crate::crypto::RunningDigest;
use crate::keys::{FetchedKeys, KeyQuery};
use crate::notification::Named;
use crate::request::buffer::Buffer;
use crate::verify::{Verification, Verifier};

/// The state of a delivery that is only needed while its body arrives.
pub(super) struct Arrival {
    pub(super) verification: Verification,
    pub(super) body: Buffer,
    /// A digest of the body, if the content identifies the delivery.
    pub(super) content: Option<RunningDigest>,
    /// SHA-256 of the query, if it is part of the event. Boxed because it seldom is.
    pub(super) query: Option<Box<[u8; 32]>>,
    /// The values of the headers that may identify the delivery.
    pub(super) labels: Box<[Option<Box<str>>]>,
    /// `None`: the envelope decides whether the body is a challenge. Boxed because it mostly does.
    pub(super) challenge: Option<Box<Challenged>>,
    /// The name of a fetched key that has not verified any delivery yet.
    pub(super) unproven: Option<Box<KeyQuery>>,
}

/// How the body may be a challenge.
pub(super) enum Challenged {
    /// The request has no signature: it is a challenge, or it is refused. The keys decrypt it.
    Unsigned(Verifier),
    /// The answer is computed with the keys that verify the challenge.
    Keyed(Verifier),
    /// It is no delivery at all but a notification, whose head names this.
    Notification(Named),
}

impl Arrival {
    pub(super) fn new() -> Self {
        Self {
            verification: Verification::undecided(),
            body: Buffer::new(0, 0),
            content: None,
            query: None,
            labels: Box::default(),
            challenge: None,
            unproven: None,
        }
    }

    /// Drops what holds secrets or memory, because the delivery may live long.
    pub(super) fn clear(&mut self) {
        self.verification.forget();
        self.challenge = None;
        self.labels = Box::default();
    }

    /// Hashes and keeps the next chunk. The caller has checked that it fits.
    #[inline]
    pub(super) fn push(&mut self, chunk: Bytes) {
        self.verification.update(&chunk);
        if let Some(content) = &mut self.content {
            content.update(&chunk);
        }
        self.body.push(chunk);
    }

    /// The key without which the delivery cannot be verified.
    pub(super) fn wanted(&mut self) -> Option<&KeyQuery> {
        self.verification.wanted(self.body.whole())
    }

    /// Supplies the keys that the delivery names.
    pub(super) fn supply(&mut self, found: FetchedKeys) {
        if !found.is_proven {
            self.unproven = self.wanted().cloned().map(Box::new);
        }
        self.verification.supply(&found.keys);
    }
}
