//! The HTTP client: one request, within its time and its bounds.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body::Body as _;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
#[cfg(feature = "tls")]
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client as Pool, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;
use webhook_core::Answer;

use crate::error::ForwardError;
use crate::retry_after;

#[cfg(feature = "tls")]
type Connector = HttpsConnector<HttpConnector>;
#[cfg(not(feature = "tls"))]
type Connector = HttpConnector;

/// A pool of connections. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pool: Pool<Connector, Full<Bytes>>,
    timeout: Duration,
    passes_response: bool,
}

/// How a request ended.
#[derive(Debug)]
pub(crate) enum Ended {
    Received(Received),
    TimedOut,
    Unreachable(ClientError),
    Broken(Box<dyn Error + Send + Sync>),
    TooLong,
    Loop,
}

/// An answer of the receiver.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) status: u16,
    /// What it asks for.
    pub(crate) retry_after: Option<Duration>,
    /// Content type and body, if they are passed back.
    passed: Option<(Option<String>, Bytes)>,
}

impl Received {
    /// The answer to the sender. Always 200: some senders take another 2xx for a failure.
    pub(crate) fn take_answer(&mut self) -> Answer {
        match self.passed.take() {
            Some((content_type, body)) => Answer::ok().with_body(content_type, body),
            None => Answer::ok(),
        }
    }
}

impl Client {
    pub(crate) fn new(
        connect_timeout: Duration,
        timeout: Duration,
        passes_response: bool,
    ) -> Result<Self, ForwardError> {
        let mut http = HttpConnector::new();
        http.set_connect_timeout(Some(connect_timeout));
        http.set_nodelay(true);
        let pool = Pool::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(MAX_IDLE)
            // A request is sent again if a pooled connection was closed before its first byte.
            .retry_canceled_requests(true)
            .build(connector(http)?);
        Ok(Self {
            pool,
            timeout,
            passes_response,
        })
    }

    pub(crate) async fn send(&self, uri: Uri, headers: HeaderMap, body: Bytes) -> Ended {
        let exchange = self.exchange(uri, headers, body);
        timeout(self.timeout, exchange)
            .await
            .unwrap_or(Ended::TimedOut)
    }

    async fn exchange(&self, uri: Uri, headers: HeaderMap, body: Bytes) -> Ended {
        let first = request(uri.clone(), headers.clone(), body.clone());
        let response = match self.pool.request(first).await {
            // Nothing was sent. Receivers that are started again refuse connections for a moment.
            Err(error) if error.is_connect() && !is_late(&error) => {
                self.pool.request(request(uri, headers, body)).await
            }
            response => response,
        };
        match response {
            Ok(response) => self.read(response).await,
            Err(error) if error.is_connect() && is_late(&error) => Ended::TimedOut,
            Err(error) if error.is_connect() => Ended::Unreachable(error),
            Err(error) => Ended::Broken(error.into()),
        }
    }

    async fn read(&self, response: Response<Incoming>) -> Ended {
        let (head, body) = response.into_parts();
        let passes = self.passes_response && head.status.is_success();
        let passed = match passes {
            true => match collect(body).await {
                Ok(Some(bytes)) => Some((content_type(&head.headers), bytes)),
                Ok(None) => return Ended::TooLong,
                Err(error) => return Ended::Broken(error.into()),
            },
            false => {
                finish(body);
                None
            }
        };
        let retry_after = match head.status {
            StatusCode::OK => None,
            _ => retry_after::read(&head.headers, SystemTime::now()),
        };
        Ended::Received(Received {
            status: head.status.as_u16(),
            retry_after,
            passed,
        })
    }
}

#[cfg(feature = "tls")]
fn connector(mut http: HttpConnector) -> Result<Connector, ForwardError> {
    http.enforce_http(false);
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let builder = hyper_rustls::HttpsConnectorBuilder::new()
        .with_provider_and_platform_verifier(provider)
        .map_err(|error| ForwardError::Tls(error.into()))?;
    Ok(builder.https_or_http().enable_http1().wrap_connector(http))
}

#[cfg(not(feature = "tls"))]
fn connector(http: HttpConnector) -> Result<Connector, ForwardError> {
    Ok(http)
}

fn request(uri: Uri, headers: HeaderMap, body: Bytes) -> Request<Full<Bytes>> {
    // RFC 9110 §8.6: also for an empty body, which some servers would otherwise refuse with 411.
    let length = HeaderValue::from(body.len());
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    request.headers_mut().insert(CONTENT_LENGTH, length);
    request
}

/// Whether a connection could not be made in time.
fn is_late(error: &ClientError) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|error| error.kind() == ErrorKind::TimedOut) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Reads a body. `None` if it is longer than [`MAX_BODY`].
async fn collect(mut body: Incoming) -> Result<Option<Bytes>, hyper::Error> {
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        if bytes.len().saturating_add(data.len()) > MAX_BODY {
            return Ok(None);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(Some(bytes.freeze()))
}

/// Reads the rest of a response, so that its connection can be used again. The status has said what
/// became of the event: the answer to the sender does not wait for a body that may never end.
fn finish(body: Incoming) {
    if !body.is_end_stream() {
        tokio::spawn(timeout(FINISH_TIMEOUT, collect(body)));
    }
}

fn content_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?;
    value.to_str().ok().map(str::to_owned)
}

/// How long a connection stays open without a request. Below the 60 s after which many servers
/// close theirs.
const IDLE_TIMEOUT: Duration = Duration::from_secs(45);
/// Connections that stay open without a request.
const MAX_IDLE: usize = 64;
/// Bytes of a response's body: those of an answer that a store remembers.
const MAX_BODY: usize = 64 * 1024;
/// Time for the rest of a response that is not passed back.
const FINISH_TIMEOUT: Duration = Duration::from_secs(1);
