//! Who may ask at all: addresses, rates, HTTPS and media types, before anything is verified.
//!
//! A signature says who has sent a delivery, and nothing here replaces it: an address is not a
//! proof, and the rules cost a genuine delivery more often than an attack. They are for those who
//! have to have them, and for servers without a proxy that limits who asks how often.
//!
//! ```
//! # use std::convert::Infallible;
//! # use bytes::Bytes;
//! # use http_body_util::Full;
//! use std::net::{IpAddr, SocketAddr};
//!
//! use http::{Extensions, Request, Response};
//! use tower::{Service, ServiceBuilder, service_fn};
//! use webhook_tower::access::AccessLayer;
//!
//! // In axum: `extensions.get::<ConnectInfo<SocketAddr>>().map(|it| it.0.ip())`.
//! fn peer(extensions: &Extensions) -> Option<IpAddr> {
//!     extensions.get::<SocketAddr>().map(SocketAddr::ip)
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let access = AccessLayer::new(peer)
//!     .behind("127.0.0.1".parse()?) // this proxy says who its client is, and whether by HTTPS
//!     .https_only()
//!     .only_from("203.0.113.0/24".parse()?)
//!     .per_minute(600)
//!     .media_types(["application/json"]);
//! # let webhooks = service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::<Full<Bytes>>::default()));
//! let mut service = ServiceBuilder::new().layer(access).service(webhooks);
//!
//! let proxy = SocketAddr::from(([127, 0, 0, 1], 40_000));
//! let from = |client: &str| {
//!     Request::post("/webhooks")
//!         .extension(proxy)
//!         .header("x-forwarded-for", client)
//!         .header("x-forwarded-proto", "https")
//!         .header("content-type", "application/json")
//!         .body(())
//! };
//! assert_eq!(service.call(from("203.0.113.7")?).await?.status(), 200);
//! assert_eq!(service.call(from("198.51.100.7")?).await?.status(), 401);
//! # Ok(())
//! # }
//! ```
//!
//! Put it outside of the [`WebhookLayer`](crate::WebhookLayer). It reads no body.

mod future;
mod networks;
mod rate;
mod source;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Extensions, HeaderMap, Request, Response};
use tower_layer::Layer;
use tower_service::Service;
use webhook_core::adapter::LogLimit;
use webhook_core::{Answer, RejectionClass};

pub use future::AccessFuture;
pub use networks::{NetworkError, Networks};

use future::Sender;
use rate::Rate;
use source::Source;

/// Refuses requests by where they come from, how often, how, and in which format.
///
/// Without rules it lets everything pass. What is refused is logged, at most one line a second for
/// each reason:
///
/// | rule | refused | answer |
/// |---|---|---|
/// | [`only_from`](Self::only_from) | another address, or none | 401, as a forgery |
/// | [`https_only`](Self::https_only) | plain HTTP, on any part of the way | 401, as a forgery |
/// | [`per_minute`](Self::per_minute) | one request too many, or no address | 503 with `Retry-After` |
/// | [`media_types`](Self::media_types) | another `Content-Type`, or none | 415 |
///
/// 503 and not 429: every sender that retries at all retries after a 5xx.
#[derive(Clone)]
pub struct AccessLayer {
    rules: Arc<Rules>,
}

#[derive(Clone)]
struct Rules {
    peer: fn(&Extensions) -> Option<IpAddr>,
    proxies: Networks,
    only_from: Option<Networks>,
    https_only: bool,
    rate: Option<Arc<Rate>>,
    media_types: Vec<String>,
    logs: bool,
    answer: fn(RejectionClass) -> Answer,
}

impl AccessLayer {
    /// A layer without rules. `peer` finds the address of the connection's other end.
    #[must_use]
    pub fn new(peer: fn(&Extensions) -> Option<IpAddr>) -> Self {
        let rules = Rules {
            peer,
            proxies: Networks::default(),
            only_from: None,
            https_only: false,
            rate: None,
            media_types: Vec::new(),
            logs: false,
            answer: Answer::from,
        };
        Self {
            rules: Arc::new(rules),
        }
    }

    /// Proxies in front of the server. They append to `X-Forwarded-For` and set
    /// `X-Forwarded-Proto`, which are ignored if anybody else sends them. The default is none.
    ///
    /// Name only addresses that nobody else can have. A proxy that passes on a client's
    /// `X-Forwarded-Proto` lets the client say what it is.
    #[must_use]
    pub fn behind(self, proxies: Networks) -> Self {
        self.with(|rules| rules.proxies = proxies)
    }

    /// Only these addresses may ask. The default is all. A provider that uses a new address is
    /// refused until it is named here.
    #[must_use]
    pub fn only_from(self, networks: Networks) -> Self {
        self.with(|rules| rules.only_from = Some(networks))
    }

    /// Refuses what has not come by HTTPS to a [proxy](Self::behind). By default both are accepted.
    #[must_use]
    pub fn https_only(self) -> Self {
        self.with(|rules| rules.https_only = true)
    }

    /// How many requests of an address, or of a /64 of IPv6, are accepted in 60 seconds. The
    /// default is any number. A provider has few addresses and sends many events from each: give it
    /// several times of what it sends at its peak.
    ///
    /// 65 536 addresses are counted apart. Further ones share one limit, until the minute is over.
    /// Clones of the layer count together.
    #[must_use]
    pub fn per_minute(self, requests: u32) -> Self {
        self.with(|rules| rules.rate = Some(Arc::new(Rate::new(requests))))
    }

    /// Requests with a body have one of these media types, whatever its parameters. The default is
    /// any.
    #[must_use]
    pub fn media_types<'a>(self, types: impl IntoIterator<Item = &'a str>) -> Self {
        let types = types.into_iter().map(str::to_ascii_lowercase).collect();
        self.with(|rules| rules.media_types = types)
    }

    /// Logs who has sent what a layer inside could not verify: the address, the path without its
    /// query, and the reason, at most one line a second. By default such lines have no address,
    /// because a layer inside does not know it.
    #[must_use]
    pub fn log_refusals(self) -> Self {
        self.with(|rules| rules.logs = true)
    }

    /// The answers, as in
    /// [`EndpointBuilder::answer_rejections`](webhook_core::EndpointBuilder::answer_rejections).
    #[must_use]
    pub fn answer_rejections(self, answer: fn(RejectionClass) -> Answer) -> Self {
        self.with(|rules| rules.answer = answer)
    }

    fn with(mut self, change: impl FnOnce(&mut Rules)) -> Self {
        change(Arc::make_mut(&mut self.rules));
        self
    }
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    Address,
    PlainHttp,
    Rate(Duration),
    MediaType,
}

impl Rules {
    fn source<B>(&self, request: &Request<B>) -> Source {
        let peer = (self.peer)(request.extensions());
        Source::of(peer, request.headers(), &self.proxies)
    }

    fn check_source(&self, source: Source, now: Instant) -> Result<(), Refused> {
        if let Some(allowed) = &self.only_from {
            let is_allowed = source.address.is_some_and(|it| allowed.contains(it));
            is_allowed.then_some(()).ok_or(Refused::Address)?;
        }
        if self.https_only && !source.is_https {
            return Err(Refused::PlainHttp);
        }
        if let Some(rate) = &self.rate {
            let unknown = Refused::Rate(Duration::from_secs(1));
            let address = source.address.ok_or(unknown)?;
            rate.take(address, now).map_err(Refused::Rate)?;
        }
        Ok(())
    }

    /// A challenge by `GET` has no body, and so no type.
    fn check_media_type(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let has_body = headers.contains_key("content-length")
            || headers.contains_key("transfer-encoding")
            || headers.contains_key(CONTENT_TYPE);
        if self.media_types.is_empty() || !has_body {
            return Ok(());
        }
        let given = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
        let given = given.and_then(|it| it.split(';').next()).map(str::trim);
        let is_known = given.is_some_and(|given| {
            let mut types = self.media_types.iter();
            types.any(|known| known.eq_ignore_ascii_case(given))
        });
        is_known.then_some(()).ok_or(Refused::MediaType)
    }

    fn answer(&self, refused: Refused) -> Answer {
        match refused {
            Refused::Address | Refused::PlainHttp => (self.answer)(RejectionClass::Unverified),
            Refused::MediaType => (self.answer)(RejectionClass::UnsupportedEncoding),
            Refused::Rate(wait) => {
                let seconds = wait.as_secs().saturating_add(1);
                let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
                (self.answer)(RejectionClass::Unavailable).with_retry_after(seconds)
            }
        }
    }
}

impl Refused {
    /// Senders cause these lines.
    fn report(self, source: Source) {
        static LINES: [LogLimit; 4] = [const { LogLimit::new() }; 4];
        let (reason, line) = match self {
            Self::Address => ("address", &LINES[0]),
            Self::PlainHttp => ("plain_http", &LINES[1]),
            Self::Rate(_) => ("rate", &LINES[2]),
            Self::MediaType => ("media_type", &LINES[3]),
        };
        if let Some(suppressed) = line.pass() {
            let ip = source.address.map(tracing::field::display);
            tracing::warn!(target: "webhook", ip, reason, suppressed, "access refused");
        }
    }
}

impl<S> Layer<S> for AccessLayer {
    type Service = Access<S>;

    fn layer(&self, inner: S) -> Access<S> {
        Access {
            inner,
            rules: Arc::clone(&self.rules),
        }
    }
}

/// The service of an [`AccessLayer`].
#[derive(Clone)]
pub struct Access<S> {
    inner: S,
    rules: Arc<Rules>,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Access<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: From<Bytes>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = AccessFuture<S::Future, ResBody>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let rules = &self.rules;
        let source = rules.source(&request);
        let checked = rules
            .check_source(source, Instant::now())
            .and_then(|()| rules.check_media_type(request.headers()));
        if let Err(refused) = checked {
            refused.report(source);
            return AccessFuture::refused(crate::respond(rules.answer(refused)));
        }
        let sender = rules.logs.then(|| Sender {
            address: source.address,
            path: request.uri().path().into(),
        });
        AccessFuture::passed(self.inner.call(request), sender)
    }
}

impl fmt::Debug for AccessLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rules.fmt(f)
    }
}

impl<S: fmt::Debug> fmt::Debug for Access<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("inner", &self.inner)
            .field("rules", &self.rules)
            .finish()
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessLayer")
            .field("proxies", &self.proxies)
            .field("only_from", &self.only_from)
            .field("https_only", &self.https_only)
            .field("rate", &self.rate)
            .field("media_types", &self.media_types)
            .field("logs", &self.logs)
            .finish_non_exhaustive()
    }
}
