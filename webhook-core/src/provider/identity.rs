//! What tells one event of a provider from the next.

use std::num::NonZeroU16;

use crate::provider::{Authentication, Locator, Provider, Questions, Scheme};

/// What tells one event of a provider from the next.
///
/// Two rules decide which of them a [`Provider`] has. A captured delivery has one replay key,
/// whatever a thief does to what is not signed. And two events that the sender tells apart have two
/// keys, because the second would be answered 200 and lost otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Identity {
    /// The provider's id of the event. It is signed, or a token vouches for the whole request.
    Id,
    /// SHA-256 of the signed message: the body where every byte of it is signed, the canonical
    /// message elsewhere. For bodies that carry ids or times.
    Content,
    /// The content, and the time or the token that is signed for each attempt. For equal bodies
    /// that report different events. A retry that is signed anew runs again.
    ContentAndAttempt,
    /// The content, and labels that are **not signed**. For equal bodies that report different
    /// events, where nothing signed tells them apart. A thief can invent labels, so a captured
    /// delivery runs at most `at_most` times within the retention; a copy over the bound is
    /// answered as a duplicate, counted and logged.
    ContentAndLabels {
        /// Where the labels are.
        labels: Labels,
        /// How many different labels one content may have. `None` only where a token vouches for
        /// the whole request.
        at_most: Option<NonZeroU16>,
    },
    /// Nothing: equal bodies report different events, and a copy looks like the next event. Copies
    /// run, one at a time, and handlers have to be idempotent.
    Indistinct,
}

/// Unsigned labels of an [`Identity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Labels {
    /// The values of these (lower-case) headers, all of them.
    Headers(&'static [&'static str]),
    /// The body, where the signature covers other parts of the request.
    Body,
}

impl Identity {
    /// The content and these unsigned headers, at most `at_most` different values for one content.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if `at_most` is zero or there is no header.
    #[must_use]
    pub const fn labels(headers: &'static [&'static str], at_most: u16) -> Self {
        assert!(!headers.is_empty(), "labels need a header");
        Self::bounded(Labels::Headers(headers), at_most)
    }

    /// The content and the unsigned body, at most `at_most` different bodies for one content.
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
        assert!(at_most.is_some(), "a bound is at least one");
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

    /// The same without values that anybody could have changed.
    pub(crate) const fn signed_only(self) -> Self {
        match self {
            Self::ContentAndLabels { .. } | Self::Indistinct => Self::Content,
            signed => signed,
        }
    }

    /// Why this tells events apart, for a provider that says no more.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Id => "the id names the event and stays the same over retries",
            Self::Content => "the body carries ids or times that differ between events",
            Self::ContentAndAttempt => "equal bodies may report different events",
            Self::ContentAndLabels { at_most: None, .. } => {
                "the token vouches for the whole request, the delivery id too"
            }
            Self::ContentAndLabels { .. } => {
                "equal bodies may report different events, and nothing signed tells them apart"
            }
            Self::Indistinct => "equal bodies report different events",
        }
    }
}

impl Provider {
    /// What tells one event from the next, and why.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if nothing about a request is signed for each attempt and `identity`
    /// is [`ContentAndAttempt`](Identity::ContentAndAttempt), or if labels have no bound although
    /// something is signed.
    #[must_use]
    pub const fn identified_by(mut self, identity: Identity, reason: &'static str) -> Self {
        self.check_identity(identity);
        self.identity = Some(identity);
        self.identity_reason = reason;
        self
    }

    /// What tells a delivery without an id from the next; its [content](Identity::Content) unless said.
    ///
    /// # Panics
    ///
    /// As [`identified_by`](Self::identified_by).
    #[must_use]
    pub const fn identified_without_id_by(mut self, identity: Identity) -> Self {
        self.check_identity(identity);
        assert!(
            !matches!(identity, Identity::Id),
            "there is no id to identify by"
        );
        self.identity_without_id = identity;
        self
    }

    /// Which deliveries are questions; none unless said.
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
        reason = "const evaluation knows no iterators, and stops the compiler where an index is wrong"
    )]
    const fn check_identity(&self, identity: Identity) {
        let schemes = self.schemes();
        let mut i = 0;
        while i < schemes.len() {
            match identity {
                Identity::ContentAndAttempt => assert!(
                    signs_attempt(&schemes[i]),
                    "nothing is signed for each attempt"
                ),
                Identity::ContentAndLabels { at_most: None, .. } => assert!(
                    schemes[i].coverage().is_sender_only(),
                    "unsigned labels need a bound"
                ),
                _ => {}
            }
            i += 1;
        }
    }

    /// What tells one event from the next, unless
    /// [`EndpointBuilder::identity`](crate::EndpointBuilder::identity) says otherwise.
    ///
    /// A provider whose value does not say is known by its id where that is signed. An id in an
    /// unsigned header is a label: of a request that a token vouches for without a bound, of others
    /// at most 16 for one content, unless a signed time tells attempts apart. Everything else is
    /// known by its content.
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

    /// What tells a delivery without an id from the next.
    #[must_use]
    pub const fn identity_without_id(&self) -> Identity {
        self.identity_without_id
    }

    /// Why the [identity](Self::identity) is what it is.
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

    /// Whether ids are taken from bytes that a signature covers, or, where only a token came with
    /// the request, from the body or the query that the token vouches for.
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

/// How many labels one content may have, for a provider that does not say.
const DEFAULT_LABELS: u16 = 16;

/// Whether a time is signed, or a message that a scheme with code of its own makes anew.
const fn signs_attempt(scheme: &Scheme) -> bool {
    scheme.time.is_some() || matches!(scheme.authentication, Authentication::Custom(_))
}
