//! Mock events.

use std::fmt;

use form_urlencoded::Serializer;
use serde::Serialize;
use serde_json::Value;

use crate::provider::{Locator, Mode, Provider};
use crate::testing::TestPayload;
use crate::testing::body::Body;
use crate::testing::sample::Samples;
use crate::time::UnixTime;

/// An event as its provider would send it: your data in the provider's envelope, with id, type,
/// time and mode where the provider has them.
///
/// The data is what the event is about: for Stripe `data.object`, for Shopify the whole body. It is
/// merged over a sample, so a test names only the values that it needs. [`samples`](Self::samples)
/// lists the types that have one. For another type, the envelope has your data alone. For a
/// provider without samples, your data is the body, with id and type added where the provider's
/// const says they are.
///
/// A provider whose bodies are forms gets the members of the data as fields.
///
/// ```
/// use serde_json::json;
/// use webhook_core::providers;
/// use webhook_core::testing::MockEvent;
///
/// let event = MockEvent::new(providers::STRIPE, "invoice.paid", json!({"amount_paid": 1999}));
/// let body: serde_json::Value = serde_json::from_slice(&event.body()).unwrap();
/// assert_eq!(body["type"], "invoice.paid");
/// assert_eq!(body["data"]["object"]["amount_paid"], 1999);
/// assert_eq!(body["data"]["object"]["object"], "invoice");
///
/// let event = event.id("evt_1");
/// let body: serde_json::Value = serde_json::from_slice(&event.body()).unwrap();
/// assert_eq!(body["id"], "evt_1");
/// ```
#[derive(Clone)]
#[must_use]
pub struct MockEvent {
    provider: Provider,
    body: Body,
    /// What is in the head.
    id: Option<String>,
    event_type: Option<String>,
    query: Vec<(&'static str, String)>,
    samples: Samples,
}

impl MockEvent {
    /// Creates an event of this type.
    ///
    /// For a provider that tells type and [action](crate::Delivery::action) apart, the type may be
    /// both: `issues.opened`.
    ///
    /// # Panics
    ///
    /// If `data` cannot be written as JSON.
    #[track_caller]
    pub fn new(provider: Provider, event_type: &str, data: impl Serialize) -> Self {
        let data = serde_json::to_value(data);
        let data = data.unwrap_or_else(|error| panic!("the data of a mock event: {error}"));
        Self::of_value(provider, event_type, data, None)
    }

    /// With an id of this number, unless the data has one.
    #[track_caller]
    pub(super) fn numbered(
        provider: Provider,
        event_type: &str,
        data: impl Serialize,
        number: u64,
    ) -> Self {
        let data = serde_json::to_value(data);
        let data = data.unwrap_or_else(|error| panic!("the data of a mock event: {error}"));
        Self::of_value(provider, event_type, data, Some(number))
    }

    fn of_value(provider: Provider, event_type: &str, data: Value, number: Option<u64>) -> Self {
        let samples = Samples::of(&provider);
        let (kind, action) = match (provider.action, event_type.split_once('.')) {
            (Some(pointer), Some((kind, action))) => (kind, Some((pointer, action))),
            _ => (event_type, None),
        };
        let sample = samples.event(kind).unwrap_or_default();
        let mut event = Self {
            provider,
            body: samples.envelope(),
            id: samples.id.clone(),
            event_type: None,
            query: Vec::new(),
            samples,
        };
        if event.id.is_none() && matches!(provider.id, Locator::Header(_) | Locator::SignedHeader) {
            event.id = Some("msg_test_00000000".to_owned());
        }
        let place = event.samples.data.clone();
        event.body.merge_at(&place, sample.data);
        for (pointer, value) in sample.set {
            event.body.put(&pointer, value);
        }
        event = event.with_an_id();
        if let Some(number) = number {
            event.number(number);
        }
        event.body.merge_at(&place, data);
        if let Some((pointer, action)) = action {
            event = event.set(pointer, action);
        }
        event.label(provider.kind, kind.to_owned(), Label::Type);
        if let Some(pointer) = event.samples.kind.clone() {
            event.body.put(&pointer, kind.into());
        }
        event
    }

    /// Sets the id. Ignored if the provider's events have none.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.label(self.provider.id, id.into(), Label::Id);
        self
    }

    /// Sets the mode. Ignored if the provider does not say it in its events.
    pub fn mode(self, mode: Mode) -> Self {
        match self.provider.mode {
            Some(locator) => {
                let is_live = matches!(mode, Mode::Live);
                self.set(locator.pointer, is_live == locator.live_when)
            }
            None => self,
        }
    }

    /// Sets the times of the envelope, where the sample has them. The signed time is the sender's.
    pub fn at(mut self, time: UnixTime) -> Self {
        for (pointer, form) in self.samples.times.clone() {
            if self.body.text_at(&pointer).is_some() {
                self.body.put(&pointer, form.value(time));
            }
        }
        self
    }

    /// Sets a value outside of the data, at a JSON pointer of the body, or a field of a form.
    ///
    /// # Panics
    ///
    /// If `value` cannot be written as JSON.
    #[track_caller]
    pub fn set(mut self, pointer: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value);
        self.body.put(
            pointer,
            value.unwrap_or_else(|error| panic!("a mock event: {error}")),
        );
        self
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        self.body.bytes()
    }

    /// The event types of a provider that have a sample.
    #[must_use]
    pub fn samples(provider: &Provider) -> Vec<String> {
        Samples::of(provider).types().map(str::to_owned).collect()
    }

    /// Makes the id, and what else tells events apart, different by a number: their last characters
    /// are its digits.
    fn number(&mut self, number: u64) {
        let id = match self.provider.id {
            Locator::Header(_) | Locator::SignedHeader => self.id.clone(),
            Locator::Body(pointers) => pointers.iter().find_map(|at| self.body.text_at(at)),
            Locator::Query(name) => {
                let known = self.query.iter().find(|(known, _)| *known == name);
                known.map(|(_, id)| id.clone())
            }
            Locator::None | Locator::Xml(_) => None,
        };
        if let Some(id) = id {
            self.label(self.provider.id, with_number(&id, number), Label::Id);
        }
        let places = self.samples.unique.clone();
        let known = places
            .iter()
            .find_map(|at| Some((at, self.body.text_at(at)?)));
        if let Some((place, text)) = known {
            self.body.put_text(place, with_number(&text, number));
        }
    }

    /// With an id, if the provider's events have one and the sample has not.
    fn with_an_id(self) -> Self {
        let has_one = match self.provider.id {
            Locator::Body(pointers) => pointers.iter().any(|at| self.body.text_at(at).is_some()),
            Locator::Query(_) => false,
            _ => true,
        };
        match has_one {
            true => self,
            false => self.id("evt_test_00000000"),
        }
    }

    fn label(&mut self, locator: Locator, value: String, label: Label) {
        match locator {
            Locator::Header(_) | Locator::SignedHeader => match label {
                Label::Id => self.id = Some(value),
                Label::Type => self.event_type = Some(value),
            },
            Locator::Body(pointers) => {
                let known = pointers.iter().find(|at| self.body.text_at(at).is_some());
                let Some(pointer) = known.or(pointers.first()) else {
                    return;
                };
                self.body.put_text(pointer, value);
            }
            Locator::Query(name) => {
                self.query.retain(|(known, _)| *known != name);
                self.query.push((name, value));
            }
            Locator::Xml(element) => self.body.put(element, value.into()),
            Locator::None => {}
        }
    }

    /// The query of the delivery: that of the samples, with the event's own labels.
    fn query(&self) -> Option<String> {
        let query = self.samples.query(|pointer| self.body.text_at(pointer));
        let mut query = query.unwrap_or_default();
        for (name, value) in &self.query {
            let mark = if query.is_empty() { "" } else { "&" };
            let pair = Serializer::new(String::new())
                .append_pair(name, value)
                .finish();
            query = [query.as_str(), mark, pair.as_str()].concat();
        }
        (!query.is_empty()).then_some(query)
    }
}

#[derive(Clone, Copy)]
enum Label {
    Id,
    Type,
}

impl From<MockEvent> for TestPayload {
    fn from(event: MockEvent) -> Self {
        Self::from(&event)
    }
}

impl From<&MockEvent> for TestPayload {
    fn from(event: &MockEvent) -> Self {
        let mut payload = Self::new(event.body());
        payload.id.clone_from(&event.id);
        payload.event_type.clone_from(&event.event_type);
        payload.query = event.query();
        payload.content_type = Some(event.body.content_type().to_owned());
        payload
    }
}

/// With digits at the end, and as long as before.
fn with_number(id: &str, number: u64) -> String {
    let digits = number.to_string();
    let kept = id.chars().count().saturating_sub(digits.len());
    let kept: String = id.chars().take(kept).collect();
    kept + &digits
}

impl fmt::Debug for MockEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockEvent")
            .field("provider", &self.provider.name())
            .field("id", &self.id)
            .field("event_type", &self.event_type)
            .finish_non_exhaustive()
    }
}
