//! What gets the stored events of a route.

use webhook_axum::forward::{ForwardOutcome, Forwarded};
use webhook_axum::inbox::{Consumed, Consumer, Stored};
use webhook_axum::{Delivery, Endpoint, Head};
use webhook_relay::Relay;

use super::attempts::Attempts;
use crate::config::{Forwarding, Sink, StoredFor};
use crate::engine::AnyEngine;
use crate::exec::Program;
use crate::observe::{log_forwarded, log_handled, log_relayed};

/// Hands the stored events of a route to one of its sinks.
pub(super) struct RouteConsumer {
    route: String,
    endpoint: Endpoint,
    target: Target,
    attempts: Attempts,
}

enum Target {
    Forward(Forwarding),
    Exec(Program),
    Relay(Relay<AnyEngine>),
}

impl RouteConsumer {
    pub(super) fn new(route: &str, endpoint: &Endpoint, consumer: &StoredFor) -> Self {
        Self {
            route: route.to_owned(),
            endpoint: endpoint.clone(),
            target: match consumer.sink.clone() {
                Sink::Forward(forwarding) => Target::Forward(forwarding),
                Sink::Exec(program) => Target::Exec(program),
                Sink::Relay(relaying) => Target::Relay(relaying.relay(endpoint.clone())),
            },
            attempts: Attempts::default(),
        }
    }

    /// What became of its attempts. It goes on counting.
    pub(super) fn attempts(&self) -> Attempts {
        self.attempts.clone()
    }
}

impl Consumer for RouteConsumer {
    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    async fn consume(&self, stored: Stored) -> Consumed {
        let attempt = self.attempts.begin();
        let (consumed, log): (_, fn(&str, &Delivery)) = match &self.target {
            Target::Forward(forwarding) => {
                let forwarded = begin(forwarding, &stored).await;
                (consumed(&forwarded), log_forwarded)
            }
            Target::Exec(program) => (program.run(&self.route, &stored).await, log_handled),
            Target::Relay(relay) => (relay.consume(stored.clone()).await, log_relayed),
        };
        attempt.ended(&consumed);
        if consumed == Consumed::Done {
            log(&self.route, stored.delivery());
        }
        consumed
    }
}

/// Not `async`: the future holds nothing of the head.
fn begin(
    forwarding: &Forwarding,
    stored: &Stored,
) -> impl Future<Output = Forwarded> + Send + use<> {
    let kept = stored.head();
    let headers: Vec<_> = kept.headers().collect();
    let head = Head::new(kept.method(), kept.path_and_query(), &headers);
    forwarding.forwarder.forward(stored.delivery(), &head)
}

/// What the answer of a receiver means for a stored event.
fn consumed(forwarded: &Forwarded) -> Consumed {
    let kind = match forwarded.upstream_status() {
        Some(status) => format!("status {status}"),
        None => forwarded.outcome().to_string(),
    };
    let kind = kind.into();
    match forwarded.outcome() {
        ForwardOutcome::Delivered => Consumed::Done,
        // It would be in the loop again.
        ForwardOutcome::GivenUp | ForwardOutcome::Loop => Consumed::GivenUp { kind },
        _ => Consumed::Failed {
            kind,
            retry_after: forwarded.retry_after(),
        },
    }
}
