//! What the events about one kind of object say.

use crate::kind::PaymentKind;

/// The events about one kind of object: a rule for each type, and where the object has its values.
///
/// Pointers are relative to the object. Of several, the first that is there counts.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Object {
    pub(super) at: &'static str,
    pub(super) rules: &'static [Rule],
    pub(super) amounts: &'static [Amount],
    pub(super) customer: &'static [&'static str],
    pub(super) payment: &'static [&'static str],
    pub(super) subscription: &'static [&'static str],
    pub(super) payout: &'static [&'static str],
    pub(super) checkout: &'static [&'static str],
    pub(super) order: &'static [&'static str],
}

impl Object {
    /// An object at this pointer of the event; the empty pointer is the event itself.
    pub const fn at(pointer: &'static str, rules: &'static [Rule]) -> Self {
        Self {
            at: pointer,
            rules,
            amounts: &[],
            customer: &[],
            payment: &[],
            subscription: &[],
            payout: &[],
            checkout: &[],
            order: &[],
        }
    }

    /// Where the amount is: the first whose value is there.
    pub const fn amounts(mut self, amounts: &'static [Amount]) -> Self {
        self.amounts = amounts;
        self
    }

    /// Where the id of the customer is.
    pub const fn customer(mut self, pointers: &'static [&'static str]) -> Self {
        self.customer = pointers;
        self
    }

    /// Where the id of the payment is.
    pub const fn payment(mut self, pointers: &'static [&'static str]) -> Self {
        self.payment = pointers;
        self
    }

    /// Where the id of the subscription is.
    pub const fn subscription(mut self, pointers: &'static [&'static str]) -> Self {
        self.subscription = pointers;
        self
    }

    /// Where the id of the payout is.
    pub const fn payout(mut self, pointers: &'static [&'static str]) -> Self {
        self.payout = pointers;
        self
    }

    /// Where the id of the checkout is.
    pub const fn checkout(mut self, pointers: &'static [&'static str]) -> Self {
        self.checkout = pointers;
        self
    }

    /// Where the id of the order is.
    pub const fn order(mut self, pointers: &'static [&'static str]) -> Self {
        self.order = pointers;
        self
    }
}

/// A type of events, and the kind that it is.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Rule {
    event_type: Option<&'static str>,
    kind: PaymentKind,
    conditions: [Option<Condition>; 2],
}

/// A value that an object needs for a [`Rule`] to fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    pointer: &'static str,
    values: &'static [&'static str],
}

impl Condition {
    /// Where the value is.
    #[must_use]
    pub const fn pointer(&self) -> &'static str {
        self.pointer
    }

    /// The values that fit; none if any does.
    #[must_use]
    pub const fn values(&self) -> &'static [&'static str] {
        self.values
    }
}

impl Rule {
    /// Events of this type are of this kind.
    pub const fn new(event_type: &'static str, kind: PaymentKind) -> Self {
        Self {
            event_type: Some(event_type),
            kind,
            conditions: [None, None],
        }
    }

    /// All events are of this kind: for a provider without types.
    pub const fn untyped(kind: PaymentKind) -> Self {
        Self {
            event_type: None,
            kind,
            conditions: [None, None],
        }
    }

    /// Only if the object has one of these values at this pointer, or any value if there are none
    /// here. A number and a truth value are compared as they are spelled.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if it is called a third time.
    pub const fn when(mut self, pointer: &'static str, values: &'static [&'static str]) -> Self {
        let condition = Some(Condition { pointer, values });
        self.conditions = match self.conditions {
            [None, _] => [condition, None],
            [first, None] => [first, condition],
            [Some(_), Some(_)] => panic!("a rule has two conditions at most"),
        };
        self
    }

    /// The type; `None` for all events.
    #[must_use]
    pub const fn event_type(&self) -> Option<&'static str> {
        self.event_type
    }

    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> PaymentKind {
        self.kind
    }

    /// What the object needs.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.conditions.iter().flatten()
    }

    pub(super) fn is_of(&self, event_type: Option<&str>) -> bool {
        self.event_type.is_none() || self.event_type == event_type
    }
}

/// Where an amount is, and its unit.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Amount {
    pub(super) value: &'static str,
    pub(super) is_minor: bool,
    pub(super) currency: &'static [&'static str],
    pub(super) otherwise: Option<&'static str>,
}

impl Amount {
    /// An integer in the minor unit: 1999 for 19.99 euros. The code of the currency is at the first
    /// pointer of `currency` that is there.
    pub const fn minor(value: &'static str, currency: &'static [&'static str]) -> Self {
        Self {
            value,
            is_minor: true,
            currency,
            otherwise: None,
        }
    }

    /// A decimal number, as a JSON number or a text: 19.99.
    pub const fn decimal(value: &'static str, currency: &'static [&'static str]) -> Self {
        Self {
            is_minor: false,
            ..Self::minor(value, currency)
        }
    }

    /// The currency of a provider that has one only, if the event does not state it.
    pub const fn or_currency(mut self, code: &'static str) -> Self {
        self.otherwise = Some(code);
        self
    }
}
