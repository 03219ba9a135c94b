//! Caching what a source returns. There is one fetch at a time per name, and a sender cannot cause
//! more.
//!
//! A result applies to its name alone: that a key does not exist, that the source failed, how old a
//! key is. So a name invented by one sender does not change the answer to another sender. The
//! [`Budget`](crate::keys::budget::Budget) decides what is fetched at all.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use crate::error::RejectionKind;
use crate::keys::gate::{Gate, Turn};
use crate::keys::known::{FetchedKeys, Known, Landed, State};
use crate::keys::{Confirmation, ErasedSource, KeyQuery, KeyRequirements, Unusable};
use crate::observe;
use crate::time::UnixTime;

/// The fetched keys of one endpoint.
pub(crate) struct KeyCache {
    source: Arc<dyn ErasedSource>,
    wanted: KeyRequirements,
    /// Admits one fetch at a time per name.
    gate: Gate,
    state: Mutex<State>,
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
        self.state().documents.prove(query.document());
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
        let done = || self.state().confirmed.has(confirmation, now);
        let _turn = self.turn(confirmation.url(), done).await;
        if done() {
            return Ok(true);
        }
        let confirmed = self.source.confirm(confirmation).await.map_err(|error| {
            observe::confirmation_failed(confirmation.provider(), &error);
            RejectionKind::KeysUnavailable
        })?;
        if confirmed {
            self.state().confirmed.keep(confirmation, now);
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

impl fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyCache")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}
