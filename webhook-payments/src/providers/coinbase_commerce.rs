use crate::kind::PaymentKind::{PaymentFailed, PaymentPending, PaymentSucceeded};
use crate::mapping::{Amount, Mapping, Object, Rule};

/// Coinbase Commerce.
///
/// * The amount is the price in the local currency. What was paid on the chain is in `raw`. A
///   charge without a price, or with one in a cryptocurrency, has no amount.
/// * `charge:delayed` is a payment of an expired charge: `PaymentPending`, until the merchant
///   resolves it.
/// * The checkout is the `code` of the charge. The customer is `customer_id` of the metadata, where
///   the merchant has set it.
///
/// Source: <https://docs.cdp.coinbase.com/commerce/api-arcitecture/webhooks-fields>
pub const COINBASE_COMMERCE: Mapping =
    Mapping::new("coinbase-commerce", OBJECTS).type_at(&["/event/type"]);

const OBJECTS: &[Object] = &[Object::at(
    "/event/data",
    &[
        Rule::new("charge:confirmed", PaymentSucceeded),
        Rule::new("charge:resolved", PaymentSucceeded),
        Rule::new("charge:failed", PaymentFailed),
        Rule::new("charge:created", PaymentPending),
        Rule::new("charge:pending", PaymentPending),
        Rule::new("charge:delayed", PaymentPending),
    ],
)
.amounts(&[Amount::decimal(
    "/pricing/local/amount",
    &["/pricing/local/currency"],
)])
.payment(&["/id"])
.checkout(&["/code"])
.customer(&["/metadata/customer_id"])];
