//! How the events of a provider are read, as a value.

mod notifications;
mod object;
mod reading;

pub use notifications::{IdAt, Notifications, Resource};
pub use object::{Amount, Condition, Object, Rule};

use std::borrow::Cow;

use crate::document::Document;
use crate::error::{MappingError, MappingProblem};
use crate::event::PaymentEvent;
use crate::source::PaymentSource;

/// How the events of a provider are read: a `const`, with a row for each type.
///
/// ```
/// use webhook_payments::mapping::{Amount, Mapping, Object, Rule};
/// use webhook_payments::{PaymentKind, PaymentSource};
///
/// const ACME: Mapping = Mapping::new(
///     "acme",
///     &[Object::at("/data", &[
///         Rule::new("sale.done", PaymentKind::PaymentSucceeded),
///         Rule::new("sale.changed", PaymentKind::PaymentFailed).when("/state", &["refused"]),
///     ])
///     .amounts(&[Amount::decimal("/total", &["/currency"])])
///     .payment(&["/id"])],
/// )
/// .type_at(&["/kind"]);
///
/// let body = r#"{"kind":"sale.done","data":{"id":7,"total":"19.99","currency":"EUR"}}"#;
/// let events = ACME.map(&PaymentSource::new("acme", body))?;
/// assert_eq!(events[0].kind, PaymentKind::PaymentSucceeded);
/// assert_eq!(events[0].amount.unwrap().minor(), 1999);
/// assert_eq!(events[0].ids.payment.as_deref(), Some("7"));
/// # Ok::<(), webhook_payments::MappingError>(())
/// ```
///
/// Pointers are JSON pointers without escapes. In a form or a query, `/name` is the field `name`.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Mapping {
    provider: &'static str,
    aliases: &'static [&'static str],
    type_at: &'static [&'static str],
    shape: Shape,
    items: Option<Items>,
    objects: &'static [Object],
    exponents: &'static [(&'static str, u8)],
    notifications: Option<Notifications>,
}

/// What the events are spelled in.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Json,
    Form,
    Query,
}

/// Where a document has its events.
#[derive(Clone, Copy, Debug)]
struct Items {
    list: &'static str,
    item: &'static str,
}

impl Mapping {
    /// The events of the provider of this [name](webhook_core::Provider::name). The first rule that
    /// fits decides.
    pub const fn new(provider: &'static str, objects: &'static [Object]) -> Self {
        Self {
            provider,
            aliases: &[],
            type_at: &[],
            shape: Shape::Json,
            items: None,
            objects,
            exponents: &[],
            notifications: None,
        }
    }

    /// Other providers with the same events, by name.
    pub const fn with_aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Where an event has its type: the first pointer that is there. Default: the
    /// [type of the delivery](webhook_core::Delivery::event_type).
    pub const fn type_at(mut self, pointers: &'static [&'static str]) -> Self {
        self.type_at = pointers;
        self
    }

    /// The document is a list of events at `list`, each at `item` of its element. All other
    /// pointers begin there.
    pub const fn items_at(mut self, list: &'static str, item: &'static str) -> Self {
        self.items = Some(Items { list, item });
        self
    }

    /// The document is a form.
    pub const fn reads_forms(mut self) -> Self {
        self.shape = Shape::Form;
        self
    }

    /// The event is the query of the request.
    pub const fn reads_queries(mut self) -> Self {
        self.shape = Shape::Query;
        self
    }

    /// The currencies in which the provider's minor unit is not that of ISO 4217, with the number
    /// of decimals that it has there.
    pub const fn exponents(mut self, exponents: &'static [(&'static str, u8)]) -> Self {
        self.exponents = exponents;
        self
    }

    /// The events that only name an object.
    pub const fn notifies(mut self, notifications: Notifications) -> Self {
        self.notifications = Some(notifications);
        self
    }

    /// The name of the provider.
    #[must_use]
    pub const fn provider(&self) -> &'static str {
        self.provider
    }

    /// Whether this maps the events of the provider of this name.
    #[must_use]
    pub fn is_of(&self, provider: &str) -> bool {
        self.provider == provider || self.aliases.contains(&provider)
    }

    /// All rules.
    pub fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        self.objects.iter().flat_map(|object| object.rules)
    }

    /// What events that only name an object say, if the provider sends such events.
    #[must_use]
    pub const fn notifications(&self) -> Option<&Notifications> {
        self.notifications.as_ref()
    }

    /// Whether a rule is about this type of event. True for a document that cannot be read, so that
    /// somebody hears of it.
    #[must_use]
    pub fn takes(&self, source: &PaymentSource<'_>) -> bool {
        let takes = || {
            for document in self.events(source)? {
                let event_type = self.event_type(source, document)?;
                if self.knows(event_type.as_deref()) {
                    return Ok(true);
                }
            }
            Ok::<_, MappingError>(false)
        };
        takes().unwrap_or(true)
    }

    fn knows(&self, event_type: Option<&str>) -> bool {
        let of_rules = self.rules().any(|rule| rule.is_of(event_type));
        let notifications = self.notifications.as_ref();
        of_rules || notifications.is_some_and(|known| known.resource(event_type).is_some())
    }

    /// Reads the events of a document. An event without a rule is
    /// [`Other`](crate::PaymentKind::Other).
    ///
    /// # Errors
    ///
    /// [`MappingError`] if the document is not what the rules expect.
    pub fn map(&self, source: &PaymentSource<'_>) -> Result<Vec<PaymentEvent>, MappingError> {
        let events = self.events(source)?;
        let events = events.into_iter().enumerate().map(|(index, document)| {
            let read = self.read(source, document);
            match self.items {
                None => read,
                Some(items) => {
                    let base = format!("{}/{index}{}", items.list, items.item);
                    read.map_err(|error| error.within(&base))
                }
            }
        });
        events.collect()
    }

    /// Reads the one event of a document.
    pub(crate) fn one(&self, source: &PaymentSource<'_>) -> Result<PaymentEvent, MappingError> {
        one(self.map(source)?)
    }

    /// The documents of the events.
    fn events<'s>(&self, source: &'s PaymentSource<'_>) -> Result<Vec<Document<'s>>, MappingError> {
        let document = match self.shape {
            Shape::Json => Document::json(source.payload())?,
            Shape::Query => Document::Fields(source.query().unwrap_or_default()),
            Shape::Form => {
                let text = std::str::from_utf8(source.payload());
                let malformed = |_| MappingError::new("", MappingProblem::Malformed);
                Document::Fields(text.map_err(malformed)?)
            }
        };
        let Some(Items { list, item }) = self.items else {
            return Ok(vec![document]);
        };
        let elements = document.list(list)?.into_iter().enumerate();
        let events = elements.map(|(index, element)| {
            let missing = || {
                let place = format!("{list}/{index}{item}");
                MappingError::new(place, MappingProblem::Missing)
            };
            element.at(item)?.ok_or_else(missing)
        });
        events.collect()
    }

    fn event_type<'s>(
        &self,
        source: &'s PaymentSource<'_>,
        document: Document<'s>,
    ) -> Result<Option<Cow<'s, str>>, MappingError> {
        let found = document.first(self.type_at)?.map(|found| found.0);
        Ok(found.or_else(|| source.event_type().map(Cow::Borrowed)))
    }
}

/// The one event of a list.
pub(crate) fn one(events: Vec<PaymentEvent>) -> Result<PaymentEvent, MappingError> {
    let mut events = events.into_iter();
    match (events.next(), events.next()) {
        (Some(event), None) => Ok(event),
        (None, _) => Err(MappingError::new("", MappingProblem::Missing)),
        (Some(_), Some(_)) => Err(MappingError::new("", MappingProblem::SeveralEvents)),
    }
}
