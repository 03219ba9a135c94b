//! What an error means for a delivery.

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use webhook_worker::Consumed;

pub(crate) fn of(error: &KafkaError) -> Consumed {
    let Some(code) = error.rdkafka_error_code() else {
        return Consumed::failed("refused");
    };
    match code {
        Code::UnknownTopic | Code::UnknownTopicOrPartition | Code::InvalidTopic => {
            parked("no topic")
        }
        Code::TopicAuthorizationFailed => parked("not authorized"),
        Code::MessageSizeTooLarge => parked("too large"),
        Code::MessageTimedOut => Consumed::failed("no acknowledgement"),
        Code::QueueFull => Consumed::failed("queue full"),
        code => Consumed::failed(format!("{code:?}")),
    }
}

fn parked(kind: &str) -> Consumed {
    Consumed::Parked { kind: kind.into() }
}
