//! Tenants: which one a request is for, and where its secrets come from.
//!
//! The tenant is found before the secret, from what the sender says about itself, and the secrets
//! of that tenant alone decide. An unknown tenant meets the template, whose secret nobody has: the
//! same work, the same answer.

mod cache;
mod head;
mod names;
mod wait;

pub use head::TenantHead;
pub use names::{from_header, from_host, from_path, from_query};
pub use wait::TenantWait;

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;
use webhook_core::adapter::{LogLimit, TenantLookup};
use webhook_core::{Endpoint, Rejection, TenantSecrets};

use crate::tenants::cache::{Cached, TenantCache};
use crate::tracked_endpoint::TrackedEndpoint;

/// The tenants of a layer: the endpoint that they share, where a request has their name, and who
/// knows their secrets.
///
/// ```
/// use std::convert::Infallible;
/// use std::sync::Arc;
///
/// use webhook_core::{Endpoint, SecretSet};
/// use webhook_runtime::tenants::{Tenants, from_path};
///
/// async fn secret(tenant: Arc<str>) -> Result<Option<String>, Infallible> {
///     // From a database. `None`: there is no such tenant.
///     Ok((&*tenant == "acme").then(|| "whsec_0123456789abcdef".to_owned()))
/// }
///
/// let template = Endpoint::stripe(SecretSet::per_tenant()).build()?;
/// let tenants = Tenants::new(template, from_path("/webhooks/stripe/{tenant}"), secret);
/// # let _ = tenants;
/// # Ok::<(), webhook_core::ConfigError>(())
/// ```
///
/// # What is remembered, and for how long
///
/// A tenant's keys are kept for [60 seconds](Self::known_for), and that a tenant does not exist for
/// [10 seconds](Self::unknown_for), for up to [10 000](Self::capacity) of either. After that the
/// next delivery asks again; so a secret that is revoked verifies for at most that long, and
/// [`forget`](Self::forget) ends it at once. However many deliveries wait for one tenant, one of
/// them asks. At most 64 questions are open at a time, so that invented names do not exhaust a
/// database.
///
/// # Answers
///
/// | | answer |
/// |---|---|
/// | no tenant is named, or there is no such tenant | 401, as for a bad signature |
/// | the resolver fails, panics or takes longer than [2 seconds](Self::timeout) | 503 |
///
/// There is no secret that stands in for a missing one. If a service has a secret of its own, give
/// it a name of its own: `_` is usual.
pub struct Tenants {
    template: TrackedEndpoint,
    name: Box<NameOf>,
    resolver: Box<Resolver>,
    cache: TenantCache,
    lookups: Semaphore,
    timeout: Duration,
    line: LogLimit,
}

type NameOf = dyn for<'h> Fn(&TenantHead<'h>) -> Option<Cow<'h, str>> + Send + Sync;

type Resolver = dyn Fn(&Endpoint, Arc<str>) -> Resolving + Send + Sync;

type Resolving = Pin<Box<dyn Future<Output = Result<Option<Endpoint>, BoxError>> + Send>>;

type BoxError = Box<dyn Error + Send + Sync>;

/// The number of questions to the resolver that are open at a time.
const LOOKUPS: usize = 64;

/// The longest time that keys are kept.
const MAX_KNOWN: Duration = Duration::from_secs(60);

/// The longest time that an unknown tenant is remembered.
const MAX_UNKNOWN: Duration = Duration::from_secs(10);

/// The maximum length of a tenant's name in bytes, as in [`Endpoint::for_tenant`].
const MAX_NAME: usize = 255;

impl Tenants {
    /// Tenants that differ in their secrets, and in what [`TenantSecrets`] has beside them.
    ///
    /// `template` is an endpoint of [`SecretSet::per_tenant`](webhook_core::SecretSet::per_tenant)
    /// with the settings of all. `name` is [`from_path`], [`from_host`], [`from_header`],
    /// [`from_query`], or a closure. `resolver` is asked for the secrets; `None` means that there is
    /// no such tenant.
    ///
    /// # Panics
    ///
    /// If the template has a secret of its own, which would stand in for that of an unknown tenant.
    #[track_caller]
    pub fn new<N, R, F, S, E>(template: Endpoint, name: N, resolver: R) -> Self
    where
        N: for<'h> Fn(&TenantHead<'h>) -> Option<Cow<'h, str>> + Send + Sync + 'static,
        R: Fn(Arc<str>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Option<S>, E>> + Send + 'static,
        S: Into<TenantSecrets>,
        E: Into<BoxError>,
    {
        Self::resolved_by(template, name, move |template, name| {
            let secrets = resolver(Arc::clone(&name));
            let template = template.clone();
            Box::pin(async move {
                let secrets = secrets.await.map_err(Into::into)?;
                let endpoint = secrets.map(|secrets| template.for_tenant(name, secrets));
                endpoint.transpose().map_err(Into::into)
            })
        })
    }

    /// Tenants that differ in more than their secrets: each has an endpoint of its own, perhaps of
    /// its own provider. It has to have the tenant's [name](webhook_core::EndpointBuilder::tenant),
    /// and a [store](webhook_core::EndpointBuilder::store) that outlives it.
    ///
    /// `stranger` answers for names that are not tenants. Its provider should be one that the
    /// tenants have too, so that its answers look the same, and it has no secret: it is an endpoint of
    /// [`SecretSet::per_tenant`](webhook_core::SecretSet::per_tenant).
    ///
    /// # Panics
    ///
    /// If `stranger` has a secret of its own.
    #[track_caller]
    pub fn of_endpoints<N, R, F, E>(stranger: Endpoint, name: N, resolver: R) -> Self
    where
        N: for<'h> Fn(&TenantHead<'h>) -> Option<Cow<'h, str>> + Send + Sync + 'static,
        R: Fn(Arc<str>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Option<Endpoint>, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        Self::resolved_by(stranger, name, move |_, name| {
            let endpoint = resolver(Arc::clone(&name));
            Box::pin(async move {
                let endpoint = endpoint.await.map_err(Into::into)?;
                endpoint.map(|own| checked(own, &name)).transpose()
            })
        })
    }

    #[track_caller]
    fn resolved_by<N, R>(template: Endpoint, name: N, resolver: R) -> Self
    where
        N: for<'h> Fn(&TenantHead<'h>) -> Option<Cow<'h, str>> + Send + Sync + 'static,
        R: Fn(&Endpoint, Arc<str>) -> Resolving + Send + Sync + 'static,
    {
        assert!(
            template.is_template(),
            "the endpoint for unknown tenants has a secret: build it with SecretSet::per_tenant()"
        );
        Self {
            template: TrackedEndpoint::new(template),
            name: Box::new(name),
            resolver: Box::new(resolver),
            cache: TenantCache::new(10_000),
            lookups: Semaphore::new(LOOKUPS),
            timeout: Duration::from_secs(2),
            line: LogLimit::new(),
        }
    }

    /// How long the keys of a tenant are kept: 60 s by default and at most. A shorter time ends
    /// revoked secrets sooner and asks more often.
    #[must_use]
    pub fn known_for(mut self, time: Duration) -> Self {
        self.cache.known_for = time.min(MAX_KNOWN);
        self
    }

    /// How long it is remembered that a tenant does not exist: 10 s by default and at most. A new
    /// tenant's first deliveries are refused for that long if somebody has named it before.
    #[must_use]
    pub fn unknown_for(mut self, time: Duration) -> Self {
        self.cache.unknown_for = time.min(MAX_UNKNOWN);
        self
    }

    /// The number of tenants whose keys are kept, 10 000 by default, and the number of names that
    /// are remembered as unknown. A tenant takes about 500 bytes, more if it has settings of its
    /// own.
    #[must_use]
    pub fn capacity(mut self, tenants: usize) -> Self {
        self.cache = self.cache.with_capacity(tenants);
        self
    }

    /// How long a delivery waits for the resolver. The default is 2 s, that of a store.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Forgets what is known about a tenant, so that its next delivery asks the resolver: after its
    /// secret was revoked, or once it was created. In this process only.
    pub fn forget(&self, tenant: &str) {
        self.cache.forget(tenant);
    }

    /// The endpoint that all tenants share, with their counters and the count of their running
    /// deliveries.
    #[must_use]
    pub fn template(&self) -> &TrackedEndpoint {
        &self.template
    }

    /// Finds the endpoint for a request.
    #[inline]
    pub fn find(self: &Arc<Self>, head: &TenantHead<'_>) -> FoundTenant {
        let Some(name) = (self.name)(head).filter(|name| is_name(name)) else {
            self.count(TenantLookup::Unnamed);
            return FoundTenant::Endpoint(self.template.clone());
        };
        match self.cache.get(&name, Instant::now()) {
            Cached::Known(endpoint) => {
                self.count(TenantLookup::Cached);
                FoundTenant::Endpoint(self.template.with_endpoint(endpoint))
            }
            Cached::Unknown => {
                self.count(TenantLookup::CachedUnknown);
                FoundTenant::Endpoint(self.template.clone())
            }
            Cached::Ask => self.ask(head, name.into()),
        }
    }

    fn count(&self, result: TenantLookup) {
        self.template.endpoint().count_tenant_lookup(result);
    }

    /// What no secret could make good is refused without asking.
    #[cold]
    fn ask(self: &Arc<Self>, head: &TenantHead<'_>, name: Arc<str>) -> FoundTenant {
        match self.template.endpoint().refuse_head(head.head()) {
            Some(rejection) => FoundTenant::Refused(rejection),
            None => FoundTenant::Wait(TenantWait::new(Arc::clone(self), name)),
        }
    }
}

/// What [`Tenants::find`] found.
#[derive(Debug)]
#[allow(
    clippy::exhaustive_enums,
    reason = "an adapter has to answer every variant"
)]
pub enum FoundTenant {
    /// The endpoint of the tenant, or the template if there is no such tenant.
    Endpoint(TrackedEndpoint),
    /// No secret could make the request good.
    Refused(Rejection),
    /// The resolver has to be asked.
    Wait(TenantWait),
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_NAME
}

/// Refuses an endpoint that would lose track of its tenant's events.
fn checked(endpoint: Endpoint, name: &str) -> Result<Endpoint, BoxError> {
    if endpoint.tenant() != Some(name) {
        return Err("the endpoint that was resolved has another tenant's name, or none".into());
    }
    if endpoint.has_own_store() {
        return Err(
            "the endpoint that was resolved has no store, and would forget its events".into(),
        );
    }
    Ok(endpoint)
}

impl fmt::Debug for Tenants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenants")
            .field("template", self.template.endpoint())
            .field("cache", &self.cache)
            .finish_non_exhaustive()
    }
}
