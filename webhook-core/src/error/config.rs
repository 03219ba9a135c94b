//! Errors in the configuration of an endpoint.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use super::RejectionClass;
use crate::error::SecretProblem;

/// An endpoint cannot be built. The message says what to change and never contains a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// No secret was given. There is no mode without one.
    NoSecret,
    /// More than [`SecretSet::MAX`](crate::SecretSet::MAX) secrets were given.
    TooManySecrets {
        /// How many were given.
        given: usize,
        /// How many are accepted.
        at_most: usize,
    },
    /// A secret cannot be used.
    Secret {
        /// The slot of the secret, counted from zero.
        slot: usize,
        /// Why it cannot be used.
        problem: SecretProblem,
    },
    /// A secret equals the value of an identifier or setting, which is public.
    PublicSecret {
        /// The slot of the secret, counted from zero.
        slot: usize,
        /// The name of the identifier or setting.
        name: &'static str,
    },
    /// The provider signs the endpoint's URL or asks for it in its handshake, and none is
    /// configured.
    MissingUrl,
    /// The public URL does not start with `http://` or `https://`, is not visible ASCII, or has a
    /// query or fragment.
    InvalidUrl,
    /// The tolerance is zero, or the provider signs no timestamp.
    InvalidTolerance,
    /// The body limit is zero.
    InvalidBodyLimit,
    /// The lease is zero, or it has to be renewed and leaves no time to repeat a renewal.
    LeaseTooShort {
        /// The shortest lease that fits the configured store timeout.
        at_least: Duration,
    },
    /// Deliveries run without replay protection while the store fails, but the provider signs no
    /// time, so a captured delivery never goes stale.
    UnprotectedNeedsTime,
    /// A [durable](crate::EndpointBuilder::durable) endpoint has no replay protection, so every copy
    /// would be stored.
    DurableNeedsReplayProtection,
    /// The retention ends before the sender stops retrying, or while an old delivery is still
    /// fresh.
    RetentionTooShort {
        /// The shortest retention that covers both.
        at_least: Duration,
    },
    /// Another endpoint of the process has the same store, provider and tenant, but other secrets,
    /// and neither has a consumer name. Each would treat the other's events as its own.
    SharedStore {
        /// Where the other endpoint was built.
        other: String,
    },
    /// A key source is configured, but the provider's deliveries do not name their key.
    NoKeySource,
    /// The keys have to be fetched, but no key source is configured.
    MissingKeySource,
    /// A query parameter is configured for a provider that sends no token in the query.
    NoTokenParameter,
    /// The name of a query parameter is empty or not visible ASCII.
    InvalidTokenParameter,
    /// A custom answer accepts what was refused (below 400), or does not make the sender retry when
    /// it has to.
    InvalidAnswer {
        /// The class of rejections.
        class: RejectionClass,
        /// The status of the answer.
        status: u16,
    },
    /// A verify token is configured for a provider whose handshake needs none.
    NoVerifyToken,
    /// The verify token cannot be used.
    VerifyToken {
        /// Why it cannot be used.
        problem: SecretProblem,
    },
    /// A hook for offered secrets is configured for a provider that offers none.
    NoOfferedSecret,
    /// The name of a tenant is empty or longer than 255 bytes.
    InvalidTenant,
    /// A required setting is missing.
    MissingSetting {
        /// Its name.
        name: &'static str,
    },
    /// A setting is given that the provider does not have.
    UnknownSetting {
        /// Its name.
        name: String,
    },
    /// A setting cannot be used.
    Setting {
        /// Its name.
        name: &'static str,
        /// Why it cannot be used.
        problem: SecretProblem,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSecret => f.write_str("no secret configured"),
            Self::TooManySecrets { given, at_most } => {
                write!(
                    f,
                    "{given} secrets configured, at most {at_most} are accepted"
                )
            }
            Self::Secret { slot, problem } => write!(f, "secret {slot} {problem}"),
            Self::PublicSecret { slot, name } => write!(
                f,
                "secret {slot} is also the value of {name}, which is public: \
                 configure the secret that the provider shows with it"
            ),
            Self::MissingUrl => f.write_str(
                "this provider signs the URL of the endpoint or asks for it in its handshake: \
                 configure its public URL, without query",
            ),
            Self::InvalidUrl => f.write_str(
                "the public URL must begin with http:// or https://, be visible ASCII \
                 and have no query or fragment (the query is taken from the request as received)",
            ),
            Self::InvalidTolerance => f.write_str(
                "a tolerance must be at least one second and needs a provider that signs a time",
            ),
            Self::InvalidBodyLimit => f.write_str("the body limit must be at least one byte"),
            Self::LeaseTooShort { at_least } => write!(
                f,
                "the lease must be at least six times the store timeout ({} s), \
                 or twice the handler timeout",
                at_least.as_secs_f64()
            ),
            Self::DurableNeedsReplayProtection => f.write_str(
                "the inbox needs replay protection to know copies by: remove \
                 `without_replay_protection`",
            ),
            Self::UnprotectedNeedsTime => f.write_str(
                "this provider signs no time, so deliveries must not run without the store: \
                 a captured one could be replayed for ever",
            ),
            Self::RetentionTooShort { at_least } => write!(
                f,
                "the retention must cover the provider's retries and the tolerance: at least {} s",
                at_least.as_secs()
            ),
            Self::SharedStore { other } => write!(
                f,
                "the endpoint built at {other} has the same provider and store, \
                 and neither has a consumer name: set `.consumer(…)`, \
                 with different names for two consumers or the same name for one"
            ),
            Self::MissingKeySource => f.write_str(
                "the keys have to be fetched, but no key source is configured: call `.keys(…)`",
            ),
            Self::NoKeySource => f.write_str(
                "deliveries of this provider do not name their key: \
                 configure the key instead of a source",
            ),
            Self::NoTokenParameter => f.write_str("this provider sends no token in the query"),
            Self::InvalidTokenParameter => {
                f.write_str("the name of a query parameter must be visible ASCII")
            }
            Self::InvalidAnswer {
                class: RejectionClass::Unavailable,
                status,
            } => write!(
                f,
                "the answer to unavailable deliveries has status {status}: \
                 it has to be 429 or at least 500, so that senders retry"
            ),
            Self::InvalidAnswer { class, status } => write!(
                f,
                "the answer to {class:?} deliveries has status {status}: it has to be at least 400"
            ),
            Self::NoVerifyToken => {
                f.write_str("this provider has no handshake with a verify token")
            }
            Self::VerifyToken { problem } => write!(f, "the verify token {problem}"),
            Self::NoOfferedSecret => f.write_str("this provider offers no secret"),
            Self::InvalidTenant => {
                f.write_str("the tenant's name is empty or longer than 255 bytes")
            }
            Self::MissingSetting { name } => write!(f, "this provider needs the setting {name}"),
            Self::UnknownSetting { name } => {
                write!(f, "this provider has no setting {name:?}")
            }
            Self::Setting { name, problem } => write!(f, "setting {name} {problem}"),
        }
    }
}

impl Error for ConfigError {}
