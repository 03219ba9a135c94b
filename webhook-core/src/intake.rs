//! The way of a delivery: begin, push, finish, claim, settle.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};

use crate::algorithm::RunningDigest;
use crate::answer::Answer;
use crate::delivery::{Delivery, Fence, Label, Proof, Record, label};
use crate::endpoint::Endpoint;
use crate::error::{Rejection, RejectionKind};
use crate::head::{Found, Head};
use crate::observe::{self, EscapedId};
use crate::probe::{self, Problem, Scalar};
use crate::provider::{Locator, Mode, Provider};
use crate::replay::erased::Store;
use crate::replay::{
    Claim, ClaimRequest, Commit, Identity, Lease, LeaseState, ReplayKey, ReplayStore,
};
use crate::scheme::Location;
use crate::verifier::{MAX_ID, Started, Verification, Verified};

/// What to look for in the deliveries of a provider, worked out once.
#[derive(Debug)]
pub(crate) struct Wanted {
    provider: Provider,
    /// JSON pointers: of the id, the type, the mode, the challenge and its echo, in this order.
    pointers: Vec<&'static str>,
    /// How many of them each is.
    ids: usize,
    kinds: usize,
    identifies_events: bool,
    /// Whether a digest of the body is needed for every delivery.
    digests_body: bool,
}

impl Wanted {
    pub(crate) fn new(provider: &Provider) -> Self {
        let pointers_of = |locator: Locator| match locator {
            Locator::Body(pointers) => pointers,
            _ => &[],
        };
        let (ids, kinds) = (pointers_of(provider.id), pointers_of(provider.kind));
        let mut pointers = [ids, kinds].concat();
        pointers.extend(provider.mode.map(|mode| mode.pointer));
        pointers.extend(provider.handshake.map(|h| h.when.0));
        pointers.extend(provider.handshake.map(|h| h.echo_pointer));
        debug_assert!(
            pointers.len() <= probe::MAX_POINTERS,
            "two labels of two pointers, and three more"
        );
        let identifies_events = provider.identifies_events();
        Self {
            provider: *provider,
            ids: ids.len(),
            kinds: kinds.len(),
            pointers,
            identifies_events,
            digests_body: !identifies_events
                && provider
                    .schemes
                    .iter()
                    .any(|scheme| scheme.coverage().body || scheme.coverage().is_sender_only()),
        }
    }

    /// The id a sender claims in its head, for a hook that hears of a refusal.
    pub(crate) fn claimed_id(&self, head: &Head<'_>) -> Option<EscapedId> {
        let names: &[&str] = match self.provider.id {
            Locator::Header(names) => names,
            Locator::SignedHeader => {
                let mut sources = self.provider.schemes.iter().filter_map(|scheme| scheme.id);
                return sources.find_map(|source| match head.headers.find(source.header) {
                    Found::Once(value) => Some(EscapedId::new(value)),
                    _ => None,
                });
            }
            _ => return None,
        };
        names.iter().find_map(|name| match head.headers.find(name) {
            Found::Once(value) => Some(EscapedId::new(value)),
            _ => None,
        })
    }
}

/// A delivery whose head was found good and whose body is arriving.
#[must_use]
pub struct Intake {
    endpoint: Endpoint,
    verification: Verification,
    body: Buffer,
    content: Option<RunningDigest>,
    id: Option<Box<str>>,
    kind: Option<Box<str>>,
    content_labels: Vec<Option<Box<str>>>,
}

impl Intake {
    pub(crate) fn new(
        endpoint: Endpoint,
        head: &Head<'_>,
        started: Started<'_>,
    ) -> Result<Self, RejectionKind> {
        let inner = endpoint.inner();
        let announced = check_body_headers(head, inner.limits.body)?;
        let (provider, wanted) = (&inner.provider, &inner.wanted);
        let id = match provider.id {
            Locator::SignedHeader => started.id.map(Box::from),
            Locator::Header(names) => header_label(head, names),
            Locator::Query(name) => crate::verifier::query_value(head, name)?
                .filter(|id| is_label(id))
                .map(|id| id.into_owned().into()),
            Locator::Body(_) | Locator::None => None,
        };
        let kind = match provider.kind {
            Locator::Header(names) => header_label(head, names),
            _ => None,
        };
        let content_labels = provider
            .content_labels
            .iter()
            .map(|name| header_label(head, &[*name]))
            .collect();
        let by_query = matches!(provider.id, Locator::Query(_)) && id.is_none();
        let content = (wanted.digests_body || by_query).then(|| {
            let mut digest = RunningDigest::new();
            digest_query(provider, head, &mut digest);
            digest
        });
        Ok(Self {
            verification: started.verification,
            body: Buffer::new(announced, inner.limits.body),
            content,
            id,
            kind,
            content_labels,
            endpoint,
        })
    }

    /// Takes the next chunk of the body: hashed at once, and kept without a copy as long as it is the only one.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::TooLarge`] as soon as the body is longer than the limit.
    #[inline]
    pub fn push(&mut self, chunk: Bytes) -> Result<(), Rejection> {
        if chunk.len() > self.body.room() {
            return Err(self.too_large());
        }
        self.verification.update(&chunk);
        if let Some(content) = &mut self.content {
            content.update(&chunk);
        }
        self.body.push(chunk);
        Ok(())
    }

    /// As [`push`](Self::push), for a buffer of any kind, which may be in several pieces. It is not copied before it is
    /// known to fit.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::TooLarge`] as soon as the body is longer than the limit.
    #[inline]
    pub fn push_buf(&mut self, mut chunk: impl Buf) -> Result<(), Rejection> {
        let len = chunk.remaining();
        if len > self.body.room() {
            return Err(self.too_large());
        }
        self.push(chunk.copy_to_bytes(len))
    }

    fn too_large(&self) -> Rejection {
        let rejection = Rejection::new(RejectionKind::TooLarge).with_unread_body();
        self.endpoint.reject(rejection)
    }

    /// The body is complete: compares signatures, and reads the envelope.
    ///
    /// # Errors
    ///
    /// A bad signature; or, with a good one, an envelope that contradicts itself.
    pub fn finish(self) -> Result<Finished, Rejection> {
        let endpoint = self.endpoint.clone();
        self.check().map_err(|kind| endpoint.reject(kind.into()))
    }

    fn check(self) -> Result<Finished, RejectionKind> {
        let verified = self.verification.finish()?;
        let inner = self.endpoint.inner();
        inner.observer.verified();
        let raw = self.body.freeze();
        let wanted = &inner.wanted;
        let coverage = verified.coverage;
        // A token vouches for the sender, and so for all of the request.
        let vouched = coverage.body || coverage.is_sender_only();

        let mut envelope = Envelope::read(wanted, &raw)?;
        if let Some(answer) = envelope.challenge(&inner.provider)? {
            return Ok(Finished::Answer(answer));
        }
        let id = match self.id {
            Some(id) => Some(Label::Owned(id)),
            None => envelope.id(wanted, vouched)?.map(|id| label(&raw, id)),
        };
        let kind = match self.kind {
            Some(kind) => Some(Label::Owned(kind)),
            None => envelope.kind(wanted).map(|kind| label(&raw, kind)),
        };
        let mode = envelope.mode(&inner.provider);

        let covers_id = match inner.provider.id {
            Locator::SignedHeader => coverage.id,
            Locator::Body(_) => coverage.body,
            Locator::Query(_) => coverage.url,
            Locator::Header(_) | Locator::None => false,
        };
        let covers_type = matches!(inner.provider.kind, Locator::Body(_)) && coverage.body;
        let record = Record {
            endpoint: inner.serial,
            provider: inner.provider.name(),
            raw,
            id,
            kind,
            mode,
            proof: Proof::new(verified, covers_id, covers_type),
            fence: None,
            attempt: 1,
        };
        let key = if inner.store.is_some() {
            let mode = mode.filter(|_| vouched);
            let known = record.known_id().filter(|_| wanted.identifies_events);
            Some(match known {
                Some(id) => Remembered {
                    key: inner.key_prefix.key(mode, Identity::Id(id)),
                    by_content: false,
                },
                None => Remembered {
                    key: inner.key_prefix.key(
                        mode,
                        Identity::Content {
                            digest: content_digest(&verified, self.content, &record.raw),
                            labels: &self.content_labels,
                        },
                    ),
                    by_content: true,
                },
            })
        } else {
            None
        };
        Ok(Finished::Event(Checked {
            endpoint: self.endpoint,
            record,
            key,
        }))
    }
}

impl fmt::Debug for Intake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Intake")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// The end of an [`Intake`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Finished {
    /// A genuine event. Claim it next.
    Event(Checked),
    /// A genuine challenge of the provider, and its answer. No handler runs.
    Answer(Answer),
}

/// A genuine delivery of which nobody knows yet whether it is new.
#[must_use]
pub struct Checked {
    endpoint: Endpoint,
    record: Record,
    key: Option<Remembered>,
}

struct Remembered {
    key: ReplayKey,
    by_content: bool,
}

impl Checked {
    /// Claims the delivery.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::InFlight`] for a copy of one that is being handled, [`RejectionKind::StoreUnavailable`] when
    /// the store cannot tell.
    pub async fn claim(self) -> Result<Claimed, Rejection> {
        let Self {
            endpoint,
            mut record,
            key,
        } = self;
        let (Some(store), Some(remembered)) = (&endpoint.inner().store, key) else {
            let delivery = Delivery::new(record);
            return Ok(Claimed::Run(Permit {
                endpoint,
                lease: None,
                delivery,
            }));
        };
        let retention = endpoint.inner().retention;
        let retain = if remembered.by_content {
            retention.by_content
        } else {
            retention.by_id
        };
        let mut request = ClaimRequest::new(endpoint.new_owner(), retention.lease, retain);
        request.protect = retention.fresh.unwrap_or(retain).min(retain);
        request.fingerprint = xxhash_rust::xxh3::xxh3_64(&record.raw);
        match store.claim(&remembered.key, &request).await {
            Ok(Claim::Acquired(lease)) => {
                record.attempt = lease.attempt();
                record.fence = Some(Fence::from(&lease));
                let delivery = Delivery::new(record);
                Ok(Claimed::Run(Permit {
                    endpoint,
                    lease: Some(lease),
                    delivery,
                }))
            }
            Ok(Claim::Done { same_payload }) => {
                let (inner, delivery) = (endpoint.inner(), Delivery::new(record));
                inner
                    .observer
                    .duplicate(&delivery, &inner.consumer, same_payload);
                Ok(Claimed::Duplicate(match &inner.duplicate_answer {
                    Some(answer) => answer(&delivery),
                    None => Answer::ok(),
                }))
            }
            Ok(Claim::InFlight { retry_after }) => {
                let rejection = Rejection::new(RejectionKind::InFlight);
                Err(endpoint.reject(rejection.retry_after(whole_seconds(retry_after))))
            }
            Err(error) => {
                observe::store_failed(endpoint.provider(), &error);
                Err(endpoint.reject(RejectionKind::StoreUnavailable.into()))
            }
        }
    }

    pub(crate) fn into_delivery(self) -> Delivery {
        Delivery::new(self.record)
    }
}

impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checked")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// The end of a claim.
#[derive(Debug)]
#[non_exhaustive]
pub enum Claimed {
    /// The delivery is new: run the handler, then settle.
    Run(Permit),
    /// It is a copy of one that is done: send this, run nothing.
    Duplicate(Answer),
}

/// The right to run the handler for a delivery, once.
///
/// Dropped without being settled, it is given back at once where the store answers at once; elsewhere the claim
/// ends with its lease.
#[must_use]
pub struct Permit {
    endpoint: Endpoint,
    lease: Option<Lease>,
    delivery: Delivery,
}

impl Permit {
    /// The delivery to hand to the handler.
    #[must_use]
    pub fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// The key it is remembered by; `None` without replay protection.
    #[must_use]
    pub fn key(&self) -> Option<&ReplayKey> {
        self.lease.as_ref().map(Lease::key)
    }

    /// Records how the handler ended.
    pub async fn settle(mut self, outcome: Outcome) -> Settled {
        let inner = self.endpoint.inner();
        let success = outcome.is_success();
        if success {
            inner.observer.done();
        } else {
            inner.observer.released();
        }
        let (Some(store), Some(lease)) = (&inner.store, self.lease.take()) else {
            return Settled::Pass;
        };
        if !success {
            if let Err(error) = store.release(&lease).await {
                observe::release_failed(self.delivery.provider(), &error);
            }
            return Settled::Pass;
        }
        match store.commit(&lease).await {
            Ok(Commit::Committed | Commit::AlreadyCommitted) => Settled::Pass,
            Ok(Commit::LeaseLost) => {
                let rejection = self.endpoint.reject(RejectionKind::LeaseLost.into());
                Settled::Replace(rejection)
            }
            Err(error) => {
                inner
                    .observer
                    .commit_failed(self.delivery.provider(), &error);
                Settled::Later(Unsettled {
                    endpoint: self.endpoint.clone(),
                    lease,
                    waited: Duration::ZERO,
                    next: FIRST_RETRY,
                })
            }
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let (Some(Store::Memory(store)), Some(lease)) =
            (&self.endpoint.inner().store, self.lease.take())
            && store.release_now(&lease) == LeaseState::Held
        {
            self.endpoint.inner().observer.released();
        }
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit")
            .field("lease", &self.lease)
            .field("delivery", &self.delivery)
            .finish_non_exhaustive()
    }
}

/// How a handler ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It answered with this status: 2xx is success, everything else is not.
    Status(u16),
    /// It said itself what is to become of the delivery, whatever its status.
    Decided(Disposition),
    /// It gave no answer: an error, a panic, a timeout.
    Failed,
}

impl Outcome {
    fn is_success(self) -> bool {
        match self {
            Self::Status(status) => (200..300).contains(&status),
            Self::Decided(disposition) => disposition == Disposition::Commit,
            Self::Failed => false,
        }
    }
}

/// A handler's own word on its delivery, put into the extensions of its response. It overrides the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "done or not done: there is no third"
)]
pub enum Disposition {
    /// Done: copies are answered without running.
    Commit,
    /// Not done: the next copy runs.
    Release,
}

/// The end of a [`Permit`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Settled {
    /// Send the handler's answer.
    Pass,
    /// Send this instead: another claim took over while the handler ran.
    Replace(Rejection),
    /// Send the handler's answer, since what it did is done; and go on trying to record it.
    Later(Unsettled),
}

const FIRST_RETRY: Duration = Duration::from_millis(100);

/// A success that the store could not record yet.
#[derive(Debug)]
#[must_use]
pub struct Unsettled {
    endpoint: Endpoint,
    lease: Lease,
    waited: Duration,
    next: Duration,
}

impl Unsettled {
    /// How long to wait before the next [`retry`](Self::retry); `None` when the lease has ended and trying is over.
    pub fn wait(&mut self) -> Option<Duration> {
        let wait = self.next;
        self.waited = self.waited.saturating_add(wait);
        self.next = wait.saturating_mul(2).min(Duration::from_secs(5));
        (self.waited <= self.endpoint.inner().retention.lease).then_some(wait)
    }

    /// Tries again. `true` when there is nothing left to do.
    pub async fn retry(&self) -> bool {
        match &self.endpoint.inner().store {
            Some(store) => store.commit(&self.lease).await.is_ok(),
            None => true,
        }
    }
}

/// The body as it arrives. One chunk is kept as it is; more are copied together.
struct Buffer {
    first: Bytes,
    joined: BytesMut,
    announced: usize,
    limit: usize,
}

/// What may be set aside for a body before its bytes have come.
const MAX_RESERVED: usize = 64 * 1024;

impl Buffer {
    fn new(announced: usize, limit: usize) -> Self {
        Self {
            first: Bytes::new(),
            joined: BytesMut::new(),
            announced,
            limit,
        }
    }

    fn len(&self) -> usize {
        self.first.len().max(self.joined.len())
    }

    fn room(&self) -> usize {
        self.limit.saturating_sub(self.len())
    }

    fn push(&mut self, chunk: Bytes) {
        if chunk.is_empty() {
            return;
        }
        if self.len() == 0 {
            self.first = chunk;
            return;
        }
        let needed = self.len().saturating_add(chunk.len());
        if needed > self.joined.capacity() {
            // Doubling, but beyond the first 64 KiB never past the announced length, and never past the limit.
            let ceiling = if self.announced >= needed {
                self.announced
            } else {
                self.limit
            };
            let doubled = needed
                .saturating_mul(2)
                .max(MAX_RESERVED)
                .min(ceiling.max(needed));
            self.joined
                .reserve(doubled.saturating_sub(self.joined.len()));
        }
        if self.joined.is_empty() {
            self.joined
                .extend_from_slice(&std::mem::take(&mut self.first));
        }
        self.joined.extend_from_slice(&chunk);
    }

    fn freeze(self) -> Bytes {
        if self.joined.is_empty() {
            self.first
        } else {
            self.joined.freeze()
        }
    }
}

/// Refuses what cannot be hashed as it comes or cannot fit. Gives the announced length, zero if unknown.
fn check_body_headers(head: &Head<'_>, limit: usize) -> Result<usize, RejectionKind> {
    match head.headers.find("content-encoding") {
        Found::Absent => {}
        Found::Once(value) if value.eq_ignore_ascii_case(b"identity") => {}
        Found::Once(_) | Found::Repeated => return Err(RejectionKind::Encoding),
    }
    let Found::Once(value) = head.headers.find("content-length") else {
        return Ok(0);
    };
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return Err(RejectionKind::BodyError);
    }
    // A length that no number holds is above every limit.
    let length = std::str::from_utf8(value)
        .ok()
        .and_then(|text| text.parse().ok());
    match length {
        Some(length) if length <= limit => Ok(length),
        _ => Err(RejectionKind::TooLarge),
    }
}

/// The text of a label: not empty, not long, nothing that a log or a terminal would act on.
fn is_label(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_ID && !text.chars().any(char::is_control)
}

fn header_label(head: &Head<'_>, names: &[&str]) -> Option<Box<str>> {
    names.iter().find_map(|name| match head.headers.find(name) {
        Found::Once(value) => std::str::from_utf8(value)
            .ok()
            .filter(|text| is_label(text))
            .map(Box::from),
        _ => None,
    })
}

/// The query without the token in it, for requests that say everything in their query.
fn digest_query(provider: &Provider, head: &Head<'_>, digest: &mut RunningDigest) {
    if !provider.coverage().is_sender_only() {
        return;
    }
    let is_token = |key: &str| {
        provider
            .schemes
            .iter()
            .any(|scheme| matches!(scheme.location, Location::Query(name) if name == key))
    };
    let query = head.query().unwrap_or_default();
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        if !is_token(&key) {
            digest.field(key.as_bytes());
            digest.field(value.as_bytes());
        }
    }
}

fn content_digest(verified: &Verified, running: Option<RunningDigest>, raw: &Bytes) -> [u8; 32] {
    match (verified.message, running) {
        (Some(message), _) => message,
        (None, Some(running)) => running.finish(),
        (None, None) => {
            let mut digest = RunningDigest::new();
            digest.update(raw);
            digest.finish()
        }
    }
}

fn whole_seconds(left: Duration) -> u32 {
    let rounded_up = left
        .as_secs()
        .saturating_add(u64::from(left.subsec_nanos() > 0));
    u32::try_from(rounded_up.clamp(1, 30)).unwrap_or(30)
}

impl Record {
    fn known_id(&self) -> Option<&str> {
        match self.id.as_ref()? {
            Label::InBody(range) => std::str::from_utf8(self.raw.get(range.clone())?).ok(),
            Label::Owned(text) => Some(text),
        }
    }
}

/// What the body says about itself.
struct Envelope<'b> {
    found: [Option<Scalar<'b>>; probe::MAX_POINTERS],
}

impl<'b> Envelope<'b> {
    fn read(wanted: &Wanted, raw: &'b Bytes) -> Result<Self, RejectionKind> {
        let nothing = [const { None }; probe::MAX_POINTERS];
        if wanted.pointers.is_empty() || raw.is_empty() {
            return Ok(Self { found: nothing });
        }
        match probe::scan(raw, &wanted.pointers) {
            Ok(found) => Ok(Self { found }),
            // Genuine all the same: forms and other things are known by their content.
            Err(Problem::NotJson) => Ok(Self { found: nothing }),
            Err(Problem::DuplicateKey) => Err(RejectionKind::Unprocessable),
        }
    }

    /// The first of `count` values from `from` on that is there.
    fn take(&mut self, from: usize, count: usize) -> Option<Scalar<'b>> {
        let slots = self.found.get_mut(from..from.saturating_add(count))?;
        slots
            .iter_mut()
            .find(|slot| slot.as_ref().is_some_and(|scalar| *scalar != Scalar::Other))?
            .take()
    }

    /// The id. One that cannot be an id is an error where deliveries are known by it (`vouched`), since another
    /// reader of the same bytes might see another one; elsewhere it is no id.
    fn id(
        &mut self,
        wanted: &Wanted,
        vouched: bool,
    ) -> Result<Option<Cow<'b, str>>, RejectionKind> {
        match self.take(0, wanted.ids) {
            None => Ok(None),
            Some(Scalar::Integer(number)) => Ok(Some(number.to_string().into())),
            Some(Scalar::Text(text)) if is_label(&text) => Ok(Some(text)),
            Some(Scalar::Text(text)) if text.is_empty() => Ok(None),
            Some(_) if !vouched => Ok(None),
            Some(_) => Err(RejectionKind::Unprocessable),
        }
    }

    fn kind(&mut self, wanted: &Wanted) -> Option<Cow<'b, str>> {
        match self.take(wanted.ids, wanted.kinds)? {
            Scalar::Text(text) if is_label(&text) => Some(text),
            Scalar::Integer(number) => Some(number.to_string().into()),
            _ => None,
        }
    }

    fn mode(&mut self, provider: &Provider) -> Option<Mode> {
        let mode = provider.mode?;
        let at = pointer_index(provider, 0);
        match self.take(at, 1)? {
            Scalar::Bool(value) if value == mode.live_when => Some(Mode::Live),
            Scalar::Bool(_) => Some(Mode::Test),
            _ => None,
        }
    }

    /// The answer to a challenge, if this is one. What is echoed is short and visible ASCII, so that nobody can use us to
    /// say anything else.
    fn challenge(&mut self, provider: &Provider) -> Result<Option<Answer>, RejectionKind> {
        let Some(handshake) = provider.handshake else {
            return Ok(None);
        };
        let at = pointer_index(provider, usize::from(provider.mode.is_some()));
        match self.found.get(at) {
            Some(Some(Scalar::Text(text))) if text == handshake.when.1 => {}
            _ => return Ok(None),
        }
        match self.take(at.saturating_add(1), 1) {
            Some(Scalar::Text(echo))
                if !echo.is_empty()
                    && echo.len() <= 1024
                    && echo.bytes().all(|b| b.is_ascii_graphic()) =>
            {
                let body = serde_json::json!({ handshake.echo: echo }).to_string();
                Ok(Some(Answer::json(body)))
            }
            _ => Err(RejectionKind::Unprocessable),
        }
    }
}

/// Where the pointers behind those of id and type begin, `offset` further on.
fn pointer_index(provider: &Provider, offset: usize) -> usize {
    let count = |locator| match locator {
        Locator::Body(pointers) => pointers.len(),
        _ => 0,
    };
    count(provider.id)
        .saturating_add(count(provider.kind))
        .saturating_add(offset)
}
