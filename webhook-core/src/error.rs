//! What can go wrong: at construction ([`ConfigError`]), with a delivery ([`Rejection`]), with a store
//! ([`StoreError`]).

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::answer::Answer;
use crate::secret::{KeyFormat, SecretSet};

/// An endpoint that cannot be built. The text names what to change and never contains a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// No secret was given. There is no mode without one.
    NoSecret,
    /// More than [`SecretSet::MAX`] secrets were given.
    TooManySecrets {
        /// How many.
        given: usize,
    },
    /// A secret cannot be used.
    Secret {
        /// Which one, counted from zero.
        slot: usize,
        /// Why not.
        problem: SecretProblem,
    },
    /// A secret is also the value of an identifier or of a setting, which anybody may know.
    PublicSecret {
        /// Which secret, counted from zero.
        slot: usize,
        /// The name of the identifier or setting.
        name: &'static str,
    },
    /// The provider signs the URL of the endpoint, and none was configured.
    MissingUrl,
    /// The public URL is not `http://` or `https://`, is not visible ASCII, or has a query or fragment.
    InvalidUrl,
    /// A tolerance of nothing refuses everything, or the provider signs no time to tolerate.
    InvalidTolerance,
    /// A body limit of zero bytes.
    InvalidBodyLimit,
    /// The handler may run longer than half the lease, so a second run could start beside the first.
    LeaseTooShort {
        /// The shortest lease that fits the configured handler timeout.
        at_least: Duration,
    },
    /// Retention ends before the sender stops retrying, or while an old delivery is still fresh.
    RetentionTooShort {
        /// The shortest retention that covers both.
        at_least: Duration,
    },
    /// Another endpoint of the process has the same store, provider and tenant, other secrets, and
    /// no consumer name either, so each would take the other's events for its own.
    SharedStore {
        /// Where the other one was built.
        other: String,
    },
    /// A source of keys was given, and the provider names none of its keys.
    NoKeySource,
    /// A query parameter was named for a provider that sends no token in the query.
    NoTokenParameter,
    /// The name of a query parameter is empty or not visible ASCII.
    InvalidTokenParameter,
    /// A verify token was given for a provider whose handshake needs none.
    NoVerifyToken,
    /// The verify token cannot be used.
    VerifyToken {
        /// Why not.
        problem: SecretProblem,
    },
    /// A hook for offered secrets was given for a provider that offers none.
    NoOfferedSecret,
    /// The provider needs a setting that was not given.
    MissingSetting {
        /// Its name.
        name: &'static str,
    },
    /// A setting was given that the provider has no use for.
    UnknownSetting {
        /// Its name.
        name: String,
    },
    /// A setting cannot be used.
    Setting {
        /// Its name.
        name: &'static str,
        /// Why not.
        problem: SecretProblem,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSecret => f.write_str("no secret configured"),
            Self::TooManySecrets { given } => {
                write!(f, "{given} secrets configured, at most {} are accepted", SecretSet::MAX)
            }
            Self::Secret { slot, problem } => write!(f, "secret {slot} {problem}"),
            Self::PublicSecret { slot, name } => write!(
                f,
                "secret {slot} is also the value of {name}, which is public: configure the secret that the provider shows with it"
            ),
            Self::MissingUrl => f.write_str(
                "this provider signs the URL of the endpoint or asks for it in its handshake: configure its public URL, without query",
            ),
            Self::InvalidUrl => f.write_str(
                "the public URL must begin with http:// or https://, be visible ASCII and have no query or fragment \
                 (the query is taken from the request as received)",
            ),
            Self::InvalidTolerance => f.write_str(
                "a tolerance must be at least one second and needs a provider that signs a time",
            ),
            Self::InvalidBodyLimit => f.write_str("the body limit must be at least one byte"),
            Self::LeaseTooShort { at_least } => write!(
                f,
                "the lease must be at least twice the handler timeout: {} s",
                at_least.as_secs_f64()
            ),
            Self::RetentionTooShort { at_least } => write!(
                f,
                "the retention must cover the provider's retries and the tolerance: at least {} s",
                at_least.as_secs()
            ),
            Self::SharedStore { other } => write!(
                f,
                "the endpoint built at {other} has the same provider and store, and neither has a consumer name: set `.consumer(…)`, \
                 different names for two consumers, the same name for one"
            ),
            Self::NoKeySource => {
                f.write_str("this provider does not say which key a delivery is signed with: configure its key")
            }
            Self::NoTokenParameter => {
                f.write_str("this provider sends no token in the query")
            }
            Self::InvalidTokenParameter => {
                f.write_str("the name of a query parameter must be visible ASCII")
            }
            Self::NoVerifyToken => {
                f.write_str("this provider has no handshake with a verify token")
            }
            Self::VerifyToken { problem } => write!(f, "the verify token {problem}"),
            Self::NoOfferedSecret => f.write_str("this provider offers no secret"),
            Self::MissingSetting { name } => write!(f, "this provider needs the setting {name}"),
            Self::UnknownSetting { name } => {
                write!(f, "this provider has no setting {name:?}")
            }
            Self::Setting { name, problem } => write!(f, "setting {name} {problem}"),
        }
    }
}

impl Error for ConfigError {}

/// Why a secret cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretProblem {
    /// Empty or blank, or nothing is left behind the provider's prefix. An empty key lets anyone sign.
    Empty,
    /// White space at an end: a copying mistake, and never part of a provider's secret.
    SurroundingWhitespace,
    /// A control character inside.
    ControlCharacter,
    /// Not in the provider's format.
    Undecodable(KeyFormat),
    /// Not `username:password` (RFC 7617 §2) with a username and a password.
    Credentials,
    /// No public key in PEM, base64 or hexadecimal digits.
    NoKey,
    /// A private key, where the public one is enough.
    PrivateKey,
    /// A certificate that cannot be read.
    Certificate,
    /// A key of another algorithm, or no key at all: as of a point that is not on the curve.
    WrongKey,
    /// An RSA key of fewer than 2048 bits or more than 8192, or an Ed25519 key that verifies what nobody signed.
    WeakKey,
    /// The algorithm can be verified, but not signed with.
    VerifyOnly,
}

impl fmt::Display for SecretProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "is empty",
            Self::SurroundingWhitespace => "has white space around it",
            Self::ControlCharacter => "contains a control character",
            Self::Undecodable(KeyFormat::Base62) => "is not base62",
            Self::Undecodable(KeyFormat::Hex) => "is not hexadecimal",
            Self::Undecodable(_) => "is not base64",
            Self::Credentials => "is not of the form username:password, with both",
            Self::NoKey => "is no key in PEM, base64 or hexadecimal digits",
            Self::PrivateKey => "is a private key: configure the public one",
            Self::Certificate => "is a certificate that cannot be read",
            Self::WrongKey => "is no key of the provider's algorithm",
            Self::WeakKey => "is a key that is too weak",
            Self::VerifyOnly => "cannot sign: this algorithm is only verified",
        })
    }
}

/// A delivery that is not handed to the application.
///
/// Opaque on purpose: what the sender sees is the [`Answer`](crate::Answer), the same for every reason it was not
/// verified. The [`kind`](Self::kind) is for logs, counters and hooks.
#[derive(Clone, Debug)]
pub struct Rejection {
    kind: RejectionKind,
    pub(crate) retry_after: Option<u32>,
    pub(crate) allow: &'static [&'static str],
    pub(crate) allow_also: Option<&'static str>,
    pub(crate) body_unread: bool,
}

impl Rejection {
    /// A rejection of this kind. Adapters make those of the transport (a body that ends early, a deadline that
    /// passed, a handler that panicked); the engine makes the others.
    #[must_use]
    pub const fn new(kind: RejectionKind) -> Self {
        Self {
            kind,
            retry_after: None,
            allow: &[],
            allow_also: None,
            body_unread: false,
        }
    }

    /// Why.
    #[must_use]
    pub const fn kind(&self) -> RejectionKind {
        self.kind
    }

    /// Marks that the body was not read to its end, so the connection cannot be used again.
    #[must_use]
    pub const fn with_unread_body(mut self) -> Self {
        self.body_unread = true;
        self
    }

    pub(crate) const fn retry_after(mut self, secs: u32) -> Self {
        self.retry_after = Some(secs);
        self
    }

    pub(crate) const fn allow(mut self, methods: &'static [&'static str]) -> Self {
        self.allow = methods;
        self
    }

    pub(crate) const fn allow_also(mut self, method: Option<&'static str>) -> Self {
        self.allow_also = method;
        self
    }
}

impl From<RejectionKind> for Rejection {
    fn from(kind: RejectionKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "webhook delivery refused: {}", self.kind.as_str())
    }
}

impl Error for Rejection {}

/// A request that ended with its head: nothing of its body is to be read, and no handler runs.
#[derive(Clone, Debug)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a third end would be one that no adapter knows how to answer"
)]
pub enum Ended {
    /// It was refused.
    Refused(Rejection),
    /// It was a challenge of the provider, and this is its answer.
    Answered(Answer),
}

impl Ended {
    /// The answer to send, whichever it was.
    #[must_use]
    pub fn into_answer(self) -> Answer {
        match self {
            Self::Refused(rejection) => Answer::from(&rejection),
            Self::Answered(answer) => answer,
        }
    }
}

impl From<Rejection> for Ended {
    fn from(rejection: Rejection) -> Self {
        Self::Refused(rejection)
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(rejection) => rejection.fmt(f),
            Self::Answered(_) => f.write_str("webhook challenge answered"),
        }
    }
}

impl Error for Ended {}

macro_rules! rejection_kinds {
    ($($(#[$doc:meta])* $kind:ident = $label:literal,)*) => {
        /// One cause of a [`Rejection`] each. The label of [`as_str`](Self::as_str) is stable and safe as a metric label.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum RejectionKind {
            $($(#[$doc])* $kind,)*
        }

        impl RejectionKind {
            /// All kinds, for tables and exporters.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// The kind as a label: `bad_signature`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $label,)*
                }
            }
        }
    };
}

rejection_kinds! {
    /// The method is not the one the provider uses.
    MethodNotAllowed = "method_not_allowed",
    /// A header or query parameter the scheme needs is missing.
    MissingHeader = "missing_header",
    /// A header or query parameter the scheme needs is there more than once, or two families of headers disagree.
    AmbiguousHeader = "ambiguous_header",
    /// A signature, timestamp or id is not of the documented form.
    Malformed = "malformed",
    /// There are signatures, but none of the scheme and version that is configured.
    UnsupportedScheme = "unsupported_scheme",
    /// More than 16 signatures in one delivery.
    TooManySignatures = "too_many_signatures",
    /// No configured secret made any of the signatures, or the token or credentials are others.
    BadSignature = "bad_signature",
    /// The signed time is too old.
    Stale = "stale",
    /// The signed time is too far ahead.
    Future = "future",
    /// The body is compressed or otherwise encoded.
    Encoding = "encoding",
    /// The body is longer than the limit.
    TooLarge = "too_large",
    /// The body did not arrive in time.
    BodyTimeout = "body_timeout",
    /// The body ended early or could not be read.
    BodyError = "body_error",
    /// Verified, but its envelope names a field twice, or its id cannot be one; or the payload is not what the handler takes.
    Unprocessable = "unprocessable",
    /// Another copy of this delivery is being handled right now.
    InFlight = "in_flight",
    /// The store could not say whether this delivery is new.
    StoreUnavailable = "store_unavailable",
    /// The delivery names a key that there is not.
    UnknownKey = "unknown_key",
    /// The source of keys could not say whether there is a key of that name.
    KeysUnavailable = "keys_unavailable",
    /// The claim on this delivery ran out while the handler was at work, and another copy took over.
    LeaseLost = "lease_lost",
    /// The clock could not tell the time.
    ClockUnavailable = "clock_unavailable",
    /// Too much is under way already: handlers without a client, or bodies that are not verified.
    Overloaded = "overloaded",
    /// The receiver is shutting down.
    ShuttingDown = "shutting_down",
    /// The handler did not answer in time, or its turn did not come in time and it did not begin.
    HandlerTimeout = "handler_timeout",
    /// The handler panicked.
    HandlerPanicked = "handler_panicked",
}

impl fmt::Display for RejectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Error for RejectionKind {}

impl RejectionKind {
    pub(crate) fn index(self) -> usize {
        self as usize
    }
}

/// A store that did not do what it was asked. The delivery is then answered 503 and not run.
#[derive(Debug)]
pub struct StoreError {
    kind: StoreErrorKind,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// The kinds of [`StoreError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// Not reachable, or it refused.
    Unavailable,
    /// No answer in time; whether the operation took place is unknown.
    Timeout,
    /// What is stored cannot be read. Never the same as nothing being stored.
    Corrupt,
    /// No room for another record that may not be forgotten.
    Full,
    /// The store is set up in a way that cannot keep its promises.
    Misconfigured,
}

impl StoreError {
    /// An error of this kind without a cause.
    #[must_use]
    pub const fn new(kind: StoreErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// An error of this kind with its cause, which [`Error::source`] gives back.
    pub fn with_source(
        kind: StoreErrorKind,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self {
            kind,
            source: Some(source.into()),
        }
    }

    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> StoreErrorKind {
        self.kind
    }
}

impl From<StoreErrorKind> for StoreError {
    fn from(kind: StoreErrorKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            StoreErrorKind::Unavailable => "replay store unavailable",
            StoreErrorKind::Timeout => "replay store timed out",
            StoreErrorKind::Corrupt => "replay store holds a record that cannot be read",
            StoreErrorKind::Full => "replay store is full",
            StoreErrorKind::Misconfigured => "replay store is misconfigured",
        })
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
