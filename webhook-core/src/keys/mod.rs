//! Public keys that are fetched, from a provider's address or its API.
//!
//! A delivery may name a key that is not configured. It is verified as far as possible without the
//! key and becomes [`Finished::Pending`](crate::Finished::Pending). The endpoint caches what its
//! [`KeySource`] returns, so that a sender cannot cause many fetches. See
//! [`manual::keys_elsewhere`](crate::manual::keys_elsewhere).

mod age;
mod budget;
mod cache;
mod confirmed;
mod document;
mod documents;
mod fixed;
mod gate;
mod known;
mod missed;

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;

use crate::observe::hook;
use crate::observe::hook::Hook;

pub(crate) use cache::KeyCache;
#[cfg(any(all(test, feature = "asymmetric"), feature = "fuzzing"))]
pub(crate) use document::read;
pub(crate) use document::{KeyRequirements, NamedKey, Unusable};
pub use fixed::StaticKeys;
pub(crate) use gate::Gate;
pub(crate) use known::{FetchedKeys, Known};

/// Fetches public keys that are not configured, and confirms subscriptions.
///
/// The engine caches what it gets for an hour, or for a day while the source fails to return it
/// again. It makes one fetch at a time for a name, and one in 60 s for a name that does not exist.
/// A sender chooses the names, so names that have not verified a delivery share a budget: at most
/// 16 at once and 12 a minute, for one endpoint and its clones. A name that finds the budget spent
/// is answered 503. Names that have verified a delivery are outside the budget.
///
/// So an implementation needs no cache and no limit. It has to finish within about 2 s, must not
/// read more than a key document can have, and may be called for several names at the same time.
///
/// A wrong document lets an attacker in, because it is trusted. So fetch exactly what the query
/// names, over an authenticated connection, follow no redirects, and return nothing from another
/// place. `None` for a key that exists is as wrong: its deliveries are answered 401, and the sender
/// may not retry them. Return an error whenever the key may exist.
pub trait KeySource: fmt::Debug + Send + Sync + 'static {
    /// Fetches the document that a query names.
    ///
    /// It is a JSON Web Key or a set of them (RFC 7517), a public key or certificate in PEM, or the
    /// API response in which eBay, Circle or Plaid have a key.
    ///
    /// `None` means that the key does not exist. The delivery is then refused like a forgery, with
    /// 401. The same happens if the certificate is not the sender's, or the key is marked as
    /// withdrawn. An error means that this is unknown, and the delivery is answered 503.
    fn fetch(
        &self,
        query: &KeyQuery,
    ) -> impl Future<Output = Result<Option<Bytes>, KeyError>> + Send;

    /// Confirms a subscription, which Amazon SNS requires before it sends events.
    ///
    /// Requests the address with `GET`, under the same rules, and returns `Ok(true)` if that
    /// succeeds. `Ok(false)`, the default, means that this source does not confirm subscriptions:
    /// the delivery then reaches the handler. An error is answered 503.
    ///
    /// Called for verified deliveries of a configured topic. For one address there is one call at a
    /// time, and one an hour after a success.
    fn confirm(
        &self,
        confirmation: &Confirmation,
    ) -> impl Future<Output = Result<bool, KeyError>> + Send {
        let _ = confirmation;
        std::future::ready(Ok(false))
    }
}

impl<S: KeySource> KeySource for Arc<S> {
    async fn fetch(&self, query: &KeyQuery) -> Result<Option<Bytes>, KeyError> {
        S::fetch(self, query).await
    }

    async fn confirm(&self, confirmation: &Confirmation) -> Result<bool, KeyError> {
        S::confirm(self, confirmation).await
    }
}

/// A genuine request to confirm a subscription.
#[derive(Clone, PartialEq, Eq)]
pub struct Confirmation {
    provider: &'static str,
    url: String,
}

impl Confirmation {
    pub(crate) fn new(provider: &'static str, url: String) -> Self {
        Self { provider, url }
    }

    /// The provider's name.
    #[must_use]
    pub fn provider(&self) -> &'static str {
        self.provider
    }

    /// The address that confirms the subscription when it is requested.
    ///
    /// It is `https`, with a host from the provider's allow-list, and without port, user or
    /// fragment. It contains a token, so do not log it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl fmt::Debug for Confirmation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Confirmation")
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}

/// The name of a key that a delivery is signed with. Nothing in it is authenticated yet, but every
/// URL has passed the provider's allow-list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyQuery {
    provider: &'static str,
    url: Option<String>,
    id: Option<String>,
}

impl KeyQuery {
    /// A key from the provider's API.
    pub(crate) fn by_id(provider: &'static str, id: String) -> Self {
        Self {
            provider,
            url: None,
            id: Some(id),
        }
    }

    /// A document, and the key in it if it has several.
    pub(crate) fn by_url(provider: &'static str, url: String, id: Option<String>) -> Self {
        Self {
            provider,
            url: Some(url),
            id,
        }
    }

    /// The provider's name.
    #[must_use]
    pub fn provider(&self) -> &'static str {
        self.provider
    }

    /// The address of the document. It is `https`, with a host from the provider's allow-list, and
    /// without port, user or fragment. `None` if the key only has an id, for the provider's API.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// The id of the key, as in `kid`: up to 256 characters of `A–Z a–z 0–9 - _ . : = +`, not only
    /// dots.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The name that a document is cached by.
    fn document(&self) -> &str {
        self.url.as_deref().or(self.id()).unwrap_or_default()
    }

    /// Whether the document has several keys, one of which is named.
    fn is_in_set(&self) -> bool {
        self.url.is_some() && self.id.is_some()
    }

    /// The name that a key is cached by. Neither ids nor addresses contain `#`.
    fn name(&self) -> Cow<'_, str> {
        match (&self.url, &self.id) {
            (Some(url), Some(id)) => format!("{url}#{id}").into(),
            _ => self.document().into(),
        }
    }
}

/// A key source could not say whether a key exists. The delivery is answered 503, and the handler
/// does not run.
#[derive(Debug)]
pub struct KeyError(Option<Box<dyn Error + Send + Sync>>);

impl KeyError {
    /// Creates an error without a cause.
    #[must_use]
    pub const fn unavailable() -> Self {
        Self(None)
    }

    /// Creates an error with a cause, available through [`Error::source`].
    pub fn with_source(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Some(source.into()))
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("key source unavailable")
    }
}

impl Error for KeyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.as_deref().map(|source| source as _)
    }
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, KeyError>> + Send + 'a>>;

/// [`KeySource`] with boxed futures.
pub(crate) trait ErasedSource: fmt::Debug + Send + Sync {
    fn fetch<'a>(&'a self, query: &'a KeyQuery) -> Boxed<'a, Option<Bytes>>;
    fn confirm<'a>(&'a self, confirmation: &'a Confirmation) -> Boxed<'a, bool>;
}

impl<S: KeySource> ErasedSource for S {
    fn fetch<'a>(&'a self, query: &'a KeyQuery) -> Boxed<'a, Option<Bytes>> {
        Box::pin(unless_panicked(query.provider(), async move {
            KeySource::fetch(self, query).await
        }))
    }

    fn confirm<'a>(&'a self, confirmation: &'a Confirmation) -> Boxed<'a, bool> {
        Box::pin(unless_panicked(confirmation.provider(), async move {
            KeySource::confirm(self, confirmation).await
        }))
    }
}

/// Treats a panic in a source as an error.
async fn unless_panicked<T>(
    provider: &str,
    asked: impl Future<Output = Result<T, KeyError>>,
) -> Result<T, KeyError> {
    let answered = hook::wait(Hook::KeySource, provider, asked).await;
    answered.unwrap_or(Err(KeyError::unavailable()))
}

/// The key id that a header names, if it is valid.
pub(crate) fn key_id(text: &str) -> Option<String> {
    let allowed = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':' | b'=' | b'+')
    };
    // A source may use the id in a path, where a segment of dots is special.
    let leads_up = text.bytes().all(|byte| byte == b'.');
    let fits = (1..=MAX_ID).contains(&text.len()) && text.bytes().all(allowed);
    (fits && !leads_up).then(|| text.to_owned())
}

const MAX_ID: usize = 256;
