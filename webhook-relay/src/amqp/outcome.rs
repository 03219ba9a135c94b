//! What the broker's answer means for a delivery.

use std::error::Error;
use std::fmt;

use lapin::{Confirmation, ErrorKind};
use webhook_worker::Consumed;

/// AMQP 0-9-1, section 1.2: the reply code of an unknown exchange.
const NOT_FOUND: u16 = 404;
/// RabbitMQ: a message is larger than `max_message_size`.
const PRECONDITION_FAILED: u16 = 406;

/// Why a message was not confirmed.
#[derive(Debug)]
pub(super) enum Failure {
    /// A connection failed less than a second ago.
    Away,
    TimedOut,
    Client(lapin::Error),
}

impl Failure {
    pub(super) fn consumed(&self) -> Consumed {
        let error = match self {
            Self::Away => return Consumed::failed("not connected"),
            Self::TimedOut => return Consumed::failed("no answer"),
            Self::Client(error) => error,
        };
        match error.kind() {
            ErrorKind::ProtocolError(error) => match error.get_id() {
                NOT_FOUND => parked("no exchange"),
                PRECONDITION_FAILED => parked("too large"),
                code => Consumed::failed(format!("reply code {code}")),
            },
            _ => Consumed::failed("disconnected"),
        }
    }
}

pub(super) fn confirmed(confirmation: &Confirmation) -> Consumed {
    match confirmation {
        Confirmation::Ack(None) => Consumed::Done,
        // RabbitMQ confirms what it has returned.
        Confirmation::Ack(Some(_)) => parked("unroutable"),
        Confirmation::Nack(_) => Consumed::failed("nack"),
        Confirmation::NotRequested => Consumed::failed("not confirmed"),
    }
}

pub(super) fn parked(kind: &str) -> Consumed {
    Consumed::Parked { kind: kind.into() }
}

impl From<lapin::Error> for Failure {
    fn from(error: lapin::Error) -> Self {
        Self::Client(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Away => f.write_str("the broker could not be reached a moment ago"),
            Self::TimedOut => f.write_str("the broker did not answer in time"),
            Self::Client(error) => error.fmt(f),
        }
    }
}

impl Error for Failure {}
