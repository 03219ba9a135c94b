//! Reading the values of a provider.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "const evaluation has no iterators, and a wrong index there is a compile error"
)]

use std::time::Duration;

use crate::error::RejectionKind;
use crate::provider::{Coverage, Handshake, Locator, Parameter, Provider, Scheme, Success};
use crate::secret::KeyFormat;

impl Provider {
    /// The provider's name, such as `stripe`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The provider's aliases.
    #[must_use]
    pub const fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    /// The schemes, in order of preference. The signer uses the first.
    #[must_use]
    pub const fn schemes(&self) -> &[Scheme] {
        self.schemes.as_slice()
    }

    /// The methods that a delivery may have.
    #[must_use]
    pub const fn methods(&self) -> &'static [&'static str] {
        self.methods
    }

    /// How the text of a secret becomes a key.
    #[must_use]
    pub const fn key_format(&self) -> KeyFormat {
        self.key_format
    }

    /// The parameters of an endpoint: its settings, and the provider's names for the secret.
    #[must_use]
    pub const fn parameters(&self) -> &'static [Parameter] {
        self.parameters
    }

    /// The names of the settings that an endpoint requires.
    pub fn required_settings(&self) -> impl Iterator<Item = &'static str> {
        let settings = self.parameters.iter().filter(|known| known.is_required());
        settings.map(Parameter::name)
    }

    /// The names of the settings that an endpoint accepts and does not require.
    pub fn optional_settings(&self) -> impl Iterator<Item = &'static str> {
        let settings = self.parameters.iter().filter(|known| known.is_setting());
        let optional = settings.filter(|known| !known.is_required());
        optional.map(Parameter::name)
    }

    /// Whether the provider publishes its keys, so that a [`KeySource`](crate::KeySource) can fetch
    /// them without credentials.
    #[must_use]
    pub const fn has_published_keys(&self) -> bool {
        self.publishes_keys
    }

    /// Groups of headers that carry the same value under several names.
    #[must_use]
    pub const fn header_families(&self) -> &'static [&'static [&'static str]] {
        self.same_headers
    }

    /// Where the event id is.
    #[must_use]
    pub const fn id_locator(&self) -> Locator {
        self.id
    }

    /// Where the event type is.
    #[must_use]
    pub const fn type_locator(&self) -> Locator {
        self.kind
    }

    /// The challenge that the provider sends before or between its deliveries, if any.
    #[must_use]
    pub const fn handshake(&self) -> Option<Handshake> {
        self.handshake
    }

    /// The address of the page that documents the scheme. Empty if no page is known.
    #[must_use]
    pub const fn docs(&self) -> &'static str {
        self.docs
    }

    /// How long the provider retries. Zero if it does not retry or does not say.
    #[must_use]
    pub const fn retry_horizon(&self) -> Duration {
        Duration::from_secs(self.retry_horizon_secs as u64)
    }

    /// Whether a retry has the signed time of the first attempt.
    #[must_use]
    pub const fn keeps_time_on_retry(&self) -> bool {
        self.retries_keep_time
    }

    /// How long the provider waits for an answer. `None` if it does not say.
    #[must_use]
    pub const fn deadline(&self) -> Option<Duration> {
        match self.deadline_millis {
            0 => None,
            millis => Some(Duration::from_millis(millis as u64)),
        }
    }

    /// The statuses that the provider counts as success. `None` if it does not say.
    #[must_use]
    pub const fn success(&self) -> Option<Success> {
        self.success
    }

    /// Whether bodies may be forms whose fields are the event.
    #[must_use]
    pub const fn has_forms(&self) -> bool {
        self.forms
    }

    /// What often causes a refusal for this reason. It is logged, and never sent.
    ///
    /// ```
    /// use webhook_core::{RejectionKind, providers};
    ///
    /// let hint = providers::EFI_PIX.hint(RejectionKind::BadSignature);
    /// assert!(hint.is_some_and(|hint| hint.contains("ignorar")));
    /// ```
    #[must_use]
    pub fn hint(&self, kind: RejectionKind) -> Option<&'static str> {
        let mut hints = self.hints.iter();
        let own = hints
            .find(|(known, _)| *known == kind)
            .map(|(_, hint)| *hint);
        let is_url = kind == RejectionKind::BadSignature && self.signs_url();
        own.or(is_url.then_some(
            "the URL is signed: the configured one has to be exactly the registered one, with its \
             scheme, host and path",
        ))
    }

    /// The field of a form whose value is the payload, if bodies may be forms.
    #[must_use]
    pub const fn form_field(&self) -> Option<&'static str> {
        self.form_field
    }

    /// The default body limit, in bytes.
    #[must_use]
    pub const fn default_body_limit(&self) -> usize {
        self.body_limit
    }

    /// What the first scheme covers.
    #[must_use]
    pub const fn coverage(&self) -> Coverage {
        self.schemes()[0].coverage()
    }

    /// Whether the endpoint's URL is signed, and therefore has to be configured.
    #[must_use]
    pub const fn signs_url(&self) -> bool {
        let schemes = self.schemes();
        let mut i = 0;
        while i < schemes.len() {
            if schemes[i].needs_url() {
                return true;
            }
            i += 1;
        }
        false
    }
}
