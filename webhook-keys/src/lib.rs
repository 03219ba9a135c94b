//! Fetches the public keys that webhooks are signed with: sets of JSON Web Keys, and certificates. And confirms the subscriptions of Amazon SNS,
//! which wants an address asked for.
//!
//! ```
//! use webhook_core::{Endpoint, SecretSet};
//! use webhook_keys::HttpsKeys;
//!
//! let endpoint = Endpoint::google_pubsub(SecretSet::default())
//!     .setting("audience", "https://shop.example/hooks/pubsub")
//!     .setting("service_account", "push@project-1.iam.gserviceaccount.com")
//!     .keys(HttpsKeys::new()?)
//!     .build()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The engine decides what is fetched, and when: only addresses on the provider's allow-list, each
//! once at a time, and within a budget for names that have verified no delivery. It keeps what it
//! gets. What is left for this crate is that the question goes where it says, and that the answer
//! cannot hurt:
//!
//! * `https` with the certificates the system trusts; no port, user, fragment or address in the place of a name.
//! * A name that resolves to an address that is not public is refused: a private network, the machine itself, a cloud's metadata.
//! * No redirects, no proxy, no retries, no compression; two seconds for everything, 64 KiB at the most, 200 or nothing.
//!
//! It is refused when: the address is not of that form; any of the name's addresses is not public;
//! the status is not 200; the document is too long or too late. All of these are a [`KeyError`],
//! and the delivery is answered 503. 403, 404 and 410 for a document that the sender has named say
//! that there is none, and deliveries that name it are answered 401 for 60 s.
//!
//! Providers whose keys are behind an API with credentials (Plaid) need a [`KeySource`] of yours.

mod public;

use std::error::Error;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, StatusCode, Url};
use webhook_core::{Confirmation, KeyError, KeyQuery, KeySource};

use public::is_public;

/// For name, connection, question and answer together.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Longest document, in bytes. Sets of keys are a few KiB.
const LONGEST: usize = 64 * 1024;

/// A source of keys that are at an address. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct HttpsKeys {
    client: Client,
}

impl HttpsKeys {
    /// A source that trusts what the system trusts.
    ///
    /// # Errors
    ///
    /// When the system's certificates cannot be read.
    pub fn new() -> Result<Self, SetupError> {
        Self::with(Client::builder(), PublicOnly)
    }

    fn with(builder: ClientBuilder, resolver: impl Resolve + 'static) -> Result<Self, SetupError> {
        let client = builder
            .https_only(true)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .timeout(TIMEOUT)
            .pool_max_idle_per_host(1)
            .user_agent(concat!("webhook-keys/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(std::sync::Arc::new(resolver))
            .build()
            .map_err(SetupError)?;
        Ok(Self { client })
    }

    async fn get(&self, url: Url) -> Result<Answer, Refused> {
        let mut response = self.client.get(url).send().await.map_err(Refused::failed)?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::GONE => {
                return Ok(Answer::Nothing);
            }
            status => return Err(Refused::Status(status.as_u16())),
        }
        let announced = response.content_length().unwrap_or_default();
        let mut document = BytesMut::new();
        if usize::try_from(announced).map_or(true, |len| len > LONGEST) {
            return Err(Refused::TooLong);
        }
        while let Some(chunk) = response.chunk().await.map_err(Refused::failed)? {
            if document.len().saturating_add(chunk.len()) > LONGEST {
                return Err(Refused::TooLong);
            }
            document.extend_from_slice(&chunk);
        }
        Ok(Answer::Document(document.freeze()))
    }
}

impl HttpsKeys {
    /// Asks for an address, whatever it says, as long as it says it with 200.
    async fn visit(&self, url: Url) -> Result<(), Refused> {
        match self.get(url).await? {
            Answer::Document(_) => Ok(()),
            Answer::Nothing => Err(Refused::NotConfirmed),
        }
    }
}

impl KeySource for HttpsKeys {
    async fn fetch(&self, query: &KeyQuery) -> Result<Option<Bytes>, KeyError> {
        let url = query.url().ok_or(Refused::NoAddress);
        let url = url.and_then(address).map_err(KeyError::with_source)?;
        match self.get(url).await.map_err(KeyError::with_source)? {
            Answer::Document(document) => Ok(Some(document)),
            Answer::Nothing => Ok(None),
        }
    }

    async fn confirm(&self, confirmation: &Confirmation) -> Result<bool, KeyError> {
        let url = address(confirmation.url()).map_err(KeyError::with_source)?;
        self.visit(url).await.map_err(KeyError::with_source)?;
        Ok(true)
    }
}

impl fmt::Debug for HttpsKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpsKeys").finish_non_exhaustive()
    }
}

enum Answer {
    Document(Bytes),
    Nothing,
}

/// An address of the one form there is, and spelled in the one way: `https`, a name, a path.
fn address(text: &str) -> Result<Url, Refused> {
    let url = Url::parse(text).map_err(|_| Refused::Address)?;
    let plain = url.scheme() == "https"
        && url
            .domain()
            .is_some_and(|name| name.contains('.') && !name.ends_with('.'))
        && url.port().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
        && url.as_str() == text;
    plain.then_some(url).ok_or(Refused::Address)
}

/// The system's resolver, of whose answers none may lead inside.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            only_public(found.collect()).map_err(Into::into)
        })
    }
}

/// All of them, or none: a name with one address inside and one outside is somebody's trick.
fn only_public(addresses: Vec<SocketAddr>) -> Result<Addrs, Refused> {
    match addresses.iter().all(|address| is_public(address.ip())) {
        true => Ok(Box::new(addresses.into_iter())),
        false => Err(Refused::NotPublic),
    }
}

/// Why a key was not fetched. It is the source of a [`KeyError`], for logs.
#[derive(Debug)]
enum Refused {
    NoAddress,
    Address,
    NotPublic,
    NotConfirmed,
    Status(u16),
    TooLong,
    Failed(reqwest::Error),
}

impl Refused {
    /// Without the address, which a sender may have named.
    fn failed(error: reqwest::Error) -> Self {
        Self::Failed(error.without_url())
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAddress => f.write_str("this provider's keys have no address, only an API"),
            Self::Address => f.write_str("not the address of a document of keys"),
            Self::NotPublic => {
                f.write_str("the name of the host leads to an address that is not public")
            }
            Self::NotConfirmed => f.write_str("the sender knows of no such subscription"),
            Self::Status(status) => write!(f, "answered with status {status}"),
            Self::TooLong => f.write_str("the document is too long"),
            Self::Failed(_) => f.write_str("not fetched"),
        }
    }
}

impl Error for Refused {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Failed(error) => Some(error),
            _ => None,
        }
    }
}

/// A source that cannot be set up.
#[derive(Debug)]
pub struct SetupError(reqwest::Error);

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot set up TLS for fetching keys")
    }
}

impl Error for SetupError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[cfg(test)]
mod tests;
