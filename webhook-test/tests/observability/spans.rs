//! Every span of this process, with its fields.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

/// A span, and the text of the events in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorded {
    pub(crate) name: &'static str,
    pub(crate) target: &'static str,
    pub(crate) fields: BTreeMap<&'static str, String>,
    pub(crate) parent: Option<usize>,
    pub(crate) is_closed: bool,
    /// Fields of the events in this span.
    pub(crate) events: Vec<BTreeMap<&'static str, String>>,
}

impl Recorded {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(|value| &**value)
    }
}

/// Begins to record. The subscriber is global: with one for each thread, a callsite that another
/// thread reached first would stay silent.
pub(crate) fn listen() {
    static SUBSCRIBER: OnceLock<()> = OnceLock::new();
    SUBSCRIBER.get_or_init(|| {
        let subscriber = tracing_subscriber::registry().with(Recorder);
        tracing::subscriber::set_global_default(subscriber).expect("the only one");
    });
}

/// All spans so far, of all tests of this process.
pub(crate) fn all() -> Vec<Recorded> {
    spans().clone()
}

/// The spans of deliveries to this consumer, in the order in which they began.
pub(crate) fn of(consumer: &str) -> Vec<Recorded> {
    let mut spans = all();
    spans
        .retain(|span| span.name == "delivery" && span.field("webhook.consumer") == Some(consumer));
    spans
}

fn spans() -> MutexGuard<'static, Vec<Recorded>> {
    static SPANS: Mutex<Vec<Recorded>> = Mutex::new(Vec::new());
    SPANS.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Recorder;

/// The place of a span in the list.
#[derive(Clone, Copy)]
struct Place(usize);

impl<S: Subscriber + for<'l> LookupSpan<'l>> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let span = context.span(id).expect("it is new");
        let parent = span.parent();
        let parent = parent.and_then(|parent| parent.extensions().get::<Place>().copied());
        let mut recorded = Recorded {
            name: attributes.metadata().name(),
            target: attributes.metadata().target(),
            parent: parent.map(|Place(place)| place),
            ..Recorded::default()
        };
        attributes.record(&mut Fields(&mut recorded.fields));
        let mut spans = spans();
        span.extensions_mut().insert(Place(spans.len()));
        spans.push(recorded);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        change(id, &context, |span| {
            values.record(&mut Fields(&mut span.fields));
        });
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = BTreeMap::new();
        event.record(&mut Fields(&mut fields));
        if let Some(span) = context.event_span(event) {
            change(&span.id(), &context, |span| span.events.push(fields));
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        change(&id, &context, |span| span.is_closed = true);
    }
}

fn change<S>(id: &Id, context: &Context<'_, S>, change: impl FnOnce(&mut Recorded))
where
    S: Subscriber + for<'l> LookupSpan<'l>,
{
    let span = context.span(id).expect("a span that is known");
    let place = span.extensions().get::<Place>().copied();
    if let Some(Place(place)) = place {
        spans().get_mut(place).map(change);
    }
}

struct Fields<'a>(&'a mut BTreeMap<&'static str, String>);

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}
