//! Deliveries, handlers and a store for the tests of this crate.

#![allow(dead_code, reason = "no test uses all of it")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::watch;
use webhook_core::replay::{
    Claim, ClaimRequest, Commit, DeadRecord, Finding, Lease, LeaseState, Swept,
};
use webhook_core::{
    Checked, Endpoint, EndpointBuilder, Head, MemoryStore, RejectionKind, ReplayKey, ReplayStore,
    SignedRequest, Signer, StoreError, StoreErrorKind, UnixTime, providers,
};
use webhook_runtime::{
    BodyIntake, BodyResult, ClaimResult, HandlerRun, InnerCall, RunningDelivery, SettleResult,
    TrackedEndpoint, UnverifiedLimit,
};

pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

const SECRET: &str = "whsec_0123456789abcdef";

pub(crate) fn builder() -> EndpointBuilder {
    Endpoint::stripe(SECRET).clock(NOW)
}

/// An endpoint with a store that answers at once.
pub(crate) fn endpoint() -> TrackedEndpoint {
    with_store(MemoryStore::new())
}

pub(crate) fn with_store(store: impl ReplayStore) -> TrackedEndpoint {
    TrackedEndpoint::new(builder().store(store).build().unwrap())
}

pub(crate) fn rejected(endpoint: &TrackedEndpoint, kind: RejectionKind) -> u64 {
    endpoint.endpoint().counts().rejected(kind)
}

pub(crate) fn signed(id: &str) -> SignedRequest {
    let signer = Signer::new(providers::STRIPE, SECRET).unwrap();
    signer.sign(NOW, format!(r#"{{"id":"{id}"}}"#))
}

pub(crate) fn begin(
    endpoint: &TrackedEndpoint,
    sent: &SignedRequest,
    limit: Option<&UnverifiedLimit>,
) -> BodyIntake {
    let head = Head {
        method: "POST",
        path_and_query: "/",
        headers: &sent.headers,
    };
    endpoint.begin(&head, limit, None).intake().unwrap()
}

/// Sends the body in one chunk.
pub(crate) async fn read(body: &mut BodyIntake, sent: &SignedRequest) -> BodyResult {
    let mut chunks = [Ok::<_, ()>(Some(sent.body.clone()))].into_iter();
    poll_fn(|cx| body.poll(cx, |_| Poll::Ready(chunks.next()))).await
}

/// A verified delivery.
pub(crate) async fn verified(endpoint: &TrackedEndpoint, id: &str) -> (Checked, RunningDelivery) {
    let sent = signed(id);
    let result = read(&mut begin(endpoint, &sent, None), &sent).await;
    let BodyResult::Event { checked, running } = result else {
        panic!("not verified: {result:?}");
    };
    (checked, running)
}

/// Claims a delivery, awaits `handler` for its status, and settles.
pub(crate) async fn handle<C>(
    endpoint: TrackedEndpoint,
    checked: Checked,
    call: C,
) -> SettleResult<u16, ()>
where
    C: InnerCall<Response = u16, Error = ()>,
{
    let permit = match endpoint.claim(checked).await {
        ClaimResult::Run(permit) => permit,
        ClaimResult::Duplicate(answer) => return SettleResult::Response(answer.status()),
        ClaimResult::Refused(rejection) => {
            let replaced = None;
            return SettleResult::Refused {
                rejection,
                replaced,
            };
        }
    };
    let mut run = pin!(HandlerRun::new(call, &endpoint));
    run.as_mut().hold(&permit, &endpoint);
    let handled = run.await;
    endpoint
        .settle(permit, handled, |status| (*status, None))
        .await
}

/// A call of a service that is ready at once.
pub(crate) struct Ready<F>(Option<F>);

impl<F> Ready<F> {
    pub(crate) fn new(handler: F) -> Self {
        Self(Some(handler))
    }
}

impl<F: Future<Output = Result<u16, ()>>> InnerCall for Ready<F> {
    type Response = u16;
    type Error = ();
    type Future = F;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
        Poll::Ready(Ok(()))
    }

    fn begin(&mut self) -> F {
        self.0.take().unwrap()
    }
}

/// A store that does not answer at once, and hangs or fails when told to. Clones are one store.
#[derive(Clone, Debug)]
pub(crate) struct SlowStore {
    inner: MemoryStore,
    hangs: Arc<watch::Sender<bool>>,
    fails: Arc<AtomicBool>,
    loses: Arc<AtomicBool>,
    calls: Arc<AtomicUsize>,
    renewals: Arc<AtomicUsize>,
    ended: Arc<AtomicUsize>,
}

impl SlowStore {
    pub(crate) fn new() -> Self {
        Self {
            inner: MemoryStore::new(),
            hangs: Arc::new(watch::Sender::new(false)),
            fails: Arc::default(),
            loses: Arc::default(),
            calls: Arc::default(),
            renewals: Arc::default(),
            ended: Arc::default(),
        }
    }

    /// Whether calls get no answer from now on. When they no longer hang, those that wait go on.
    pub(crate) fn hang(&self, hangs: bool) {
        self.hangs.send_replace(hangs);
    }

    pub(crate) fn fail(&self, fails: bool) {
        self.fails.store(fails, Ordering::SeqCst);
    }

    pub(crate) fn renewals(&self) -> usize {
        self.renewals.load(Ordering::SeqCst)
    }

    /// Whether every lease is lost when it is renewed or committed.
    pub(crate) fn lose(&self, loses: bool) {
        self.loses.store(loses, Ordering::SeqCst);
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// How many calls came to their end: the others go on, or were cancelled.
    pub(crate) fn ended(&self) -> usize {
        self.ended.load(Ordering::SeqCst)
    }

    async fn answer<T>(
        &self,
        answer: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        let _ = self.hangs.subscribe().wait_for(|hangs| !hangs).await;
        self.ended.fetch_add(1, Ordering::SeqCst);
        if self.fails.load(Ordering::SeqCst) {
            return Err(StoreError::new(StoreErrorKind::Unavailable));
        }
        answer.await
    }
}

impl ReplayStore for SlowStore {
    async fn claim(&self, key: &ReplayKey, request: &ClaimRequest) -> Result<Claim, StoreError> {
        self.answer(self.inner.claim(key, request)).await
    }

    async fn renew(&self, lease: &Lease, by: Duration) -> Result<LeaseState, StoreError> {
        self.renewals.fetch_add(1, Ordering::SeqCst);
        if self.loses.load(Ordering::SeqCst) {
            return Ok(LeaseState::Lost);
        }
        self.answer(self.inner.renew(lease, by)).await
    }

    async fn commit(&self, lease: &Lease, answer: Option<&[u8]>) -> Result<Commit, StoreError> {
        if self.loses.load(Ordering::SeqCst) {
            return self.answer(async { Ok(Commit::LeaseLost) }).await;
        }
        self.answer(self.inner.commit(lease, answer)).await
    }

    async fn release(&self, lease: &Lease) -> Result<LeaseState, StoreError> {
        self.answer(self.inner.release(lease)).await
    }

    async fn bury(&self, lease: &Lease, note: &str) -> Result<LeaseState, StoreError> {
        self.answer(self.inner.bury(lease, note)).await
    }

    async fn revive(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        self.answer(self.inner.revive(key)).await
    }

    async fn dead(
        &self,
        after: Option<&ReplayKey>,
        at_most: usize,
    ) -> Result<Vec<DeadRecord>, StoreError> {
        self.answer(self.inner.dead(after, at_most)).await
    }

    async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        self.answer(self.inner.forget(key)).await
    }

    async fn sweep(&self, at_most: usize) -> Result<Swept, StoreError> {
        self.answer(self.inner.sweep(at_most)).await
    }

    async fn check(&self) -> Result<Vec<Finding>, StoreError> {
        self.answer(self.inner.check()).await
    }
}
