//! The source of keys, and its HTTP client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::dns::Resolve;
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response, StatusCode, Url};
use webhook_core::{Confirmation, KeyError, KeyQuery, KeySource};

use crate::error::{FetchError, SetupError};
use crate::resolver::PublicResolver;
use crate::url::parse;

/// A source of keys that have a URL. Cheap to clone: clones share their connections.
#[derive(Clone)]
pub struct HttpsKeys {
    client: Client,
}

/// A successful answer of the server.
pub(crate) enum Answer {
    Document(Bytes),
    /// The server says that the document does not exist.
    Missing,
}

impl HttpsKeys {
    /// Creates a source that trusts the system's certificates.
    ///
    /// # Errors
    ///
    /// The system's certificates cannot be read.
    pub fn new() -> Result<Self, SetupError> {
        Self::with(Client::builder(), PublicResolver)
    }

    pub(crate) fn with(
        builder: ClientBuilder,
        resolver: impl Resolve + 'static,
    ) -> Result<Self, SetupError> {
        let client = builder
            .https_only(true)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .timeout(TIMEOUT)
            .pool_max_idle_per_host(1)
            .user_agent(concat!("webhook-keys/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(resolver))
            .build()
            .map_err(SetupError::new)?;
        Ok(Self { client })
    }

    pub(crate) async fn get(&self, url: Url) -> Result<Answer, FetchError> {
        let response = self.client.get(url).send().await;
        let response = response.map_err(FetchError::request)?;
        match response.status() {
            StatusCode::OK => Ok(Answer::Document(read(response, MAX_BYTES).await?)),
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::GONE => Ok(Answer::Missing),
            status => Err(FetchError::Status(status.as_u16())),
        }
    }

    /// Requests a URL for its effect. Any answer with the status 200 is a success.
    pub(crate) async fn visit(&self, url: Url) -> Result<(), FetchError> {
        match self.get(url).await? {
            Answer::Document(_) => Ok(()),
            Answer::Missing => Err(FetchError::NotConfirmed),
        }
    }
}

impl KeySource for HttpsKeys {
    async fn fetch(&self, query: &KeyQuery) -> Result<Option<Bytes>, KeyError> {
        let url = query.url().ok_or(FetchError::NoUrl);
        let url = url.and_then(parse).map_err(KeyError::with_source)?;
        match self.get(url).await.map_err(KeyError::with_source)? {
            Answer::Document(document) => Ok(Some(document)),
            Answer::Missing => Ok(None),
        }
    }

    async fn confirm(&self, confirmation: &Confirmation) -> Result<bool, KeyError> {
        let url = parse(confirmation.url()).map_err(KeyError::with_source)?;
        self.visit(url).await.map_err(KeyError::with_source)?;
        Ok(true)
    }
}

impl fmt::Debug for HttpsKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpsKeys").finish_non_exhaustive()
    }
}

/// Reads a document of at most `most` bytes, whatever length the server announces.
pub(crate) async fn read(mut response: Response, most: usize) -> Result<Bytes, FetchError> {
    let announced = response.content_length().unwrap_or_default();
    if usize::try_from(announced).map_or(true, |len| len > most) {
        return Err(FetchError::TooLong(most));
    }
    let mut document = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(FetchError::request)? {
        if document.len().saturating_add(chunk.len()) > most {
            return Err(FetchError::TooLong(most));
        }
        document.extend_from_slice(&chunk);
    }
    Ok(document.freeze())
}

/// Time for name resolution, connection, request and answer together.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(2);
/// Bytes of a document. Sets of keys have a few KiB.
pub(crate) const MAX_BYTES: usize = 64 * 1024;
