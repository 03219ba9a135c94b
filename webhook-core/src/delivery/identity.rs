//! What a delivery is remembered by.

use crate::crypto::RunningDigest;
use crate::provider::{Identity, Labels, Mode, Provider, Verified};
use crate::replay::{KeyOf, KeyPrefix, LabelBound, ReplayKey};

/// Which values may distinguish two deliveries with the same content; see
/// [`EndpointBuilder::identity`](crate::EndpointBuilder::identity).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentityPolicy {
    /// As the provider's [`Identity`] says.
    #[default]
    OfProvider,
    /// Signed values only. A captured delivery never runs twice, but an event whose content equals
    /// that of an earlier one is answered 200 and lost.
    SignedOnly,
}

/// How the deliveries of an endpoint are identified.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IdentityRule {
    with_id: Identity,
    without_id: Identity,
}

impl IdentityRule {
    pub(crate) fn new(provider: &Provider, policy: IdentityPolicy) -> Self {
        let (with_id, without_id) = (provider.identity(), provider.identity_without_id());
        match policy {
            IdentityPolicy::OfProvider => Self {
                with_id,
                without_id,
            },
            IdentityPolicy::SignedOnly => Self {
                with_id: with_id.signed_only(),
                without_id: without_id.signed_only(),
            },
        }
    }

    /// Whether an id identifies deliveries.
    pub(crate) fn uses_id(&self) -> bool {
        self.with_id == Identity::Id
    }

    /// The headers whose values may identify a delivery.
    pub(crate) fn label_headers(&self) -> &'static [&'static str] {
        match self.with_id {
            Identity::Id => self.without_id.label_headers(),
            other => other.label_headers(),
        }
    }

    /// What this delivery is remembered by.
    pub(crate) fn of<C>(&self, prefix: &KeyPrefix, found: IdentityInput<'_, C>) -> Remembered
    where
        C: FnOnce() -> [u8; 32],
    {
        let mode = found.mode;
        let identity = match (self.with_id, found.id) {
            (Identity::Id, Some(id)) => {
                return Remembered {
                    key: prefix.key(mode, KeyOf::Id(id)),
                    by_content: false,
                    bound: None,
                    keeps: !found.is_question || found.remembers_answers,
                    is_question: found.is_question,
                };
            }
            (Identity::Id, None) => self.without_id,
            (other, _) => other,
        };
        // Without its answer, a copy of a question has to run.
        let can_answer = !found.is_question || found.remembers_answers;
        let mut keeps = can_answer && identity != Identity::Indistinct;
        let mut content = (found.content)();
        let is_attempt = identity == Identity::ContentAndAttempt || found.is_question;
        if is_attempt {
            match found.verified.time {
                Some(time) => content = both(&content, &time.as_millis().to_le_bytes()),
                // The signed message of such a scheme is different for every attempt.
                None if found.verified.message.is_some() => {}
                None => keeps = false,
            }
        }
        let body;
        let labels: &[Option<Box<str>>] = match identity {
            Identity::ContentAndLabels {
                labels: Labels::Headers(_),
                ..
            } => found.labels,
            Identity::ContentAndLabels {
                labels: Labels::Body,
                ..
            } => {
                body = [Some(const_hex::encode((found.body)()).into())];
                &body
            }
            _ => &[],
        };
        let bound = match identity {
            Identity::ContentAndLabels {
                at_most: Some(at_most),
                ..
            } => Some(LabelBound::new(
                prefix.key(mode, KeyOf::Group(content)),
                at_most,
            )),
            _ => None,
        };
        Remembered {
            key: prefix.key(mode, KeyOf::Content { content, labels }),
            by_content: true,
            bound,
            keeps,
            is_question: found.is_question,
        }
    }
}

/// What is known about a delivery.
pub(crate) struct IdentityInput<'a, C> {
    pub(crate) mode: Option<Mode>,
    /// The id, if it may identify the delivery.
    pub(crate) id: Option<&'a str>,
    pub(crate) verified: &'a Verified,
    /// SHA-256 of the signed message.
    pub(crate) content: C,
    /// The values of [`IdentityRule::label_headers`].
    pub(crate) labels: &'a [Option<Box<str>>],
    /// SHA-256 of the body.
    pub(crate) body: &'a dyn Fn() -> [u8; 32],
    pub(crate) is_question: bool,
    /// Whether the endpoint remembers answers, so that a copy of a question can be answered.
    pub(crate) remembers_answers: bool,
}

/// What a delivery is remembered by.
#[derive(Clone, Debug)]
pub(crate) struct Remembered {
    pub(crate) key: ReplayKey,
    /// Whether the content identifies the delivery. Nothing else protects such a delivery.
    pub(crate) by_content: bool,
    pub(crate) bound: Option<LabelBound>,
    /// Whether the delivery is remembered after it is handled. Otherwise the key only keeps two
    /// copies from running at the same time.
    pub(crate) keeps: bool,
    /// Whether the sender waits for the handler's answer.
    pub(crate) is_question: bool,
}

/// The digest of the content and of another value that identifies the event.
pub(super) fn both(content: &[u8; 32], further: &[u8]) -> [u8; 32] {
    let mut digest = RunningDigest::new();
    digest.field(content);
    digest.field(further);
    digest.finish()
}
