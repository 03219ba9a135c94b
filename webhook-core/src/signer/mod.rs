//! The same provider the other way round: deliveries as it would send them.

mod key;
mod message;
mod request;
mod sign;
mod spelling;

pub use request::SignedRequest;

use key::SigningKey;

use std::fmt;

use crate::error::ConfigError;
use crate::provider::{Provider, Scheme};
use crate::secret::{Secret, Settings};

/// Makes deliveries as a provider would, for tests and tools.
///
/// ```
/// use webhook_core::{Signer, UnixTime, providers};
///
/// let signer = Signer::new(providers::STRIPE, "whsec_0123456789abcdef")?;
/// let signed = signer.sign(UnixTime::from_secs(1_700_000_000), r#"{"id":"evt_1"}"#);
/// assert_eq!(signed.headers[0].0, "stripe-signature");
/// assert!(signed.headers[0].1.starts_with("t=1700000000,v1="));
/// # Ok::<(), webhook_core::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Signer {
    provider: Provider,
    scheme: Scheme,
    key: SigningKey,
    public_url: String,
    path_and_query: String,
    headers: Vec<(String, String)>,
    id: String,
    event_type: Option<String>,
    settings: Settings,
}

impl Signer {
    /// A signer with the provider's preferred scheme. The secret is the private key where a receiver has the public one.
    ///
    /// # Errors
    ///
    /// A secret that is not in the provider's format.
    pub fn new(provider: Provider, secret: impl Into<Secret>) -> Result<Self, ConfigError> {
        let [scheme, ..] = *provider.schemes() else {
            unreachable!("a provider has a scheme");
        };
        let key = SigningKey::new(&provider, &scheme, &secret.into())
            .map_err(|problem| ConfigError::Secret { slot: 0, problem })?;
        Ok(Self {
            provider,
            scheme,
            key,
            public_url: String::new(),
            path_and_query: "/".to_owned(),
            headers: Vec::new(),
            id: "msg_test".to_owned(),
            event_type: None,
            settings: Settings::default(),
        })
    }

    /// The public URL of the endpoint, without query, where it is signed.
    #[must_use]
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.public_url = url.into();
        self
    }

    /// Path and query of the request; `/` unless said.
    #[must_use]
    pub fn path_and_query(mut self, target: impl Into<String>) -> Self {
        self.path_and_query = target.into();
        self
    }

    /// A value the provider needs beside its secret, as
    /// [`EndpointBuilder::setting`](crate::EndpointBuilder::setting).
    #[must_use]
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.settings.set(name, value);
        self
    }

    /// A header of the request; signed if the scheme signs headers of that name.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The id of the delivery, where it is in a header; `msg_test` unless said.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// The type of the event, where it is in a header.
    #[must_use]
    pub fn event_type(mut self, event_type: impl Into<String>) -> Self {
        self.event_type = Some(event_type.into());
        self
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("provider", &self.provider.name())
            .finish_non_exhaustive()
    }
}
