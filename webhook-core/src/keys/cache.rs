//! What a source gave, kept: one question at a time, and no sender decides how many.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use super::gate::{Gate, Turn};
use super::{Confirmation, ErasedSource, KeyQuery, NamedKey, Unusable, Wanted};
use crate::algorithm::public::PublicKey;
use crate::error::RejectionKind;
use crate::observe;
use crate::time::UnixTime;

/// For how long a document is taken as it is.
const FRESH: Duration = Duration::from_secs(60 * 60);

/// For how long it is taken while the source fails.
const LAST: Duration = Duration::from_secs(24 * 60 * 60);

/// After a name that nobody knows, nothing that is not kept is asked for.
const QUIET: Duration = Duration::from_secs(60);

/// The same after a failure.
const DOWN: Duration = Duration::from_secs(10);

/// Documents that are kept.
const MOST: usize = 128;

/// The keys of one endpoint that are not configured.
pub(crate) struct KeyCache {
    source: Arc<dyn ErasedSource>,
    wanted: Wanted,
    /// Whoever asks.
    gate: Gate,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    documents: Vec<Document>,
    quiet: Option<Quiet>,
    /// Addresses of confirmed subscriptions, and when.
    confirmed: Vec<(String, UnixTime)>,
}

struct Document {
    name: String,
    keys: Vec<NamedKey>,
    asked: UnixTime,
}

/// No questions until then.
struct Quiet {
    until: UnixTime,
    since: UnixTime,
    why: RejectionKind,
}

/// What is known of a key without asking.
pub(crate) enum Known {
    Keys(Vec<PublicKey>),
    /// It is refused for this.
    Refused(RejectionKind),
    /// It has to be asked for, or somebody is asking already.
    Ask,
}

impl KeyCache {
    pub(crate) fn new(source: Arc<dyn ErasedSource>, wanted: Wanted) -> Self {
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

    /// The keys of this name, asked for if need be.
    pub(crate) async fn keys(
        &self,
        query: &KeyQuery,
        now: UnixTime,
    ) -> Result<Vec<PublicKey>, RejectionKind> {
        loop {
            let turn = self.turn(|| self.known(query, now).is_settled()).await;
            match (self.known(query, now), turn) {
                (Known::Keys(keys), _) => return Ok(keys),
                (Known::Refused(kind), _) => return Err(kind),
                (Known::Ask, Some(_turn)) => {
                    let landed = self.ask(query, now).await;
                    self.state().land(query, landed, now);
                }
                (Known::Ask, None) => {}
            }
        }
    }

    /// What the source gives: keys, the news that there are none, or nothing that anybody can use.
    async fn ask(&self, query: &KeyQuery, now: UnixTime) -> Option<Option<Vec<NamedKey>>> {
        match self.source.fetch(query).await {
            Ok(Some(document)) => match self.wanted.read(&document, now) {
                Ok(keys) => Some(Some(keys)),
                Err(Unusable::Rubbish(instead)) => {
                    observe::keys_unusable(query.provider(), instead);
                    None
                }
                Err(Unusable::Untrusted(instead)) => {
                    observe::keys_unusable(query.provider(), instead);
                    Some(None)
                }
            },
            // Where the address is ours, something has to be there.
            Ok(None) if query.url().is_some() && query.id().is_some() => None,
            Ok(None) => Some(None),
            Err(error) => {
                observe::keys_failed(query.provider(), &error);
                None
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
        let _turn = self.turn(done).await;
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

    /// Waits for the turn to ask; `None` where that has become needless.
    async fn turn(&self, needless: impl Fn() -> bool) -> Option<Turn<'_>> {
        poll_fn(|cx| match needless() {
            true => Poll::Ready(None),
            false => self.gate.poll_enter(cx).map(Some),
        })
        .await
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn known(&self, query: &KeyQuery, now: UnixTime) -> Known {
        let document = self
            .documents
            .iter()
            .find(|kept| kept.name == query.document());
        let age = document.map(|kept| since(kept.asked, now));
        let keys = document.map(|kept| kept.named(query)).unwrap_or_default();
        let known = |limit| !keys.is_empty() && age.is_some_and(|age| age < limit);
        if known(FRESH) {
            return Known::Keys(keys);
        }
        if keys.is_empty() && age.is_some_and(|age| age < QUIET) {
            return Known::Refused(RejectionKind::UnknownKey);
        }
        match &self.quiet {
            Some(quiet) if quiet.lasts(now) && known(LAST) => Known::Keys(keys),
            Some(quiet) if quiet.lasts(now) => Known::Refused(quiet.why),
            _ => Known::Ask,
        }
    }

    /// Keeps what came: keys, the news that there are none, or nothing that anybody can use.
    fn land(&mut self, query: &KeyQuery, landed: Option<Option<Vec<NamedKey>>>, now: UnixTime) {
        match landed {
            Some(Some(keys)) => {
                self.quiet = None;
                self.keep(query.document(), keys, now);
            }
            Some(None) => {
                self.documents.retain(|kept| kept.name != query.document());
                self.quiet = Some(Quiet::new(now, QUIET, RejectionKind::UnknownKey));
            }
            None => self.quiet = Some(Quiet::new(now, DOWN, RejectionKind::KeysUnavailable)),
        }
    }

    fn confirmed(&self, confirmation: &Confirmation, now: UnixTime) -> bool {
        let mut confirmed = self.confirmed.iter();
        confirmed.any(|(url, when)| url == confirmation.url() && since(*when, now) < FRESH)
    }

    fn keep_confirmed(&mut self, confirmation: &Confirmation, now: UnixTime) {
        self.confirmed.retain(|(_, when)| since(*when, now) < FRESH);
        if self.confirmed.len() >= MOST {
            self.confirmed.remove(0);
        }
        self.confirmed.push((confirmation.url().to_owned(), now));
    }

    fn keep(&mut self, name: &str, keys: Vec<NamedKey>, asked: UnixTime) {
        self.documents.retain(|kept| kept.name != name);
        if self.documents.len() >= MOST {
            let documents = self.documents.iter().enumerate();
            let oldest = documents.min_by_key(|(_, kept)| kept.asked.as_millis());
            if let Some((at, _)) = oldest {
                self.documents.swap_remove(at);
            }
        }
        let name = name.to_owned();
        self.documents.push(Document { name, keys, asked });
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

impl Quiet {
    fn new(now: UnixTime, wait: Duration, why: RejectionKind) -> Self {
        let until = UnixTime::from_secs(now.as_secs().saturating_add(wait.as_secs()));
        Self {
            until,
            since: now,
            why,
        }
    }

    /// A clock that was put back ends it, rather than making it last.
    fn lasts(&self, now: UnixTime) -> bool {
        self.since.as_secs() <= now.as_secs() && now.as_secs() < self.until.as_secs()
    }
}

/// What has passed. After a clock was put back nobody knows how much, so the most.
fn since(then: UnixTime, now: UnixTime) -> Duration {
    match now.as_secs().checked_sub(then.as_secs()) {
        Some(secs) => Duration::from_secs(secs),
        None => FRESH,
    }
}

impl fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyCache")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}
