//! What becomes of the events of a route.

use std::time::Duration;

use webhook_axum::{Endpoint, EndpointBuilder, Questions};

use super::forward::{self, Forwarding};
use super::relay::{self, Relaying};
use super::{Common, check, exec};
use crate::config::entries::Entries;
use crate::config::error::EntryError;
use crate::engine;
use crate::exec::Program;
use crate::observe::Storing;

/// What becomes of the events of a route.
#[derive(Debug)]
pub(crate) enum Destination {
    /// They are logged and dropped, because the configuration says so.
    Discard,
    /// They are sent to another server, which the sender waits for.
    Forward(Forwarding),
    /// They are stored, and each of these gets them later.
    Stored(Vec<StoredFor>),
}

/// One of those that get what is stored.
#[derive(Clone, Debug)]
pub(crate) struct StoredFor {
    /// Its queue: the route, and its name if it has one.
    pub(crate) lane: String,
    pub(crate) sink: Sink,
}

impl StoredFor {
    /// Checks that a request ends before the worker ends its attempt, which would say less of why.
    fn check_below(&self, route: &str, attempt: Duration) -> Result<(), EntryError> {
        match &self.sink {
            Sink::Forward(forwarding) if forwarding.forwarder.timeout() >= attempt => {
                let name = self.lane.strip_prefix(route).unwrap_or_default();
                let key = match name.strip_prefix('/') {
                    Some(name) => format!("{CONSUMERS}.{name}.forward.timeout_secs"),
                    None => "forward.timeout_secs".to_owned(),
                };
                let problem = "is not below \"run_timeout_secs\" of \"worker\" in \"_server\"";
                Err(EntryError::new(key, problem))
            }
            _ => Ok(()),
        }
    }
}

/// Where a worker hands a stored event. A new kind has a key in [`SINKS`], a variant here, and what
/// it does in `routes::consumer`. A new engine has its place in `engine`.
#[derive(Clone, Debug)]
pub(crate) enum Sink {
    Forward(Forwarding),
    Exec(Program),
    Relay(Relaying),
}

impl Sink {
    /// Headers of the sender that it passes on because the configuration names them.
    fn headers(&self) -> &[String] {
        match self {
            Self::Forward(forwarding) => &forwarding.headers,
            Self::Relay(relaying) => &relaying.headers,
            Self::Exec(_) => &[],
        }
    }
}

/// The keys of a route or of a consumer that are a sink.
const SINKS: &[&str] = &[engine::AMQP, EXEC, FORWARD, engine::KAFKA, engine::NATS];

impl Destination {
    /// Everything that forwards.
    pub(crate) fn forwardings(&self) -> impl Iterator<Item = &Forwarding> {
        let (now, later) = match self {
            Self::Discard => (None, &[][..]),
            Self::Forward(forwarding) => (Some(forwarding), &[][..]),
            Self::Stored(consumers) => (None, &consumers[..]),
        };
        let later = later.iter().filter_map(|consumer| match &consumer.sink {
            Sink::Forward(forwarding) => Some(forwarding),
            Sink::Exec(_) | Sink::Relay(_) => None,
        });
        now.into_iter().chain(later)
    }

    /// What answers the sender's questions, which wait for no worker: a single `forward`.
    pub(crate) fn answers_questions(&self) -> Option<&Forwarding> {
        match self {
            Self::Forward(forwarding) => Some(forwarding),
            Self::Stored(consumers) => match &consumers[..] {
                [
                    StoredFor {
                        sink: Sink::Forward(forwarding),
                        ..
                    },
                ] => Some(forwarding),
                _ => None,
            },
            Self::Discard => None,
        }
    }

    /// Lets an endpoint store its deliveries, if that is what becomes of them.
    pub(super) fn store(
        &self,
        route: &str,
        mut builder: EndpointBuilder,
        common: &Common<'_>,
    ) -> Result<EndpointBuilder, EntryError> {
        let (Self::Stored(consumers), Some(inbox)) = (self, &common.inbox) else {
            return Ok(builder);
        };
        let lanes = consumers.iter().map(|consumer| consumer.lane.as_str());
        let inbox = inbox.clone().for_consumers(lanes);
        let inbox = inbox.map_err(|error| EntryError::new(CONSUMERS, error.to_string()))?;
        for name in consumers.iter().flat_map(|one| one.sink.headers()) {
            builder = builder.keep_header(name);
        }
        Ok(builder.durable(Storing::new(route, inbox)))
    }

    /// Checks it against the endpoint of the route, and warns of questions without an answer.
    pub(super) fn check(
        &self,
        route: &str,
        endpoint: &Endpoint,
        common: &Common<'_>,
    ) -> Result<(), EntryError> {
        let asks = endpoint.provider().questions() != Questions::None;
        if let Self::Stored(consumers) = self {
            let most = common.server.worker.run_timeout;
            consumers
                .iter()
                .try_for_each(|consumer| consumer.check_below(route, most))?;
        }
        match self.answers_questions() {
            Some(forwarding) if asks || matches!(self, Self::Forward(_)) => {
                forwarding.check_against(route, endpoint)
            }
            None if asks && matches!(self, Self::Stored(_)) => {
                tracing::warn!(
                    route,
                    "some deliveries of this provider are questions, whose sender waits for an \
                     answer: they are answered 503, because only a route with a single \"forward\" \
                     answers them"
                );
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Reads the destination of a route.
pub(super) fn read(
    route: &str,
    entries: &Entries,
    common: &Common<'_>,
    has_questions: bool,
) -> Result<Destination, EntryError> {
    let durable = entries.choice(DURABLE)?;
    let given = entries
        .names()
        .filter(|name| SINKS.contains(name) || [CONSUMERS, DISCARD].contains(name));
    let mut given: Vec<_> = given.collect();
    if !entries.flag(DISCARD)? {
        given.retain(|name| *name != DISCARD);
    }
    let key = match given[..] {
        [] if common.discards => DISCARD,
        [] => return Err(EntryError::new(FORWARD, MISSING)),
        [key] => key,
        [..] => {
            // The one that is not the usual one, whatever the order in the file.
            let (key, other) = (given[given.len() - 1], given[0]);
            let (key, other) = if key == FORWARD {
                (other, key)
            } else {
                (key, other)
            };
            let problem = format!("contradicts {other:?}: remove one of them");
            return Err(EntryError::new(key, problem));
        }
    };
    let forwarding = match key {
        DISCARD if durable == Some(true) => {
            return Err(EntryError::new(DURABLE, NOTHING_TO_STORE_FOR));
        }
        DISCARD => return Ok(Destination::Discard),
        FORWARD => Some(forwarding(route, entries)?),
        _ => None,
    };
    // A sender that is to get the receiver's answer has to wait for it.
    let passes = forwarding.as_ref().is_some_and(|one| one.passes_response);
    let has_to_wait = passes && !has_questions;
    let is_stored = match (durable, &forwarding) {
        (Some(true), _) if has_to_wait => {
            return Err(EntryError::new(DURABLE, CONTRADICTS_PASSING));
        }
        (Some(false), None) => {
            let problem = format!("contradicts {key:?}, which gets what is stored: remove it");
            return Err(EntryError::new(DURABLE, problem));
        }
        (Some(choice), _) => choice,
        (None, Some(_)) => common.inbox.is_some() && !has_to_wait,
        (None, None) => true,
    };
    let alone = |sink| {
        let lane = route.to_owned();
        vec![StoredFor { lane, sink }]
    };
    let consumers = match forwarding {
        Some(forwarding) if !is_stored => return Ok(Destination::Forward(forwarding)),
        Some(forwarding) => alone(Sink::Forward(forwarding)),
        None if key == CONSUMERS => consumers(route, entries)?,
        None => alone(sink(route, entries, key)?),
    };
    if common.inbox.is_none() {
        let key = if durable.is_some() { DURABLE } else { key };
        return Err(EntryError::new(key, NO_INBOX));
    }
    Ok(Destination::Stored(consumers))
}

fn forwarding(route: &str, entries: &Entries) -> Result<Forwarding, EntryError> {
    let forward = entries.object(FORWARD)?.unwrap_or_default();
    forward::read(route, &forward).map_err(|error| error.within(FORWARD))
}

/// Reads the sink of this key.
fn sink(route: &str, entries: &Entries, key: &str) -> Result<Sink, EntryError> {
    match key {
        EXEC => exec::read(entries, key).map(Sink::Exec),
        FORWARD => forwarding(route, entries).map(Sink::Forward),
        _ => relay::read(entries, key).map(Sink::Relay),
    }
}

/// Reads several sinks, each with the name of its consumer.
fn consumers(route: &str, entries: &Entries) -> Result<Vec<StoredFor>, EntryError> {
    let consumers = entries.object(CONSUMERS)?.unwrap_or_default();
    let read = || {
        consumers.check_unique()?;
        let names = consumers.names();
        let all: Vec<_> = names
            .map(|name| consumer(route, name, &consumers))
            .collect();
        all.into_iter().collect::<Result<Vec<_>, _>>()
    };
    match read().map_err(|error| error.within(CONSUMERS))? {
        none if none.is_empty() => Err(EntryError::new(CONSUMERS, NO_CONSUMER)),
        all => Ok(all),
    }
}

fn consumer(route: &str, name: &str, consumers: &Entries) -> Result<StoredFor, EntryError> {
    if !check::is_plain(name) {
        return Err(EntryError::new(name, INVALID_NAME));
    }
    let entries = consumers.object(name)?.unwrap_or_default();
    let read = || {
        entries.check_unique()?;
        entries.check_known(SINKS)?;
        let given: Vec<_> = entries.names().collect();
        match given[..] {
            [key] => sink(route, &entries, key),
            [] => Err(EntryError::new(FORWARD, NO_SINK)),
            [first, second, ..] => {
                let problem = format!("contradicts {first:?}: remove one of them");
                Err(EntryError::new(second, problem))
            }
        }
    };
    Ok(StoredFor {
        sink: read().map_err(|error| error.within(name))?,
        lane: format!("{route}/{name}"),
    })
}

const CONSUMERS: &str = "consumers";
const DISCARD: &str = "discard";
const DURABLE: &str = "durable";
const EXEC: &str = "exec";
const FORWARD: &str = "forward";
const MISSING: &str = "is missing, so the events of the route would be lost: write \
                       {\"to\": \"http://…\", \"secret\": \"whsec_…\"}, or \"discard\": true to \
                       log and drop them (`--discard` for all such routes)";
const NO_INBOX: &str = "needs an inbox: set \"inbox\" of \"_server\" to sqlite:PATH or \
                        postgres://…, or --state DIR";
const NOTHING_TO_STORE_FOR: &str = "contradicts \"discard\": nothing would get what is stored";
const CONTRADICTS_PASSING: &str = "contradicts \"pass_response\" of \"forward\": the sender is \
                                   answered before the receiver is asked";
const NO_CONSUMER: &str = "names no consumer: write {\"NAME\": {\"forward\": {…}}}";
const NO_SINK: &str = "is missing; or write \"exec\", \"nats\", \"amqp\" or \"kafka\"";
const INVALID_NAME: &str = "is not the name of a consumer: use 1 to 64 ASCII letters, digits, \
                            `.`, `_`, `~` or `-`";
