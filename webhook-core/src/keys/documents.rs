//! The documents that were fetched.

use crate::crypto::public::PublicKey;
use crate::keys::{KeyQuery, NamedKey};
use crate::time::UnixTime;

/// The number of cached documents whose key has verified a delivery, and of other documents. A
/// sender can name any document that exists, so the others never displace the proven ones.
const MOST_PROVEN: usize = 128;
const MOST_UNPROVEN: usize = 32;

/// Each key costs a verification.
const MOST_OF_A_NAME: usize = 4;

/// The documents that were fetched, each by its name.
#[derive(Default)]
pub(super) struct Documents(Vec<Document>);

pub(super) struct Document {
    name: Box<str>,
    keys: Vec<NamedKey>,
    pub(super) fetched: UnixTime,
    /// Whether a key in the document has verified a delivery.
    pub(super) is_proven: bool,
}

impl Documents {
    pub(super) fn get(&self, name: &str) -> Option<&Document> {
        self.0.iter().find(|kept| *kept.name == *name)
    }

    fn get_mut(&mut self, name: &str) -> Option<&mut Document> {
        self.0.iter_mut().find(|kept| *kept.name == *name)
    }

    /// Stores the keys of a document in place of older ones.
    pub(super) fn keep(&mut self, name: &str, keys: Vec<NamedKey>, fetched: UnixTime) {
        match self.get_mut(name) {
            Some(kept) => (kept.keys, kept.fetched) = (keys, fetched),
            None => self.0.push(Document {
                name: name.into(),
                keys,
                fetched,
                is_proven: false,
            }),
        }
        self.trim(false, MOST_UNPROVEN);
    }

    /// Removes the keys of this name. A proven document keeps its entry, so that it can be fetched
    /// again.
    pub(super) fn empty(&mut self, name: &str) {
        self.0.retain(|kept| kept.is_proven || *kept.name != *name);
        if let Some(kept) = self.get_mut(name) {
            kept.keys.clear();
        }
    }

    /// Records that a key in this document has verified a delivery.
    pub(super) fn prove(&mut self, name: &str) {
        if let Some(kept) = self.get_mut(name) {
            kept.is_proven = true;
        }
        self.trim(true, MOST_PROVEN);
    }

    /// Removes the documents of this kind with the oldest fetch, until the limit is met.
    fn trim(&mut self, is_proven: bool, limit: usize) {
        let of_kind = |kept: &&Document| kept.is_proven == is_proven;
        while self.0.iter().filter(of_kind).count() > limit {
            let documents = self.0.iter().enumerate();
            let oldest = documents
                .filter(|(_, kept)| of_kind(kept))
                .min_by_key(|(_, kept)| kept.fetched.as_millis());
            let Some((at, _)) = oldest else { return };
            self.0.swap_remove(at);
        }
    }
}

impl Document {
    /// The keys that a query can mean. If the document has several keys, those with the query's id;
    /// if the document is stored by key id, all.
    pub(super) fn named(&self, query: &KeyQuery) -> Vec<PublicKey> {
        let means = |key: &&NamedKey| match (query.url(), query.id(), &key.id) {
            (Some(_), Some(id), Some(own)) => own == id,
            (Some(_), Some(_), None) => false,
            (None, Some(id), Some(own)) => own == id,
            _ => true,
        };
        let keys = self.keys.iter().filter(means).take(MOST_OF_A_NAME);
        keys.map(|named| named.key.clone()).collect()
    }
}
