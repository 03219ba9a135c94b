//! What adapters need of the engine. For adapters, not for applications.

mod constructors;

pub use crate::delivery::PayloadMismatch;
pub use crate::endpoint::FeatureAsymmetric;
pub use crate::observe::log_limit::LogLimit;

/// What every adapter exports at its root, so that whoever depends on an adapter needs no second
/// crate: all that an application, a store, a provider or a test uses. What only an adapter uses is
/// not here.
pub mod exports {
    // Applications.
    pub use crate::{
        Answer, ConfigError, Counts, Delivery, Disposition, Duplicate, Endpoint, EndpointBuilder,
        EscapedId, Event, Fence, IdentityPolicy, KeyFormat, Limits, PayloadError, Proof, Rejected,
        Rejection, RejectionClass, RejectionKind, Secret, SecretProblem, SecretSet, Settings,
        providers,
    };
    // Stores.
    pub use crate::{MemoryStore, ReplayKey, ReplayStore, StoreError, StoreErrorKind, replay};
    // Sources of keys.
    pub use crate::{Confirmation, KeyError, KeyQuery, KeySource, StaticKeys, keys};
    // Providers and schemes.
    pub use crate::{
        Algorithm, Challenge, Coverage, CustomCheck, CustomInput, CustomRequest, CustomScheme,
        Encoding, Found, Grammar, Handshake, Head, Headers, Identity, Labels, Location, Locator,
        Mode, Parameter, ParameterKind, Part, Provider, Questions, Reply, Scheme, Success,
        TimeUnit, Tolerance, Value, Verified, When,
    };
    // Tests.
    pub use crate::{Clock, SignedRequest, Signer, SystemClock, UnixTime};
}
