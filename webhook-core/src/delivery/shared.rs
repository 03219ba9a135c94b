//! The state that all deliveries of an endpoint share, whatever their tenant is.

use std::sync::Arc;
#[cfg(feature = "inbox")]
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::answer::{Answer, Rejection, RejectionAnswers};
use crate::delivery::{
    DeadLetters, Delivery, EnvelopeSpec, HandshakeResponder, IdentityRule, Limits, LostLease,
    Observer, OnStoreError, OwnStore,
};
use crate::error::{RejectionKind, StoreError};
use crate::keys::{FetchedKeys, KeyCache, Known};
use crate::metrics::{Stopwatch, StoreVerb};
use crate::notification::Fetcher;
use crate::observe::hook;
use crate::observe::hook::Hook;
use crate::provider::Provider;
use crate::replay::Owner;
use crate::replay::erased::Store;
use crate::replay::neighbours::Neighbour;
use crate::time::{Clock, UnixTime};

pub(crate) struct Shared {
    pub(crate) provider: Provider,
    pub(crate) wanted: EnvelopeSpec,
    pub(crate) identity: IdentityRule,
    /// Whether the content identifies every delivery, so that the body is digested as it arrives.
    pub(crate) digests_body: bool,
    pub(crate) limits: Limits,
    pub(crate) on_store_error: OnStoreError,
    pub(crate) on_lost_lease: LostLease,
    pub(crate) dead_letters: DeadLetters,
    pub(crate) remembers_answers: bool,
    /// Whether a handler may run so long that its claim has to be renewed.
    pub(crate) renews: bool,
    pub(crate) store: Option<Store>,
    /// What stores deliveries instead of running a handler, once it is set.
    #[cfg(feature = "inbox")]
    pub(crate) inbox: OnceLock<Arc<dyn crate::delivery::ErasedAcceptor>>,
    /// Headers that are stored because the application names them, in lower case.
    #[cfg(feature = "inbox")]
    pub(crate) kept_headers: Box<[Box<str>]>,
    pub(crate) own_store: OwnStore,
    pub(crate) retention: Retention,
    pub(crate) observer: Observer,
    pub(crate) consumer: Arc<str>,
    pub(crate) token_parameter: Option<Box<str>>,
    pub(crate) duplicate_answer: Option<Arc<DeliveryAnswer>>,
    #[cfg(feature = "inbox")]
    pub(crate) stored_answer: Option<Arc<DeliveryAnswer>>,
    pub(crate) rejection_answers: Option<Arc<RejectionAnswers>>,
    pub(crate) responder: Option<HandshakeResponder>,
    /// Whether the answer to a challenge is computed with the keys that verify it.
    pub(crate) keeps_keys: bool,
    /// The fetched keys.
    pub(crate) keys: Option<Arc<KeyCache>>,
    /// Set if requests are notifications, whose objects are fetched.
    pub(crate) fetcher: Option<Fetcher>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) _neighbour: Option<Arc<Neighbour>>,
    /// 64 random bits of this endpoint.
    pub(crate) serial: u64,
    pub(crate) owners: AtomicU64,
}

pub(crate) type DeliveryAnswer = dyn Fn(&Delivery) -> Answer + Send + Sync;

/// How long deliveries are remembered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retention {
    pub(crate) lease: Duration,
    /// For deliveries that are identified by an id.
    pub(crate) by_id: Duration,
    /// For deliveries that are identified by their content: nothing else protects them.
    pub(crate) by_content: Duration,
    /// How long a copy stays fresh; `None` if no timestamp is signed.
    pub(crate) fresh: Option<Duration>,
}

impl Shared {
    /// Whether deliveries are stored, so that the inbox recognises copies.
    pub(crate) fn is_durable(&self) -> bool {
        #[cfg(feature = "inbox")]
        return self.inbox.get().is_some();
        #[cfg(not(feature = "inbox"))]
        false
    }

    /// Sets the endpoint's own answers, if it has any.
    pub(crate) fn with_answers(&self, mut rejection: Rejection) -> Rejection {
        rejection.answers.clone_from(&self.rejection_answers);
        rejection
    }

    /// See [`Delivery::is_token_parameter`].
    pub(crate) fn is_token_parameter(&self, name: &str) -> bool {
        let own = self.token_parameter.as_deref();
        own == Some(name) || self.provider.has_token_parameter(name)
    }

    /// The current time; `None` if the clock fails or panics.
    pub(crate) fn now(&self) -> Option<UnixTime> {
        let provider = self.provider.name();
        hook::call(Hook::Clock, provider, || self.clock.now()).flatten()
    }

    /// The keys of this name, if they are known without a fetch.
    pub(crate) fn known_key(
        &self,
        query: &crate::keys::KeyQuery,
    ) -> Result<Option<FetchedKeys>, RejectionKind> {
        let now = self.now().ok_or(RejectionKind::ClockUnavailable)?;
        let cache = self.keys.as_ref().ok_or(RejectionKind::UnknownKey)?;
        match cache.known(query, now) {
            Known::Keys(found) => Ok(Some(found)),
            Known::Refused(kind) => Err(kind),
            Known::Ask => Ok(None),
        }
    }

    /// Awaits a call of the store, and measures its time.
    pub(crate) async fn timed<T>(
        &self,
        verb: StoreVerb,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let since = Stopwatch::start();
        let answer = call.await;
        let result = answer.as_ref().map(|_| ()).map_err(StoreError::kind);
        self.observer.meters.store_call(verb, result, since);
        answer
    }

    /// A unique owner: 64 random bits of this endpoint and a counter.
    pub(crate) fn new_owner(&self) -> Owner {
        let count = self.owners.fetch_add(1, Ordering::Relaxed);
        Owner::from_bits(u128::from(self.serial) << 64 | u128::from(count))
    }
}
