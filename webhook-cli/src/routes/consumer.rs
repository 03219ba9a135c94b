//! What gets the stored events of a route.

use webhook_axum::forward::{ForwardOutcome, Forwarded};
use webhook_axum::inbox::{Consumed, Consumer, Stored};
use webhook_axum::{Endpoint, Head};

use crate::config::{Forwarding, Sink, StoredFor};
use crate::observe::{log_forwarded, log_handled};

/// Hands the stored events of a route to one of its sinks.
pub(super) struct RouteConsumer {
    route: String,
    endpoint: Endpoint,
    sink: Sink,
}

impl RouteConsumer {
    pub(super) fn new(route: &str, endpoint: &Endpoint, consumer: &StoredFor) -> Self {
        Self {
            route: route.to_owned(),
            endpoint: endpoint.clone(),
            sink: consumer.sink.clone(),
        }
    }
}

impl Consumer for RouteConsumer {
    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    async fn consume(&self, stored: Stored) -> Consumed {
        let (consumed, log): (_, fn(&str, &webhook_axum::Delivery)) = match &self.sink {
            Sink::Forward(forwarding) => {
                let forwarded = begin(forwarding, &stored).await;
                (consumed(&forwarded), log_forwarded)
            }
            Sink::Exec(program) => (program.run(&self.route, &stored).await, log_handled),
        };
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
