//! Building a forwarder.

use std::fmt;
use std::time::Duration;

use webhook_core::Secret;

use crate::client::Client;
use crate::credential::HopCredential;
use crate::error::ForwardError;
use crate::forwarder::{Forwarder, Settings};
use crate::headers::Allowed;
use crate::hops::Hops;
use crate::target::Target;

/// A destination without a hop credential. Choose one.
#[derive(Clone)]
#[must_use]
pub struct Destination(String);

impl Destination {
    pub(crate) fn new(url: String) -> Self {
        Self(url)
    }

    /// Signs each request with this secret as Standard Webhooks specifies: `whsec_` and 24 to 64
    /// bytes in base64. The receiver knows the sender, the body and the time.
    pub fn signed_with(self, secret: impl Into<Secret>) -> ForwarderBuilder {
        ForwarderBuilder::new(self, Credential::Secret(secret.into()))
    }

    /// Adds a header with a secret to each request, such as `authorization` with `Bearer …`. The
    /// receiver knows the sender, and has to compare the value in constant time.
    pub fn with_header(
        self,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> ForwarderBuilder {
        ForwarderBuilder::new(self, Credential::Header(name.into(), value.into()))
    }

    /// Sends requests that anybody who reaches the receiver could send. For a receiver that only
    /// this process reaches, or that verifies the provider's own signature again.
    pub fn without_hop_credential(self) -> ForwarderBuilder {
        ForwarderBuilder::new(self, Credential::Nothing)
    }
}

/// The path and the query of a URL may hold a secret.
impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Destination").finish_non_exhaustive()
    }
}

#[derive(Clone)]
enum Credential {
    Nothing,
    Secret(Secret),
    Header(String, String),
}

/// The settings of a [`Forwarder`].
#[derive(Clone)]
#[must_use]
pub struct ForwarderBuilder {
    url: String,
    credential: Credential,
    /// Whether the default headers are passed on, too.
    default_headers: bool,
    headers: Vec<String>,
    route: Option<String>,
    idempotency_key: bool,
    gives_up_on: Vec<u16>,
    connect_timeout: Option<Duration>,
    timeout: Duration,
    passes_response: bool,
    max_hops: usize,
}

impl ForwarderBuilder {
    fn new(destination: Destination, credential: Credential) -> Self {
        Self {
            url: destination.0,
            credential,
            default_headers: true,
            headers: Vec::new(),
            route: None,
            idempotency_key: false,
            gives_up_on: Vec::new(),
            connect_timeout: None,
            timeout: TIMEOUT,
            passes_response: false,
            max_hops: MAX_HOPS,
        }
    }

    /// Passes on one more header of the sender. The default is `content-type`, `user-agent`, and
    /// the provider's own [headers](webhook_core::Provider::header_names).
    pub fn allow_header(mut self, name: impl Into<String>) -> Self {
        self.headers.push(name.into());
        self
    }

    /// Passes on no header of the sender, except those that are [allowed](Self::allow_header).
    pub fn without_default_headers(mut self) -> Self {
        self.default_headers = false;
        self
    }

    /// Sets the name of the route, for `x-delivery-route` and the log. The default is the
    /// [consumer](webhook_core::EndpointBuilder::consumer) of the endpoint.
    pub fn route(mut self, name: impl Into<String>) -> Self {
        self.route = Some(name.into());
        self
    }

    /// Adds the header `idempotency-key` with the value of `webhook-id`, by which engines for
    /// durable work remove duplicates.
    pub fn idempotency_key(mut self) -> Self {
        self.idempotency_key = true;
        self
    }

    /// Limits the time until the receiver has answered, connection included. The default is 20 s:
    /// less than the 30 s of a handler. Many senders wait for a shorter time: a shorter limit tells
    /// them earlier.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Limits the time until a connection is made. The default is 5 s, or the
    /// [timeout](Self::timeout) if that is shorter.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Gives an event up if the receiver answers one of these statuses, such as 410 or 422: the
    /// event is recorded as dead, and the sender is answered 200 with a warning in the body. The
    /// default is none: an event that is given up by mistake is lost.
    pub fn give_up_on(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.gives_up_on.extend(statuses);
        self
    }

    /// Passes body and content type of a 2xx back to the sender, with the status 200. For providers
    /// whose deliveries are [questions](webhook_core::Questions). The default is an empty 200.
    ///
    /// A body of more than 64 KiB is answered 503: what is cut off is no answer.
    pub fn pass_response(mut self) -> Self {
        self.passes_response = true;
        self
    }

    /// Refuses a delivery that has passed this many forwarders. The default is 8.
    pub fn max_hops(mut self, hops: usize) -> Self {
        self.max_hops = hops;
        self
    }

    /// Checks the settings, and makes the client.
    ///
    /// # Errors
    ///
    /// [`ForwardError`] names the setting that cannot be used, and contains no secret.
    pub fn build(self) -> Result<Forwarder, ForwardError> {
        let target = Target::parse(&self.url)?;
        let credential = match self.credential {
            Credential::Nothing => HopCredential::Nothing,
            Credential::Secret(secret) => HopCredential::signature(secret)?,
            Credential::Header(name, value) => HopCredential::header(&name, &value)?,
        };
        let mut allowed = match self.default_headers {
            true => Allowed::default(),
            false => Allowed::nothing(),
        };
        self.headers.iter().try_for_each(|name| allowed.add(name))?;
        allowed.check(credential.own_header())?;
        if let Some(status) = self.gives_up_on.iter().find(|status| !is_final(**status)) {
            return Err(ForwardError::InvalidStatus { status: *status });
        }
        if self.max_hops == 0 {
            return Err(ForwardError::NoHops);
        }
        let connect = self.connect_timeout;
        let connect = connect.unwrap_or_else(|| CONNECT_TIMEOUT.min(self.timeout));
        if connect.is_zero() || connect > self.timeout {
            return Err(ForwardError::InvalidTimeout);
        }
        let client = Client::new(connect, self.timeout, self.passes_response)?;
        Ok(Forwarder::new(Settings {
            target,
            credential,
            allowed,
            route: self.route,
            idempotency_key: self.idempotency_key,
            gives_up_on: self.gives_up_on,
            timeout: self.timeout,
            hops: Hops::new(self.max_hops),
            client,
        }))
    }
}

/// Shows no secret, and no URL: its path and its query may hold one.
impl fmt::Debug for ForwarderBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForwarderBuilder")
            .field("route", &self.route)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Whether a status can mean that a retry never succeeds.
fn is_final(status: u16) -> bool {
    (300..600).contains(&status) && ![408, 425, 429, 502, 503, 504].contains(&status)
}

const TIMEOUT: Duration = Duration::from_secs(20);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A chain of gateways is short. One that is longer is a loop.
const MAX_HOPS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "http://127.0.0.1:3000/hooks";

    fn refused(builder: ForwarderBuilder) -> String {
        let error = builder.build().map(|_| ()).unwrap_err().to_string();
        assert!(!error.contains("hidden"), "{error}");
        error
    }

    #[test]
    fn a_credential_that_proves_nothing_is_refused() {
        for secret in [
            "",
            " ",
            "whsec_",
            "whsec_hidden!",
            " whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La",
        ] {
            refused(Forwarder::to(URL).signed_with(secret));
        }
        for (name, value) in [
            ("x-hop", ""),
            ("x-hop", "  "),
            ("x-hop", " hidden"),
            ("x-hop", "hid\nden"),
            ("x hop", "hidden"),
            ("", "hidden"),
            ("host", "hidden"),
            ("connection", "hidden"),
            ("webhook-signature", "hidden"),
            ("x-delivery-token", "hidden"),
        ] {
            refused(Forwarder::to(URL).with_header(name, value));
        }
        for name in ["authorization", "x-checkout-secret", "X-Gateway"] {
            assert!(
                Forwarder::to(URL)
                    .with_header(name, "hidden")
                    .build()
                    .is_ok()
            );
        }
    }

    #[test]
    fn a_header_that_a_receiver_believes_cannot_be_allowed() {
        let open = || Forwarder::to(URL).without_hop_credential();
        for name in [
            "Calculated-Signature",
            "x-checkout-secret",
            "x-verified",
            "X-Verified-By",
            "x-delivery-provider",
            "webhook-id",
            "idempotency-key",
            "transfer-encoding",
            "host",
            "content-length",
            "connection",
            "keep-alive",
        ] {
            let error = refused(open().allow_header(name));
            assert!(error.contains(&name.to_ascii_lowercase()), "{error}");
        }
        refused(
            Forwarder::to(URL)
                .with_header("x-hop", "hidden")
                .allow_header("X-Hop"),
        );
        refused(open().allow_header("no name"));
        for name in ["authorization", "cookie", "x-request-id"] {
            assert!(open().allow_header(name).build().is_ok());
        }
    }

    #[test]
    fn times_statuses_and_hops_are_checked() {
        let open = || Forwarder::to(URL).without_hop_credential();
        refused(open().timeout(Duration::ZERO));
        refused(open().connect_timeout(Duration::ZERO));
        refused(open().connect_timeout(Duration::from_secs(21)));
        refused(open().max_hops(0));
        for status in [0, 200, 204, 299, 408, 429, 503, 600] {
            refused(open().give_up_on([410, status]));
        }
        let short = open()
            .timeout(Duration::from_millis(1))
            .give_up_on([302, 410, 422, 500]);
        assert!(short.build().is_ok());
    }

    #[test]
    fn debug_shows_no_secret_and_no_path() {
        let destination = Forwarder::to("http://127.0.0.1/hidden?key=hidden");
        assert!(!format!("{destination:?}").contains("hidden"));
        let builder = destination.with_header("x-hop", "hidden");
        assert!(!format!("{builder:?}").contains("hidden"));
        let forwarder = builder.build().unwrap();
        let shown = format!("{forwarder:?}");
        assert!(
            !shown.contains("hidden") && shown.contains("http://127.0.0.1"),
            "{shown}"
        );
    }
}
