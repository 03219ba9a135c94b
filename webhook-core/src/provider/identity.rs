//! How the events of a provider are distinguished.
//!
//! Only Atlassian Connect's events are distinguished by an unsigned body. Custom code has no part
//! in this: a replay key is made after the check.

use std::num::NonZeroU16;

use crate::provider::{Authentication, Locator, Provider, Questions, Scheme};

/// How the events of a provider are distinguished.
///
/// Two rules decide which identity a [`Provider`] has. A captured delivery has one replay key,
/// whatever an attacker does to its uncovered parts. And two events that the sender distinguishes
/// have two keys; otherwise the second would be answered 200 and lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Identity {
    /// The provider's event id. It is signed, or a token authenticates the whole request.
    Id,
    /// SHA-256 of the signed message: the body if every byte of it is signed, otherwise the
    /// canonical message. For bodies that contain ids or times.
    Content,
    /// The content, and the time or token that is signed for each attempt. For equal bodies that
    /// report different events. A retry that is signed again runs again.
    ContentAndAttempt,
    /// The content, and labels that are **not signed**. For equal bodies that report different
    /// events if nothing signed distinguishes them. An attacker can invent labels, so a captured
    /// delivery runs at most `at_most` times within the retention. A copy over the bound is
    /// answered as a duplicate, counted and logged.
    ContentAndLabels {
        /// Where the labels are.
        labels: Labels,
        /// How many different labels one content may have. `None` is only allowed if a token
        /// authenticates the whole request.
        at_most: Option<NonZeroU16>,
    },
    /// Nothing: equal bodies report different events, and a copy looks like the next event. Copies
    /// run, one at a time, so handlers have to be idempotent.
    Indistinct,
}

/// Unsigned labels of an [`Identity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Labels {
    /// The values of all of these (lower-case) headers.
    Headers(&'static [&'static str]),
    /// The body, if the signature covers other parts of the request.
    Body,
}

impl Identity {
    /// Identifies by the content and these unsigned headers, with at most `at_most` different
    /// values for one content.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if `at_most` is zero or there is no header.
    #[must_use]
    pub const fn labels(headers: &'static [&'static str], at_most: u16) -> Self {
        assert!(!headers.is_empty(), "labels need a header");
        Self::bounded(Labels::Headers(headers), at_most)
    }

    /// Identifies by the content and the unsigned body, with at most `at_most` different bodies for
    /// one content.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if `at_most` is zero.
    #[must_use]
    pub const fn bodies(at_most: u16) -> Self {
        Self::bounded(Labels::Body, at_most)
    }

    const fn bounded(labels: Labels, at_most: u16) -> Self {
        let at_most = NonZeroU16::new(at_most);
        assert!(
            at_most.is_some(),
            "the bound of labels has to be at least one"
        );
        Self::ContentAndLabels { labels, at_most }
    }

    /// The headers whose values are labels.
    pub(crate) const fn label_headers(self) -> &'static [&'static str] {
        match self {
            Self::ContentAndLabels {
                labels: Labels::Headers(names),
                ..
            } => names,
            _ => &[],
        }
    }

    /// The identity without values that are not signed.
    pub(crate) const fn signed_only(self) -> Self {
        match self {
            Self::ContentAndLabels { .. } | Self::Indistinct => Self::Content,
            signed => signed,
        }
    }

    /// The default reason, for a provider that states none.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Id => "the id names the event and stays the same over retries",
            Self::Content => "the body carries ids or times that differ between events",
            Self::ContentAndAttempt => "equal bodies may report different events",
            Self::ContentAndLabels { at_most: None, .. } => {
                "the token authenticates the whole request, including the delivery id"
            }
            Self::ContentAndLabels { .. } => {
                "equal bodies may report different events, and nothing signed distinguishes them"
            }
            Self::Indistinct => "equal bodies report different events",
        }
    }
}

impl Provider {
    /// Sets how events are distinguished, and why.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if `identity` is [`ContentAndAttempt`](Identity::ContentAndAttempt)
    /// and nothing is signed for each attempt, or if labels have no bound although something is
    /// signed.
    #[must_use]
    pub const fn identified_by(mut self, identity: Identity, reason: &'static str) -> Self {
        self.check_identity(identity);
        self.identity = Some(identity);
        self.identity_reason = reason;
        self
    }

    /// Sets how deliveries without an id are distinguished. The default is their
    /// [content](Identity::Content).
    ///
    /// # Panics
    ///
    /// Like [`identified_by`](Self::identified_by).
    #[must_use]
    pub const fn identified_without_id_by(mut self, identity: Identity) -> Self {
        self.check_identity(identity);
        assert!(
            !matches!(identity, Identity::Id),
            "a delivery without an id cannot be identified by `Identity::Id`"
        );
        self.identity_without_id = identity;
        self
    }

    /// Sets which deliveries are questions. The default is none.
    #[must_use]
    pub const fn asks(mut self, questions: Questions) -> Self {
        self.questions = questions;
        self
    }

    /// Which deliveries are questions.
    #[must_use]
    pub const fn questions(&self) -> Questions {
        self.questions
    }

    #[allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "const evaluation has no iterators, and a wrong index there is a compile error"
    )]
    const fn check_identity(&self, identity: Identity) {
        let schemes = self.schemes();
        let mut i = 0;
        while i < schemes.len() {
            match identity {
                Identity::ContentAndAttempt => assert!(
                    signs_attempt(&schemes[i]),
                    "`Identity::ContentAndAttempt` needs a signed time"
                ),
                Identity::ContentAndLabels { at_most: None, .. } => assert!(
                    schemes[i].coverage().is_sender_only(),
                    "unsigned labels need a bound, unless a token authenticates the request"
                ),
                _ => {}
            }
            i += 1;
        }
    }

    /// How events are distinguished, unless
    /// [`EndpointBuilder::identity`](crate::EndpointBuilder::identity) overrides it.
    ///
    /// A provider that sets no identity is identified by its id if the id is signed. An id in an
    /// unsigned header is a label. Labels have no bound if a token authenticates the request. They
    /// are not needed if a signed time distinguishes attempts. Otherwise one content has at most
    /// 16. Every other provider is identified by its content.
    #[must_use]
    pub fn identity(&self) -> Identity {
        match (self.identity, self.id) {
            (Some(Identity::Id), _) | (None, _) if self.authenticates_id() => Identity::Id,
            (Some(Identity::Id), _) => Identity::Content,
            (Some(identity), _) => identity,
            (None, Locator::Header(names)) => {
                let labels = Labels::Headers(names);
                let at_most = NonZeroU16::new(DEFAULT_LABELS);
                match self.schemes() {
                    schemes if schemes.iter().all(|s| s.coverage().is_sender_only()) => {
                        Identity::ContentAndLabels {
                            labels,
                            at_most: None,
                        }
                    }
                    schemes if schemes.iter().all(signs_attempt) => Identity::ContentAndAttempt,
                    _ => Identity::ContentAndLabels { labels, at_most },
                }
            }
            (None, _) => Identity::Content,
        }
    }

    /// How deliveries without an id are distinguished.
    #[must_use]
    pub const fn identity_without_id(&self) -> Identity {
        self.identity_without_id
    }

    /// Why the provider has this [identity](Self::identity).
    #[must_use]
    pub fn identity_reason(&self) -> &'static str {
        let coverage = self.coverage();
        match (self.identity_reason, self.identity()) {
            ("", Identity::Content) if !coverage.authenticates_body() => {
                "the signed values carry ids or times that differ between events"
            }
            ("", identity) => identity.reason(),
            (reason, _) => reason,
        }
    }

    /// Whether ids are read from covered bytes. If a request has only a token, these are the body
    /// and the query, which the token authenticates.
    fn authenticates_id(&self) -> bool {
        let mut schemes = self.schemes().iter();
        match self.id {
            Locator::None | Locator::Header(_) | Locator::Xml(_) => false,
            Locator::SignedHeader => true,
            Locator::Body(_) => schemes.all(|s| s.coverage().authenticates_body()),
            Locator::Query(_) => schemes.all(|s| s.coverage().url || s.coverage().is_sender_only()),
        }
    }
}

/// How many labels one content may have, if the provider does not say.
const DEFAULT_LABELS: u16 = 16;

/// Whether the scheme signs a time, or has custom code that computes a new message for each
/// attempt.
const fn signs_attempt(scheme: &Scheme) -> bool {
    scheme.time.is_some() || matches!(scheme.authentication, Authentication::Custom(_))
}
