//! Receives the body of a delivery: begin, push, finish.

use std::fmt;
use std::sync::{Arc, OnceLock};

use bytes::{Buf, Bytes};
use triomphe::UniqueArc;

use crate::answer::{Answer, Rejection};
use crate::crypto::RunningDigest;
use crate::delivery::arrival::Challenged;
use crate::delivery::envelope::is_label;
use crate::delivery::head_labels::{
    check_body_headers, header_label, identifying_label, identifying_query,
};
use crate::delivery::judgement::Judgement;
use crate::delivery::responder::MAX_UNSIGNED;
use crate::delivery::target::query;
use crate::delivery::{Checked, Delivery, DeliverySpan, Pending, Record, Scope, Shared, Watch};
use crate::error::RejectionKind;
use crate::keys::{FetchedKeys, KeyQuery};
use crate::notification::{Named, Notification};
use crate::provider::Locator;
use crate::request::Head;
use crate::request::buffer::Buffer;
use crate::verify::{Verification, Verifier};

/// A delivery whose head passed all checks and whose body is arriving.
///
/// The size of a pointer: the record of the delivery is on the heap.
#[must_use]
pub struct Intake(UniqueArc<Record>);

impl Intake {
    pub(crate) fn new(scope: Arc<Scope>) -> Self {
        Self(UniqueArc::new(Record::new(scope)))
    }

    /// An intake for a request without a signature whose body may be a challenge. Its body limit is
    /// small.
    pub(crate) fn unsigned(scope: Arc<Scope>, head: &Head<'_>) -> Result<Self, RejectionKind> {
        let limit = scope.shared.limits.body.min(MAX_UNSIGNED);
        let announced = check_body_headers(head, limit)?;
        let verifier = scope.verifier().clone();
        let mut intake = Self::new(scope);
        intake.0.arrival.body = Buffer::new(announced, limit);
        intake.0.arrival.challenge = Some(Challenged::Unsigned(verifier).into());
        Ok(intake)
    }

    /// Gives the request to what watches it.
    pub(crate) fn watch(&mut self, watch: Watch) {
        self.0.watch = watch;
    }

    /// See [`Pending::if_dropped`].
    pub(crate) fn if_dropped(&mut self, reason: &Arc<OnceLock<RejectionKind>>) {
        self.0.watch.if_dropped(reason);
    }

    /// The span of the delivery.
    pub(crate) fn span(&self) -> DeliverySpan {
        self.0.watch.span()
    }

    /// An intake for a notification, which nothing verifies. Its body limit is small.
    pub(crate) fn of_notification(
        scope: Arc<Scope>,
        head: &Head<'_>,
        named: Named,
    ) -> Result<Self, RejectionKind> {
        let limit = scope.shared.limits.body.min(MAX_NOTIFICATION);
        let announced = check_body_headers(head, limit)?;
        let mut intake = Self::new(scope);
        intake.0.arrival.body = Buffer::new(announced, limit);
        intake.0.arrival.challenge = Some(Challenged::Notification(named).into());
        Ok(intake)
    }

    /// Keeps the keys for an answer that is computed with them.
    pub(crate) fn keep_keys(&mut self, verifier: Verifier) {
        self.0.arrival.challenge = Some(Challenged::Keyed(verifier).into());
    }

    /// Keeps what an inbox stores of the head.
    #[cfg(feature = "inbox")]
    pub(crate) fn keep_head(&mut self, head: &Head<'_>, now: crate::time::UnixTime) {
        let record = &mut *self.0;
        if record.scope.shared.inbox.get().is_some() {
            let stored = crate::delivery::StoredHead::of(&record.scope.shared, head, now);
            record.stored_head = Some(Box::new(stored));
        }
    }

    /// For adapters: the template of the route, such as `/webhooks/{tenant}`, for an inbox.
    #[cfg(feature = "inbox")]
    pub fn set_route(&mut self, template: &str) {
        if let Some(head) = self.0.stored_head.take() {
            self.0.stored_head = Some(Box::new(head.with_route(template)));
        }
    }

    pub(crate) fn verification(&mut self) -> &mut Verification {
        &mut self.0.arrival.verification
    }

    /// Reads what is needed from the head once the body is complete.
    pub(crate) fn read_head(
        &mut self,
        head: &Head<'_>,
        signed_id: Option<&str>,
    ) -> Result<(), RejectionKind> {
        let record = &mut *self.0;
        let (shared, arrival) = (&record.scope.shared, &mut record.arrival);
        let provider = &shared.provider;
        let announced = check_body_headers(head, shared.limits.body)?;
        let body = Buffer::new(announced, shared.limits.body);
        arrival.body = body.framed(arrival.verification.frame());
        record.id = match provider.id {
            Locator::SignedHeader => signed_id.map(Box::from),
            Locator::Header(names) => header_label(head, names),
            Locator::Query(name) => head
                .query_value(name)?
                .filter(|id| is_label(id))
                .map(|id| id.into_owned().into()),
            Locator::Body(_) | Locator::Xml(_) | Locator::None => None,
        };
        record.kind = match provider.kind {
            Locator::Header(names) => header_label(head, names),
            _ => None,
        };
        record.query = query(shared, head.path_and_query);
        let has_id = shared.identity.uses_id() && record.id.is_some();
        if shared.store.is_none() || has_id {
            return Ok(()); // The replay key needs nothing else from the head.
        }
        let labels = shared.identity.label_headers().iter();
        arrival.labels = labels.map(|name| identifying_label(head, name)).collect();
        let token = shared.token_parameter.as_deref();
        arrival.query = identifying_query(provider, token, head).map(Box::new);
        arrival.content = shared.digests_body.then(RunningDigest::new);
        Ok(())
    }

    /// Adds the next chunk of the body. The chunk is hashed at once. A body that is a single chunk
    /// is not copied.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::TooLarge`] as soon as the body is longer than the limit.
    #[inline]
    pub fn push(&mut self, chunk: Bytes) -> Result<(), Rejection> {
        let arrival = &mut self.0.arrival;
        if chunk.len() > arrival.body.room() {
            return Err(self.too_large());
        }
        arrival.push(chunk);
        Ok(())
    }

    /// Like [`push`](Self::push), for any buffer, which may consist of several pieces. The buffer
    /// is copied only if it fits.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::TooLarge`] as soon as the body is longer than the limit.
    #[inline]
    pub fn push_buf(&mut self, mut chunk: impl Buf) -> Result<(), Rejection> {
        let len = chunk.remaining();
        if len > self.0.arrival.body.room() {
            return Err(self.too_large());
        }
        self.push(chunk.copy_to_bytes(len))
    }

    fn too_large(&mut self) -> Rejection {
        self.reject(Rejection::new(RejectionKind::TooLarge).with_unread_body())
    }

    /// Counts, logs and reports a refusal that the adapter decided on while the body arrived, and
    /// returns it.
    #[must_use]
    pub fn reject(&mut self, rejection: Rejection) -> Rejection {
        let record = &mut *self.0;
        record.scope.reject_watched(rejection, &mut record.watch)
    }

    /// Completes the body: compares the signatures and reads the envelope.
    ///
    /// # Errors
    ///
    /// A bad signature, or a verified envelope that contradicts itself.
    pub fn finish(mut self) -> Result<Finished, Rejection> {
        self.0.arrival.body.close();
        if let Some(Challenged::Notification(named)) = self.0.arrival.challenge.as_deref_mut() {
            let named = std::mem::take(named);
            return self.notify(named);
        }
        match self.supply_known_keys() {
            Ok(true) => self.settle(),
            Ok(false) => Ok(Finished::Pending(Pending::key(self))),
            Err(kind) => Err(self.refuse(kind)),
        }
    }

    /// Completes a notification. Its object has to be fetched.
    fn notify(mut self, named: Named) -> Result<Finished, Rejection> {
        let body = self.0.arrival.body.whole();
        let notification = match &self.0.scope.shared.fetcher {
            Some(fetcher) => match fetcher.spec.read_body(named, body) {
                // Without a limit of fetches: what is refused needs none.
                Ok(_) if fetcher.is_template() => Err(RejectionKind::UnknownTenant),
                notification => notification,
            },
            None => Err(RejectionKind::BadSignature),
        };
        match notification {
            Ok(notification) => Ok(Finished::Pending(Pending::object(self, notification))),
            Err(kind) => Err(self.refuse(kind)),
        }
    }

    /// Completes a notification with the object that it names.
    pub(crate) fn fetched(
        mut self,
        object: Bytes,
        notification: &Notification,
    ) -> Result<Finished, Rejection> {
        match self.0.take_object(object, notification) {
            Ok(()) => {
                self.0.watch_verified();
                Ok(Finished::Event(Checked(Delivery::new(self.0))))
            }
            Err(kind) => Err(self.refuse(kind)),
        }
    }

    /// Supplies the keys that the delivery names, if it names any. Returns false if they have to be
    /// fetched first.
    fn supply_known_keys(&mut self) -> Result<bool, RejectionKind> {
        let record = &mut *self.0;
        let Some(query) = record.arrival.wanted() else {
            return Ok(true);
        };
        let found = record.scope.shared.known_key(query)?;
        let is_known = found.is_some();
        if let Some(found) = found {
            record.arrival.supply(found);
        }
        Ok(is_known)
    }

    /// Completes the delivery once all keys are supplied.
    pub(crate) fn settle(mut self) -> Result<Finished, Rejection> {
        let judgement = self.0.judge();
        self.0.arrival.clear();
        match judgement {
            Ok(Judgement::Challenge(answer)) => {
                let record = &mut *self.0;
                record.scope.challenge_answered(&mut record.watch);
                Ok(Finished::Answer(answer))
            }
            Ok(Judgement::Event { confirmation }) => {
                self.0.watch_verified();
                let checked = Checked(Delivery::new(self.0));
                Ok(match confirmation {
                    Some(confirmation) => {
                        Finished::Pending(Pending::confirmation(checked, confirmation))
                    }
                    None => Finished::Event(checked),
                })
            }
            Err(kind) => Err(self.refuse(kind)),
        }
    }

    /// Supplies the keys that the delivery names.
    pub(crate) fn supply(&mut self, found: FetchedKeys) {
        self.0.arrival.supply(found);
    }

    pub(crate) fn refuse(&mut self, kind: RejectionKind) -> Rejection {
        self.reject(kind.into())
    }

    /// The key that has to be supplied before the delivery can be finished.
    pub(crate) fn wanted(&mut self) -> Option<&KeyQuery> {
        self.0.arrival.wanted()
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.0.scope.shared
    }
}

impl fmt::Debug for Intake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Intake")
            .field("provider", &self.0.scope.shared.provider.name())
            .finish_non_exhaustive()
    }
}

/// Bytes of a notification's body. An id needs a hundred.
const MAX_NOTIFICATION: usize = 64 * 1024;

/// The result of an [`Intake`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Finished {
    /// A verified event. Claim it next.
    Event(Checked),
    /// A provider's challenge and its answer. No handler runs.
    Answer(Answer),
    /// A key or an object has to be fetched, or a subscription has to be confirmed.
    /// [Resolve](Pending::resolve) it.
    Pending(Pending),
}
