//! NATS JetStream.

mod connection;

use std::error::Error as _;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::context::{
    GetStreamByNameErrorKind, PublishAckFuture, PublishError, PublishErrorKind,
};
use async_nats::jetstream::{self, Context, Error as Refusal, ErrorCode};
use async_nats::{Client, ConnectError, HeaderMap, header};
use webhook_core::adapter::LogLimit;
use webhook_worker::Consumed;

use self::connection::Connection;
use crate::engine::BinaryMode;
use crate::template::Template;
use crate::{Engine, Message, RelayError};

/// The server's word for a message that a stream with a limit of one message a subject refuses. The
/// code of this error stands for everything that a stream cannot store.
const SUBJECT_IS_FULL: &str = "maximum messages per subject exceeded";
/// Half of the 4096 bytes that a server takes for a line with subject and reply subject.
const MAX_SUBJECT: usize = 2048;
/// How long to wait for the acknowledgement of a stream.
const ACK_TIMEOUT: Duration = Duration::from_secs(5);

/// Publishes each message to a stream of NATS JetStream, and waits until the stream has stored it.
///
/// ```no_run
/// use webhook_relay::{JetStream, Relay};
/// # use webhook_core::Endpoint;
///
/// # async fn example(endpoint: Endpoint) -> Result<(), Box<dyn std::error::Error>> {
/// let client = webhook_relay::async_nats::connect("nats://127.0.0.1:4222").await?;
/// let nats = JetStream::new(client, "webhooks.{provider}.{tenant}.{type}")?;
/// let relay = Relay::to(nats).build(endpoint);
/// # let _ = relay;
/// # Ok(())
/// # }
/// ```
///
/// # The subject
///
/// A template of tokens with dots between them: names, and `{provider}`, `{tenant}`, `{consumer}`,
/// `{mode}`, and `{type}` at the end. A type such as `invoice.paid` becomes several tokens, each
/// other value becomes one. Bytes other than letters, digits, `-` and `_` are percent-encoded, so
/// no value is a wildcard. `_` stands for a value that a delivery does not have.
///
/// # Duplicates
///
/// `Nats-Msg-Id` is the [key](Message::dedup_key) of the event. A stream forgets it after its
/// `duplicate_window`, which is two minutes by default, and retries may come later than that.
/// [`one_subject_per_key`](Self::one_subject_per_key) removes duplicates as long as the message is
/// in the stream.
///
/// # What becomes of a delivery
///
/// | the server | the delivery |
/// |---|---|
/// | has stored the message, or has a copy of it | is done |
/// | has no stream for the subject | is parked: `no stream` |
/// | has another stream for it than [`only_into`](Self::only_into) says | is parked: `other stream` |
/// | does not take a message of this size | is parked: `too large` |
/// | has a stream without a leader, or one that is full | is retried |
/// | does not answer within 5 s | is retried |
/// | is not connected | is retried: `not connected` |
///
/// A subject of more than 2048 bytes is parked: `subject too long`.
///
/// While the connection is lost, the client connects again by itself, and the relay gives it
/// nothing: it would send that later, beside the retries of the worker.
///
/// A stream with one replica, or with the default `sync_interval` of two minutes, can lose what it
/// has acknowledged if the power fails: see the manual of the server.
#[derive(Clone)]
pub struct JetStream {
    connection: Connection,
    subject: Template,
    one_subject_per_key: bool,
    stream: Option<Arc<str>>,
    lines: Arc<LogLimit>,
}

impl JetStream {
    /// Publishes with this client, to subjects by this template.
    ///
    /// # Errors
    ///
    /// [`RelayError::Template`] says what is wrong with the template.
    pub fn new(client: Client, subject: &str) -> Result<Self, RelayError> {
        let mut context = jetstream::new(client);
        context.set_timeout(ACK_TIMEOUT);
        Self::with_context(context, subject)
    }

    /// The same with the timeout, the domain and the prefix of this context.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_context(context: Context, subject: &str) -> Result<Self, RelayError> {
        Self::over(Connection::of(context), subject)
    }

    /// Connects with the first message, and with each further one until that succeeds. So a program
    /// starts although no server is there yet.
    ///
    /// ```
    /// use webhook_relay::JetStream;
    /// use webhook_relay::async_nats::{self, jetstream};
    ///
    /// let connect = async || {
    ///     let client = async_nats::connect("nats://127.0.0.1:4222").await?;
    ///     Ok(jetstream::new(client))
    /// };
    /// let nats = JetStream::connecting(connect, "webhooks.{provider}.{type}")?;
    /// # let _ = nats;
    /// # Ok::<(), webhook_relay::RelayError>(())
    /// ```
    ///
    /// A message waits 10 s for the connection at most, and is then retried.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn connecting<F>(
        connect: impl Fn() -> F + Send + Sync + 'static,
        subject: &str,
    ) -> Result<Self, RelayError>
    where
        F: Future<Output = Result<Context, ConnectError>> + Send + 'static,
    {
        Self::over(Connection::made_by(connect), subject)
    }

    fn over(connection: Connection, subject: &str) -> Result<Self, RelayError> {
        Ok(Self {
            connection,
            subject: Template::parse(subject)?,
            one_subject_per_key: false,
            stream: None,
            lines: Arc::new(LogLimit::new()),
        })
    }

    /// Publishes into the stream of this name only. Without it, any stream that has the subject
    /// takes the message.
    #[must_use]
    pub fn only_into(mut self, stream: impl Into<Arc<str>>) -> Self {
        self.stream = Some(stream.into());
        self
    }

    /// Adds the key of the event to the subject, as its last token, and publishes only if the
    /// stream has no message of that subject. So a copy is recognised as long as the message is in
    /// the stream, and not only within the `duplicate_window`.
    ///
    /// Consumers subscribe to one more token: `webhooks.stripe.>`. A stream that removes messages
    /// when they are acknowledged (`WorkQueue`, `Interest`) does not recognise a copy after that.
    #[must_use]
    pub fn one_subject_per_key(mut self) -> Self {
        self.one_subject_per_key = true;
        self
    }

    fn subject(&self, message: &Message) -> String {
        let subject = self.subject.fill(message.stored());
        match self.one_subject_per_key {
            true => format!("{subject}.{}", message.key()),
            false => subject,
        }
    }

    fn headers(&self, message: &Message) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let content_type = message.content_type().map(|value| ("content-type", value));
        for (name, value) in message.headers().chain(content_type) {
            let name = name.parse::<async_nats::HeaderName>();
            let value = value.parse::<async_nats::HeaderValue>();
            if let (Ok(name), Ok(value)) = (name, value) {
                headers.append(name, value);
            }
        }
        headers.insert(header::NATS_MESSAGE_ID, message.dedup_key());
        if self.one_subject_per_key {
            headers.insert(header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, "0");
        }
        if let Some(stream) = &self.stream {
            headers.insert(header::NATS_EXPECTED_STREAM, &**stream);
        }
        headers
    }

    async fn send(
        &self,
        context: &Context,
        subject: &str,
        message: &Message,
    ) -> Result<(), PublishError> {
        let (headers, body) = (self.headers(message), message.body().clone());
        let publishing = context.publish_with_headers(subject.to_owned(), headers, body);
        let acknowledged: PublishAckFuture = publishing.await?;
        // A duplicate is acknowledged as well.
        acknowledged.await.map(|_| ())
    }

    /// Whether the stream has a message with the subject of this key.
    fn is_copy(&self, error: &PublishError) -> bool {
        let is_full = || {
            let told = told_by_server(error).map(ToString::to_string);
            told.is_some_and(|text| text.contains(SUBJECT_IS_FULL))
        };
        let is_refused = error.kind() == PublishErrorKind::WrongLastSequence || is_full();
        self.one_subject_per_key && is_refused
    }
}

async fn failed(context: &Context, subject: &str, error: &PublishError) -> Consumed {
    match error.kind() {
        PublishErrorKind::StreamNotFound => without_stream(context, subject).await,
        PublishErrorKind::MaxPayloadExceeded => parked("too large"),
        PublishErrorKind::TimedOut => Consumed::failed("no acknowledgement"),
        PublishErrorKind::BrokenPipe => Consumed::failed("disconnected"),
        PublishErrorKind::MaxAckPending => Consumed::failed("too many pending"),
        PublishErrorKind::WrongLastMessageId
        | PublishErrorKind::WrongLastSequence
        | PublishErrorKind::Other => match told_by_server(error).map(Refusal::error_code) {
            Some(ErrorCode::STREAM_MESSAGE_EXCEEDS_MAXIMUM) => parked("too large"),
            Some(ErrorCode::STREAM_NOT_MATCH) => parked("other stream"),
            Some(ErrorCode(code)) => Consumed::failed(format!("error {code}")),
            None => Consumed::failed("refused"),
        },
    }
}

/// Nothing has answered on the subject: there is no stream, or its leader is away.
async fn without_stream(context: &Context, subject: &str) -> Consumed {
    match context.stream_by_subject(subject).await {
        Ok(_) => Consumed::failed("no leader"),
        Err(error) if error.kind() == GetStreamByNameErrorKind::NotFound => parked("no stream"),
        Err(_) => Consumed::failed("no JetStream"),
    }
}

/// What the server has answered, if it has.
fn told_by_server(error: &PublishError) -> Option<&Refusal> {
    error.source()?.downcast_ref()
}

impl Engine for JetStream {
    fn binary_mode(&self) -> BinaryMode {
        BinaryMode::NATS
    }

    async fn publish(&self, message: &Message) -> Consumed {
        let subject = self.subject(message);
        if subject.len() > MAX_SUBJECT {
            return parked("subject too long");
        }
        let context = match self.connection.context().await {
            Ok(context) => context,
            Err(error) => {
                crate::log::not_relayed(&self.lines, message, &error);
                return Consumed::failed("not connected");
            }
        };
        match self.send(context, &subject, message).await {
            Ok(()) => Consumed::Done,
            Err(error) if self.is_copy(&error) => Consumed::Done,
            Err(error) => {
                crate::log::not_relayed(&self.lines, message, &error);
                failed(context, &subject, &error).await
            }
        }
    }
}

fn parked(kind: &str) -> Consumed {
    Consumed::Parked { kind: kind.into() }
}

/// The address of the server is in the client.
impl fmt::Debug for JetStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JetStream")
            .field("subject", &self.subject)
            .field("one_subject_per_key", &self.one_subject_per_key)
            .finish_non_exhaustive()
    }
}
