//! What a source gave, kept: one question at a time for a name, and no sender decides how many.
//!
//! What becomes known of a name is known of that name alone: that there is no such key, that the
//! source failed, how old a key is. So no name that one sender invents changes what is answered to
//! another. What is asked at all is for the [`Budget`].

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

/// For how long a document is taken as it is.
const FRESH: Duration = Duration::from_secs(60 * 60);

/// For how long it is taken while the source fails to give it again.
const LAST: Duration = Duration::from_secs(24 * 60 * 60);

/// For how long a name is not asked for again that does not exist.
const QUIET: Duration = Duration::from_secs(60);

/// The same after a failure.
const DOWN: Duration = Duration::from_secs(10);

/// Documents that are kept of those whose key has verified a delivery, and of the others. A sender
/// can name any document that exists, so the others never displace these.
const MOST_PROVEN: usize = 128;
const MOST_UNPROVEN: usize = 32;

/// Names that were asked for in vain. Each costs a fetch, so they come slowly, and one is over long
/// before it is displaced.
const MOST_MISSED: usize = 1024;

/// Confirmed subscriptions that are remembered.
const MOST_CONFIRMED: usize = 128;

/// The keys of one endpoint that are not configured.
pub(crate) struct KeyCache {
    source: Arc<dyn ErasedSource>,
    wanted: KeyRequirements,
    /// Whoever asks.
    gate: Gate,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    documents: Vec<Document>,
    /// Names of keys that do not exist, and of documents that the source failed to give.
    missed: HashMap<Box<str>, Missed>,
    budget: Budget,
    /// When a log line last said that the budget is spent.
    said: Option<UnixTime>,
    /// Addresses of confirmed subscriptions, and when.
    confirmed: Vec<(String, UnixTime)>,
}

struct Document {
    name: Box<str>,
    keys: Vec<NamedKey>,
    fetched: UnixTime,
    /// Whether a key in it has verified a delivery.
    is_proven: bool,
}

/// A name that was asked for in vain.
struct Missed {
    when: UnixTime,
    why: RejectionKind,
}

/// Keys that a name stands for.
pub(crate) struct FetchedKeys {
    pub(crate) keys: Vec<PublicKey>,
    /// Whether a key of their document has verified a delivery already.
    pub(crate) is_proven: bool,
}

/// What is known of a key without asking.
pub(crate) enum Known {
    Keys(FetchedKeys),
    /// It is refused for this.
    Refused(RejectionKind),
    /// It has to be asked for, or somebody is asking already.
    Ask,
}

/// What a source has given.
enum Landed {
    Keys(Vec<NamedKey>),
    /// There is no such key.
    Missing,
    /// A document, and no key in it that can be used.
    Empty,
    /// Nothing that says anything.
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

    /// What is known of this name without asking.
    pub(crate) fn known(&self, query: &KeyQuery, now: UnixTime) -> Known {
        self.state().known(query, now)
    }

    /// The keys of this name, asked for if need be and if the budget allows. `now` is when the delivery came.
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

    /// A key of this name has verified a delivery.
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
            // Where the address is ours, something has to be there.
            Ok(None) if query.is_in_set() => Landed::Failed,
            Ok(None) => Landed::Missing,
            Err(error) => {
                observe::keys_failed(query.provider(), &error);
                Landed::Failed
            }
        }
    }

    /// Has a subscription confirmed, unless that was done within the hour. `Ok(false)` leaves it to the handler.
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

    /// Waits for the turn to ask for a name; `None` where that has become needless.
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
                // The set answers for all names that came before it. What came later, it may not
                // have had yet.
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

    /// Whether this name was asked for in vain just now, and for this reason.
    fn has_missed(&self, name: &str, why: RejectionKind, now: UnixTime) -> bool {
        let wait = match why {
            RejectionKind::UnknownKey => QUIET,
            _ => DOWN,
        };
        let missed = self.missed.get(name);
        missed.is_some_and(|missed| missed.why == why && since(missed.when, now) < wait)
    }

    /// Whether this name may be asked for. What has verified a delivery always may, since no other
    /// sender can bring that about.
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

    /// Keeps what came.
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

    /// Keeps the keys of a document, of which nothing older is left.
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

    /// Nothing that this name stood for holds any longer. That it was proven does: it may be asked for again.
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

    /// Forgets the documents of this kind that are above the limit, and were fetched the longest ago.
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
    /// Whether nobody has to be asked.
    const fn is_settled(&self) -> bool {
        !matches!(self, Self::Ask)
    }
}

impl Document {
    /// The keys a query can mean: those of its id where a document has several, and all where ids are what it is kept by.
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

/// Each costs a verification.
const MOST_OF_A_NAME: usize = 4;

/// What has passed. A clock that was put back by little, or that two deliveries read in another
/// order, has not moved; after more than that nobody knows, so an hour has passed.
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
