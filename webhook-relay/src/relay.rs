//! The consumer that hands deliveries on.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use webhook_core::Endpoint;
use webhook_worker::{Consumed, Consumer, Stored};

use crate::attributes::Attributes;
use crate::body_store::{BodyStore, ErasedBodyStore};
use crate::{CloudEvents, Engine, Message, Reference, RelayError, passed};

/// Hands each stored delivery of an endpoint to an engine. The [crate docs](crate) have an example.
///
/// It is a [`Consumer`] of a worker, which calls it after the sender was answered. What the engine
/// does with a message never changes that answer.
pub struct Relay<E> {
    endpoint: Endpoint,
    engine: E,
    settings: Settings,
}

#[derive(Clone)]
struct Settings {
    envelope: Option<CloudEvents>,
    claim_check_above: usize,
    body_store: Option<Arc<dyn ErasedBodyStore>>,
    headers: Vec<Box<str>>,
}

/// The settings of a [`Relay`].
#[must_use = "a relay is built with `build`"]
pub struct RelayBuilder<E> {
    engine: E,
    settings: Settings,
}

impl<E: Engine> Relay<E> {
    /// Begins a relay to this engine.
    pub fn to(engine: E) -> RelayBuilder<E> {
        RelayBuilder {
            engine,
            settings: Settings {
                envelope: None,
                claim_check_above: CLAIM_CHECK_ABOVE,
                body_store: None,
                headers: Vec::new(),
            },
        }
    }

    /// The engine.
    pub const fn engine(&self) -> &E {
        &self.engine
    }

    /// The message for a delivery.
    async fn message(&self, stored: Stored) -> Result<Message, Consumed> {
        let settings = &self.settings;
        let content_type = content_type(&stored);
        let mut message = Message::new(stored.clone());
        let body = stored.delivery().raw();
        match body.len() > settings.claim_check_above {
            false => message.set_body(content_type, body.clone()),
            true => {
                let mut reference = Reference::to_body(&stored, content_type);
                if let Some(store) = &settings.body_store {
                    let put = store.put_boxed(&reference, body).await;
                    let location = put.map_err(|error| not_kept(&stored, error))?;
                    reference = reference.with_location(location.into());
                }
                message.set_body(Some(Reference::CONTENT_TYPE), reference.to_json());
                message.set_reference(reference);
            }
        }
        let key = message.key().to_owned();
        let query = query(&stored);
        Attributes::of(&stored).write(&key, query, message.headers_mut());
        passed::copy(&settings.headers, stored.head(), message.headers_mut());
        if let Some(envelope) = &settings.envelope {
            envelope.wrap(&mut message, self.engine.binary_mode());
        }
        Ok(message)
    }
}

impl<E: Engine> RelayBuilder<E> {
    /// Puts messages in an envelope. Default: none. The body is sent as it was verified.
    pub fn cloud_events(mut self, envelope: CloudEvents) -> Self {
        self.settings.envelope = Some(envelope);
        self
    }

    /// Sends a [`Reference`] in place of a body of more than this many bytes. Default: 256 KiB, or
    /// 262 144 bytes: in base64 that is less than the 1 MiB that NATS and Kafka take by default.
    pub fn claim_check_above(mut self, bytes: usize) -> Self {
        self.settings.claim_check_above = bytes;
        self
    }

    /// Puts bodies that are not sent into this store. Default: they are in the inbox, until they
    /// are pruned.
    pub fn body_store(mut self, store: impl BodyStore) -> Self {
        self.settings.body_store = Some(Arc::new(store));
        self
    }

    /// Passes on a header of the sender, if the inbox has [kept](webhook_core::StoredHead) it.
    /// Default: none but the content type.
    ///
    /// The headers of the provider include its signature, by which a receiver with the secret can
    /// verify the delivery again.
    ///
    /// # Errors
    ///
    /// If it is not the name of a header, or one that a relay sets, a receiver believes or an
    /// engine obeys, such as `webhook-id` or `nats-msg-id`.
    pub fn pass_header(mut self, name: &str) -> Result<Self, RelayError> {
        self.settings.headers.push(passed::name(name)?);
        Ok(self)
    }

    /// The relay for deliveries of this endpoint.
    pub fn build(self, endpoint: Endpoint) -> Relay<E> {
        Relay {
            endpoint,
            engine: self.engine,
            settings: self.settings,
        }
    }
}

impl<E: Engine> Consumer for Relay<E> {
    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    async fn consume(&self, stored: Stored) -> Consumed {
        match self.message(stored).await {
            Ok(message) => self.engine.publish(&message).await,
            Err(consumed) => consumed,
        }
    }
}

/// A content type that is not visible ASCII is left out.
fn content_type(stored: &Stored) -> Option<&str> {
    let value = stored.head().header("content-type")?;
    let is_visible = crate::attributes::is_visible(value);
    std::str::from_utf8(value).ok().filter(|_| is_visible)
}

/// The query of a `GET`, which has the event.
fn query(stored: &Stored) -> Option<&str> {
    let head = stored.head();
    let (_, query) = head.path_and_query().split_once('?')?;
    Some(query).filter(|_| head.method() == "GET")
}

fn not_kept(stored: &Stored, error: Box<dyn Error + Send + Sync>) -> Consumed {
    tracing::warn!(
        target: "webhook",
        provider = stored.delivery().provider(),
        consumer = stored.consumer(),
        error = &*error as &(dyn Error + 'static),
        "not relayed: the body is not kept"
    );
    Consumed::failed("body store")
}

impl<E> fmt::Debug for Relay<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay")
            .field("endpoint", &self.endpoint)
            .field("envelope", &self.settings.envelope)
            .finish_non_exhaustive()
    }
}

impl<E> fmt::Debug for RelayBuilder<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelayBuilder")
            .field("envelope", &self.settings.envelope)
            .field("claim_check_above", &self.settings.claim_check_above)
            .finish_non_exhaustive()
    }
}

const CLAIM_CHECK_ABOVE: usize = 256 * 1024;
