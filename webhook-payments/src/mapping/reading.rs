//! Reads an event by the rules of a mapping.

use bytes::Bytes;

use crate::document::Document;
use crate::error::{MappingError, MappingProblem};
use crate::event::{PaymentEvent, PaymentIds};
use crate::fetch::ToFetch;
use crate::kind::PaymentKind;
use crate::mapping::{Amount, IdAt, Mapping, Notifications, Object, Rule, Shape};
use crate::money::{Currency, Money, scaled};
use crate::source::PaymentSource;

impl Mapping {
    /// Reads one event.
    pub(super) fn read(
        &self,
        source: &PaymentSource<'_>,
        document: Document<'_>,
    ) -> Result<PaymentEvent, MappingError> {
        let event_type = self.event_type(source, document)?;
        let mut event = PaymentEvent::new(PaymentKind::Other, source);
        event.raw = match (self.shape, self.items) {
            (Shape::Query, _) => Bytes::copy_from_slice(document.text().as_bytes()),
            (Shape::Json, Some(_)) => source.payload().slice_ref(document.text().as_bytes()),
            (Shape::Json | Shape::Form, _) => source.payload().clone(),
        };
        if let Some(notifications) = &self.notifications
            && let Some(object) = to_fetch(notifications, event_type.as_deref(), source, document)?
        {
            event.kind = PaymentKind::Notification;
            event.to_fetch = Some(object);
        }
        if let Some((kind, object)) = self.find(event_type.as_deref(), document)? {
            let base = |error: MappingError| error.within(object.at);
            let value = object_in(document, object)?;
            event.kind = kind;
            event.amount = self.amount(value, object.amounts).map_err(base)?;
            let text = |pointers| {
                let found = value.first(pointers).map_err(base)?;
                Ok(found.map(|found| found.0.into_owned()))
            };
            event.customer = text(object.customer)?;
            event.ids = PaymentIds {
                payment: text(object.payment)?,
                subscription: text(object.subscription)?,
                payout: text(object.payout)?,
                checkout: text(object.checkout)?,
                order: text(object.order)?,
            };
        }
        event.event_type = event_type.map(Into::into);
        Ok(event)
    }

    /// The kind and the object of an event: those of the first rule that fits.
    fn find(
        &self,
        event_type: Option<&str>,
        document: Document<'_>,
    ) -> Result<Option<(PaymentKind, &'static Object)>, MappingError> {
        for object in self.objects {
            for rule in object.rules {
                if rule.is_of(event_type) && fits(rule, object, document)? {
                    return Ok(Some((rule.kind(), object)));
                }
            }
        }
        Ok(None)
    }

    fn amount(
        &self,
        value: Document<'_>,
        amounts: &[Amount],
    ) -> Result<Option<Money>, MappingError> {
        for amount in amounts {
            let Some(number) = value.scalar(amount.value)? else {
                continue;
            };
            let stated = value.first(amount.currency)?;
            let code = match (&stated, amount.otherwise) {
                (Some(code), _) => &*code.0,
                (None, Some(code)) => code,
                (None, None) => {
                    let place = amount.currency.first().copied().unwrap_or("currency");
                    return Err(MappingError::new(place, MappingProblem::Missing));
                }
            };
            let Some(currency) = Currency::from_code(code) else {
                return Ok(None);
            };
            let exponent = i64::from(currency.exponent());
            let shift = match amount.is_minor {
                false => exponent,
                true => exponent.saturating_sub(self.exponent_of(currency)),
            };
            let minor = scaled(&number.0, shift);
            let minor = minor.map_err(|problem| MappingError::new(amount.value, problem))?;
            return Ok(Some(Money::new(minor, currency)));
        }
        Ok(None)
    }

    /// The decimals of the provider's minor unit.
    fn exponent_of(&self, currency: Currency) -> i64 {
        let mut own = self.exponents.iter();
        let own = own.find(|(code, _)| *code == currency.code());
        own.map_or(currency.exponent(), |(_, exponent)| *exponent)
            .into()
    }
}

/// Whether the object has what a rule needs.
fn fits(rule: &Rule, object: &Object, document: Document<'_>) -> Result<bool, MappingError> {
    for condition in rule.conditions() {
        let value = object_in(document, object)?.scalar(condition.pointer());
        let value = value.map_err(|error| error.within(object.at))?;
        let values = condition.values();
        if !value.is_some_and(|value| values.is_empty() || values.contains(&&*value.0)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The object that an event is about.
fn object_in<'d>(document: Document<'d>, object: &Object) -> Result<Document<'d>, MappingError> {
    let fail = |problem| MappingError::new(object.at, problem);
    let value = match object.at {
        "" => document,
        at => document
            .at(at)?
            .ok_or_else(|| fail(MappingProblem::Missing))?,
    };
    match value.is_object() {
        true => Ok(value),
        false => Err(fail(MappingProblem::WrongType)),
    }
}

/// The object that a notification names.
fn to_fetch(
    notifications: &Notifications,
    event_type: Option<&str>,
    source: &PaymentSource<'_>,
    document: Document<'_>,
) -> Result<Option<ToFetch>, MappingError> {
    let Some(resource) = notifications.resource(event_type) else {
        return Ok(None);
    };
    let (document, pointer) = match notifications.id {
        IdAt::Body(pointer) => (document, pointer),
        IdAt::Query(name) => (Document::Fields(source.query().unwrap_or_default()), name),
    };
    let id = document.scalar(pointer)?;
    let id = id.ok_or_else(|| MappingError::new(pointer, MappingProblem::Missing))?;
    let id = id.0.trim();
    ToFetch::new(resource.topic, resource.path, id, notifications.objects).map(Some)
}
