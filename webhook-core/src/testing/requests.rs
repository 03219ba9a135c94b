//! The kinds of requests.

use std::time::Duration;

use bytes::Bytes;

use crate::endpoint::Endpoint;
use crate::error::RejectionKind;
use crate::provider::{Identity, Questions};
use crate::request::Head;
use crate::signer::SignedRequest;
use crate::testing::signing::with_content_type;
use crate::testing::tamper::changes;
use crate::testing::{Framework, MockEvent, TestPayload, TestSender};
use crate::time::UnixTime;

/// Requests. Each takes a body, or a [`MockEvent`](crate::testing::MockEvent) of
/// [`event`](Self::event). Each panics if the provider needs a public URL or a setting that the
/// sender does not have; the message says which.
impl<F: Framework> TestSender<F> {
    /// A genuine delivery. Its handler runs.
    #[track_caller]
    pub fn signed(&self, payload: impl Into<TestPayload>) -> F::Request {
        F::request(self.sign(self.now(), &payload.into()))
    }

    /// The delivery without signature, token or other credentials. It is answered 401.
    #[track_caller]
    pub fn unsigned(&self, payload: impl Into<TestPayload>) -> F::Request {
        let payload = payload.into();
        let signer = self.signer(&payload);
        F::request(signer.unsigned(payload.body))
    }

    /// The delivery, signed with another secret. It is answered 401.
    #[track_caller]
    pub fn forged(&self, payload: impl Into<TestPayload>) -> F::Request {
        let payload = payload.into();
        let signed = self.sign(self.now(), &payload);
        F::request(with_content_type(signed.forged(), &payload))
    }

    /// The delivery, changed after it was signed. It is answered 401.
    ///
    /// One character is another: the last one of the body that the signature covers. If it covers
    /// none, it is one of the query, else one of a header. A token signs nothing, so for a
    /// provider with a token, the token itself is changed: see [`Coverage`](crate::Coverage).
    ///
    /// # Panics
    ///
    /// If the settings of the sender make no endpoint.
    #[track_caller]
    pub fn tampered(&self, payload: impl Into<TestPayload>) -> F::Request {
        let payload = payload.into();
        if self.provider.coverage().is_sender_only() {
            return self.forged(payload);
        }
        let signed = self.sign(self.now(), &payload);
        let endpoint = self.own_endpoint();
        let is_covered = |changed: &SignedRequest| {
            let head = Head::new(changed.method, &changed.path_and_query, &changed.headers);
            let verified = endpoint.verify(&head, changed.body.clone());
            verified.is_err_and(|refused| refused.kind() == RejectionKind::BadSignature)
        };
        match changes(&signed).find(is_covered) {
            Some(changed) => F::request(changed),
            None => self.forged(payload),
        }
    }

    /// The delivery, signed so long ago that its time is just outside of the tolerance. It is
    /// answered 401. `None` if the provider signs no time: nothing makes its deliveries stale.
    #[track_caller]
    pub fn stale(&self, payload: impl Into<TestPayload>) -> Option<F::Request> {
        let age = self.signed_tolerance()?.past.saturating_add(STEP);
        let then = self.now().saturating_sub(age);
        Some(F::request(self.sign(then, &payload.into())))
    }

    /// The delivery, signed at a time that is ahead of the clock and just outside of the tolerance:
    /// one second, or a minute if the clock of the operating system runs on. It is answered 401.
    /// `None` if the provider signs no time.
    #[track_caller]
    pub fn future(&self, payload: impl Into<TestPayload>) -> Option<F::Request> {
        let margin = match self.is_running {
            true => Duration::from_secs(60),
            false => STEP,
        };
        let ahead = self.signed_tolerance()?.future.saturating_add(margin);
        let then = self.now().saturating_add(ahead);
        Some(F::request(self.sign(then, &payload.into())))
    }

    /// The same request twice, as a capture is replayed. The first runs. The second is answered 200
    /// and does not run, unless [`knows_duplicates`](Self::knows_duplicates) is `false`.
    #[track_caller]
    pub fn duplicate(&self, payload: impl Into<TestPayload>) -> [F::Request; 2] {
        let signed = self.sign(self.now(), &payload.into());
        [F::request(signed.clone()), F::request(signed)]
    }

    /// A delivery and the provider's retry of it: the same event, signed again a minute later,
    /// unless the provider [keeps the time](crate::Provider::keeps_time_on_retry). Both are fresh
    /// by the clock. The retry is answered 200 and does not run if the first run succeeded, unless
    /// [`knows_retries`](Self::knows_retries) is `false`.
    #[track_caller]
    pub fn retry(&self, payload: impl Into<TestPayload>) -> [F::Request; 2] {
        let payload = payload.into();
        let attempts = self.attempts();
        attempts.map(|time| F::request(self.sign(time, &payload)))
    }

    /// A delivery whose body is one byte longer than the limit. It is answered 413.
    #[must_use]
    #[track_caller]
    pub fn oversized(&self) -> F::Request {
        let payload = self.event("test", ()).into();
        let mut signed = self.sign(self.now(), &payload);
        signed.body = Bytes::from(vec![b' '; self.body_limit.saturating_add(1)]);
        F::request(signed)
    }

    /// Whether a copy of a handled delivery is answered 200 without a run. Not so if the provider's
    /// events have [nothing to tell them by](Identity::Indistinct), or if every delivery is a
    /// [question](Questions::All): then copies run.
    #[must_use]
    pub fn knows_duplicates(&self) -> bool {
        let is_told = !matches!(self.provider.identity(), Identity::Indistinct);
        is_told && !matches!(self.provider.questions(), Questions::All)
    }

    /// Whether a retry of a handled delivery is answered 200 without a run. Not so if a retry is
    /// signed again, and the signed time or token of an attempt is all that tells events apart:
    /// see [`Identity::ContentAndAttempt`]. Then the retry runs again.
    ///
    /// # Panics
    ///
    /// Like a request.
    #[must_use]
    #[track_caller]
    pub fn knows_retries(&self) -> bool {
        // Some providers sign values that only a sample has.
        let sample = MockEvent::samples(&self.provider).into_iter().next();
        let event_type = sample.as_deref().unwrap_or("test");
        let event = TestPayload::from(MockEvent::new(self.provider, event_type, ()));
        let [first, again] = self.attempts().map(|time| self.sign(time, &event));
        let endpoint = self.own_endpoint();
        let key = |signed: &SignedRequest| {
            let head = Head::new(signed.method, &signed.path_and_query, &signed.headers);
            let verified = endpoint.verify(&head, signed.body.clone()).ok();
            verified.and_then(|delivery| delivery.replay_key().cloned())
        };
        self.knows_duplicates() && key(&first) == key(&again)
    }

    /// The times of a first attempt and of a retry.
    fn attempts(&self) -> [UnixTime; 2] {
        let now = self.now();
        let fresh = self.signed_tolerance();
        let fresh = fresh.map_or(MINUTE, |own| own.past.saturating_sub(STEP));
        let first = now.saturating_sub(fresh.min(MINUTE));
        match self.provider.keeps_time_on_retry() {
            true => [first, first],
            false => [first, now],
        }
    }

    /// An endpoint that verifies what this sender signs now.
    #[track_caller]
    fn own_endpoint(&self) -> Endpoint {
        let endpoint = self.endpoint().clock(self.now()).build();
        endpoint.unwrap_or_else(|error| panic!("the endpoint of a sender: {error}"))
    }
}

/// Schemes with whole seconds compare whole seconds.
const STEP: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
