//! Signing deliveries as a provider does.

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

/// Signs deliveries as a provider does, for tests and tools.
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
    method: Option<&'static str>,
    token_parameter: Option<String>,
    headers: Vec<(String, String)>,
    id: String,
    event_type: Option<String>,
    settings: Settings,
}

impl Signer {
    /// Creates a signer with the provider's preferred scheme. If receivers verify with a public
    /// key, the secret is the private key.
    ///
    /// # Errors
    ///
    /// The secret is not in the provider's format.
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
            method: None,
            token_parameter: None,
            headers: Vec::new(),
            id: "msg_test".to_owned(),
            event_type: None,
            settings: Settings::default(),
        })
    }

    /// Sets the public URL of the endpoint, without query, for providers that sign it.
    #[must_use]
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.public_url = url.into();
        self
    }

    /// Sets path and query of the request. The default is `/`.
    #[must_use]
    pub fn path_and_query(mut self, target: impl Into<String>) -> Self {
        self.path_and_query = target.into();
        self
    }

    /// Sets a value that the provider needs in addition to its secret, like
    /// [`EndpointBuilder::setting`](crate::EndpointBuilder::setting).
    #[must_use]
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.settings.set(name, value);
        self
    }

    /// Sets the method, for providers with [several](Provider::methods). The default is the first.
    #[must_use]
    pub const fn method(mut self, method: &'static str) -> Self {
        self.method = Some(method);
        self
    }

    /// Sets the query parameter of the token, like
    /// [`EndpointBuilder::token_parameter`](crate::EndpointBuilder::token_parameter).
    #[must_use]
    pub fn token_parameter(mut self, name: impl Into<String>) -> Self {
        self.token_parameter = Some(name.into());
        self
    }

    /// Adds a header to the request. It is signed if the scheme signs headers of that name.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the id of the delivery, if it is in a header. The default is `msg_test`.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// Sets the event type, if it is in a header.
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
