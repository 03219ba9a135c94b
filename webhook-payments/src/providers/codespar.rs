use crate::kind::PaymentKind::{PaymentFailed, PaymentSucceeded};
use crate::mapping::{Mapping, Object, Rule};

/// CodeSpar triggers, in both of their forms: the values are in the body itself, or in its `data`.
///
/// * There is no amount: CodeSpar does not document the unit of its `amount`, which comes from the
///   provider behind it. It is in `raw`.
///
/// Source: <https://codespar.dev/docs/concepts/triggers>
pub const CODESPAR: Mapping = Mapping::new("codespar", OBJECTS)
    .with_aliases(&["codespar-v1"])
    .type_at(&["/type", "/event"]);

const OBJECTS: &[Object] = &[Object::at(
    "",
    &[
        Rule::new("payment.confirmed", PaymentSucceeded),
        Rule::new("payment.failed", PaymentFailed),
    ],
)
.payment(&["/payment_id", "/data/payment_id"])];
