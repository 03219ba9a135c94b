//! Items for authors of adapters, not for applications.

mod constructors;

pub use crate::delivery::{DeliverySpan, Hooks, PayloadMismatch, Watch};
pub use crate::endpoint::FeatureAsymmetric;
pub use crate::metrics::TenantLookup;
pub use crate::observe::log_limit::{LogLimit, excerpt};
pub use crate::routing::{
    Admission, EventPatterns, EventTable, Failure, Registration, acknowledge_unknown,
};

/// Everything that an application, a store, a provider or a test uses. Every adapter re-exports
/// this list at its root, so that an application depends on the adapter alone. Items that only an
/// adapter uses are not in it.
pub mod exports {
    // Applications.
    pub use crate::{
        Answer, ConfigError, Counts, DeadLetters, Delivery, Disposition, Duplicate, Endpoint,
        EndpointBuilder, EscapedId, Event, EventFamily, EventType, Fence, FromDelivery, Handled,
        IdentityPolicy, KeyFormat, LeaseLost, Limits, LostLease, OnStoreError, Otherwise,
        PayloadError, Proof, Rejected, Rejection, RejectionClass, RejectionKind, RunningLease,
        Secret, SecretProblem, SecretSet, Settings, StoreCheck, StoreCheckError, TenantSecrets,
        Verdict, contracts, providers,
    };
    // Stores.
    pub use crate::ordering;
    pub use crate::{MemoryStore, ReplayKey, ReplayStore, StoreError, StoreErrorKind, replay};
    // Secrets of tenants.
    #[cfg(feature = "secret-store")]
    pub use crate::secret_store;
    // Key sources.
    pub use crate::{Confirmation, KeyError, KeyQuery, KeySource, StaticKeys, keys};
    // Senders that sign nothing.
    pub use crate::notification;
    // Providers and schemes.
    pub use crate::{
        Algorithm, Challenge, Coverage, CustomCheck, CustomInput, CustomRequest, CustomScheme,
        Encoding, Found, Grammar, Handshake, Head, Headers, Identity, Labels, Location, Locator,
        Mode, Parameter, ParameterKind, Part, Provider, Questions, Reply, Scheme, Success,
        TimeUnit, Tolerance, Verified, When,
    };
    // Exporters.
    pub use crate::metrics;
    // Tests.
    pub use crate::{Clock, SignedRequest, Signer, SystemClock, UnixTime};
}
