//! Caching what a source returns. There is one fetch at a time per name, and a sender cannot cause
//! more.
//!
//! A result applies to its name alone: that a key does not exist, that the source failed, how old a
//! key is. So a name invented by one sender does not change the answer to another sender. The
//! [`Budget`] decides what is fetched at all.

use std::collections::HashMap;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use crate::crypto::public::PublicKey;
use crate::error::RejectionKind;
use crate::keys::budget::Budget;
use crate::keys::gate::{Gate, Turn};
use crate::keys::{Confirmation, ErasedSource, KeyQuery, KeyRequirements, NamedKey, Unusable};
use crate::observe;
use crate::time::UnixTime;

/// How long a document is used without fetching it again.
const FRESH: Duration = Duration::from_secs(60 * 60);

/// How long a document is used while the source fails to return it again.
const LAST: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a name that does not exist is not fetched again.
const QUIET: Duration = Duration::from_secs(60);

/// How long a name is not fetched again after a failure.
const DOWN: Duration = Duration::from_secs(10);

/// The number of cached documents whose key has verified a delivery, and of other documents. A
/// sender can name any document that exists, so the others never displace the proven ones.
const MOST_PROVEN: usize = 128;
const MOST_UNPROVEN: usize = 32;

/// The number of names that were fetched without success. Each costs a fetch, so they come slowly
/// and expire long before they are displaced.
const MOST_MISSED: usize = 1024;

/// The number of confirmed subscriptions that are remembered.
const MOST_CONFIRMED: usize = 128;

/// The fetched keys of one endpoint.
pub(crate) struct KeyCache {
    source: Arc<dyn ErasedSource>,
    wanted: KeyRequirements,
    /// Admits one fetch at a time per name.
    gate: Gate,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    documents: Vec<Document>,
    /// Names of keys that do not exist, and of documents that the source failed to return.
    missed: HashMap<Box<str>, Missed>,
    budget: Budget,
    /// When a log line last said that the budget is spent.
    said: Option<UnixTime>,
    /// The addresses of confirmed subscriptions, with the time of confirmation.
    confirmed: Vec<(String, UnixTime)>,
}

struct Document {
    name: Box<str>,
    keys: Vec<NamedKey>,
    fetched: UnixTime,
    /// Whether a key in the document has verified a delivery.
    is_proven: bool,
}

/// A name that was fetched without success.
struct Missed {
    when: UnixTime,
    why: RejectionKind,
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
enum Landed {
    Keys(Vec<NamedKey>),
    /// The key does not exist.
    Missing,
    /// A document without a usable key.
    Empty,
    /// The source failed, or returned nothing usable.
    Failed,
}

impl KeyCache {
    pub(crate) fn new(source: Arc<dyn ErasedSource>, wanted: KeyRequirements) -> Self {
        Self {
            source,
            wanted,
            gate: Gate::default(),
            state: Mutex::default(),
        }
    }

    /// What is known about this name without fetching it.
    pub(crate) fn known(&self, query: &KeyQuery, now: UnixTime) -> Known {
        self.state().known(query, now)
    }

    /// The keys of this name, fetched if necessary and if the budget allows. `now` is when the
    /// delivery arrived.
    pub(crate) async fn keys(
        &self,
        query: &KeyQuery,
        now: UnixTime,
    ) -> Result<FetchedKeys, RejectionKind> {
        loop {
            let settled = || self.known(query, now).is_settled();
            let turn = self.turn(query.document(), settled).await;
            match (self.known(query, now), turn) {
                (Known::Keys(found), _) => return Ok(found),
                (Known::Refused(kind), _) => return Err(kind),
                (Known::Ask, Some(_turn)) => {
                    if !self.state().admits(query, now) {
                        return Err(RejectionKind::KeysUnavailable);
                    }
                    let landed = self.ask(query, now).await;
                    self.state().land(query, landed, now);
                }
                (Known::Ask, None) => {}
            }
        }
    }

    /// Records that a key of this name has verified a delivery.
    pub(crate) fn prove(&self, query: &KeyQuery) {
        self.state().prove(query.document());
    }

    async fn ask(&self, query: &KeyQuery, now: UnixTime) -> Landed {
        match self.source.fetch(query).await {
            Ok(Some(document)) => self.wanted.read(&document, now).map_or_else(
                |unusable| {
                    let (landed, instead) = match unusable {
                        Unusable::Rubbish(instead) => (Landed::Failed, instead),
                        Unusable::Empty(instead) => (Landed::Empty, instead),
                        Unusable::Untrusted(instead) => (Landed::Missing, instead),
                    };
                    observe::keys_unusable(query.provider(), instead);
                    landed
                },
                Landed::Keys,
            ),
            // The address of a set is fixed, so a document must be there.
            Ok(None) if query.is_in_set() => Landed::Failed,
            Ok(None) => Landed::Missing,
            Err(error) => {
                observe::keys_failed(query.provider(), &error);
                Landed::Failed
            }
        }
    }

    /// Confirms a subscription, unless this was done within the last hour. `Ok(false)` leaves it to
    /// the handler.
    pub(crate) async fn confirm(
        &self,
        confirmation: &Confirmation,
        now: UnixTime,
    ) -> Result<bool, RejectionKind> {
        let done = || self.state().confirmed(confirmation, now);
        let _turn = self.turn(confirmation.url(), done).await;
        if done() {
            return Ok(true);
        }
        let confirmed = self.source.confirm(confirmation).await.map_err(|error| {
            observe::confirmation_failed(confirmation.provider(), &error);
            RejectionKind::KeysUnavailable
        })?;
        if confirmed {
            self.state().keep_confirmed(confirmation, now);
        }
        Ok(confirmed)
    }

    /// Waits for the turn to fetch a name. `None` if that is no longer needed.
    async fn turn(&self, name: &str, needless: impl Fn() -> bool) -> Option<Turn<'_>> {
        poll_fn(|cx| match needless() {
            true => Poll::Ready(None),
            false => self.gate.poll_enter(name, cx).map(Some),
        })
        .await
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn known(&self, query: &KeyQuery, now: UnixTime) -> Known {
        let has_failed = self.has_missed(query.document(), RejectionKind::KeysUnavailable, now);
        let failed = match has_failed {
            true => Known::Refused(RejectionKind::KeysUnavailable),
            false => Known::Ask,
        };
        if self.has_missed(&query.name(), RejectionKind::UnknownKey, now) {
            return Known::Refused(RejectionKind::UnknownKey);
        }
        let Some(document) = self.document(query.document()) else {
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

    fn document(&self, name: &str) -> Option<&Document> {
        self.documents.iter().find(|kept| *kept.name == *name)
    }

    fn document_mut(&mut self, name: &str) -> Option<&mut Document> {
        self.documents.iter_mut().find(|kept| *kept.name == *name)
    }

    /// Whether this name was recently fetched without success, for this reason.
    fn has_missed(&self, name: &str, why: RejectionKind, now: UnixTime) -> bool {
        let wait = match why {
            RejectionKind::UnknownKey => QUIET,
            _ => DOWN,
        };
        let missed = self.missed.get(name);
        missed.is_some_and(|missed| missed.why == why && since(missed.when, now) < wait)
    }

    /// Whether this name may be fetched. A name that has verified a delivery always may, since no
    /// other sender can achieve that.
    fn admits(&mut self, query: &KeyQuery, now: UnixTime) -> bool {
        let name = query.document();
        if self.document(name).is_some_and(|kept| kept.is_proven) {
            return true;
        }
        let is_new = !self.missed.contains_key(name);
        let admits = self.budget.admits(name, is_new, now);
        if !admits && self.said.is_none_or(|said| since(said, now) >= QUIET) {
            self.said = Some(now);
            observe::keys_over_budget(query.provider());
        }
        admits
    }

    /// Stores the result of a fetch.
    fn land(&mut self, query: &KeyQuery, landed: Landed, now: UnixTime) {
        let name = query.document();
        match landed {
            Landed::Keys(keys) => {
                self.missed.remove(name);
                self.keep(name, keys, now);
                let found = self.document(name).map(|kept| kept.named(query));
                if found.is_none_or(|keys| keys.is_empty()) {
                    self.miss(&query.name(), RejectionKind::UnknownKey, now);
                }
            }
            Landed::Missing => {
                self.empty(name);
                self.miss(&query.name(), RejectionKind::UnknownKey, now);
            }
            Landed::Empty => {
                self.empty(name);
                self.miss(name, RejectionKind::KeysUnavailable, now);
            }
            Landed::Failed => self.miss(name, RejectionKind::KeysUnavailable, now),
        }
    }

    /// Stores the keys of a document in place of older ones.
    fn keep(&mut self, name: &str, keys: Vec<NamedKey>, fetched: UnixTime) {
        match self.document_mut(name) {
            Some(kept) => (kept.keys, kept.fetched) = (keys, fetched),
            None => self.documents.push(Document {
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
    fn empty(&mut self, name: &str) {
        self.documents
            .retain(|kept| kept.is_proven || *kept.name != *name);
        if let Some(kept) = self.document_mut(name) {
            kept.keys.clear();
        }
    }

    fn prove(&mut self, name: &str) {
        if let Some(kept) = self.document_mut(name) {
            kept.is_proven = true;
        }
        self.trim(true, MOST_PROVEN);
    }

    /// Removes the documents of this kind with the oldest fetch, until the limit is met.
    fn trim(&mut self, is_proven: bool, limit: usize) {
        let of_kind = |kept: &&Document| kept.is_proven == is_proven;
        while self.documents.iter().filter(of_kind).count() > limit {
            let documents = self.documents.iter().enumerate();
            let oldest = documents
                .filter(|(_, kept)| of_kind(kept))
                .min_by_key(|(_, kept)| kept.fetched.as_millis());
            let Some((at, _)) = oldest else { return };
            self.documents.swap_remove(at);
        }
    }

    fn miss(&mut self, name: &str, why: RejectionKind, when: UnixTime) {
        if self.missed.len() >= MOST_MISSED && !self.missed.contains_key(name) {
            let oldest = self
                .missed
                .iter()
                .min_by_key(|(_, missed)| missed.when.as_millis());
            let oldest = oldest.map(|(name, _)| name.clone());
            oldest.and_then(|name| self.missed.remove(&name));
        }
        self.missed.insert(name.into(), Missed { when, why });
    }

    fn confirmed(&self, confirmation: &Confirmation, now: UnixTime) -> bool {
        let mut confirmed = self.confirmed.iter();
        confirmed.any(|(url, when)| url == confirmation.url() && since(*when, now) < FRESH)
    }

    fn keep_confirmed(&mut self, confirmation: &Confirmation, now: UnixTime) {
        self.confirmed.retain(|(_, when)| since(*when, now) < FRESH);
        if self.confirmed.len() >= MOST_CONFIRMED {
            self.confirmed.remove(0);
        }
        self.confirmed.push((confirmation.url().to_owned(), now));
    }
}

impl Known {
    /// Whether no fetch is needed.
    const fn is_settled(&self) -> bool {
        !matches!(self, Self::Ask)
    }
}

impl Document {
    /// The keys that a query can mean. If the document has several keys, those with the query's id;
    /// if the document is stored by key id, all.
    fn named(&self, query: &KeyQuery) -> Vec<PublicKey> {
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

/// Each key costs a verification.
const MOST_OF_A_NAME: usize = 4;

/// The time that has passed. If the clock was set back a little, or two deliveries read it in
/// another order, no time has passed. If it was set back further, the age is unknown and counts as
/// an hour.
fn since(then: UnixTime, now: UnixTime) -> Duration {
    let (then, now) = (then.as_secs(), now.as_secs());
    match then.saturating_sub(now) < QUIET.as_secs() {
        true => Duration::from_secs(now.saturating_sub(then)),
        false => FRESH,
    }
}

impl fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyCache")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}
