//! Signed HTTP requests.

use webhook_core::Head;
use webhook_forward::{ForwardOutcome, Forwarded, Forwarder, ForwarderBuilder, Substitute};
use webhook_worker::Consumed;

use crate::{Engine, Message, RelayError};

/// Statuses that say that the message itself is refused. A retry would be refused too.
const GIVEN_UP: [u16; 5] = [400, 410, 413, 415, 422];

/// Sends each message as a `POST` to a service, with Standard Webhooks or a secret header.
///
/// ```
/// use webhook_relay::{Relay, SignedHttp};
/// use webhook_relay::forward::Forwarder;
/// # use webhook_core::Endpoint;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let endpoint = Endpoint::stripe("whsec_0123456789abcdef").build()?;
/// // An engine for durable work, such as Restate.
/// let service = Forwarder::to("http://127.0.0.1:8080/Payments/paid")
///     .signed_with("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
/// let relay = Relay::to(SignedHttp::new(service)?).build(endpoint);
/// # let _ = relay;
/// # Ok(())
/// # }
/// ```
///
/// `webhook-id` and `idempotency-key` are the [key](Message::key) of the event: the same for all
/// attempts. Of the sender's headers, the content type is passed on, and those that the relay or
/// the forwarder is told by name.
///
/// | the service | the delivery |
/// |---|---|
/// | answers 2xx | is done |
/// | answers 400, 410, 413, 415, 422, or a status of [`give_up_on`] | is dead, and kept |
/// | answers anything else, a redirect included | is retried, after `Retry-After` at the earliest |
/// | does not answer in time (20 s), or cannot be reached | is retried |
/// | is this forwarder: the delivery is in a loop | is dead, and kept |
///
/// 401, 403 and 404 are retried: they say that a secret or a route is wrong, not the message.
///
/// [`give_up_on`]: webhook_forward::ForwarderBuilder::give_up_on
#[derive(Clone, Debug)]
pub struct SignedHttp(Forwarder);

impl SignedHttp {
    /// Sends to the destination of this forwarder. Its default headers are not passed on.
    ///
    /// # Errors
    ///
    /// If the forwarder cannot be built: its URL, its secret or a header is invalid.
    pub fn new(forwarder: ForwarderBuilder) -> Result<Self, RelayError> {
        let forwarder = forwarder.without_default_headers().idempotency_key();
        Ok(Self(forwarder.build()?))
    }

    /// The forwarder, for its counters.
    #[must_use]
    pub const fn forwarder(&self) -> &Forwarder {
        &self.0
    }
}

impl Engine for SignedHttp {
    async fn publish(&self, message: &Message) -> Consumed {
        consumed(&self.forward(message).await)
    }
}

impl SignedHttp {
    fn forward(&self, message: &Message) -> impl Future<Output = Forwarded> + Send + use<> {
        let stored = message.stored();
        let head = stored.head();
        let headers: Vec<_> = head.headers().collect();
        let head = Head::new(head.method(), head.path_and_query(), &headers);
        let mut substitute = Substitute::new(message.key(), message.body().clone());
        if let Some(content_type) = message.content_type() {
            substitute = substitute.header("content-type", content_type);
        }
        for (name, value) in message.headers() {
            substitute = substitute.header(name, value);
        }
        self.0.forward_as(stored.delivery(), &head, substitute)
    }
}

fn consumed(forwarded: &Forwarded) -> Consumed {
    let outcome = forwarded.outcome();
    match (outcome, forwarded.upstream_status()) {
        (ForwardOutcome::Delivered, _) => Consumed::Done,
        (ForwardOutcome::Loop, _) => Consumed::GivenUp {
            kind: outcome.as_str().into(),
        },
        (ForwardOutcome::GivenUp, Some(status)) => given_up(status),
        (_, Some(status)) if GIVEN_UP.contains(&status) => given_up(status),
        (_, Some(status)) => Consumed::Failed {
            kind: format!("status {status}").into(),
            retry_after: forwarded.retry_after(),
        },
        (outcome, None) => Consumed::failed(outcome.as_str()),
    }
}

fn given_up(status: u16) -> Consumed {
    Consumed::GivenUp {
        kind: format!("status {status}").into(),
    }
}
