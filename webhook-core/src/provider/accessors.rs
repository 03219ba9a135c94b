//! What a provider says of itself.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "const evaluation knows no iterators, and stops the compiler where an index is wrong"
)]

use std::time::Duration;

use crate::provider::{Coverage, Handshake, Locator, Parameter, Provider, Scheme, Success};
use crate::secret::KeyFormat;

impl Provider {
    /// The name: `stripe`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Its other names.
    #[must_use]
    pub const fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    /// The schemes, in order of preference. The signer uses the first.
    #[must_use]
    pub const fn schemes(&self) -> &[Scheme] {
        self.schemes.as_slice()
    }

    /// The methods a delivery may have.
    #[must_use]
    pub const fn methods(&self) -> &'static [&'static str] {
        self.methods
    }

    /// How the text of a secret becomes a key.
    #[must_use]
    pub const fn key_format(&self) -> KeyFormat {
        self.key_format
    }

    /// What an endpoint is configured with, and other names of the secret.
    #[must_use]
    pub const fn parameters(&self) -> &'static [Parameter] {
        self.parameters
    }

    /// The names of the settings an endpoint cannot be built without.
    pub fn required_settings(&self) -> impl Iterator<Item = &'static str> {
        let settings = self.parameters.iter().filter(|known| known.is_required());
        settings.map(Parameter::name)
    }

    /// The names of the settings an endpoint may have.
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

    /// Groups of headers that say the same under several names.
    #[must_use]
    pub const fn header_families(&self) -> &'static [&'static [&'static str]] {
        self.same_headers
    }

    /// Where the id of an event is.
    #[must_use]
    pub const fn id_locator(&self) -> Locator {
        self.id
    }

    /// Where the type of an event is.
    #[must_use]
    pub const fn type_locator(&self) -> Locator {
        self.kind
    }

    /// The challenge that the provider sends before or between its deliveries, if any.
    #[must_use]
    pub const fn handshake(&self) -> Option<Handshake> {
        self.handshake
    }

    /// The address of the page that documents the scheme; empty for providers without one.
    #[must_use]
    pub const fn docs(&self) -> &'static str {
        self.docs
    }

    /// For how long the provider retries; zero if it does not, or does not say.
    #[must_use]
    pub const fn retry_horizon(&self) -> Duration {
        Duration::from_secs(self.retry_horizon_secs as u64)
    }

    /// How long the provider waits for an answer, where it says so.
    #[must_use]
    pub const fn deadline(&self) -> Option<Duration> {
        match self.deadline_millis {
            0 => None,
            millis => Some(Duration::from_millis(millis as u64)),
        }
    }

    /// The statuses that the provider takes for success, where it says so.
    #[must_use]
    pub const fn success(&self) -> Option<Success> {
        self.success
    }

    /// The default limit of a body, in bytes.
    #[must_use]
    pub const fn default_body_limit(&self) -> usize {
        self.body_limit
    }

    /// What the first scheme vouches for.
    #[must_use]
    pub const fn coverage(&self) -> Coverage {
        self.schemes()[0].coverage()
    }

    /// Whether the URL of the endpoint is signed, and so has to be configured.
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
