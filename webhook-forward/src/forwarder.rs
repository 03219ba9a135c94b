//! The forwarder.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Uri};
use webhook_core::adapter::LogLimit;
use webhook_core::{Delivery, Endpoint, Head};

use crate::builder::Destination;
use crate::client::{Client, Ended};
use crate::counts::{Counters, ForwardCounts};
use crate::credential::HopCredential;
use crate::error::ForwardError;
use crate::forwarded::{ForwardOutcome, Forwarded};
use crate::headers::{Allowed, describe, identify, remove_reserved};
use crate::hops::{Hops, VIA, random};
use crate::substitute::Substitute;
use crate::target::Target;

/// Sends verified deliveries to another server.
///
/// Cheap to clone: clones share their connections and counters. It needs a tokio runtime with IO
/// and time enabled. The [crate docs](crate) say what is sent, and what becomes of an event.
#[derive(Clone)]
pub struct Forwarder(Arc<Inner>);

struct Inner {
    settings: Settings,
    counters: Counters,
    lines: LogLimit,
}

pub(crate) struct Settings {
    pub(crate) target: Target,
    pub(crate) credential: HopCredential,
    pub(crate) allowed: Allowed,
    pub(crate) route: Option<String>,
    pub(crate) idempotency_key: bool,
    pub(crate) gives_up_on: Vec<u16>,
    pub(crate) timeout: Duration,
    pub(crate) hops: Hops,
    pub(crate) client: Client,
}

/// A request that is ready to be sent.
struct Prepared {
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

impl Forwarder {
    /// Begins with the URL of the receiver. [`build`](crate::ForwarderBuilder::build) checks it.
    /// In its path and query, `{tenant}` stands for the name of the delivery's tenant, escaped, or
    /// for nothing if there is none.
    pub fn to(url: impl Into<String>) -> Destination {
        Destination::new(url.into())
    }

    pub(crate) fn new(settings: Settings) -> Self {
        Self(Arc::new(Inner {
            settings,
            counters: Counters::default(),
            lines: LogLimit::new(),
        }))
    }

    /// Checks that a request ends before the time of the endpoint's handlers. Otherwise the
    /// handler's timeout ends it, and the counters here do not show why.
    ///
    /// # Errors
    ///
    /// [`ForwardError::HandlerTimeout`].
    pub fn check_against(&self, endpoint: &Endpoint) -> Result<(), ForwardError> {
        let handler = endpoint.limits().handler_timeout;
        let timeout = self.0.settings.timeout;
        match timeout < handler {
            true => Ok(()),
            false => Err(ForwardError::HandlerTimeout { timeout, handler }),
        }
    }

    /// Sends a delivery. `head` is that of the request that brought it.
    ///
    /// A failure is logged at most once a second, and counted.
    pub fn forward(
        &self,
        delivery: &Delivery,
        head: &Head<'_>,
    ) -> impl Future<Output = Forwarded> + Send + use<> {
        let substitute = Substitute::new(id(delivery), delivery.raw().clone());
        self.forward_as(delivery, head, substitute)
    }

    /// Like [`forward`](Self::forward), with another id and body, and with further headers.
    pub fn forward_as(
        &self,
        delivery: &Delivery,
        head: &Head<'_>,
        substitute: Substitute,
    ) -> impl Future<Output = Forwarded> + Send + use<> {
        let prepared = self.0.settings.prepare(delivery, head, substitute);
        let (inner, delivery) = (self.0.clone(), delivery.clone());
        async move {
            let mut ended = match prepared {
                Some(Prepared { uri, headers, body }) => {
                    inner.settings.client.send(uri, headers, body).await
                }
                None => Ended::Loop,
            };
            let forwarded = Forwarded::new(&mut ended, &delivery, &inner.settings.gives_up_on);
            inner.counters.add(forwarded.outcome());
            delivery.count_forward(forwarded.outcome().as_str());
            if forwarded.outcome() != ForwardOutcome::Delivered {
                inner.report(&forwarded, &ended, &delivery);
            }
            forwarded
        }
    }

    /// How long a request takes at most.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.0.settings.timeout
    }

    /// What it has counted.
    #[must_use]
    pub fn counts(&self) -> ForwardCounts {
        self.0.counters.read()
    }

    /// Scheme, host and port of the receiver, for logs. The rest of the URL may hold a secret.
    #[must_use]
    pub fn origin(&self) -> String {
        self.0.settings.target.origin().to_string()
    }
}

impl Settings {
    /// The request for a delivery; `None` if it is in a loop.
    fn prepare(
        &self,
        delivery: &Delivery,
        head: &Head<'_>,
        substitute: Substitute,
    ) -> Option<Prepared> {
        let via = self.hops.next(head).ok()?;
        let Substitute {
            id,
            body,
            mut headers,
        } = substitute;
        let credential = self.credential.own_header();
        remove_reserved(credential, &mut headers);
        self.allowed.copy(delivery, head, credential, &mut headers);
        describe(delivery, &id, self.route.as_deref(), &mut headers);
        headers.insert(VIA, via);
        if self.idempotency_key {
            identify(&id, &mut headers);
        }
        self.credential.add(&mut headers, &id, &body);
        Some(Prepared {
            uri: self.target.of(delivery, head),
            headers,
            body,
        })
    }
}

/// The id of the event: the same for all of its copies, and for no other event.
fn id(delivery: &Delivery) -> String {
    match delivery.replay_key() {
        Some(key) if delivery.is_remembered() => const_hex::encode(key.as_bytes()),
        _ => format!("{:016x}{:016x}", random(), random()),
    }
}

impl Inner {
    fn report(&self, forwarded: &Forwarded, ended: &Ended, delivery: &Delivery) {
        let Some(suppressed) = self.lines.pass() else {
            return;
        };
        let settings = &self.settings;
        let route = settings.route.as_deref().or_else(|| delivery.consumer());
        tracing::warn!(
            target: "webhook",
            provider = delivery.provider(),
            route,
            to = %settings.target.origin(),
            reason = forwarded.outcome().as_str(),
            status = forwarded.upstream_status(),
            error = ended.error().map(tracing::field::display),
            attempt = delivery.attempt(),
            suppressed,
            "not forwarded"
        );
    }
}

impl Ended {
    /// The error of the client with its causes, in one line.
    fn error(&self) -> Option<String> {
        let error: &(dyn std::error::Error + 'static) = match self {
            Self::Unreachable(error) => error,
            Self::Broken(error) => &**error,
            _ => return None,
        };
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        Some(text)
    }
}

impl fmt::Debug for Forwarder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = &self.0.settings;
        f.debug_struct("Forwarder")
            .field("to", &self.origin())
            .field("route", &settings.route)
            .field("timeout", &settings.timeout)
            .finish_non_exhaustive()
    }
}
