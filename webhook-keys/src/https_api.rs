//! A client of the API that has the objects of notifications.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use reqwest::dns::Resolve;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, StatusCode, Url};
use webhook_core::notification::{FetchBack, FetchError as Unfetched, Notification};

use crate::error::{ApiSetupError, FetchError};
use crate::https_keys::{TIMEOUT, read};
use crate::resolver::PublicResolver;

/// Fetches the objects that notifications name from one API. Cheap to clone: clones share their
/// connections.
///
/// ```
/// use webhook_core::Endpoint;
/// use webhook_core::notification::MOLLIE_CLASSIC;
/// use webhook_keys::HttpsApi;
///
/// let api = HttpsApi::new("https://api.mollie.com")?.bearer("test_0123456789abcdef")?;
/// let endpoint = Endpoint::notifications(MOLLIE_CLASSIC, api).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// * It requests `https` URLs of the one host that is configured. The system's certificates verify
///   the server, and a host name that resolves to a non-public address is refused.
/// * It follows no redirect, and uses no proxy, retry or compression. A request has two seconds,
///   and an object at most 256 KiB.
/// * 200 is the object. 404 and 410 say that it does not exist. Any other status is an error, those
///   of refused credentials included: the notification is then answered 503.
#[derive(Clone)]
pub struct HttpsApi {
    client: Client,
    /// Without a slash at the end.
    base: String,
    credentials: HeaderMap,
}

/// Bytes of an object.
pub(crate) const MAX_OBJECT: usize = 256 * 1024;

impl HttpsApi {
    /// A client of the API at this URL, to which the paths of a spec are appended. It has a host
    /// name, and no port, user, query or fragment: `https://api.example` or
    /// `https://api.example/2.0`.
    ///
    /// # Errors
    ///
    /// The URL has another form, or the system's certificates cannot be read.
    pub fn new(base: &str) -> Result<Self, ApiSetupError> {
        let url = Url::parse(base).map_err(|_| ApiSetupError::InvalidUrl)?;
        let has_name = url
            .domain()
            .is_some_and(|name| name.contains('.') && !name.ends_with('.'));
        if url.scheme() != "https" || !has_name || url.port().is_some() {
            return Err(ApiSetupError::InvalidUrl);
        }
        Self::with(Client::builder().https_only(true), PublicResolver, &url)
    }

    /// A client of a stand-in for the API on this machine, for tests: `http`, and a loopback address
    /// with a port, such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    ///
    /// The URL has another form.
    pub fn loopback_for_tests(base: &str) -> Result<Self, ApiSetupError> {
        let url = Url::parse(base).map_err(|_| ApiSetupError::InvalidUrl)?;
        let is_loopback = match url.host_str() {
            Some(host) => {
                let address = host.trim_start_matches('[').trim_end_matches(']');
                let address = address.parse::<std::net::IpAddr>();
                address.is_ok_and(|address| address.is_loopback())
            }
            None => false,
        };
        if url.scheme() != "http" || !is_loopback {
            return Err(ApiSetupError::InvalidUrl);
        }
        Self::with(Client::builder(), PublicResolver, &url)
    }

    pub(crate) fn with(
        builder: ClientBuilder,
        resolver: impl Resolve + 'static,
        base: &Url,
    ) -> Result<Self, ApiSetupError> {
        let is_bare = base.username().is_empty()
            && base.password().is_none()
            && base.query().is_none()
            && base.fragment().is_none();
        if !is_bare {
            return Err(ApiSetupError::InvalidUrl);
        }
        let client = builder
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .timeout(TIMEOUT)
            .pool_max_idle_per_host(4)
            .user_agent(concat!("webhook-keys/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(resolver))
            .build()
            .map_err(ApiSetupError::tls)?;
        Ok(Self {
            client,
            base: base.as_str().trim_end_matches('/').to_owned(),
            credentials: HeaderMap::new(),
        })
    }

    /// Sends `Authorization: Bearer` with this token.
    ///
    /// # Errors
    ///
    /// The token is empty, or cannot be in a header.
    pub fn bearer(self, token: &str) -> Result<Self, ApiSetupError> {
        let value = format!("Bearer {}", visible(token)?);
        self.with_credential(AUTHORIZATION, &value)
    }

    /// Sends `Authorization: Basic` with this user name and password.
    ///
    /// # Errors
    ///
    /// One of them is empty, or the user name has a colon.
    pub fn basic(self, username: &str, password: &str) -> Result<Self, ApiSetupError> {
        if username.is_empty() || username.contains(':') || password.is_empty() {
            return Err(ApiSetupError::InvalidCredential);
        }
        let pair = format!("{username}:{password}");
        let value = format!("Basic {}", STANDARD.encode(pair));
        self.with_credential(AUTHORIZATION, &value)
    }

    /// Sends this header, for an API with a header of its own. It can be called several times.
    ///
    /// # Errors
    ///
    /// The name is not one of a header, or the value is empty or cannot be in a header.
    pub fn header(self, name: &str, value: &str) -> Result<Self, ApiSetupError> {
        let name = HeaderName::try_from(name).map_err(|_| ApiSetupError::InvalidCredential)?;
        self.with_credential(name, visible(value)?)
    }

    fn with_credential(mut self, name: HeaderName, value: &str) -> Result<Self, ApiSetupError> {
        let value = HeaderValue::from_str(value);
        let mut value = value.map_err(|_| ApiSetupError::InvalidCredential)?;
        value.set_sensitive(true);
        self.credentials.insert(name, value);
        Ok(self)
    }

    /// Fetches an object that a signed event names, such as those of `ToFetch` in
    /// webhook-payments. The path begins with a slash, and is appended to the base. `None`: the API
    /// does not have it.
    ///
    /// # Errors
    ///
    /// The path has another form, or the request fails as above. Whether the object exists is
    /// unknown.
    pub async fn object(&self, path: &str) -> Result<Option<Bytes>, Unfetched> {
        // Without a slash, the text would become a part of the host.
        let object = match path.starts_with('/') {
            true => self.get(path).await,
            false => Err(FetchError::Url),
        };
        object.map_err(Unfetched::with_source)
    }

    /// The object at this path. `None`: it does not exist.
    pub(crate) async fn get(&self, path: &str) -> Result<Option<Bytes>, FetchError> {
        let url = Url::parse(&format!("{}{path}", self.base)).map_err(|_| FetchError::Url)?;
        let request = self.client.get(url).headers(self.credentials.clone());
        let request = request.header(ACCEPT, HeaderValue::from_static("application/json"));
        let response = request.send().await.map_err(FetchError::request)?;
        match response.status() {
            StatusCode::OK => Ok(Some(read(response, MAX_OBJECT).await?)),
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
            status => Err(FetchError::Status(status.as_u16())),
        }
    }
}

/// A credential, which has visible characters only.
fn visible(text: &str) -> Result<&str, ApiSetupError> {
    match !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(text),
        false => Err(ApiSetupError::InvalidCredential),
    }
}

impl FetchBack for HttpsApi {
    async fn fetch(&self, notification: &Notification) -> Result<Option<Bytes>, Unfetched> {
        self.object(notification.path()).await
    }
}

/// Shows no credentials.
impl fmt::Debug for HttpsApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpsApi")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}
