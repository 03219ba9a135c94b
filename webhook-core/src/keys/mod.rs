//! Public keys that live elsewhere: at a provider's address, or behind its API.
//!
//! A delivery that names a key which is not configured is verified as far as that goes without it, and
//! [`Finished::Pending`](crate::Finished::Pending) is what becomes of it then. What the [`KeySource`] of the endpoint gives is kept in the
//! endpoint, so that no sender can have it asked often. See [`manual::keys_elsewhere`](crate::manual::keys_elsewhere).

mod budget;
mod cache;
mod document;
mod fixed;
mod gate;

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;

use crate::observe::hook;
use crate::observe::hook::Hook;

pub(crate) use cache::{FetchedKeys, KeyCache, Known};
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use document::read;
pub(crate) use document::{KeyRequirements, NamedKey, Unusable};
pub use fixed::StaticKeys;

/// Where public keys come from that are not configured, and how subscriptions are confirmed.
///
/// The engine keeps what it gets: an hour, or a day while the source fails to give it again. It
/// asks for a name once at a time, and in 60 s once for a name that does not exist. Names are the
/// sender's to choose, so names that have verified no delivery have a budget together: at most 16
/// at once and 12 a minute, for one endpoint and its clones. A name that finds it spent is answered
/// 503. Names that have verified a delivery are outside the budget.
///
/// So an implementation needs no cache and no limit. It has to end within about 2 s, has to read no
/// more than a document of keys can be, and may be asked for several names at the same time.
///
/// A wrong answer lets a forger in: what is returned is believed. So a source goes where the query
/// says over an authenticated connection, follows no redirects, and gives nothing that came from
/// another place. A `None` for a key that exists is as wrong: its deliveries are answered 401, and
/// the sender may not retry them. Return an error whenever the key may exist.
pub trait KeySource: fmt::Debug + Send + Sync + 'static {
    /// The document a query is about: a JSON Web Key or a set of them (RFC 7517), a public key or
    /// certificate in PEM, or the answer in which eBay, Circle or Plaid have one. `None` says that
    /// there is no such key, and the delivery is refused like any that is forged, as it is for a
    /// certificate that is not the sender's and for a key that says that it is withdrawn. An error
    /// says that nobody knows, and it is answered 503.
    fn fetch(
        &self,
        query: &KeyQuery,
    ) -> impl Future<Output = Result<Option<Bytes>, KeyError>> + Send;

    /// Confirms a subscription, without which Amazon SNS sends nothing: asks for its address with `GET`, under the same rules, and is
    /// done when that succeeds. `Ok(false)` says that this source does no such thing, which is what it says unless it is written; then the
    /// delivery is for the handler. An error is answered 503.
    ///
    /// Called for deliveries that are verified and of a topic that is configured: for one address
    /// once at a time, and once an hour.
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

/// A subscription that its sender wants confirmed. It is genuine.
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

    /// The address that confirms, by being asked for: `https`, of a host that the provider's allow-list has, without port, user or
    /// fragment. There is a token in it, so it belongs in no log.
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

/// The name of a key that a delivery asks for. Nothing in it is authenticated yet, but every URL has passed the provider's allow-list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyQuery {
    provider: &'static str,
    url: Option<String>,
    id: Option<String>,
}

impl KeyQuery {
    /// A key of the provider's API.
    pub(crate) fn by_id(provider: &'static str, id: String) -> Self {
        Self {
            provider,
            url: None,
            id: Some(id),
        }
    }

    /// A document, and the key in it if it holds several.
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

    /// The address of the document: `https`, of a host that the provider's allow-list has, without port, user or fragment. `None` where
    /// a key has an id alone, for which the provider's API has to be asked.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// The id of the key, as `kid` says it: up to 256 characters of `A–Z a–z 0–9 - _ . : = +`, and not of dots alone.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// What a document is kept by.
    fn document(&self) -> &str {
        self.url.as_deref().or(self.id()).unwrap_or_default()
    }

    /// Whether one document has this key and others.
    fn is_in_set(&self) -> bool {
        self.url.is_some() && self.id.is_some()
    }

    /// What a key is known by. An id has no `#`, and neither has an address.
    fn name(&self) -> Cow<'_, str> {
        match (&self.url, &self.id) {
            (Some(url), Some(id)) => format!("{url}#{id}").into(),
            _ => self.document().into(),
        }
    }
}

/// A source of keys that could not say whether there is one. The delivery is answered 503 and not run.
#[derive(Debug)]
pub struct KeyError(Option<Box<dyn Error + Send + Sync>>);

impl KeyError {
    /// An error without a cause.
    #[must_use]
    pub const fn unavailable() -> Self {
        Self(None)
    }

    /// An error with its cause, which [`Error::source`] gives back.
    pub fn with_source(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Some(source.into()))
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("source of keys unavailable")
    }
}

impl Error for KeyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.as_deref().map(|source| source as _)
    }
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, KeyError>> + Send + 'a>>;

/// [`KeySource`] with its futures boxed.
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

/// A source that panics cannot tell.
async fn unless_panicked<T>(
    provider: &str,
    asked: impl Future<Output = Result<T, KeyError>>,
) -> Result<T, KeyError> {
    let answered = hook::wait(Hook::KeySource, provider, asked).await;
    answered.unwrap_or(Err(KeyError::unavailable()))
}

/// An id that a header names, if it can be one.
pub(crate) fn key_id(text: &str) -> Option<String> {
    let allowed = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':' | b'=' | b'+')
    };
    // A source may write it into a path, where dots alone lead elsewhere.
    let leads_up = text.bytes().all(|byte| byte == b'.');
    let fits = (1..=MAX_ID).contains(&text.len()) && text.bytes().all(allowed);
    (fits && !leads_up).then(|| text.to_owned())
}

const MAX_ID: usize = 256;
