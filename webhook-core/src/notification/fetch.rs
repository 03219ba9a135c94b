use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;

use crate::error::RejectionKind;
use crate::notification::flights::Flights;
use crate::notification::{Notification, NotificationSpec};
use crate::observe;
use crate::observe::hook;
use crate::observe::hook::Hook;
use crate::time::UnixTime;

/// Fetches the object that a notification names from the sender's API.
///
/// The engine limits and joins the fetches: an implementation needs no cache and no limit. It has to
/// answer within about 2 s.
///
/// What it returns is trusted. So fetch exactly [the path](Notification::path), from the API's own
/// host, over an authenticated connection, follow no redirect to another host, and read no more than
/// an object can have. `HttpsApi` of webhook-keys does all of it.
pub trait FetchBack: fmt::Debug + Send + Sync + 'static {
    /// Fetches the object.
    ///
    /// `None` means that the API does not have it, such as status 404: the notification is refused
    /// with 401, and its sender may not come again. Return an error whenever the object may exist:
    /// the answer is then 503.
    fn fetch(
        &self,
        notification: &Notification,
    ) -> impl Future<Output = Result<Option<Bytes>, FetchError>> + Send;
}

impl<F: FetchBack> FetchBack for Arc<F> {
    async fn fetch(&self, notification: &Notification) -> Result<Option<Bytes>, FetchError> {
        F::fetch(self, notification).await
    }
}

/// An object could not be fetched. Whether it exists is unknown.
#[derive(Debug)]
pub struct FetchError(Option<Box<dyn Error + Send + Sync>>);

impl FetchError {
    /// An error without a cause.
    #[must_use]
    pub const fn unavailable() -> Self {
        Self(None)
    }

    /// An error with a cause, available through [`Error::source`]. It must not have the credentials
    /// in its text, because it is logged.
    pub fn with_source(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Some(source.into()))
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object could not be fetched")
    }
}

impl Error for FetchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.as_deref().map(|source| source as _)
    }
}

/// The fetches of one endpoint.
#[derive(Clone)]
pub(crate) struct Fetcher {
    pub(crate) spec: NotificationSpec,
    /// `None`: only tenants have an API.
    source: Option<Arc<dyn ErasedFetch>>,
    flights: Arc<Flights>,
}

impl Fetcher {
    pub(crate) fn new(spec: NotificationSpec, source: impl FetchBack) -> Self {
        Self {
            spec,
            source: Some(Arc::new(source)),
            flights: Arc::default(),
        }
    }

    /// What stands for tenants that do not exist: it fetches nothing.
    pub(crate) fn template(spec: NotificationSpec) -> Self {
        Self {
            spec,
            source: None,
            flights: Arc::default(),
        }
    }

    pub(crate) const fn is_template(&self) -> bool {
        self.source.is_none()
    }

    /// With other limits: fetches at a time, and in a minute.
    pub(crate) fn with_limits(self, at_once: usize, per_minute: u32) -> Self {
        Self {
            flights: Arc::new(Flights::new(at_once, per_minute)),
            ..self
        }
    }

    /// The object that a notification names. `now` is when it arrived.
    pub(crate) async fn object(
        &self,
        notification: &Notification,
        now: UnixTime,
    ) -> Result<Bytes, RejectionKind> {
        let fetch = || self.fetch(notification);
        self.flights.join(notification.path(), now, fetch).await
    }

    async fn fetch(&self, notification: &Notification) -> Result<Bytes, RejectionKind> {
        let Some(source) = &self.source else {
            return Err(RejectionKind::UnknownTenant);
        };
        match source.fetch(notification).await {
            Ok(object) => object.ok_or(RejectionKind::UnknownObject),
            Err(error) => {
                observe::fetch_failed(notification.provider(), &error);
                Err(RejectionKind::FetchFailed)
            }
        }
    }
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher")
            .field("spec", &self.spec.name())
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

type Fetching<'a> = Pin<Box<dyn Future<Output = Result<Option<Bytes>, FetchError>> + Send + 'a>>;

/// [`FetchBack`] with boxed futures. A panic is an error.
trait ErasedFetch: fmt::Debug + Send + Sync {
    fn fetch<'a>(&'a self, notification: &'a Notification) -> Fetching<'a>;
}

impl<F: FetchBack> ErasedFetch for F {
    fn fetch<'a>(&'a self, notification: &'a Notification) -> Fetching<'a> {
        Box::pin(async move {
            let fetched = async { FetchBack::fetch(self, notification).await };
            let fetched = hook::wait(Hook::FetchBack, notification.provider(), fetched).await;
            fetched.unwrap_or(Err(FetchError::unavailable()))
        })
    }
}
