//! What an endpoint knows about keys without fetching them.

use crate::crypto::public::PublicKey;
use crate::error::RejectionKind;
use crate::keys::age::{FRESH, LAST, QUIET, since};
use crate::keys::budget::Budget;
use crate::keys::confirmed::Confirmed;
use crate::keys::documents::Documents;
use crate::keys::missed::MissedNames;
use crate::keys::{KeyQuery, NamedKey};
use crate::observe;
use crate::time::UnixTime;

#[derive(Default)]
pub(super) struct State {
    pub(super) documents: Documents,
    missed: MissedNames,
    budget: Budget,
    /// When a log line last said that the budget is spent.
    said: Option<UnixTime>,
    pub(super) confirmed: Confirmed,
}

/// The keys of a name.
pub(crate) struct FetchedKeys {
    pub(crate) keys: Vec<PublicKey>,
    /// Whether a key in their document has verified a delivery.
    pub(crate) is_proven: bool,
}

/// What is known about a key without fetching it.
pub(crate) enum Known {
    Keys(FetchedKeys),
    /// The delivery is refused for this reason.
    Refused(RejectionKind),
    /// The key has to be fetched, or is being fetched.
    Ask,
}

/// The result of a fetch.
pub(super) enum Landed {
    Keys(Vec<NamedKey>),
    /// The key does not exist.
    Missing,
    /// A document without a usable key.
    Empty,
    /// The source failed, or returned nothing usable.
    Failed,
}

impl State {
    pub(super) fn known(&self, query: &KeyQuery, now: UnixTime) -> Known {
        let has_failed = self
            .missed
            .has(query.document(), RejectionKind::KeysUnavailable, now);
        let failed = match has_failed {
            true => Known::Refused(RejectionKind::KeysUnavailable),
            false => Known::Ask,
        };
        if self
            .missed
            .has(&query.name(), RejectionKind::UnknownKey, now)
        {
            return Known::Refused(RejectionKind::UnknownKey);
        }
        let Some(document) = self.documents.get(query.document()) else {
            return failed;
        };
        let (keys, age) = (document.named(query), since(document.fetched, now));
        if keys.is_empty() {
            return match query.is_in_set() && age < QUIET {
                // The set answers for all names that arrived before it was fetched. It may have
                // gained a later name since.
                true if now.as_secs() <= document.fetched.as_secs() => {
                    Known::Refused(RejectionKind::UnknownKey)
                }
                true => Known::Refused(RejectionKind::KeysUnavailable),
                false => failed,
            };
        }
        match age < FRESH || (has_failed && age < LAST) {
            true => Known::Keys(FetchedKeys {
                keys,
                is_proven: document.is_proven,
            }),
            false => failed,
        }
    }

    /// Whether this name may be fetched. A name that has verified a delivery always may, since no
    /// other sender can achieve that.
    pub(super) fn admits(&mut self, query: &KeyQuery, now: UnixTime) -> bool {
        let name = query.document();
        if self.documents.get(name).is_some_and(|kept| kept.is_proven) {
            return true;
        }
        let is_new = !self.missed.knows(name);
        let admits = self.budget.admits(name, is_new, now);
        if !admits && self.said.is_none_or(|said| since(said, now) >= QUIET) {
            self.said = Some(now);
            observe::keys_over_budget(query.provider());
        }
        admits
    }

    /// Stores the result of a fetch.
    pub(super) fn land(&mut self, query: &KeyQuery, landed: Landed, now: UnixTime) {
        let name = query.document();
        match landed {
            Landed::Keys(keys) => {
                self.missed.forget(name);
                self.documents.keep(name, keys, now);
                let found = self.documents.get(name).map(|kept| kept.named(query));
                if found.is_none_or(|keys| keys.is_empty()) {
                    self.missed
                        .miss(&query.name(), RejectionKind::UnknownKey, now);
                }
            }
            Landed::Missing => {
                self.documents.empty(name);
                self.missed
                    .miss(&query.name(), RejectionKind::UnknownKey, now);
            }
            Landed::Empty => {
                self.documents.empty(name);
                self.missed.miss(name, RejectionKind::KeysUnavailable, now);
            }
            Landed::Failed => self.missed.miss(name, RejectionKind::KeysUnavailable, now),
        }
    }
}

impl Known {
    /// Whether no fetch is needed.
    pub(super) const fn is_settled(&self) -> bool {
        !matches!(self, Self::Ask)
    }
}
